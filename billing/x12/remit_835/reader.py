"""Reads the 835 (005010X221A1) of a transaction: the payment, claim after claim, then what closes it.

Claims are given as they are read, so that memory stays flat however many a remittance has. Nothing is refused: what the
guide does not know is kept as a deviation, and the closing says whether every sum is even.
"""

from collections.abc import Callable, Iterator
from typing import Any

from billing.x12.reading.composites import contact_of, procedure_of, reference_of
from billing.x12.reading.cursor import Cursor
from billing.x12.reading.interchanges import Transaction
from billing.x12.remit_835.claim_loop import OpenClaim, OpenLoop, OpenService
from billing.x12.remit_835.head import HeadReader
from billing.x12.remit_835.loops import END, KnownLoops, Marks, marks_of
from billing.x12.remit_835.repeating import LONGEST_CAS, LONGEST_NM1, LONGEST_SVC, MAKERS, Made, Service, person_of
from billing.x12.remit_835.tally import Tally
from billing.x12.remit_835.values import (
    Adjudication,
    Adjustment,
    Amount,
    ClaimPaid,
    Closing,
    Dated,
    HeaderGroup,
    Payment,
    Person,
    ProviderAdjustment,
    Quantity,
    Remark,
    Remittance,
)

_PAD = [""] * 12
_REMARKS_AT = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}
_ENDS_CLAIM = frozenset(("CLP", "LX", "TS3", "TS2", "PLB"))
_KNOWN_AT_MOST = 1 << 13


