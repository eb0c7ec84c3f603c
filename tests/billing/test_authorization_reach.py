"""How far approved units reach: used, reserved and left, by the prescription's days and the clinic's clock."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.authorizations import (
    courses_asking,
    courses_needing_attention,
    enter_authorization,
    reach_of,
    reach_of_many,
    sentence_of,
)
from billing.capture import capture_course
from billing.models import StandingFinding
from courses.models import Course, Plan
from courses.planning import close_course
from patients.models import Encounter, PayerPolicy
from patients.roles import Role
from tests import cast
from tests.captures import deliver, deliver_days

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, prescribed 25 fractions on weekdays from Monday 2 March 2026."""
    found = cast.treated(
        mrn="A-1", last_name="Abbott", facility=cast.center(), payer=cast.commercial(), opened_on=MONDAY,
        diagnosis="C61", fractions=25,
    )  # fmt: skip
    return found


def authorize(treated: cast.Treated, **changed: Any) -> None:
    said: Any = {
        "codes": ["77407"], "units": 20, "effective_from": MONDAY, "effective_to": date(2026, 6, 30), **changed
    }  # fmt: skip
    enter_authorization(course=treated.course, by=cast.user(Role.BILLER), said=said)


def morning(day: date) -> datetime:
    return cast.local(f"{day} 07:00")


def said(treated: cast.Treated, day: date) -> str:
    sentence = sentence_of(reach_of(treated.course, at=morning(day)))
    return sentence.text if sentence else ""


def test_seventeen_of_twenty_for_twenty_five_run_out_on_thursday(ada: cast.Treated) -> None:
    authorize(ada)
    last = deliver_days(ada, MONDAY, 17)[-1].treated_on
    assert last == date(2026, 3, 24)  # A Tuesday: 18 on Wednesday, 19 on Thursday, 20 on Friday.
    assert said(ada, date(2026, 3, 24)) == (
        "17 of 20 authorized, 25 prescribed: runs out on Friday, no units from Monday."
    )
    deliver(ada, "2026-03-24 17:00", number=18)
    assert said(ada, date(2026, 3, 25)) == (
        "18 of 20 authorized, 25 prescribed: runs out on Thursday, no units from Friday."
    )


def test_used_reserved_and_left_add_up_to_the_units(ada: cast.Treated) -> None:
    authorize(ada, units=30)
    deliver_days(ada, MONDAY, 17)
    (use,) = reach_of(ada.course, at=morning(date(2026, 3, 25))).outlook.uses
    assert (use.used, use.reserved, use.left, use.units) == (17, 8, 5, 30)
    assert said(ada, date(2026, 3, 25)) == "17 of 30 authorized, 25 prescribed: enough."


def test_the_session_that_the_sentence_says_is_not_covered_is_the_one_that_is_held(ada: cast.Treated) -> None:
    authorize(ada, units=3)
    deliver_days(ada, MONDAY, 2)
    uncovered = reach_of(ada.course, at=morning(date(2026, 3, 4))).outlook.uncovered
    assert uncovered is not None
    assert uncovered.on == date(2026, 3, 5)
    for number, day in ((3, "2026-03-04"), (4, "2026-03-05")):
        deliver(ada, f"{day} 09:00", number=number)
    capture_course(course_id=ada.course.pk)
    held = StandingFinding.objects.get(code=uncovered.code, resolved_at=None)
    assert held.service_on == uncovered.on


def test_the_weekdays_and_the_sessions_a_day_are_the_prescriptions(ada: cast.Treated) -> None:
    Plan.objects.update(weekdays="135", sessions_per_day=2)
    authorize(ada, units=3)
    assert said(ada, MONDAY) == (
        "0 of 3 authorized, 25 prescribed: runs out on Wednesday, no units for that day's last session."
    )


def test_todays_session_is_to_come_until_it_is_logged(ada: cast.Treated) -> None:
    authorize(ada, units=2)
    assert said(ada, MONDAY).endswith("runs out on Tuesday, no units from Wednesday.")
    deliver(ada, f"{MONDAY} 07:00", number=1)
    assert said(ada, MONDAY).endswith("1 of 2 authorized, 25 prescribed: runs out on Tuesday, no units from Wednesday.")


