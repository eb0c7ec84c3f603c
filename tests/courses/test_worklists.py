"""What waits for physicists and physicians: what is due, by when, for whom, and in how many queries."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses import planning
from courses.models import Course, Plan, Session
from courses.oversight import Due, DueKind, worklist_of
from courses.terms import SessionStatus
from patients.models import Provider
from patients.roles import Role
from tests import cast
from tests.courses.logbook import log

pytestmark = pytest.mark.django_db
EVERY = tuple(DueKind)


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, from Monday 3 March 2025 on."""
    return cast.ada()


def treat(treated: cast.Treated, *days: int, **particulars: Any) -> list[Session]:
    """Treat on these days of March 2025."""
    return [log(treated, f"2025-03-{day:02} 09:00", **particulars).session for day in days]


def due(kind: DueKind, at: str, **asked: Any) -> Sequence[Due]:
    return worklist_of(kinds=EVERY, now=cast.local(at), **asked).lists[kind]


def visit(ada: cast.Treated, day: int, performer: str = "physician", family: str = "visit") -> None:
    planning.record_event(course=ada.course, family=family, on=date(2025, 3, day), performer=performer, from_file=True)


# --- by fives -----------------------------------------------------------------------------------------------------


def test_a_visit_is_due_by_the_day_of_the_fifth_fraction(ada: cast.Treated) -> None:
    treat(ada, 3, 4)
    (found,) = due(DueKind.VISIT, "2025-03-04 12:00")
    assert (found.by, found.words, found.is_over) == (date(2025, 3, 7), "fractions 1\N{EN DASH}5", False)


def test_the_day_counts_while_todays_fraction_is_still_to_come(ada: cast.Treated) -> None:
    treat(ada, 3, 4)
    (found,) = due(DueKind.VISIT, "2025-03-05 08:00")
    assert found.by == date(2025, 3, 7)


def test_a_missed_day_moves_the_due_day(ada: cast.Treated) -> None:
    treat(ada, 3, 4)
    (found,) = due(DueKind.PHYSICS, "2025-03-06 08:00")
    assert found.by == date(2025, 3, 10)


def test_a_visit_within_the_five_settles_it_and_one_before_does_not(ada: cast.Treated) -> None:
    treat(ada, 3, 4)
    visit(ada, 4)
    assert due(DueKind.VISIT, "2025-03-04 12:00") == []
    treat(ada, 5, 6, 7, 10)
    (found,) = due(DueKind.VISIT, "2025-03-10 12:00")
    assert found.words == "fractions 6\N{EN DASH}10"


def test_a_visit_by_a_nurse_practitioner_does_not_stand_for_the_physicians(ada: cast.Treated) -> None:
    treat(ada, 3)
    visit(ada, 3, "nurse_practitioner")
    assert len(due(DueKind.VISIT, "2025-03-03 12:00")) == 1


def test_a_five_that_is_over_is_recorded_if_it_was_done_and_stands_below(ada: cast.Treated) -> None:
    treat(ada, 3, 4, 5, 6, 7, 10)
    running, over = due(DueKind.PHYSICS, "2025-03-10 12:00")
    assert (running.is_over, over.is_over, over.by) == (False, True, date(2025, 3, 7))
    visit(ada, 5, "physicist", "physics_check")
    assert [one.words for one in due(DueKind.PHYSICS, "2025-03-10 12:00")] == ["fractions 6\N{EN DASH}10"]


def test_aborted_and_cancelled_sessions_are_no_fractions(ada: cast.Treated) -> None:
    treat(ada, 3, status=SessionStatus.ABORTED)
    assert due(DueKind.VISIT, "2025-03-03 12:00") == []


def test_twice_a_day_is_due_after_five_sessions() -> None:
    boris = cast.boris()
    log(boris, "2025-05-05 08:00")
    log(boris, "2025-05-05 15:00")
    (found,) = due(DueKind.VISIT, "2025-05-05 17:00")
    assert found.by == date(2025, 5, 7)


def test_stereotactic_fractions_ask_for_a_physics_check_and_no_visit(ada: cast.Treated) -> None:
    Plan.objects.update(technique="sbrt", fractions=5)
    treat(ada, 3)
    found = worklist_of(kinds=EVERY, now=cast.local("2025-03-03 12:00")).lists
    assert (len(found[DueKind.VISIT]), len(found[DueKind.PHYSICS])) == (0, 1)


def test_a_closed_course_and_one_that_rests_for_a_month_ask_for_nothing(ada: cast.Treated) -> None:
    treat(ada, 3)
    assert due(DueKind.VISIT, "2025-04-10 12:00") == []
    Course.objects.update(closed_on=date(2025, 3, 4))
    assert due(DueKind.VISIT, "2025-03-04 12:00") == []


# --- images -------------------------------------------------------------------------------------------------------


