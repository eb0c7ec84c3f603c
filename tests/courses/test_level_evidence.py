"""What the delivery's level turns on is asked at the console from 2026, and nowhere else."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from courses.delivery import isocenters_of
from courses.models import Plan, Session
from patients.roles import Role
from tests import cast
from tests.courses.pages import proposed, signed_in

pytestmark = pytest.mark.django_db
HEADING = "For the delivery level"
RECORD = {"motion_system": "RPM", "motion_threshold": "3 mm", "motion_beam_hold": "off beyond it, on by hand"}


@pytest.fixture
def clara() -> cast.Treated:
    """Clara, treated in 2026 in breath hold."""
    found = cast.clara()
    Plan.objects.filter(pk=found.plan.pk).update(active_motion_management="breath_hold")
    return found


@pytest.fixture
def therapist() -> Client:
    """A signed-in therapist."""
    return signed_in(Role.THERAPIST)


def url_of(treated: cast.Treated, day: str) -> str:
    return f"{reverse('courses:session-log', args=[treated.course.pk])}?machine={treated.machine.pk}&day={day}"


def test_the_motion_record_is_asked_for_and_carried_to_the_next_fraction(
    clara: cast.Treated, therapist: Client
) -> None:
    with time_machine.travel(cast.local("2026-03-04 09:00"), tick=False):
        page = therapist.get(url_of(clara, "2026-03-04"))
        assert HEADING in page.content.decode()
        values = proposed(page) | {"motion_record_complete": "on"}
        refused = therapist.post(url_of(clara, "2026-03-04"), values)
        assert refused.status_code == 422
        assert refused.content.decode().count("A complete record says this.") >= 3
        assert therapist.post(url_of(clara, "2026-03-04"), values | RECORD).status_code == 302
    session = Session.objects.get()
    assert {name: getattr(session, name) for name in RECORD} == RECORD
    assert session.motion_record_complete is True
    with time_machine.travel(cast.local("2026-03-05 09:00"), tick=False):
        again = proposed(signed_in(Role.THERAPIST).get(url_of(clara, "2026-03-05")))
    assert {name: again[name] for name in RECORD} == RECORD
    assert "motion_record_complete" not in again


def test_a_record_that_is_not_complete_needs_nothing_said(clara: cast.Treated, therapist: Client) -> None:
    with time_machine.travel(cast.local("2026-03-04 09:00"), tick=False):
        values = proposed(therapist.get(url_of(clara, "2026-03-04")))
        assert therapist.post(url_of(clara, "2026-03-04"), values).status_code == 302
    assert Session.objects.get().motion_record_complete is False


def test_before_2026_and_for_stereotactic_fractions_nothing_of_it_is_asked(
    clara: cast.Treated, therapist: Client
) -> None:
    with time_machine.travel(cast.local("2026-03-04 09:00"), tick=False):
        assert HEADING not in therapist.get(url_of(clara, "2025-12-31")).content.decode()
        assert HEADING in therapist.get(url_of(clara, "2026-01-01")).content.decode()
        Plan.objects.filter(pk=clara.plan.pk).update(technique="sbrt")
        assert HEADING not in therapist.get(url_of(clara, "2026-03-04")).content.decode()


@time_machine.travel(cast.local("2026-03-04 09:00"), tick=False)
def test_isocenters_are_carried_forward_from_the_plan_and_corrected_at_the_console(
    clara: cast.Treated, therapist: Client
) -> None:
    values = proposed(therapist.get(url_of(clara, "2026-03-04")))
    assert values["isocenters"] == "1"
    check = reverse("courses:session-check", args=[clara.course.pk])
    assert "The entry says 2 isocenters" in therapist.get(check, values | {"isocenters": "2"}).content.decode()
    assert therapist.post(url_of(clara, "2026-03-04"), values | {"isocenters": "21"}).status_code == 422
    assert therapist.post(url_of(clara, "2026-03-04"), values | {"isocenters": "2"}).status_code == 302
    session = Session.objects.get()
    assert session.isocenters == 2
    amend = reverse("courses:session-amend", args=[session.pk])
    corrected = proposed(therapist.get(amend)) | {"isocenters": "1", "amendment_reason": "one was skipped"}
    assert therapist.post(amend, corrected).status_code == 302
    session.refresh_from_db()
    assert session.isocenters == 1
    assert "1 treated" in therapist.get(reverse("courses:session", args=[session.pk])).content.decode()


@time_machine.travel(cast.local("2026-03-04 09:00"), tick=False)
def test_uncounted_isocenters_are_asked_and_those_of_electrons_and_of_2025_are_not(
    clara: cast.Treated, therapist: Client
) -> None:
    Plan.objects.filter(pk=clara.plan.pk).update(isocenters=None)
    page = therapist.get(url_of(clara, "2026-03-04"))
    assert proposed(page)["isocenters"] == ""
    assert "tell the physicist" in page.content.decode()
    assert "isocenters" not in proposed(therapist.get(url_of(clara, "2025-12-31")))
    Plan.objects.filter(pk=clara.plan.pk).update(technique="electron")
    assert "isocenters" not in proposed(therapist.get(url_of(clara, "2026-03-04")))


def test_isocenters_of_plans_treated_together_add_up_unless_they_share_one(clara: cast.Treated) -> None:
    def boost(key: str, **values: object) -> Plan:
        return Plan.objects.create(
            course=clara.course, key=key, site="head_neck", technique="vmat", kind="boost", **values
        )

    assert isocenters_of([clara.plan, boost("P2", isocenters=2)]) == 3
    electrons = Plan(course=clara.course, key="P3", technique="electron")
    assert (isocenters_of([clara.plan, electrons]), isocenters_of([electrons])) == (1, None)
    assert isocenters_of([clara.plan, boost("P4")]) is None
    shared = [boost("P5", isocenters=1, isocenter_group="A"), boost("P6", isocenter_group="A")]
    assert isocenters_of(shared) == 1
