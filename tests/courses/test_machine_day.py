"""The machine's day: who is due, what was treated, which fraction comes next, at a fixed number of statements."""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.delivery import DayRow, RowState, machine_day, state_of_day
from courses.models import Course, Machine, Plan
from courses.terms import SessionStatus
from tests import cast
from tests.courses.logbook import log

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2025, 5, 7)
SATURDAY = date(2025, 5, 10)


def rows(machine: Machine, day: date = WEDNESDAY) -> list[DayRow]:
    return list(machine_day(machine=machine, day=day).rows)


def the_row(treated: cast.Treated, day: date = WEDNESDAY) -> DayRow:
    (row,) = rows(treated.machine, day)
    return row


def coming(row: DayRow) -> list[tuple[str, int]]:
    return [(fraction.plan.key, fraction.number) for fraction in row.coming]


def test_a_patient_with_an_approved_plan_is_due_on_its_weekdays() -> None:
    ada = cast.ada()
    row = the_row(ada)
    assert (row.state, coming(row)) == (RowState.DUE, [("P1", 1)])
    assert rows(ada.machine, SATURDAY) == []
    assert [one.state for one in machine_day(machine=ada.machine, day=SATURDAY).others] == [RowState.NOT_DUE]


def test_every_other_day_leaves_the_days_between_free() -> None:
    ada = cast.ada()
    Plan.objects.update(weekdays="24")
    assert rows(ada.machine) == []
    assert the_row(ada, date(2025, 5, 8)).state == RowState.DUE


def test_after_the_fraction_the_patient_is_treated_and_the_next_day_brings_the_next_fraction() -> None:
    ada = cast.ada()
    session = log(ada, "2025-05-07 09:00").session
    row = the_row(ada)
    assert (row.state, list(row.sessions)) == (RowState.TREATED, [session])
    assert coming(the_row(ada, date(2025, 5, 8))) == [("P1", 2)]


def test_twice_daily_is_due_a_second_time() -> None:
    boris = cast.boris()
    log(boris, "2025-05-07 08:00")
    row = the_row(boris)
    assert (row.state, coming(row)) == (RowState.SECOND_DUE, [("P1", 2)])
    log(boris, "2025-05-07 14:30")
    assert the_row(boris).state == RowState.TREATED


def test_a_partial_waits_for_its_resumption_of_the_same_fraction() -> None:
    ada = cast.ada()
    partial = log(ada, "2025-05-07 09:00", status=SessionStatus.PARTIAL).session
    row = the_row(ada)
    assert (row.state, coming(row)) == (RowState.PARTIAL, [("P1", 1)])
    log(ada, "2025-05-07 11:00", resumes=partial)
    assert the_row(ada).state == RowState.TREATED


def test_an_aborted_attempt_leaves_the_patient_to_be_treated() -> None:
    ada = cast.ada()
    log(ada, "2025-05-07 09:00", status=SessionStatus.ABORTED)
    row = the_row(ada)
    assert (row.state, coming(row)) == (RowState.ABORTED, [("P1", 1)])


def test_the_list_is_in_order_of_the_usual_time() -> None:
    ada, boris = cast.ada(), cast.boris()
    Machine.objects.filter(pk=ada.machine.pk).update(facility=boris.machine.facility, name="TrueBeam 9")
    Plan.objects.update(machine=ada.machine)
    Course.objects.update(facility=boris.machine.facility)
    Plan.objects.filter(pk=ada.plan.pk).update(usual_time=time(13, 0))
    log(boris, "2025-05-06 08:10")
    ada.machine.refresh_from_db()
    assert [row.usual_time for row in rows(ada.machine)] == [time(8, 10), time(13, 0)]


def test_a_boost_waits_for_the_plan_before_it() -> None:
    ada = cast.ada()
    Plan.objects.update(fractions=1)
    Plan.objects.create(
        course=ada.course, key="P2", site="prostate", technique="vmat", kind="boost", fractions=5,
        approved_on=date(2025, 3, 4), machine=ada.machine,
    )  # fmt: skip
    assert coming(the_row(ada)) == [("P1", 1)]
    log(ada, "2025-05-06 09:00")
    assert coming(the_row(ada)) == [("P2", 1)]


def test_a_replan_leaves_the_boost_after_it_to_be_given() -> None:
    clara = cast.clara()
    values = {"course": clara.course, "site": "head_neck", "technique": "vmat", "machine": clara.machine}
    Plan.objects.create(key="P2", kind="boost", fractions=2, approved_on=date(2026, 2, 3), **values)
    replan = Plan.objects.create(
        key="P3", kind="replan", follows=clara.plan, fractions=1, approved_on=date(2026, 2, 12), **values
    )
    assert coming(the_row(clara, date(2026, 2, 13))) == [("P3", 1)]
    Plan.objects.filter(pk=clara.plan.pk).update(retired_on=date(2026, 2, 12))
    assert coming(the_row(clara, date(2026, 2, 13))) == [("P3", 1)]
    log(clara, "2026-02-13 09:00", plans=[replan])
    assert coming(the_row(clara, date(2026, 2, 16))) == [("P2", 1)]


