"""The worklist's page: each role its lists, one action each, prices nowhere."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from courses import planning
from courses.models import ClinicalEvent, Course, Plan, Session
from patients.models import Provider
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log
from tests.courses.pages import signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PAGE = "/courses/worklist/"


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, treated today with images, and a boost that waits for a signature."""
    found = cast.ada()
    log(found, timezone.now() - timedelta(minutes=5), guidance="cbct")
    planning.propose_plan(
        course=found.course, key="Boost", site="prostate", technique="vmat", fractions=4, kind="boost",
        by=cast.user(Role.PHYSICIST), follows=found.plan,
    )  # fmt: skip
    return found


def said(client: Client, address: str = PAGE) -> str:
    return client.get(address).content.decode()


def test_the_day_of_physicists_and_physicians_begins_on_their_worklist() -> None:
    for role in (Role.PHYSICIST, Role.PHYSICIAN):
        assert signed_in(role).get("/")["Location"] == PAGE
    assert signed_in(Role.THERAPIST).get("/")["Location"] == reverse("courses:machine-day")


def test_each_role_sees_its_lists(ada: cast.Treated) -> None:
    physician, physicist = said(signed_in(Role.PHYSICIAN)), said(signed_in(Role.PHYSICIST))
    for title in ("Plans to approve", "Images to review", "Visits due"):
        assert title in physician
        assert title not in physicist
    assert "Physics checks due" in physicist
    assert "Plans to confirm" in physicist
    assert "boost of P1" in physician


def test_an_empty_worklist_says_so_in_words() -> None:
    page = said(signed_in(Role.PHYSICIAN))
    assert "No plan waits for a signature." in page
    assert "Everybody under treatment was seen." in page


def test_an_administrator_reads_and_does_nothing_of_it(ada: cast.Treated) -> None:
    page = said(signed_in(Role.ADMINISTRATOR))
    assert "Physics checks due" in page
    for button in ("Visit today", "Physics check today", "Sign…", "Reviewed</button>"):
        assert button not in page


