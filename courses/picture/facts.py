"""What is known of a course, as its picture is drawn from it: frozen values, days of the clinic, no names."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from courses.terms import PlanKind


class SessionMark(StrEnum):
    """How a session is drawn."""

    TREATED = "treated"
    PARTIAL = "partial"
    ABORTED = "aborted"
    UNSIGNED = "unsigned"
    CANCELLED = "cancelled"


class ImagesMark(StrEnum):
    """How the review of a session's images stands. ``missed``: the next fraction came before it."""

    NONE = "none"
    REVIEWED = "reviewed"
    LATE = "late"
    WAITING = "waiting"
    MISSED = "missed"


class Row(StrEnum):
    """The rows in which events of the course stand."""

    VISIT = "visit"
    PHYSICS = "physics"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PlanDrawn:
    """A plan: when it was approved, what it prescribes, which plan it takes the place of or adds to."""

    key: int
    name: str
    kind: PlanKind
    line: str
    """Site and side: plans of one line come one after another, those of different lines side by side."""
    words: str
    approved_on: date | None
    retired_on: date | None
    fractions: int | None
    sessions_per_day: int
    weekdays: str
    starts_on: date | None
    follows: int | None = None

    def is_living(self, day: date) -> bool:
        """Whether a fraction of it may be given on ``day``."""
        return self.retired_on is None or self.retired_on >= day


@dataclass(frozen=True, slots=True)
class SessionDrawn:
    """A session: ``given`` are the plans whose fractions stand by it, ``shown`` what its square says."""

    key: int
    on: date
    at: time
    mark: SessionMark
    shown: str
    words: str
    given: tuple[int, ...]
    images: ImagesMark
    counts: bool
    """Whether it is one of the fractions counted by fives."""
    is_stereotactic: bool = False
    completes: bool = False
    """Whether it only completes an earlier session."""


@dataclass(frozen=True, slots=True)
class EventDrawn:
    """Something done for the course. ``stands``: it answers for its five (a visit by the physician does)."""

    key: int
    on: date
    row: Row
    words: str
    stands: bool = True


@dataclass(frozen=True, slots=True)
class AbsenceDrawn:
    """A day on which the patient was noted as a no-show, and why."""

    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class CoursePictured:
    """All that the picture shows, in order of time."""

    today: date
    closed_on: date | None
    plans: tuple[PlanDrawn, ...]
    sessions: tuple[SessionDrawn, ...]
    events: tuple[EventDrawn, ...]
    absences: tuple[AbsenceDrawn, ...] = ()

    @property
    def begun_on(self) -> date | None:
        """The day of the first session in which beam was given."""
        days = [one.on for one in self.sessions if one.given or one.counts]
        return min(days, default=None)