def test_a_replan_for_another_machine_is_due_there_and_nothing_is_due_here() -> None:
    clara = cast.clara()
    other = cast.machine(clara.course.facility, "TrueBeam 2")
    Plan.objects.create(
        course=clara.course, key="P2", site="head_neck", technique="vmat", kind="replan", follows=clara.plan,
        fractions=20, approved_on=date(2026, 2, 12), machine=other,
    )  # fmt: skip
    day = date(2026, 2, 13)
    assert [len(machine_day(machine=machine, day=day).rows) for machine in (clara.machine, other)] == [0, 1]


def test_a_replan_takes_the_place_of_the_plan_before_it_once_approved() -> None:
    clara = cast.clara()
    day = date(2026, 3, 4)
    replan = Plan.objects.create(
        course=clara.course, key="P2", site="head_neck", technique="vmat", kind="replan", fractions=20,
        machine=clara.machine,
    )  # fmt: skip
    assert coming(the_row(clara, day)) == [("P1", 1)]
    Plan.objects.filter(pk=replan.pk).update(approved_on=date(2026, 3, 3))
    assert coming(the_row(clara, day)) == [("P2", 1)]


def test_two_sites_are_delivered_together() -> None:
    ada = cast.ada()
    Plan.objects.create(
        course=ada.course, key="P2", site="bone", technique="conformal_3d", fractions=5,
        approved_on=date(2025, 3, 4), machine=ada.machine,
    )  # fmt: skip
    assert coming(the_row(ada)) == [("P1", 1), ("P2", 1)]


def test_a_plan_that_starts_later_or_was_retired_or_is_complete_is_not_due() -> None:
    ada = cast.ada()
    Plan.objects.update(starts_on=date(2025, 5, 8))
    assert rows(ada.machine) == []
    Plan.objects.update(starts_on=None, retired_on=date(2025, 5, 6))
    assert rows(ada.machine) == []
    Plan.objects.update(retired_on=None, fractions=1)
    log(ada, "2025-05-06 09:00")
    assert rows(ada.machine) == []


def test_a_patient_treated_on_another_machine_shows_as_treated_on_both() -> None:
    ada = cast.ada()
    other = cast.machine(ada.course.facility, "TrueBeam 2")
    log(cast.Treated(ada.patient, ada.coverage, ada.course, ada.plan, other), "2025-05-07 09:00")
    assert the_row(ada).state == RowState.TREATED
    assert [row.state for row in rows(other)] == [RowState.TREATED]


def test_a_closed_course_is_off_the_list() -> None:
    ada = cast.ada()
    Course.objects.update(closed_on=date(2025, 5, 6))
    assert rows(ada.machine) == []


def test_the_number_of_statements_does_not_grow_with_the_patients() -> None:
    def statements() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            day = machine_day(machine=machine, day=WEDNESDAY)
            assert [row.course.patient.full_name for row in day.rows]
            assert [fraction.plan.key for row in day.rows for one in row.sessions for fraction in one.fractions.all()]
        return len(captured)

    ada = cast.ada()
    machine = Machine.objects.select_related("facility").get(pk=ada.machine.pk)
    log(ada, "2025-05-06 09:00")
    log(ada, "2025-05-07 09:00")
    few = statements()
    for number in range(12):
        other = cast.treated(
            mrn=f"Z-{number}", last_name=f"Zed{number}", facility=ada.course.facility, payer=cast.commercial(),
            opened_on=date(2025, 3, 3), diagnosis="C61",
        )  # fmt: skip
        log(other, f"2025-05-06 10:{number:02d}")
        log(other, f"2025-05-07 10:{number:02d}")
    assert statements() == few
    assert few <= 8


def test_the_days_state_changes_with_everything_that_is_logged_and_is_asked_in_one_statement() -> None:
    ada = cast.ada()
    machine = Machine.objects.select_related("facility").get(pk=ada.machine.pk)
    with CaptureQueriesContext(connection) as captured:
        before = state_of_day(machine=machine, day=WEDNESDAY)
    assert len(captured) == 1
    assert state_of_day(machine=machine, day=WEDNESDAY) == before
    session = log(ada, "2025-05-07 09:00").session
    logged = state_of_day(machine=machine, day=WEDNESDAY)
    type(session).objects.filter(pk=session.pk).update(status_reason="typed by hand in the database")
    assert len({before, logged, state_of_day(machine=machine, day=WEDNESDAY)}) == 3