def test_images_are_due_before_the_next_fraction_at_its_usual_time(ada: cast.Treated) -> None:
    Plan.objects.update(usual_time=time(9, 10))
    treat(ada, 7, guidance="cbct")
    (found,) = due(DueKind.IMAGES, "2025-03-07 12:00")
    assert (found.by, found.at, found.is_over) == (date(2025, 3, 10), time(9, 10), False)


def test_images_of_a_session_before_the_last_are_too_late_and_say_so(ada: cast.Treated) -> None:
    first, _ = treat(ada, 3, 4, guidance="cbct")
    waiting, late = due(DueKind.IMAGES, "2025-03-04 12:00")
    assert late.session is not None
    assert (waiting.is_over, late.session.pk, late.is_over) == (False, first.pk, True)


def test_reviewed_images_and_sessions_without_any_are_not_listed(ada: cast.Treated) -> None:
    treat(ada, 3, guidance="cbct", guidance_reviewed=True)
    treat(ada, 4)
    assert due(DueKind.IMAGES, "2025-03-04 12:00") == []


# --- plans --------------------------------------------------------------------------------------------------------


def test_a_plan_goes_from_the_physicist_to_the_physician(ada: cast.Treated) -> None:
    plan = planning.propose_plan(
        course=ada.course, key="RX", site="bone", technique="imrt", fractions=5, dicom_uid="1.2.3",
        starts_on=date(2025, 3, 12),
    )  # fmt: skip
    at = "2025-03-10 12:00"
    (found,) = due(DueKind.CONFIRM, at)
    assert (found.plan, found.by) == (plan, date(2025, 3, 12))
    assert due(DueKind.APPROVE, at) == []
    planning.confirm_plan(plan=plan, by=cast.user(Role.PHYSICIST))
    assert (due(DueKind.CONFIRM, at), [one.plan for one in due(DueKind.APPROVE, at)]) == ([], [plan])
    planning.approve_plan(plan=plan, by=cast.user(Role.PHYSICIAN))
    assert due(DueKind.APPROVE, at) == []


def test_a_plan_that_is_delivered_without_a_signature_is_late_since_its_first_fraction(ada: cast.Treated) -> None:
    Plan.objects.update(approved_on=None)
    treat(ada, 4, 5)
    (found,) = due(DueKind.APPROVE, "2025-03-06 12:00")
    assert (found.by, found.words) == (date(2025, 3, 4), "already delivered")


def test_what_is_due_first_comes_first(ada: cast.Treated) -> None:
    clara = cast.clara()
    for treated, day in ((ada, date(2025, 3, 20)), (clara, date(2025, 3, 12))):
        planning.propose_plan(
            course=treated.course, key="B", site="bone", technique="imrt", by=cast.user(Role.PHYSICIST), starts_on=day
        )
    assert [one.course for one in due(DueKind.APPROVE, "2025-03-10 12:00")] == [clara.course, ada.course]


# --- whose, when, and how dear ------------------------------------------------------------------------------------


def test_a_physician_sees_her_own_courses_and_those_of_nobody(ada: cast.Treated) -> None:
    other = Provider.objects.create(last_name="Ray", npi="1234567893")
    treat(ada, 3)
    assert due(DueKind.VISIT, "2025-03-03 12:00", physician=other) == []
    Course.objects.update(physician=None)
    assert len(due(DueKind.VISIT, "2025-03-03 12:00", physician=other)) == 1


def test_the_day_is_the_clinics_and_not_the_servers(ada: cast.Treated) -> None:
    treat(ada, 3, 4, 5, 6, 7)
    late_evening = datetime.combine(date(2025, 3, 7), time(23, 30), cast.ZONE)
    assert [one.is_over for one in worklist_of(kinds=EVERY, now=late_evening).lists[DueKind.VISIT]] == [False]
    after_midnight = late_evening + timedelta(hours=1)
    assert [one.is_over for one in worklist_of(kinds=EVERY, now=after_midnight).lists[DueKind.VISIT]] == [True]


def test_the_count_leaves_out_what_is_over(ada: cast.Treated) -> None:
    treat(ada, 3, 4, 5, 6, 7, 10)
    found = worklist_of(kinds=(DueKind.VISIT, DueKind.PHYSICS), now=cast.local("2025-03-10 12:00"))
    assert (found.count, sum(map(len, found.lists.values()))) == (2, 4)


def test_more_patients_need_no_more_queries(ada: cast.Treated) -> None:
    treat(ada, 3, guidance="cbct")
    few = _queries()
    for number in range(6):
        treated = cast.treated(
            mrn=f"W-{number}", last_name="Wood", facility=cast.center(), payer=cast.commercial(),
            opened_on=date(2025, 3, 3), diagnosis="C61",
        )  # fmt: skip
        log(treated, f"2025-03-03 1{number}:00", guidance="cbct")
        planning.propose_plan(course=treated.course, key="B", site="bone", technique="imrt")
    assert _queries() == few <= 8


def _queries() -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        worklist_of(kinds=EVERY, now=cast.local("2025-03-03 20:00"))
    return len(queries)
