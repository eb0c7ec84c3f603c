"""Reads the 277CA (005010X214) of a transaction, claim after claim.

Levels are taken in the order in which they stand; a parent that is not the level before is noted. Claims are given as
they are read, so that memory stays flat; receivers and providers are few and are kept.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from billing.x12.ack_277ca.open_level import NO_LEVEL, OpenLevel, OpenService
from billing.x12.ack_277ca.tally import Tally
from billing.x12.ack_277ca.values import (
    BatchClosing,
    ClaimAcknowledgment,
    ClaimStatus,
    Dated,
    Entity,
    Level,
    Status,
    StatusReason,
)
from billing.x12.reading.composites import procedure_of, reference_of
from billing.x12.reading.cursor import Cursor
from billing.x12.reading.interchanges import Transaction

SOURCE, RECEIVER, PROVIDER, CLAIM = "20", "21", "19", "PT"

_PAD = [""] * 13
_ORGANIZATION = "2"
_REASONS_AT = (1, 10, 11)
_KEPT = 1 << 12
_CLAIM_CODES = (CLAIM, "22", "23")  # some send the levels of a 277 in its place
_DEPTH = {SOURCE: 0, RECEIVER: 1, PROVIDER: 2}


class ClaimAcknowledgmentReader(Cursor):
    """Reads one 277CA: ``reference`` at once, then iterate for the claims, then ``levels`` and ``closing``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.reference = ""
        """BHT03 of the acknowledgment."""
        self.written_on: date | None = None
        self.source: Level = NO_LEVEL
        """Who answers, as read last."""
        self.levels: list[Level] = []
        """Receivers and providers; whole after the last claim."""
        self._segments = iter(transaction)
        self._first = self._head()
        self._tally = Tally(transaction)
        self._above = [NO_LEVEL, NO_LEVEL, NO_LEVEL]
        self._identifiers = ["", "", ""]
        self._open: OpenLevel | None = None
        self._handlers: dict[str, tuple[Callable[[OpenLevel, list[str]], None], int]] = {
            "NM1": (self._nm1, 12),
            "TRN": (self._trn, 4),
            "STC": (self._stc, 12),
            "REF": (self._ref, 4),
            "DTP": (self._dtp, 3),
            "QTY": (self._total, 4),
            "AMT": (self._total, 3),
            "SVC": (self._svc, 7),
        }
        self._claims = self._read()

    def __iter__(self) -> Iterator[ClaimStatus]:
        return self._claims

    @property
    def closing(self) -> BatchClosing:
        """What was counted; reads the claims that were not asked for yet."""
        for _ in self._claims:
            pass
        return self._tally.closing(self.levels)

    def _head(self) -> list[list[str]]:
        """Read up to the first HL and return it."""
        for elements in self._segments:
            if elements[0] == "HL":
                return [elements]
            if elements[0] == "BHT":
                cells = elements + _PAD
                self.reference, self.written_on = cells[3], self.day(elements, 4)
            else:
                self.transaction.keep("misplaced-segment", elements)
        return []

    def _read(self) -> Iterator[ClaimStatus]:
        for hl in self._first:
            self._begin(hl)
        for elements in self._segments:
            name = elements[0]
            if name == "HL":
                yield from self._ended()
                self._begin(elements)
                continue
            if name == "TRN" and self._is_next_claim(elements):
                yield from self._next_claim()
            handler, most = self._handlers.get(name, (None, 0))
            if handler is None or self._open is None:
                self.transaction.keep("unknown-segment", elements)
                continue
            if len(elements) > most + 1:
                self.note_extra(elements, most)
            handler(self._open, elements)
        yield from self._ended()
        self._close(0)

    # --- levels -----------------------------------------------------------------------------------------------------

    def _begin(self, hl: list[str]) -> None:
        cells = hl + _PAD
        identifier, parent, code = cells[1], cells[2], cells[3].upper()
        self._open = OpenLevel(self.transaction.place, identifier, code)
        depth = _DEPTH.get(code, 3)
        if depth < len(_DEPTH):
            self._close(depth)
        elif code not in _CLAIM_CODES:
            self.transaction.note("unknown-code", hl, 3, expected="20, 21, 19 or PT")
        expected = self._identifiers[depth - 1] if depth else ""
        if parent != expected:
            self.transaction.note("wrong-parent", hl, 2, expected=expected)

    def _is_next_claim(self, trn: list[str]) -> bool:
        """Whether a TRN names another claim of the patient at hand: the guide lets one level (2000D) have several."""
        level = self._open
        number = "".join(trn[2:3])
        return level is not None and level.code not in _DEPTH and level.trace not in ("", number) and number != ""

    def _next_claim(self) -> Iterator[ClaimStatus]:
        """Give the open claim, and open another one of the same patient."""
        opened = self._open
        yield from self._ended()
        if opened is not None:
            self._open = OpenLevel(self.transaction.place, opened.identifier, opened.code)
            self._open.entity = opened.entity

    def _close(self, depth: int) -> None:
        """End the levels from this depth down: what was counted below them is whole."""
        if depth <= _DEPTH[PROVIDER]:
            self._tally.end_provider(self._above[2])
            self._above[2], self._identifiers[2] = NO_LEVEL, ""
        if depth <= _DEPTH[RECEIVER]:
            self._tally.end_receiver(self._above[1])
            self._above[1], self._identifiers[1] = NO_LEVEL, ""
        if depth <= _DEPTH[SOURCE]:
            self._above[0], self._identifiers[0] = NO_LEVEL, ""

    def _ended(self) -> Iterator[ClaimStatus]:
        """Give the open level if it is a claim; keep it otherwise, for the claims below."""
        opened, self._open = self._open, None
        if opened is None:
            return
        depth = _DEPTH.get(opened.code)
        if depth is None:
            source, receiver, provider = self._above
            claim = opened.claim(source, receiver, provider)
            self._tally.add(claim)
            yield claim
            return
        level = opened.level()
        self._above[depth], self._identifiers[depth] = level, opened.identifier
        if depth:
            self.levels.append(level)
        else:
            self.source = level

    # --- segments of a level ----------------------------------------------------------------------------------------

    def _nm1(self, level: OpenLevel, nm1: list[str]) -> None:
        if level.entity is not None:
            self.transaction.keep("repeated-segment", nm1)
            return
        c = nm1 + _PAD
        level.entity = Entity(c[1], c[2] == _ORGANIZATION, c[3], c[4], c[5], c[7], c[8], c[9])

    def _trn(self, level: OpenLevel, trn: list[str]) -> None:
        if level.trace:
            self.transaction.keep("repeated-segment", trn)
        else:
            level.trace = "".join(trn[2:3])

    def _stc(self, level: OpenLevel, stc: list[str]) -> None:
        c = stc + _PAD
        reasons = tuple(self._reason(stc, number) for number in _REASONS_AT if number == 1 or c[number])
        on, amount = self.day(stc, 2), self.number(stc, 4)
        level.last.statuses.append(Status(self.transaction.place, reasons, on, c[3].upper(), amount, c[12]))

    def _reason(self, stc: list[str], number: int) -> StatusReason:
        text = "".join(stc[number : number + 1])
        return reason_of(text, self.component if self.component in text else self.joint(stc, number))

    def _ref(self, level: OpenLevel, ref: list[str]) -> None:
        level.last.references.append(reference_of(ref))

    def _dtp(self, level: OpenLevel, dtp: list[str]) -> None:
        c = dtp + _PAD
        first, _, last = c[3].partition("-")
        days = [self.day([*dtp[:3], text], 3) for text in (first, last or first)[: 2 if last else 1]]
        level.last.dates.append(Dated(c[1], days[0], days[-1]))

    def _total(self, level: OpenLevel, elements: list[str]) -> None:
        if not level.put_total(elements[0], "".join(elements[1:2]), self.amount(elements, 2)):
            self.transaction.keep("unknown-segment", elements)

    def _svc(self, level: OpenLevel, svc: list[str]) -> None:
        c = svc + _PAD
        procedure = procedure_of(c[1], self.joint(svc, 1))
        charge, units = self.number(svc, 2), self.number(svc, 7)
        level.services.append(OpenService((self.transaction.place, procedure, charge, c[4], units)))


@lru_cache(_KEPT)
def reason_of(text: str, joint: str) -> StatusReason:
    """Return the reason of an STC.

    >>> reason_of("A7:562:85", ":")
    StatusReason(category='A7', status='562', entity='85', code_list='')
    """
    parts = [*text.split(joint), "", "", ""]
    return StatusReason(parts[0].upper(), parts[1], parts[2], parts[3])


def read_277ca(transaction: Transaction) -> ClaimAcknowledgment:
    """Read a whole 277CA into memory."""
    reader = ClaimAcknowledgmentReader(transaction)
    claims = tuple(reader)
    closing = reader.closing
    return ClaimAcknowledgment(reader.reference, reader.written_on, claims, tuple(reader.levels), closing)
