"""The days of a course as columns: each day on which something happened, or on which the pattern expected a session.

Days that are still to come are expected for as long as the prescription lasts. A long run of missed days is folded.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from courses.calendar import is_holiday
from courses.picture.facts import CoursePictured, EventDrawn, PlanDrawn, Row, SessionDrawn
from courses.picture.phases import Phase, due_phases, phases_of

DAY = timedelta(days=1)
LONGEST_BACK, LONGEST_AHEAD = 800, 200
"""Days that are walked through at most: a course that nobody closed must not grow without end."""
SHOWN_OF_RUN = 3
LONGEST_RUN = 8


@dataclass(frozen=True, slots=True)
class Column:
    """One day. ``folded``: so many missed days stand behind it, and ``day`` is the first of them."""

    day: date
    expected: int = 0
    missed: int = 0
    is_ahead: bool = False
    sessions: tuple[SessionDrawn, ...] = ()
    events: tuple[EventDrawn, ...] = ()
    approvals: tuple[PlanDrawn, ...] = ()
    folded: int = 0
    absence: str = ""
    """Why the patient did not come, where that was noted and no session says otherwise."""

    def of_row(self, row: Row) -> tuple[EventDrawn, ...]:
        """Return its events of one row."""
        return tuple(event for event in self.events if event.row is row)

    @property
    def gap(self) -> str:
        """What is missing on it, in words; empty where nothing is."""
        if self.folded:
            return f"{self.folded} days without a session"
        if self.absence:
            return f"No show: {self.absence}"
        if not self.missed:
            return ""
        return "One session missing" if self.missed < self.expected else "No session"

    @property
    def is_bare(self) -> bool:
        """Whether nothing is to be seen on it but that the session is missing."""
        return bool(self.missed) and not (self.sessions or self.events or self.approvals or self.absence)


def columns_of(course: CoursePictured) -> tuple[Column, ...]:
    """Return the columns in order of the days."""
    expected = dict(_expected_days(course))
    days = sorted({*expected, *_days_with_something(course)})
    return tuple(_folded([_column(course, day, expected.get(day, 0)) for day in days]))


def _days_with_something(course: CoursePictured) -> Iterator[date]:
    yield from (session.on for session in course.sessions)
    yield from (event.on for event in course.events)
    yield from (absence.on for absence in course.absences)
    yield from (plan.approved_on for plan in course.plans if plan.approved_on is not None)


def _column(course: CoursePictured, day: date, expected: int) -> Column:
    sessions = tuple(session for session in course.sessions if session.on == day)
    tried = sum(session.mark != "cancelled" and not session.completes for session in sessions)
    absence = "" if tried else next((one.reason for one in course.absences if one.on == day), "")
    return Column(
        day=day,
        expected=expected,
        missed=max(expected - tried, 0) if day < course.today else 0,
        is_ahead=day >= course.today and not tried and not absence,
        sessions=sessions,
        events=tuple(event for event in course.events if event.on == day),
        approvals=tuple(plan for plan in course.plans if plan.approved_on == day),
        absence=absence,
    )


# --- what the pattern expects -------------------------------------------------------------------------------------


def _expected_days(course: CoursePictured) -> Iterator[tuple[date, int]]:
    """Yield each day on which the pattern expects sessions, and how many: as it was, then as it will go on."""
    phases = phases_of(course.plans)
    first = course.begun_on or _first_planned(course, phases)
    if first is None:
        return
    given: Counter[int] = Counter()
    away = {absence.on for absence in course.absences}
    for day in _walk(course, first):
        due = due_phases(phases, given, day)
        if not due:
            return
        plans = [phase.plan_on(day) for phase in due]
        of_day = [plan for plan in plans if str(day.isoweekday()) in plan.weekdays and not is_holiday(day)]
        if of_day:
            yield day, max(plan.sessions_per_day for plan in of_day)
        if day < course.today or any(session.on == day and session.given for session in course.sessions):
            given.update(key for session in course.sessions if session.on == day for key in session.given)
        elif day not in away:
            given.update({plan.key: plan.sessions_per_day for plan in of_day})


def _walk(course: CoursePictured, first: date) -> Iterator[date]:
    """Yield the days from the first on, as long as something may be expected on them."""
    last = course.today + LONGEST_AHEAD * DAY
    if course.closed_on is not None:
        last = min(course.closed_on, course.today - DAY)
    day = first
    for _ in range(LONGEST_BACK + LONGEST_AHEAD):
        if day > last:
            return
        yield day
        day += DAY


def _first_planned(course: CoursePictured, phases: Sequence[Phase]) -> date | None:
    """Return the day on which a course without a session begins: as planned, never before today."""
    if course.closed_on is not None or not any(plan.approved_on is not None for plan in course.plans):
        return None
    planned = [plan.starts_on for phase in phases for plan in phase.plans if plan.starts_on is not None]
    return max([course.today, *planned[:1]])


# --- long gaps ----------------------------------------------------------------------------------------------------


def _folded(columns: Sequence[Column]) -> Iterator[Column]:
    """Yield the columns; of a long run of missed days only the first, the rest behind one column."""
    for is_bare, run in groupby(columns, key=lambda column: column.is_bare):
        found = list(run)
        if not is_bare or len(found) <= LONGEST_RUN:
            yield from found
            continue
        yield from found[:SHOWN_OF_RUN]
        hidden = found[SHOWN_OF_RUN:]
        missed = sum(column.missed for column in hidden)
        yield replace(hidden[0], folded=len(hidden), missed=missed)