def test_sessions_that_wait_for_a_signature_take_their_units_too(ada: cast.Treated) -> None:
    authorize(ada)
    deliver_days(ada, MONDAY, 14)
    for number, day in ((15, 20), (16, 23), (17, 24)):
        deliver(ada, f"2026-03-{day} 09:00", number=number, signed_at=None, signed_by=None)
    assert said(ada, date(2026, 3, 25)) == (
        "14 of 20 authorized, 25 prescribed: runs out on Friday, no units from Monday."
    )
    Encounter.objects.create(
        patient=ada.patient,
        facility=ada.course.facility,
        visit_number="STAY-1",
        is_inpatient=True,
        starts_on=date(2026, 3, 24),
        ends_on=date(2026, 3, 24),
    )
    assert "runs out on Monday, no units from Tuesday" in said(ada, date(2026, 3, 25)), "an inpatient's takes none"


def test_the_day_is_the_clinics_and_not_the_servers(ada: cast.Treated) -> None:
    authorize(ada, units=1)
    late = cast.local("2026-03-02 23:30")  # Already Tuesday in UTC.
    sentence = sentence_of(reach_of(ada.course, at=late))
    assert sentence is not None
    assert "runs out today, no units from Tuesday" in sentence.text


def test_an_approval_that_ends_before_the_course_does_says_until_when(ada: cast.Treated) -> None:
    authorize(ada, units=30, effective_to=date(2026, 3, 13))
    assert said(ada, date(2026, 3, 9)).endswith("ends on Friday, out of its dates from Monday 16 March.")


def test_units_that_are_used_up_hold_the_next_session(ada: cast.Treated) -> None:
    authorize(ada, units=2)
    deliver_days(ada, MONDAY, 2)
    sentence = sentence_of(reach_of(ada.course, at=morning(date(2026, 3, 4))))
    assert sentence is not None
    assert (sentence.text, sentence.tone) == (
        "2 of 2 authorized, 25 prescribed: used up, the next session is held.", "held"
    )  # fmt: skip


def test_a_boost_waits_its_turn_and_counts_among_the_prescribed(ada: cast.Treated) -> None:
    Plan.objects.create(
        course=ada.course, key="B1", site="prostate", technique="vmat", kind="boost", arcs=2, isocenters=1,
        fractions=5, approved_on=MONDAY, machine=ada.machine,
    )  # fmt: skip
    authorize(ada, units=30)
    assert said(ada, MONDAY) == "0 of 30 authorized, 30 prescribed: enough."


def test_without_an_authorization_there_is_nothing_to_say_unless_the_payer_asks(ada: cast.Treated) -> None:
    assert said(ada, MONDAY) == ""
    PayerPolicy.objects.create(payer=ada.coverage.payer, effective_from=date(2020, 1, 1), requires_authorization=True)
    assert said(ada, MONDAY) == "No authorization, and this payer asks for one: sessions are held."
    authorize(ada, status="requested", requested_on=date(2026, 3, 1))
    assert said(ada, MONDAY) == (
        "No authorization, and this payer asks for one: sessions are held; requested on 1 March, not yet decided."
    )


def test_a_closed_course_has_nothing_to_come(ada: cast.Treated) -> None:
    authorize(ada, units=2)
    deliver_days(ada, MONDAY, 2)
    close_course(course=ada.course, on=date(2026, 3, 5))
    assert said(ada, date(2026, 3, 5)) == "2 of 2 authorized, 2 prescribed: enough."


def test_the_list_names_open_courses_by_the_day_that_is_not_covered(ada: cast.Treated) -> None:
    clara = cast.clara()
    authorize(ada, units=10)
    authorize(clara, units=5, effective_from=date(2026, 2, 2))
    found = courses_needing_attention(at=morning(MONDAY))
    assert [(one.course, one.on) for one in found] == [
        (clara.course, date(2026, 3, 9)), (ada.course, date(2026, 3, 16)),
    ]  # fmt: skip
    close_course(course=clara.course, on=MONDAY)
    assert [one.course for one in courses_needing_attention(at=morning(MONDAY))] == [ada.course]


def test_many_courses_cost_as_many_statements_as_one(ada: cast.Treated) -> None:
    others = [cast.clara(), cast.boris(), cast.dora()]
    for one in (ada, *others):
        authorize(one, effective_from=one.course.opened_on)
    with CaptureQueriesContext(connection) as few:
        reach_of_many([ada.course.pk])
    with CaptureQueriesContext(connection) as many:
        reach_of_many(courses_asking(Course.objects.values_list("pk", flat=True)))
    assert len(many) <= len(few) + 3  # Who asks, and whether anybody has one.


def test_an_approval_that_is_over_before_it_was_used_does_not_read_as_none(ada: cast.Treated) -> None:
    authorize(ada, effective_to=date(2026, 3, 6))
    assert said(ada, date(2026, 3, 9)) == (
        "The authorization is not within its dates, 25 prescribed: sessions are held."
    )
