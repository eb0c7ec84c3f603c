"""What a cell of the grid says: each visit to the machine with its charge, from treated to paid. Pure.

The same judgement as the proof's (proving.py), made a second time from rows at hand; a test holds the two together.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from billing.reconciliation.gaps import NO_TECHNICAL_PART, RESUMED
from billing.standing.words import Standing
from courses.terms import SessionStatus


class CellState(StrEnum):
    """How far a visit has come; the first three are for a person to look into."""

    NOT_CHARGED = "not-charged"
    NOT_TREATED = "not-treated"
    DOUBLE = "double"
    UNSIGNED = "unsigned"
    EXPLAINED = "explained"
    CHARGED = "charged"
    HELD = "held"
    RELEASED = "released"
    EXPORTED = "exported"
    ACKNOWLEDGED = "acknowledged"
    DENIED = "denied"
    PAID = "paid"

    @property
    def is_gap(self) -> bool:
        """Whether treated and charged do not agree."""
        return self in GAPS


GAPS = frozenset({CellState.NOT_CHARGED, CellState.NOT_TREATED, CellState.DOUBLE})
ABORTED = "aborted"
_COMES_AS = {
    Standing.OPEN: CellState.CHARGED,
    Standing.HELD: CellState.HELD,
    Standing.RELEASED: CellState.RELEASED,
    Standing.ON_CLAIM: CellState.EXPORTED,
    Standing.SENT: CellState.EXPORTED,
    Standing.ACKNOWLEDGED: CellState.ACKNOWLEDGED,
    Standing.ACCEPTED: CellState.ACKNOWLEDGED,
    Standing.REJECTED: CellState.DENIED,
    Standing.DENIED: CellState.DENIED,
    Standing.PAID: CellState.PAID,
}


@dataclass(frozen=True, slots=True)
class Treated:
    """A session as the grid reads it; ``at`` is the clinic's clock. ``completes``: it resumes a partial session."""

    session_id: int
    course_id: int
    on: date
    at: time
    status: SessionStatus
    is_signed: bool
    is_cancelled: bool
    completes: bool

    @property
    def has_beam(self) -> bool:
        """Whether it counts: signed, not cancelled, with beam."""
        return self.is_signed and not self.is_cancelled and self.status is not SessionStatus.ABORTED


@dataclass(frozen=True, slots=True)
class Charged:
    """A delivery line that stands."""

    entry_id: int
    course_id: int
    session_id: int | None
    on: date
    written: str
    standing: Standing
    is_held: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit in a cell. Without a session, lines alone; ``reason`` says why there is no line, or what is wrong."""

    state: CellState
    on: date
    session: Treated | None
    lines: tuple[Charged, ...] = ()
    reason: str = ""


@dataclass(slots=True)
class CourseCells:
    """The visits of a course by day."""

    by_day: dict[date, list[Visit]] = field(default_factory=dict)

    def add(self, visit: Visit) -> None:
        """Put a visit into the cell of its day."""
        self.by_day.setdefault(visit.on, []).append(visit)

    @property
    def gaps(self) -> int:
        """How many visits do not agree with their charges."""
        return sum(visit.state.is_gap for visits in self.by_day.values() for visit in visits)


def cells_of(
    sessions: Sequence[Treated],
    lines: Iterable[Charged],
    said: Mapping[int, str],
    without_technical_part: Collection[int] = (),
) -> dict[int, CourseCells]:
    """Return the cells of each course.

    Args:
        sessions: those of the days shown, cancelled ones too, by time.
        lines: the delivery lines of the days shown that stand.
        said: by session, the code of the finding that stands in place of its line.
        without_technical_part: the courses of practices that bill none; their sessions have no delivery line.
    """
    found: defaultdict[int, CourseCells] = defaultdict(CourseCells)
    of_session: defaultdict[int | None, list[Charged]] = defaultdict(list)
    for line in lines:
        of_session[line.session_id].append(line)
    for session in sessions:
        own = tuple(of_session.pop(session.session_id, ()))
        reason = said.get(session.session_id) or (
            NO_TECHNICAL_PART if session.course_id in without_technical_part else ""
        )
        visit = _visit(session, own, reason)
        if visit is not None:
            found[session.course_id].add(visit)
    for line in _without_session(of_session.values()):
        words = "The line names no session." if line.session_id is None else "Its session is not of this day, or gone."
        found[line.course_id].add(Visit(CellState.NOT_TREATED, line.on, None, (line,), words))
    return dict(found)


def _visit(session: Treated, lines: tuple[Charged, ...], reason: str) -> Visit | None:
    if not session.has_beam:
        return _without_beam(session, lines)
    if len(lines) > 1 or (session.completes and lines):
        words = f"{len(lines)} delivery lines" if len(lines) > 1 else "Its partial session has the line of both."
        return Visit(CellState.DOUBLE, session.on, session, lines, words)
    if lines:
        line = lines[0]
        if line.on != session.on or line.course_id != session.course_id:
            return Visit(CellState.NOT_TREATED, session.on, session, lines, f"The line is of {line.on}.")
        return Visit(_comes_as(line), session.on, session, lines)
    if session.completes or reason:
        return Visit(CellState.EXPLAINED, session.on, session, reason=RESUMED if session.completes else reason)
    return Visit(CellState.NOT_CHARGED, session.on, session)


def _without_beam(session: Treated, lines: tuple[Charged, ...]) -> Visit | None:
    """Return what a session that does not count shows; a cancelled one without a line nothing."""
    if lines:
        what = "cancelled" if session.is_cancelled else "aborted" if session.is_signed else "not signed"
        return Visit(CellState.NOT_TREATED, session.on, session, lines, f"Its session is {what}.")
    if session.is_cancelled:
        return None
    if not session.is_signed:
        return Visit(CellState.UNSIGNED, session.on, session)
    return Visit(CellState.EXPLAINED, session.on, session, reason=ABORTED)


def _comes_as(line: Charged) -> CellState:
    if line.is_held and line.standing is Standing.OPEN:
        return CellState.HELD
    return _COMES_AS[line.standing]


def _without_session(groups: Iterable[list[Charged]]) -> Iterator[Charged]:
    for lines in groups:
        yield from lines