class RemittanceReader(Cursor):
    """Reads one remittance: ``payment`` at once, then iterate for the claims, then ``closing``."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self._segments = iter(transaction)
        head = HeadReader(self, self._segments)
        self.payment: Payment = head.payment
        self._first = [head.after] if head.after else []
        self._tally = Tally(transaction)
        self._group = HeaderGroup("", ())
        self._claim: OpenClaim | None = None
        self._service: OpenService | None = None
        self._into: OpenLoop | None = None
        """The service line or else the claim to which the next segments belong."""
        self._claims = self._read()
        self._handlers: dict[str, tuple[Callable[[list[str]], None], int]] = {
            "CLP": (self._clp, 15),
            "SVC": (self._svc, LONGEST_SVC),
            "CAS": (self._cas, LONGEST_CAS),
            "DTM": (self._dtm, 7),
            "REF": (self._ref, 5),
            "AMT": (self._amt, 4),
            "LQ": (self._lq, 3),
            "QTY": (self._qty, 5),
            "NM1": (self._nm1, LONGEST_NM1),
            "MIA": (self._mia, 25),
            "MOA": (self._mia, 10),
            "PER": (self._per, 10),
            "LX": (self._lx, 2),
            "TS3": (self._ts3, 25),
            "TS2": (self._ts3, 20),
            "PLB": (self._plb, 15),
        }
        """By the name of a segment: what takes it, and how long it is at most, its name included."""
        self._puts: dict[str, Callable[[Any], None]] = {
            "DTM": self._put_date,
            "AMT": self._put_amount,
            "QTY": self._put_quantity,
            "LQ": self._put_remark,
            "CAS": self._put_adjustments,
            "NM1": self._put_person,
        }
        self._known: dict[str, tuple[Callable[[Any], None], Made]] = {}
        """Segments met before, by their text: where they belong and what they say."""
        self._loops = KnownLoops(self.component)

    def __iter__(self) -> Iterator[ClaimPaid]:
        return self._claims

    @property
    def closing(self) -> Closing:
        """What is known at the end; reads what was not asked for yet."""
        for _ in self._claims:
            pass
        return self._tally.closing(self.payment.amount)

    def _read(self) -> Iterator[ClaimPaid]:
        for elements in self._first:
            self._take(elements)
        for joint, texts in self.transaction.texts():
            yield from self._read_loops(texts, joint)
        if self._claim is not None:
            yield self._whole_claim(self._claim)
        self._tally.end_group(self._group)

    def _read_loops(self, texts: list[str], joint: str) -> Iterator[ClaimPaid]:
        """Read segments that follow each other: loops of service lines as a whole where they can be, the rest singly.

        Loops are found by cutting the text at their names, which is much faster than to look at each segment.
        """
        marks = marks_of(joint)
        text = END.join(("", *texts))
        # What begins last may go on in the next texts.
        whole = text[: max(text.rfind(marks.claim), text.rfind(marks.service), 0)]
        first, index = self.transaction.place_of(0), 0
        for number, claim in enumerate(whole.split(marks.claim)):
            head, *loops = claim.split(marks.service)
            stop = index + head.count(END) + (number > 0)
            yield from self._read_singly(texts, index, stop, joint)
            index = stop
            for loop in loops:
                length = self._put_loop(loop, marks, first + index)
                if not length:
                    length = loop.count(END) + 1
                    yield from self._read_singly(texts, index, index + length, joint)
                index += length
        yield from self._read_singly(texts, index, len(texts), joint)

    def _put_loop(self, text: str, marks: Marks, position: int) -> int:
        """Put the line of a loop into its claim; return how many segments it has, 0 if it must be read singly."""
        found, claim = self._loops.read(text, marks, position), self._claim
        if found is None or claim is None:
            return 0
        if self._service is not None:
            self._end_service(claim, self._service)
        line, length = found
        claim.services.append(line)
        return length

    def _read_singly(self, texts: list[str], start: int, stop: int, joint: str) -> Iterator[ClaimPaid]:
        known, go_to = self._known, self.transaction.at
        for index in range(start, stop):
            text = texts[index]
            go_to(index)
            found = known.get(text)
            if found is not None and self._into is not None:
                put, value = found
                put(value)
                continue
            elements = text.split(joint)
            name = elements[0]
            if name in _ENDS_CLAIM and self._claim is not None:
                yield self._whole_claim(self._claim)
            if name not in self._puts or not self._put_made(text, elements):
                self._take(elements)

    def _put_made(self, text: str, elements: list[str]) -> bool:
        """Put a segment of a kind that repeats where it belongs, and know it again; return whether it is one."""
        value = MAKERS[elements[0]](elements) if self._into is not None else None
        if value is None:
            return False
        put = self._puts[elements[0]]
        if len(self._known) >= _KNOWN_AT_MOST:
            self._known.clear()
        self._known[text] = (put, value)
        put(value)
        return True

    def _take(self, elements: list[str]) -> None:
        found = self._handlers.get(elements[0])
        if found is None:
            self.transaction.keep("unknown-segment", elements)
            return
        handler, longest = found
        if len(elements) > longest:
            self.note_extra(elements, longest - 1)
        handler(elements)

    def _whole_claim(self, claim: OpenClaim) -> ClaimPaid:
        if self._service is not None:
            self._end_service(claim, self._service)
        value = claim.value()
        self._tally.add(value)
        self._claim = self._into = None
        return value

    # --- claim and service line -------------------------------------------------------------------------------------

    def _clp(self, clp: list[str]) -> None:
        c = clp + _PAD
        charge, paid, responsibility = self.amount(clp, 3), self.amount(clp, 4), self.amount_or_nothing(clp, 5)
        place = self.transaction.place
        self._claim = self._into = OpenClaim(
            (place, c[1], c[2], charge, paid, responsibility, c[6], c[7], c[8], c[9], c[11], self._group)
        )
        if not c[1]:
            self.transaction.note("missing-element", clp, 1)

    def _end_service(self, claim: OpenClaim, service: OpenService) -> None:
        claim.services.append(service.value())
        self._service = None

    def _begin_service(self, claim: OpenClaim, service: Service) -> None:
        if self._service is not None:
            self._end_service(claim, self._service)
        self._service = self._into = OpenService(self.transaction.place, service)

    def _svc(self, svc: list[str]) -> None:
        claim = self._claim
        if claim is None:
            self.transaction.keep("misplaced-segment", svc)
            return
        text = svc + _PAD
        procedure = procedure_of(text[1], self.joint(svc, 1))
        submitted = procedure_of(text[6], self.joint(svc, 6)) if text[6] else None
        charge, paid, units = self.amount(svc, 2), self.amount(svc, 3), self.number(svc, 5)
        service = (procedure, charge, paid, text[4], units, submitted, self.number(svc, 7))
        self._begin_service(claim, service)

    def _cas(self, cas: list[str]) -> None:
        into = self._into
        if into is None:
            self.transaction.keep("misplaced-segment", cas)
            return
        for number in range(2, len(cas), 3):
            if any(cas[number : number + 3]):
                amount, quantity = self.amount(cas, number + 1), self.number(cas, number + 2)
                into.adjustments.append(Adjustment(cas[1], cas[number], amount, quantity))

    def _dtm(self, dtm: list[str]) -> None:
        if self._into is None:
            self.transaction.keep("misplaced-segment", dtm)
        else:
            self._into.dates.append(Dated("".join(dtm[1:2]), self.day(dtm, 2)))

    def _ref(self, ref: list[str]) -> None:
        if self._into is None:
            self.transaction.keep("misplaced-segment", ref)
        else:
            self._into.references.append(reference_of(ref))

    def _amt(self, amt: list[str]) -> None:
        if self._into is None:
            self.transaction.keep("misplaced-segment", amt)
        else:
            self._into.amounts.append(Amount("".join(amt[1:2]), self.amount(amt, 2)))

    def _qty(self, qty: list[str]) -> None:
        if self._into is None:
            self.transaction.keep("misplaced-segment", qty)
        else:
            self._into.quantities.append(Quantity("".join(qty[1:2]), self.amount(qty, 2)))

    def _lq(self, lq: list[str]) -> None:
        cells = lq + _PAD
        self._put_remark(Remark(cells[1], cells[2]))

    def _put_remark(self, remark: Remark) -> None:
        if self._service is None:
            self.transaction.keep("misplaced-segment", ["LQ", *remark])
        else:
            self._service.remarks.append(remark)

    def _put_date(self, dated: Dated) -> None:
        if self._into is not None:
            self._into.dates.append(dated)

    def _put_amount(self, amount: Amount) -> None:
        if self._into is not None:
            self._into.amounts.append(amount)

    def _put_quantity(self, quantity: Quantity) -> None:
        if self._into is not None:
            self._into.quantities.append(quantity)

    def _put_adjustments(self, adjustments: tuple[Adjustment, ...]) -> None:
        if self._into is not None:
            self._into.adjustments.extend(adjustments)

    # --- claim only -------------------------------------------------------------------------------------------------

    def _open_claim(self, elements: list[str]) -> OpenClaim | None:
        """Return the claim to which a segment belongs; notes it if it stands outside one, or after its lines."""
        if self._claim is None:
            self.transaction.keep("misplaced-segment", elements)
        elif self._service is not None:
            self.transaction.note("out-of-order", elements)
        return self._claim

    def _nm1(self, nm1: list[str]) -> None:
        person = person_of(nm1[:LONGEST_NM1])
        claim = self._open_claim(nm1)
        if claim is not None and person is not None:
            claim.people.append(person)

    def _put_person(self, person: Person) -> None:
        claim = self._open_claim(["NM1"])
        if claim is not None:
            claim.people.append(person)

    def _mia(self, elements: list[str]) -> None:
        claim = self._open_claim(elements)
        if claim is None:
            return
        remarks_at = _REMARKS_AT[elements[0]]
        present = [(number, text) for number, text in enumerate(elements) if number and text]
        claim.adjudications.append(
            Adjudication(
                elements[0],
                tuple(text for number, text in present if number in remarks_at),
                tuple((number, self.amount(elements, number)) for number, _ in present if number not in remarks_at),
            )
        )

    def _per(self, per: list[str]) -> None:
        claim = self._open_claim(per)
        if claim is not None:
            claim.contacts.append(contact_of(per))

    # --- between and after claims -----------------------------------------------------------------------------------

    def _lx(self, lx: list[str]) -> None:
        self._tally.end_group(self._group)
        self._group = HeaderGroup(lx[1] if len(lx) > 1 else "", ())

    def _ts3(self, elements: list[str]) -> None:
        self._group = self._group._replace(summaries=(*self._group.summaries, tuple(elements)))

    def _plb(self, plb: list[str]) -> None:
        provider, year_end = plb[1] if len(plb) > 1 else "", self.day(plb, 2)
        for number in range(3, len(plb), 2):
            if any(plb[number : number + 2]):
                reason, reference = self.parts(plb, number, 2)[:2]
                self._tally.adjust(
                    ProviderAdjustment(
                        self.transaction.place, provider, year_end, reason, reference, self.amount(plb, number + 1)
                    )
                )


def read_835(transaction: Transaction) -> Remittance:
    """Read a whole remittance into memory."""
    reader = RemittanceReader(transaction)
    claims = tuple(reader)
    return Remittance(reader.payment, claims, reader.closing)
