"""Days that were once stored or answered with a server fault: a year in two figures, and the ends of the calendar."""

import pytest
from django.test import Client
from django.urls import reverse

from courses.models import ClinicalEvent, Session
from patients.roles import Role
from tests import cast

pytestmark = pytest.mark.django_db
MEANT = "Type the year in four figures."


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


@pytest.mark.parametrize("day", ["0026-11-22", "0001-01-01", "9999-12-31"])
def test_session_of_a_year_nobody_means_is_refused_with_words(day: str) -> None:
    ada, client = cast.ada(), signed_in(Role.THERAPIST)
    plan = ada.plan.pk
    said: dict[str, str | int] = {
        "status": "treated",
        "day": day,
        "time": "23:59",
        "guidance": "none",
        "machine": ada.machine.pk,
    }
    said |= {f"plan_{plan}": "on", f"fraction_{plan}": "1", "entry_key": "6a2b7f0e-0000-4000-8000-000000000001"}
    assert client.get(reverse("courses:session-check", args=[ada.course.pk]), said).status_code == 200
    answer = client.post(reverse("courses:session-log", args=[ada.course.pk]), said)
    assert (answer.status_code, Session.objects.count()) == (422, 0)
    assert MEANT in answer.content.decode()


def test_event_and_close_of_a_year_nobody_means_are_refused_with_words() -> None:
    ada, client = cast.ada(), signed_in(Role.PHYSICIAN)
    visit = reverse("courses:event-record", args=[ada.course.pk]) + "?family=visit"
    close = reverse("courses:course-close", args=[ada.course.pk])
    for address, said in ((visit, {"happened_on": "0026-11-22"}), (close, {"on": "0026-11-22"})):
        answer = client.post(address, said)
        assert (answer.status_code, MEANT in answer.content.decode()) == (422, True), address
    ada.course.refresh_from_db()
    assert (ClinicalEvent.objects.count(), ada.course.closed_on) == (0, None)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_machine_day_at_an_end_of_the_calendar_shows_today(day: str) -> None:
    ada = cast.ada()
    page = signed_in(Role.THERAPIST).get(f"{reverse('courses:machine-day')}?machine={ada.machine.pk}&day={day}")
    assert (page.status_code, page.context["shown"].is_today) == (200, True)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/billing/grid/?day=0001-01-01", 422),
        ("/billing/grid/?day=9999-12-31&span=month", 422),
        ("/billing/dashboard/?since=9999-12-31&until=9999-12-31", 422),
        ("/billing/month-close/?until=0001-01", 200),
        ("/billing/month-close/?until=1992-01", 200),
        ("/billing/month-close/{facility}/0001-01/", 404),
        ("/billing/month-close/{facility}/9999-12/", 404),
    ],
)
def test_reports_of_a_day_nobody_means_are_refused_not_broken(address: str, status: int) -> None:
    ada = cast.ada()
    client = signed_in(Role.BILLING_MANAGER)
    assert client.get(address.format(facility=ada.course.facility_id)).status_code == status


@pytest.mark.parametrize("moment", ["0026-11-22T09:00:00-05:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_session_of_a_year_nobody_means_is_refused_by_the_api_at_its_field(moment: str) -> None:
    ada, client = cast.ada(), signed_in(Role.THERAPIST)
    said = {"course": ada.course.pk, "starts_at": moment, "status": "treated", "fractions": [{"plan": ada.plan.pk}]}
    answer = client.post("/api/v1/sessions/", said, content_type="application/json")
    assert (answer.status_code, Session.objects.count()) == (400, 0)
    assert "starts_at" in answer.content.decode()


def test_event_of_a_year_nobody_means_is_refused_by_the_api_at_its_field() -> None:
    ada, client = cast.ada(), signed_in(Role.PHYSICIAN)
    said = {"course": ada.course.pk, "family": "visit", "on": "0026-11-22"}
    answer = client.post("/api/v1/events/", said, content_type="application/json")
    assert (answer.status_code, ClinicalEvent.objects.count()) == (400, 0)
    assert MEANT in answer.content.decode()
