"""The outside of a file of claims: ISA to IEA, GS to GE, ST to SE, their numbers and counts."""

from datetime import date

from billing.x12.inspect_837.claim import SeenNumbers
from billing.x12.inspect_837.elements import Characters, inspect_elements
from billing.x12.inspect_837.faults import FaultList, FileFault
from billing.x12.inspect_837.guides import GUIDES, guide_of
from billing.x12.inspect_837.transaction import Transaction
from billing.x12.syntax import Segment, Separators, X12Fault, read_separators, tokenise

_ISA_VERSION = "00501"


def inspect_837(text: str, *, today: date, extended_characters: bool = False) -> list[FileFault]:
    """Return every fault of a finished file with one interchange, in the order of its segments.

    Args:
        text: the whole file.
        today: the clinic's local day; later dates are faults.
        extended_characters: the partner takes lower case and the extended set.
    """
    try:
        separators = read_separators(text)
    except X12Fault as fault:
        return [FileFault(1, "", "ISA", 0, "", fault.message)]
    inspector = _Inspector(separators, today=today, extended=extended_characters)
    segment = None
    for segment in tokenise(text, separators):
        inspector.take(segment)
    if segment is not None:
        # Where a line feed itself terminates, it is no ornament behind the end.
        ornament = "\r\n".replace(separators.segment, "")
        inspector.end(segment, is_terminated=text.rstrip(ornament).endswith(separators.segment))
    return inspector.faults.faults


class _Inspector:
    """Takes the segments of a file one after the other."""

    def __init__(self, separators: Separators, *, today: date, extended: bool) -> None:
        self.faults = FaultList()
        self._separators = separators
        self._characters = Characters(separators, extended=extended)
        self._today = today
        self._isa: Segment | None = None
        self._gs: Segment | None = None
        self._transaction: Transaction | None = None
        self._guide = guide_of()
        self._groups = 0
        self._set_numbers: list[str] = []
        self._seen = SeenNumbers()
        self._is_closed = False
        self._enveloping = {
            "ISA": self._take_isa,
            "GS": self._take_gs,
            "ST": self._take_st,
            "SE": self._take_se,
            "GE": self._take_ge,
            "IEA": self._take_iea,
        }

    def take(self, segment: Segment) -> None:
        """Inspect one segment."""
        inspect_elements(segment, self._guide.elements, self._characters, self.faults)
        if self._is_closed:
            self.faults.add(segment, 0, "It stands after the end of the interchange.")
        enveloping = self._enveloping.get(segment.name)
        if enveloping is not None:
            enveloping(segment)
        elif self._transaction is None:
            self.faults.add(segment, 0, "It stands outside a transaction set.")
        else:
            self._transaction.take(segment)

    def end(self, last: Segment, *, is_terminated: bool) -> None:
        """Note what never ended; ``last`` is the last segment of the file."""
        for opened, name in ((self._transaction, "SE"), (self._gs, "GE"), (self._isa, "IEA")):
            if opened is not None:
                self.faults.add(last, 0, f"The file ends without {name}.")
        if not is_terminated:
            self.faults.add(last, 0, "The last segment is not terminated; the file may be cut off.")

    def _take_isa(self, isa: Segment) -> None:
        if self._isa is not None:
            self.faults.add(isa, 0, "A second interchange begins; a file of ours has one.")
        self._isa = isa
        if len(set(self._separators[:4])) < len(self._separators[:4]):
            self.faults.add(isa, 16, "Two of the separators are the same character.")
        for element, known in ((12, (_ISA_VERSION,)), (14, ("0", "1")), (15, ("T", "P"))):
            if isa[element] not in known:
                self.faults.add(isa, element, f"It must be {' or '.join(known)}.")
        if not isa[13].isdigit() or int(isa[13]) == 0:
            self.faults.add(isa, 13, "It must be nine digits, not all 0.")

    def _take_gs(self, gs: Segment) -> None:
        if self._gs is not None:
            self.faults.add(gs, 0, "A group begins inside a group; GE is missing.")
        self._gs = gs
        self._groups += 1
        self._set_numbers = []
        if gs[1] != "HC":
            self.faults.add(gs, 1, "It must be HC, claims.")
        if gs[8] not in GUIDES:
            self.faults.add(gs, 8, f"It must be {' or '.join(GUIDES)}.")
        if not gs[6].isdigit() or gs[6].startswith("0"):
            self.faults.add(gs, 6, "It must be digits without a leading 0.")

    def _take_st(self, st: Segment) -> None:
        if self._transaction is not None:
            self.faults.add(st, 0, "A transaction set begins inside another; SE is missing.")
        self.faults.transaction = st[2]
        if self._gs is None:
            self.faults.add(st, 0, "It stands outside a group.")
        elif st[3] != self._gs[8]:
            self.faults.add(st, 3, f"It is not the version of the group, {self._gs[8]}.")
        if st[1] != "837":
            self.faults.add(st, 1, "It must be 837.")
        if st[2] in self._set_numbers:
            self.faults.add(st, 2, "Another transaction set of the group has this number.")
        self._set_numbers.append(st[2])
        self._guide = guide_of(st[3], self._gs[8] if self._gs is not None else "")
        self._transaction = Transaction(
            st, self._guide, self.faults, self._seen, component=self._separators.component, today=self._today
        )

    def _take_se(self, se: Segment) -> None:
        if self._transaction is None:
            self.faults.add(se, 0, "It ends a transaction set that never began.")
            return
        self._transaction.end(se)
        self._transaction = None
        self.faults.transaction = ""

    def _take_ge(self, ge: Segment) -> None:
        if self._gs is None:
            self.faults.add(ge, 0, "It ends a group that never began.")
            return
        if ge[1] != str(len(self._set_numbers)):
            self.faults.add(ge, 1, f"The group has {len(self._set_numbers)} transaction sets.")
        if ge[2] != self._gs[6]:
            self.faults.add(ge, 2, f"It is not the number that the group began with, {self._gs[6]}.")
        self._gs = None

    def _take_iea(self, iea: Segment) -> None:
        if self._isa is None:
            self.faults.add(iea, 0, "It ends an interchange that never began.")
            return
        if iea[1] != str(self._groups):
            self.faults.add(iea, 1, f"The interchange has {self._groups} groups.")
        if iea[2] != self._isa[13]:
            self.faults.add(iea, 2, f"It is not the number that the interchange began with, {self._isa[13]}.")
        self._isa = None
        self._is_closed = True
