"""Which claim a segment of our own file belongs to, read back from its sealed bytes when a partner finds fault with it.

Positions count as a 999 counts them: ST is segment 1 of its set. What stands above the claims (billing provider,
subscriber, patient) belongs to every claim below it.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from billing.acknowledgment.words import PlacedFault
from billing.models import ClaimFilePart
from billing.models.copying import read_parts
from billing.x12.ack_999 import SegmentFault
from billing.x12.syntax import read_separators

_SCOPES = {"20": "provider", "22": "subscriber", "23": "patient"}
_ABOVE = ("set", "provider", "subscriber", "patient")
_LINE_ENDS = "\r\n"
_ISA_LENGTH = 106

Faults = Mapping[str, Sequence[SegmentFault]]
"""Of each set (ST02), what is wrong with it."""


class SealedClaim(NamedTuple):
    """A claim as it stands in our file."""

    set_number: str
    control_number: str
    billing_npi: str
    charge: str
    """CLM02 as written."""
    faults: tuple[PlacedFault, ...]


class SealedFile:
    """Reads one of our files; iterate once for its claims. Afterwards ``unplaced`` and ``sets`` are whole."""

    def __init__(self, file_id: int, faults: Faults | None = None) -> None:
        self.sets: set[str] = set()
        self.unplaced: list[SegmentFault] = []
        """Faults of a segment that the set does not have, or of a claim that is not in it."""
        self._file_id = file_id
        self._faults = faults or {}
        self._element = "*"
        self._begin_set("")

    def __iter__(self) -> Iterator[SealedClaim]:
        for text in self._segments(read_parts(ClaimFilePart, "file_id", self._file_id)):
            self._index += 1
            name = text[: text.find(self._element)]
            if name in ("HL", "CLM", "SE") and self._claim:
                yield self._ended()
            if name in ("ST", "HL", "CLM", "LX", "NM1", "SE"):
                self._step(name, text.split(self._element))
            if self._index in self._at:
                self._place()

    def _segments(self, chunks: Iterable[bytes]) -> Iterator[str]:
        rest, terminator = "", ""
        for chunk in chunks:
            rest += chunk.decode("ascii")
            if not terminator:
                if len(rest) < _ISA_LENGTH:
                    continue
                separators = read_separators(rest)
                self._element, terminator = separators.element, separators.segment
            *segments, rest = rest.split(terminator)
            for segment in segments:
                yield segment.lstrip(_LINE_ENDS)

    def _step(self, name: str, elements: list[str]) -> None:
        match name:
            case "ST":
                self._begin_set(elements[2])
            case "HL":
                self._begin_level(_SCOPES.get(elements[3], "set"))
            case "CLM":
                self._scope, self._claim, self._charge = "claim", elements[1], elements[2]
            case "LX":
                self._line = int(elements[1])
            case "NM1" if elements[1] == "85" and self._scope == "provider":
                self._npi = elements[9] if len(elements) > 9 else ""  # noqa: PLR2004 (NM109)
            case "SE":
                self._end_set()

    def _begin_set(self, number: str) -> None:
        self._set, self._index, self._scope, self._npi = number, 1, "set", ""
        self._claim, self._charge, self._line = "", "", 0
        self._above: dict[str, list[PlacedFault]] = {scope: [] for scope in _ABOVE}
        self._own: list[PlacedFault] = []
        self._at: defaultdict[int, list[SegmentFault]] = defaultdict(list)
        self._named: defaultdict[str, list[SegmentFault]] = defaultdict(list)
        self._lines: dict[int, int] = {}
        if number:
            self.sets.add(number)
        for fault in self._faults.get(number, ()):
            self._expect(fault)

    def _expect(self, fault: SegmentFault) -> None:
        """Keep a fault until the walk comes to where it lies."""
        if fault.claim_number:
            self._named[fault.claim_number].append(fault)
        elif fault.segment == "SE" or not fault.segment_position:
            self._above["set"].append(PlacedFault(fault, "set", 0))
            return
        self._at[fault.segment_position].append(fault)

    def _begin_level(self, scope: str) -> None:
        self._scope = scope
        for below in _ABOVE[_ABOVE.index(scope) :] if scope != "set" else ():
            self._above[below] = []

    def _place(self) -> None:
        for fault in self._at.pop(self._index):
            if not fault.claim_number:
                where = self._own if self._scope == "claim" else self._above[self._scope]
                where.append(PlacedFault(fault, self._scope, self._line))
            elif fault.claim_number == self._claim:
                self._lines[fault.position] = self._line

    def _ended(self) -> SealedClaim:
        named = self._named.pop(self._claim, ())
        own = [PlacedFault(fault, "claim", self._lines.get(fault.position, 0)) for fault in named]
        above = [placed for scope in _ABOVE for placed in self._above[scope]]
        claim = SealedClaim(self._set, self._claim, self._npi, self._charge, (*above, *own, *self._own))
        self._claim, self._line, self._own = "", 0, []
        return claim

    def _end_set(self) -> None:
        left = [fault for faults in self._at.values() for fault in faults if not fault.claim_number]
        self.unplaced += [*left, *(fault for faults in self._named.values() for fault in faults)]
