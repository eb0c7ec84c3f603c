"""What the tests of the picture share: plans and sessions in one line each."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta

from courses.calendar import treatment_days
from courses.picture.facts import (
    AbsenceDrawn,
    CoursePictured,
    EventDrawn,
    ImagesMark,
    PlanDrawn,
    Row,
    SessionDrawn,
    SessionMark,
)
from courses.terms import PlanKind

FIRST = date(2025, 3, 3)
"""A Monday."""


def a_plan(
    key: int = 1, *, fractions: int | None = 35, kind: PlanKind = PlanKind.INITIAL, approved_on: date | None = FIRST,
    per_day: int = 1, weekdays: str = "12345", line: str = "lung", follows: int | None = None,
    retired_on: date | None = None, starts_on: date | None = None,
) -> PlanDrawn:  # fmt: skip
    """Return a plan P<key>."""
    return PlanDrawn(
        key=key, name=f"P{key}", kind=kind, line=line, words="vmat", approved_on=approved_on, retired_on=retired_on,
        fractions=fractions, sessions_per_day=per_day, weekdays=weekdays, starts_on=starts_on, follows=follows,
    )  # fmt: skip


def a_session(
    key: int, on: date, *, plan: int = 1, mark: SessionMark = SessionMark.TREATED,
    images: ImagesMark = ImagesMark.NONE, is_stereotactic: bool = False,
) -> SessionDrawn:  # fmt: skip
    """Return a session that gives one fraction, unless no beam was given."""
    beam = mark in (SessionMark.TREATED, SessionMark.PARTIAL)
    return SessionDrawn(
        key=key, on=on, at=time(9), mark=mark, shown=str(key), words=f"fraction {key}", given=(plan,) if beam else (),
        images=images, counts=beam, is_stereotactic=is_stereotactic,
    )  # fmt: skip


def days_of(count: int, *, first: date = FIRST, leaving_out: Sequence[date] = ()) -> list[date]:
    """Return so many treatment days from the first on."""
    days = treatment_days(first, range(1, 6), skipped=leaving_out)
    return [day for day, _ in zip(days, range(count), strict=False)]


def treated(days: Sequence[date], *, plan: int = 1, begin: int = 1) -> Iterator[SessionDrawn]:
    """Yield a treated session on each day."""
    for key, day in enumerate(days, begin):
        yield a_session(key, day, plan=plan)


def a_course(
    *plans: PlanDrawn, sessions: Sequence[SessionDrawn] = (), events: Sequence[EventDrawn] = (),
    today: date | None = None, closed_on: date | None = None, absences: Sequence[AbsenceDrawn] = (),
) -> CoursePictured:  # fmt: skip
    """Return a course, looked at on the day after its last session."""
    last = max((one.on for one in sessions), default=FIRST)
    return CoursePictured(
        today=today or last + timedelta(days=1), closed_on=closed_on, plans=plans or (a_plan(),),
        sessions=tuple(sessions), events=tuple(events), absences=tuple(absences),
    )  # fmt: skip


def an_event(on: date, row: Row, *, stands: bool = True) -> EventDrawn:
    """Return an event of a row."""
    return EventDrawn(key=1, on=on, row=row, words=row.value, stands=stands)
