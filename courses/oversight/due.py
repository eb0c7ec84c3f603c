"""What is due of a course, and by when: counted from its days and its pattern. ``lists`` reads the rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import islice

from courses.calendar import treatment_days
from courses.models import Course, Plan
from courses.oversight.course import SessionSeen
from courses.picture.fives import FIVE, Five, fives_of

DAY = timedelta(days=1)


class DueKind(StrEnum):
    """What is due; the order is that of the page."""

    APPROVE = "approve"
    CONFIRM = "confirm"
    IMAGES = "images"
    VISIT = "visit"
    PHYSICS = "physics"


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that is due of a course. ``by`` is the last day on which it is in time."""

    kind: DueKind
    course: Course
    by: date
    at: time | None = None
    """The time of that day before which it is to be done, where one is known."""
    words: str = ""
    plan: Plan | None = None
    session: SessionSeen | None = None
    five: Five | None = None
    is_over: bool = False
    """Whether the time for it has passed: it is recorded if it was done, with the day on which it was."""

    @property
    def order(self) -> tuple[date, time, str, int]:
        """What is due first comes first."""
        return (self.by, self.at or time.max, self.course.patient.last_name, self.course.pk)


@dataclass(frozen=True, slots=True)
class Pattern:
    """On which days a course is treated from now on."""

    weekdays: frozenset[int]
    per_day: int
    usual_time: time | None

    def days(self, first: date, count: int) -> list[date]:
        """Return the next days of treatment from ``first`` on."""
        return list(islice(treatment_days(first, self.weekdays), count))


def pattern_of(plans: Sequence[Plan], today: date) -> Pattern:
    """Return the pattern of the living approved plans; of none, each weekday once."""
    living = [one for one in plans if one.is_approved and (one.retired_on is None or one.retired_on >= today)]
    weekdays = frozenset(int(digit) for plan in living for digit in plan.weekdays) or frozenset(range(1, 6))
    times = [plan.usual_time for plan in living if plan.usual_time is not None]
    return Pattern(weekdays, max((plan.sessions_per_day for plan in living), default=1), min(times, default=None))


def last_day_of(five: Five, pattern: Pattern, today: date) -> date:
    """Return the day on which the last fraction of a running five will be given, if none is missed."""
    of_today = sum(day == today for day in five.days)
    first = today if of_today < pattern.per_day else today + DAY
    missing = FIVE - len(five.days) + (of_today if first == today else 0)
    days = pattern.days(first, max(-(-missing // pattern.per_day), 1))
    return days[-1] if days else today


def open_fives(days: Sequence[date], done: Collection[date]) -> list[Five]:
    """Return the fives that have nothing of ``done`` in them: those that are over, and the running one."""
    return [five for five in fives_of(days) if not five.has(done)]


def next_fraction(pattern: Pattern, session: SessionSeen, day: date) -> tuple[date, time | None]:
    """Return when the fraction after a session is expected, seen on ``day``: the images are reviewed before."""
    if pattern.per_day > 1 and session.treated_on == day:
        return day, None
    days = pattern.days(max(session.treated_on + DAY, day), 1)
    return (days[0] if days else day), pattern.usual_time
