"""What should stand against what stands: the differences of one course, the explained told from the unexplained.

Pure: due lines, standing lines, reversals and findings in; tallies and differences out. A difference is explained
where a finding, a hold or a reversal says why; what nothing explains is for a person to look into.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from billing.reconciliation.expected import COUNTED_BY, SERVICE_WORDS, Due, Service

COUNTED_ORIGINS = frozenset({"plan", "session", "course"})
"""Lines of events and keyed lines are not counted: nothing says beforehand how many there should be."""
OF_GUIDANCE, OF_DELIVERY = frozenset({"guidance-not-reviewed"}), frozenset({"level-unknown", "no-rule-for-technique"})
HELD_BY_A_PERSON = "held-by-a-person"
TOO_CLOSE = frozenset({"sessions-too-close", "session-not-counted"})


class Kind(StrEnum):
    """How what stands differs from what should stand."""

    MISSING = "missing"
    EXTRA = "extra"
    WITHHELD = "withheld"
    HELD = "held"
    REVERSED = "reversed"

    @property
    def is_explained(self) -> bool:
        """Whether something says why."""
        return self not in (Kind.MISSING, Kind.EXTRA)


@dataclass(frozen=True, slots=True)
class StandingLine:
    """A charge that stands. ``held`` are code and words of what holds it."""

    entry_id: int
    key: str
    written: str
    on: date
    units: int
    held: tuple[tuple[str, str], ...] = ()

    @property
    def due(self) -> Due | None:
        """What it stands for, if it is one of the counted services."""
        family, subject, claim = self.key.split("/")
        is_counted = family in _SERVICES and subject.partition(":")[0] in COUNTED_ORIGINS
        return Due(Service(family), subject, claim) if is_counted else None


@dataclass(frozen=True, slots=True)
class Reversal:
    """A charge that was reversed and has nothing in its place."""

    entry_id: int
    key: str
    written: str
    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Said:
    """A finding that stands in place of a line."""

    subject: str
    code: str
    message: str
    on: date | None

    def is_about(self, due: Due) -> bool:
        """Whether it says why a due line is not there."""
        if self.subject != due.subject:
            return False
        if self.code in OF_GUIDANCE:
            return due.service is Service.GUIDANCE
        return self.code not in OF_DELIVERY or due.service in (Service.DELIVERY, Service.PLAN)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: what, of which service and claim, and what explains it. ``entry_id``: the line to look at."""

    kind: Kind
    service: Service
    subject: str
    claim: str
    on: date | None
    written: str = ""
    entry_id: int | None = None
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """The lines of one service: how many should stand, how many do, and in what they differ."""

    service: Service
    expected: int
    actual: int
    counts: Mapping[Kind, int]

    @property
    def words(self) -> str:
        """The service's name."""
        return SERVICE_WORDS[self.service]

    @property
    def counted_by(self) -> str:
        """The rule by which it is counted."""
        return COUNTED_BY[self.service]

    @property
    def has_unexplained(self) -> bool:
        """Whether anything is without an explanation."""
        return any(not kind.is_explained for kind in self.counts)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A course, expected against actual."""

    tallies: tuple[Tally, ...]
    differences: tuple[Difference, ...]
    by_hand: int = 0
    """Keyed lines that stand: one of them may be what a missing line was keyed as."""

    @property
    def unexplained(self) -> list[Difference]:
        """The differences that nothing explains."""
        return [one for one in self.differences if not one.kind.is_explained]


@dataclass(slots=True)
class Books:
    """What the ledger and the worklist say of one course."""

    standing: list[StandingLine] = field(default_factory=list)
    reversals: list[Reversal] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    @property
    def too_close(self) -> frozenset[str]:
        """The keys of the sessions of which a finding says that they came too soon after another (S5)."""
        return frozenset(one.subject.partition(":")[2] for one in self.said if one.code in TOO_CLOSE)


_SERVICES = frozenset(service.value for service in Service)
_KINDS = tuple(Kind)


def compare(due: Collection[Due], books: Books) -> Comparison:
    """Return what differs between what should stand and what stands.

    1. A due line that stands and is held is held.
    2. One that does not stand is withheld where a finding stands in its place, reversed where it stood before and was
       reversed, else missing.
    3. A line of a counted service that is not due is extra.
    """
    standing = {one: line for line in books.standing if (one := line.due) is not None}
    found = [*_of_due(due, standing, books), *_extra(due, standing)]
    differences = sorted(found, key=lambda one: (_KINDS.index(one.kind), one.on or date.min, one.service, one.subject))
    return Comparison(
        tallies=tuple(_tallies(due, standing, differences)),
        differences=tuple(differences),
        by_hand=sum(line.key.startswith("manual/") for line in books.standing),
    )


def _of_due(due: Iterable[Due], standing: Mapping[Due, StandingLine], books: Books) -> Iterator[Difference]:
    reversed_by_key = {one.key: one for one in books.reversals}
    for one in due:
        line = standing.get(one)
        if line is None:
            yield _absent(one, reversed_by_key.get(one.key), books.said)
        elif line.held:
            code, message = line.held[0]
            yield _of_line(Kind.HELD, one, line, code, message)


def _absent(due: Due, reversal: Reversal | None, said: Sequence[Said]) -> Difference:
    finding = next((one for one in said if one.is_about(due)), None)
    if finding is not None:
        kind, on, code, message = Kind.WITHHELD, finding.on or due.on, finding.code, finding.message
        return Difference(kind, due.service, due.subject, due.claim, on, code=code, message=message)
    if reversal is not None:
        return Difference(
            Kind.REVERSED,
            due.service,
            due.subject,
            due.claim,
            reversal.on,
            reversal.written,
            reversal.entry_id,
            message=reversal.reason,
        )
    return Difference(Kind.MISSING, due.service, due.subject, due.claim, due.on)


def _extra(due: Collection[Due], standing: Mapping[Due, StandingLine]) -> Iterator[Difference]:
    wanted = set(due)
    for one, line in standing.items():
        if one not in wanted:
            yield _of_line(Kind.EXTRA, one, line, "", "")


def _of_line(kind: Kind, due: Due, line: StandingLine, code: str, message: str) -> Difference:
    return Difference(
        kind, due.service, due.subject, due.claim, line.on, line.written, line.entry_id, code=code, message=message
    )


def _tallies(
    due: Iterable[Due], standing: Mapping[Due, StandingLine], differences: Iterable[Difference]
) -> Iterator[Tally]:
    counts: defaultdict[Service, defaultdict[Kind, int]] = defaultdict(lambda: defaultdict(int))
    for difference in differences:
        counts[difference.service][difference.kind] += 1
    wanted, there = list(due), list(standing)
    for service in Service:
        expected = sum(one.service is service for one in wanted)
        actual = sum(one.service is service for one in there)
        if expected or actual:
            yield Tally(service, expected, actual, dict(counts[service]))