def test_a_visit_is_recorded_in_place_and_undone_at_once(ada: cast.Treated) -> None:
    physician = signed_in(Role.PHYSICIAN)
    address = reverse("courses:worklist-record", args=[ada.course.pk]) + "?from=worklist"
    answer = physician.post(address, {"family": "visit"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Trigger"]) == (200, "worklist-changed")
    event = ClinicalEvent.objects.get()
    assert (event.performer, event.entered_by) == ("physician", cast.user(Role.PHYSICIAN))
    undo = reverse("courses:event-undo", args=[event.pk]) + "?from=worklist"
    assert undo in answer.content.decode()
    assert "Everybody under treatment was seen." in said(physician, reverse("courses:worklist-lists"))
    assert physician.post(undo)["Location"] == PAGE
    event.refresh_from_db()
    assert event.cancelled_at is not None


def test_without_scripts_the_deed_leads_back_to_the_list(ada: cast.Treated) -> None:
    address = reverse("courses:worklist-record", args=[ada.course.pk]) + "?from=worklist"
    assert signed_in(Role.PHYSICIST).post(address, {"family": "physics_check"})["Location"] == PAGE


@pytest.mark.parametrize("role", [Role.PHYSICIST, Role.THERAPIST])
def test_nobody_says_with_one_tap_that_the_physician_saw_the_patient(ada: cast.Treated, role: Role) -> None:
    address = reverse("courses:worklist-record", args=[ada.course.pk]) + "?from=worklist"
    assert signed_in(role).post(address, {"family": "visit"}).status_code == 403
    assert not ClinicalEvent.objects.exists()


def test_images_are_reviewed_in_place(ada: cast.Treated) -> None:
    session = Session.objects.get()
    address = reverse("courses:session-review", args=[session.pk]) + "?from=worklist"
    assert address in said(signed_in(Role.PHYSICIAN))
    answer = signed_in(Role.PHYSICIAN).post(address, headers=HTMX)
    assert answer["HX-Trigger"] == "worklist-changed"
    session.refresh_from_db()
    assert session.guidance_reviewed
    undo = reverse("courses:session-review-undo", args=[session.pk]) + "?from=worklist"
    told = answer.content.decode()
    assert undo in told and ada.patient.full_name in told
    again = signed_in(Role.PHYSICIAN).post(address, headers=HTMX).content.decode()
    assert "reviewed before." in again and undo not in again
    page = reverse("courses:session", args=[session.pk])
    assert "Take the review back" in said(signed_in(Role.PHYSICIAN), page)
    assert "Take the review back" not in said(signed_in(Role.THERAPIST), page)
    assert signed_in(Role.PHYSICIAN).post(undo)["Location"] == PAGE
    session.refresh_from_db()
    assert session.guidance_reviewed_at is None
    assert "Review of the images taken back" in said(signed_in(Role.PHYSICIAN), page)


def test_the_bar_counts_what_waits(ada: cast.Treated) -> None:
    count = reverse("courses:worklist-count")
    assert count in said(signed_in(Role.PHYSICIAN))
    assert "3 due" in said(signed_in(Role.PHYSICIAN), count)
    assert "1 due" in said(signed_in(Role.PHYSICIST), count)
    assert count not in said(signed_in(Role.THERAPIST), reverse("courses:machine-day"))


def test_the_count_of_the_bar_is_counted_anew_only_after_a_change(ada: cast.Treated) -> None:
    count, physician = reverse("courses:worklist-count"), signed_in(Role.PHYSICIAN)
    assert "3 due" in said(physician, count)
    with CaptureQueriesContext(connection) as captured:
        assert "3 due" in said(physician, count)
    assert len(captured) <= 6  # who asks, which roles, whose courses, and one for the state
    today = ada.course.facility.day_of(timezone.now())
    planning.record_event(course=ada.course, family="visit", on=today, performer="physician")
    assert "2 due" in said(physician, count)


def test_a_physician_of_the_practice_begins_with_her_own_courses(ada: cast.Treated) -> None:
    physician = signed_in(Role.PHYSICIAN)
    Provider.objects.create(last_name="Ray", npi="1234567893", user=cast.user(Role.PHYSICIAN))
    assert "Abbott" not in said(physician)
    assert "Abbott" in said(physician, f"{PAGE}?physician=all")
    own = Course.objects.get().physician
    assert own is not None
    assert "Abbott" in said(physician, f"{PAGE}?physician={own.pk}")


def test_what_a_deed_lets_be_charged_is_said_in_words_and_never_in_dollars(ada: cast.Treated) -> None:
    physician = signed_in(Role.PHYSICIAN)
    for deed in ("plan", "plan-confirmed", "images", "visit", "physics"):
        words = said(physician, reverse("billing:unlocks", args=[deed]))
        assert "charge" in words
        assert "$" not in words
    assert physician.get(reverse("billing:unlocks", args=["lunch"])).status_code == 404
    assert reverse("billing:unlocks", args=["visit"]) in said(physician)


def test_what_waits_to_be_said_on_the_next_page_names_nobody_in_a_cookie(ada: cast.Treated) -> None:
    physician = signed_in(Role.PHYSICIAN)
    address = reverse("courses:worklist-record", args=[ada.course.pk])
    answer = physician.post(f"{address}?from=worklist", {"family": "visit"})
    assert answer.status_code == 302
    assert set(answer.cookies) <= {"sessionid", "csrftoken"}
    assert f"of today, {ada.course.patient.full_name}" in said(physician)


def test_a_late_visit_is_recorded_with_its_day_and_leads_back(ada: cast.Treated) -> None:
    Plan.objects.filter(key="P1").update(weekdays="1234567")
    now = timezone.now()
    for days in range(6, 1, -1):
        log(ada, now - timedelta(days=days))
    physician = signed_in(Role.PHYSICIAN)
    record = reverse("courses:event-record", args=[ada.course.pk]) + "?family=visit&amp;from=worklist"
    assert record in said(physician)
    day = ada.course.facility.day_of(now - timedelta(days=4))
    answer = physician.post(
        record.replace("&amp;", "&"), {"family": "visit", "happened_on": str(day), "performer": "physician"},
        headers=HTMX,
    )  # fmt: skip
    assert answer["HX-Trigger"] == "worklist-changed"
    assert ClinicalEvent.objects.get().happened_on == day
