"""Which days a course's picture has: those with something on them, those missed, those still expected."""

from datetime import date, timedelta

import pytest

from courses.picture.days import columns_of
from courses.picture.facts import AbsenceDrawn, Row, SessionMark
from courses.terms import PlanKind
from tests.courses.picture.drawn import FIRST, a_course, a_plan, a_session, an_event, days_of, treated


def test_a_weekday_between_two_sessions_is_missed() -> None:
    days = days_of(5, leaving_out=[date(2025, 3, 5)])
    columns = {column.day: column for column in columns_of(a_course(sessions=list(treated(days))))}
    assert columns[date(2025, 3, 5)].missed == 1
    assert [column.day for column in columns.values() if column.missed] == [date(2025, 3, 5)]


def test_weekends_and_holidays_are_no_gaps() -> None:
    over_new_year = days_of(15, first=date(2025, 12, 15))
    course = a_course(a_plan(fractions=15, approved_on=date(2025, 12, 15)), sessions=list(treated(over_new_year)))
    columns = columns_of(course)
    assert len(columns) == 15
    assert not any(column.missed for column in columns)
    assert {date(2025, 12, 25), date(2026, 1, 1)}.isdisjoint(column.day for column in columns)


def test_a_day_without_beam_was_tried_and_is_no_gap() -> None:
    sessions = [a_session(1, FIRST), a_session(2, FIRST + timedelta(days=1), mark=SessionMark.ABORTED)]
    assert not any(column.missed for column in columns_of(a_course(sessions=sessions)))


def test_a_cancelled_entry_leaves_its_day_missed() -> None:
    sessions = [a_session(1, FIRST), a_session(2, FIRST + timedelta(days=1), mark=SessionMark.CANCELLED)]
    missed = [column.day for column in columns_of(a_course(sessions=sessions)) if column.missed]
    assert missed == [FIRST + timedelta(days=1)]


def test_a_no_show_says_its_reason_whether_it_is_over_or_still_ahead() -> None:
    noted, today, ahead = FIRST + timedelta(days=1), FIRST + timedelta(days=3), FIRST + timedelta(days=7)
    absences = [
        AbsenceDrawn(day, reason) for day, reason in ((noted, "unwell"), (today, "machine down"), (ahead, "holiday"))
    ]
    course = a_course(a_plan(fractions=4), sessions=[a_session(1, FIRST)], absences=absences, today=today)
    columns = {column.day: column for column in columns_of(course)}
    assert (columns[noted].gap, columns[noted].missed) == ("No show: unwell", 1)
    assert columns[FIRST + timedelta(days=2)].gap == "No session"
    assert (columns[today].gap, columns[today].missed, columns[today].is_ahead) == ("No show: machine down", 0, False)
    # Neither day gives a fraction: three are left, for the three days after them.
    assert [day for day, column in columns.items() if column.is_ahead] == [FIRST + timedelta(days=n) for n in (4, 8, 9)]
    assert not columns[ahead].is_ahead


def test_who_came_after_all_is_no_no_show() -> None:
    absences = [AbsenceDrawn(FIRST, "unwell")]
    (column, *_) = columns_of(a_course(sessions=[a_session(1, FIRST)], absences=absences))
    assert (column.absence, column.gap) == ("", "")


def test_twice_a_day_misses_the_second_session_alone() -> None:
    plan = a_plan(fractions=30, per_day=2)
    sessions = [a_session(1, FIRST), a_session(2, FIRST), a_session(3, FIRST + timedelta(days=1))]
    assert [column.missed for column in columns_of(a_course(plan, sessions=sessions))[:2]] == [0, 1]


def test_three_days_a_week_expects_nothing_in_between() -> None:
    plan = a_plan(fractions=5, weekdays="135")
    sessions = list(treated([FIRST, FIRST + timedelta(days=2), FIRST + timedelta(days=4)]))
    columns = columns_of(a_course(plan, sessions=sessions))
    assert [column.day.isoweekday() for column in columns] == [1, 3, 5, 1, 3]


@pytest.mark.parametrize("fractions", [1, 35, 60])
def test_what_is_still_to_be_given_is_expected_until_the_prescription_ends(fractions: int) -> None:
    columns = columns_of(a_course(a_plan(fractions=fractions), sessions=[a_session(1, FIRST)]))
    assert len(columns) == fractions
    assert [column.is_ahead for column in columns] == [False] + [True] * (fractions - 1)


def test_a_course_that_has_not_begun_is_expected_from_its_first_planned_day() -> None:
    plan = a_plan(fractions=10, starts_on=date(2025, 3, 10))
    columns = columns_of(a_course(plan, today=FIRST))
    assert next(column.day for column in columns if column.expected) == date(2025, 3, 10)
    assert columns[0].approvals == (plan,)
    assert sum(column.expected for column in columns) == 10


def test_a_course_without_an_approved_plan_expects_nothing() -> None:
    assert columns_of(a_course(a_plan(approved_on=None), today=FIRST)) == ()


def test_a_closed_course_expects_nothing_more() -> None:
    sessions = list(treated(days_of(3)))
    columns = columns_of(a_course(sessions=sessions, today=date(2025, 6, 1), closed_on=date(2025, 3, 5)))
    assert len(columns) == 3


def test_a_boost_is_expected_once_its_first_phase_is_given() -> None:
    plans = (a_plan(1, fractions=5), a_plan(2, fractions=2, kind=PlanKind.BOOST, follows=1))
    columns = columns_of(a_course(*plans, sessions=list(treated(days_of(4)))))
    assert sum(column.expected for column in columns) == 7


def test_a_replan_treats_what_is_left_and_is_shown_on_its_day() -> None:
    days = days_of(10)
    replan = a_plan(2, fractions=25, kind=PlanKind.REPLAN, follows=1, approved_on=days[8])
    sessions = [*treated(days[:8]), *treated(days[8:], plan=2, begin=9)]
    columns = columns_of(a_course(a_plan(1, fractions=33), replan, sessions=sessions))
    assert columns[8].approvals == (replan,)
    assert sum(column.expected for column in columns) == 33


def test_a_retired_plan_expects_nothing_after_its_last_day() -> None:
    plan = a_plan(retired_on=date(2025, 3, 5))
    columns = columns_of(a_course(plan, sessions=list(treated(days_of(3))), today=date(2025, 4, 1)))
    assert not any(column.missed for column in columns)


def test_a_long_silence_is_folded_into_one_column() -> None:
    columns = columns_of(a_course(sessions=list(treated(days_of(5))), today=date(2025, 6, 2)))
    (folded,) = [column for column in columns if column.folded]
    gone = [column for column in columns if column.missed and not column.folded]
    assert len(gone) == 3
    assert folded.folded + len(gone) == len(days_of(100)[5:]) - sum(day >= date(2025, 6, 2) for day in days_of(100))


def test_a_simulation_before_the_first_session_has_its_column() -> None:
    simulated = an_event(date(2025, 2, 20), Row.OTHER)
    columns = columns_of(a_course(sessions=[a_session(1, FIRST)], events=[simulated]))
    assert (columns[0].day, columns[0].of_row(Row.OTHER)) == (date(2025, 2, 20), (simulated,))
