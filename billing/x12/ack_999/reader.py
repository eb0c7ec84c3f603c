"""Reads the 999 (005010X231A1) of a transaction, and the 997 that some send in its place, set after set.

A 997 has other names for the same segments (AK3 for IK3) and no contexts.
"""

from collections.abc import Iterator

from billing.x12.ack_999.values import (
    Context,
    ElementFault,
    GroupAcknowledgment,
    GroupAnswered,
    GroupClosing,
    SegmentFault,
    SetAcknowledged,
)
from billing.x12.outcomes import Outcome, outcome_of
from billing.x12.reading.cursor import Cursor
from billing.x12.reading.interchanges import Transaction

_PAD = [""] * 10
_NEW_NAMES = {"AK3": "IK3", "AK4": "IK4", "AK5": "IK5"}
_MOST = {"AK1": 3, "AK2": 3, "IK3": 4, "CTX": 6, "IK4": 4, "IK5": 6, "AK9": 9}
_TAKEN = (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_ERRORS)


class GroupAcknowledgmentReader(Cursor):
    """Reads one 999: ``group`` at once, then iterate for the sets, then ``closing``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._segments = iter(transaction)
        self._returned: list[list[str]] = []
        self.group = self._group()
        self._set: list[str] = []
        """AK2 of the set that is open."""
        self._set_position = 0
        self._faults: list[SegmentFault] = []
        self._ak9: list[str] = []
        self._read = self._taken = 0
        self._sets = self._read_sets()

    def __iter__(self) -> Iterator[SetAcknowledged]:
        return self._sets

    @property
    def closing(self) -> GroupClosing:
        """What AK9 says; reads the sets that were not asked for yet."""
        for _ in self._sets:
            pass
        return self._closing

    def _group(self) -> GroupAnswered:
        """Read up to the AK1; where it is missing, up to what follows it."""
        for elements in self._segments:
            if elements[0] == "AK1":
                cells = self._known(elements) + _PAD
                return GroupAnswered(cells[1], cells[2], cells[3])
            if elements[0] in ("AK2", "AK9"):
                self._returned.append(elements)
                break
            self.transaction.keep("misplaced-segment", elements)
        self.transaction.note("missing-header", ["AK1"], expected="AK1")
        return GroupAnswered("", "", "")

    def _known(self, elements: list[str]) -> list[str]:
        """Return a segment by its new name, without what the guide does not know."""
        name = _NEW_NAMES.get(elements[0], elements[0])
        most = _MOST.get(name, len(elements))
        if len(elements) > most + 1:
            self.note_extra(elements, most)
        return [name, *elements[1 : most + 1]]

    def _all(self) -> Iterator[list[str]]:
        yield from self._returned
        yield from self._segments

    def _read_sets(self) -> Iterator[SetAcknowledged]:
        for raw in self._all():
            elements = self._known(raw)
            match elements[0]:
                case "AK2":
                    if self._set:
                        yield self._unended()
                    self._set, self._set_position = elements, self.transaction.place
                case "IK5" if self._set:
                    yield self._ended(elements)
                case "IK3" | "CTX" | "IK4" if self._set:
                    self._fault(elements)
                case "AK9" if not self._ak9:
                    self._ak9 = elements
                case _:
                    is_ours = elements[0] in _MOST
                    self.transaction.keep("misplaced-segment" if is_ours else "unknown-segment", raw)
        if self._set:
            yield self._unended()
        self._closing = self._closed()

    # --- one set ----------------------------------------------------------------------------------------------------

    def _fault(self, elements: list[str]) -> None:
        cells = elements + _PAD
        if elements[0] == "IK3":
            place = self.transaction.place
            self._faults.append(SegmentFault(place, cells[1], self.count(elements, 2), cells[3], cells[4], (), ()))
        elif not self._faults:
            self.transaction.keep("misplaced-segment", elements)
        elif elements[0] == "IK4":
            last = self._faults[-1]
            self._faults[-1] = last._replace(elements=(*last.elements, self._element(elements)))
        else:
            self._put_context(self._context(elements))

    def _element(self, ik4: list[str]) -> ElementFault:
        cells, parts = ik4 + _PAD, self.parts(ik4, 1, 3)
        element, component, repetition = (self.count_of(part, ik4, 1) for part in parts[:3])
        place = self.transaction.place
        return ElementFault(place, element, component, repetition, cells[2], cells[3], cells[4], ())

    def _context(self, ctx: list[str]) -> Context:
        cells = ctx + _PAD
        first = cells[1].split(self.transaction.repetition)[0]
        name, *values = first.split(self.component)
        element = ":".join(self.parts(ctx, 5, 0))
        value = self.component.join(values)
        return Context(name, value, cells[2], self.count(ctx, 3), cells[4], element, cells[6])

    def _put_context(self, context: Context) -> None:
        """Put a context where it stands: below the last element at fault, or else its segment."""
        last = self._faults[-1]
        if last.elements:
            element = last.elements[-1]
            element = element._replace(contexts=(*element.contexts, context))
            self._faults[-1] = last._replace(elements=(*last.elements[:-1], element))
        else:
            self._faults[-1] = last._replace(contexts=(*last.contexts, context))

    def _ended(self, ik5: list[str]) -> SetAcknowledged:
        cells = ik5 + _PAD
        outcome = outcome_of(cells[1])
        if outcome is Outcome.UNKNOWN:
            self.transaction.note("unknown-code", cells, 1, expected="A, E, M, R, W or X")
        return self._whole(outcome, tuple(code for code in cells[2:7] if code))

    def _unended(self) -> SetAcknowledged:
        self.transaction.note("missing-trailer", ["IK5"], expected="IK5")
        return self._whole(Outcome.UNKNOWN, ())

    def _whole(self, outcome: Outcome, codes: tuple[str, ...]) -> SetAcknowledged:
        ak2, faults = self._set + _PAD, tuple(self._faults)
        self._set, self._faults = [], []
        self._read += 1
        self._taken += outcome in _TAKEN
        return SetAcknowledged(self._set_position, ak2[1], ak2[2], ak2[3], faults, outcome, codes)

    # --- AK9 --------------------------------------------------------------------------------------------------------

    def _closed(self) -> GroupClosing:
        ak9 = self._ak9 or ["AK9"]
        cells = ak9 + _PAD
        outcome = outcome_of(cells[1])
        if not self._ak9:
            self.transaction.note("missing-trailer", ["AK9"], expected="AK9")
        elif outcome is Outcome.UNKNOWN:
            self.transaction.note("unknown-code", cells, 1, expected="A, E, M, P, R, W or X")
        included, received, accepted = (self.count(ak9, number) if cells[number] else None for number in (2, 3, 4))
        # Sets need not be listed where all of them were accepted.
        for element, said, counted in ((3, received, self._read), (4, accepted, self._taken)):
            if said is not None and self._read and said != counted:
                self.transaction.note("wrong-total", cells, element, expected=str(counted))
        return GroupClosing(
            outcome, included, received, accepted, tuple(code for code in cells[5:10] if code), self._read,
            self._taken, bool(self._ak9) and self.transaction.is_complete,
        )  # fmt: skip


def read_999(transaction: Transaction) -> GroupAcknowledgment:
    """Read a whole 999 into memory."""
    reader = GroupAcknowledgmentReader(transaction)
    sets = tuple(reader)
    return GroupAcknowledgment(reader.group, sets, reader.closing)
