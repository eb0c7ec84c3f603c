"""Reads what stands before the first claim of a remittance: BPR, TRN, the payer (1000A), the payee (1000B)."""

from collections.abc import Iterator
from datetime import date

from billing.x12.reading.cells import NOTHING
from billing.x12.reading.composites import Contact, Reference, contact_of, reference_of
from billing.x12.reading.cursor import Cursor
from billing.x12.remit_835.values import Party, Payment

_BODY = frozenset(("LX", "TS3", "TS2", "CLP", "SVC", "CAS", "PLB"))
_PAD = [""] * 22
_MOST = {"BPR": 21, "TRN": 4, "CUR": 21, "REF": 4, "DTM": 6, "N1": 6, "N3": 2, "N4": 7, "PER": 9, "RDM": 5}


class _OpenParty:
    """A party while its segments are read."""

    def __init__(self, n1: list[str]) -> None:
        self.n1 = n1
        self.n3 = ["N3"]
        self.n4 = ["N4"]
        self.references: list[Reference] = []
        self.contacts: list[Contact] = []

    def value(self) -> Party:
        """Return the party as read."""
        n1, n3, n4 = self.n1 + _PAD, self.n3 + _PAD, self.n4 + _PAD
        return Party(
            n1[2], n1[3], n1[4], n3[1], n3[2], n4[1], n4[2], n4[3], tuple(self.references), tuple(self.contacts)
        )


class HeadReader:
    """Reads the head; ``after`` is the segment that ended it, None if the transaction ended."""

    def __init__(self, cursor: Cursor, segments: Iterator[list[str]]) -> None:
        self._cursor = cursor
        self._single: dict[str, list[str]] = {}
        self._references: list[Reference] = []
        self._produced_on: date | None = None
        self._paid_on: date | None = None
        self._amount = NOTHING
        self._parties: dict[str, _OpenParty] = {}
        self._party: _OpenParty | None = None
        self.after: list[str] | None = None
        for elements in segments:
            if elements[0] in _BODY:
                self.after = elements
                break
            self._take(elements)
        self.payment = self._payment()

    def _take(self, elements: list[str]) -> None:
        name = elements[0]
        if name not in _MOST:
            self._cursor.transaction.keep("unknown-segment", elements)
            return
        if len(elements) > _MOST[name] + 1:
            self._cursor.note_extra(elements, _MOST[name])
        match name:
            case "N1":
                self._take_n1(elements)
            case "REF":
                (self._party.references if self._party else self._references).append(reference_of(elements))
            case "DTM":
                self._produced_on = self._cursor.day(elements, 2) or self._produced_on
            case "N3" | "N4" | "PER":
                self._take_of_party(elements)
            case _:
                self._take_single(elements)

    def _take_n1(self, n1: list[str]) -> None:
        """Begin a party. A payer named twice is noted, and the first one stands."""
        role = n1[1] if len(n1) > 1 else ""
        self._party = _OpenParty(n1)
        if role not in ("PR", "PE"):
            self._cursor.transaction.keep("unknown-segment", n1)
        elif role in self._parties:
            self._cursor.transaction.keep("repeated-segment", n1)
        else:
            self._parties[role] = self._party

    def _take_of_party(self, elements: list[str]) -> None:
        if self._party is None:
            self._cursor.transaction.keep("misplaced-segment", elements)
        elif elements[0] == "PER":
            self._party.contacts.append(contact_of(elements))
        elif elements[0] == "N3":
            self._party.n3 = elements
        else:
            self._party.n4 = elements

    def _take_single(self, elements: list[str]) -> None:
        name = elements[0]
        if name in self._single:
            self._cursor.transaction.keep("repeated-segment", elements)
            return
        self._single[name] = elements
        if name == "BPR":  # asked here, where a deviation has its place
            self._amount = self._cursor.amount(elements, 2)
            self._paid_on = self._cursor.day(elements, 16)

    def _payment(self) -> Payment:
        for name in ("BPR", "TRN"):
            if name not in self._single:
                code = "missing-amount" if name == "BPR" else "missing-element"
                self._cursor.transaction.note(code, [name])
        bpr, trn = self._single.get("BPR", ["BPR"]) + _PAD, self._single.get("TRN", ["TRN"]) + _PAD
        return Payment(
            handling=bpr[1],
            amount=self._amount,
            is_credit=bpr[3] != "D",
            method=bpr[4],
            paid_on=self._paid_on,
            trace_number=trn[2],
            payer_identifier=trn[3],
            payee_account=bpr[15],
            produced_on=self._produced_on,
            payer=self._parties.get("PR", _OpenParty(["N1"])).value(),
            payee=self._parties.get("PE", _OpenParty(["N1"])).value(),
            references=tuple(self._references),
            elements=tuple(tuple(elements) for elements in self._single.values()),
        )
