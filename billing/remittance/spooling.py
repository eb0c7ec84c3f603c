"""Reads a remittance to its end and gives its claims and lines as the text that COPY takes, a part at a time.

PostgreSQL takes them while the rest is still read, so whoever reads must not ask the database for the file meanwhile.
Nothing of the file stays in memory. On the way everything that was read is hashed: values, not bytes, so that white
space, delimiters and envelopes do not matter. Where a segment stands is no part of it, but for its place within its
claim.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, Self

from billing.x12.reading.composites import Procedure
from billing.x12.remit_835 import Adjustment, ClaimPaid, Decision, RemittanceReader

LINE_COLUMNS = (
    "claim_number", "number", "after", "entry_id", "control_number", "code", "modifiers", "submitted_code",
    "submitted_modifiers", "revenue_code", "charge", "paid", "allowed", "units", "served_on", "groups", "reasons",
    "adjusted", "quantities", "remarks",
)  # fmt: skip
CLAIM_COLUMNS = (
    "position", "number", "control_number", "status", "charge", "paid", "patient_amount", "filing_indicator",
    "payer_claim_number", "facility_type", "frequency", "groups", "reasons", "adjusted", "quantities", "remarks",
    "served_from", "served_to", "received_on", "patient_last_name", "patient_first_name", "patient_identifier",
    "crossover_name", "crossover_identifier",
)  # fmt: skip
"""``after`` counts segments from the claim's. ``entry_id`` is what our line number names, if it is one of ours."""

_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-")
_MOST = 19
_KEPT = 1 << 13
_PART = 1 << 18
_TOGETHER = 64
_CENT = Decimal("0.01")
_NO_ADJUSTMENTS = "{}\t{}\t{}\t{}"


class KnownCodes(NamedTuple):
    """Codes that some list knows. An unknown one is noted, once a remittance, and changes nothing."""

    reasons: Collection[str]
    remarks: Collection[str]


class Spool:
    """The claims of a remittance as rows; their count and hash, and whether an amount is too fine, when all is read."""

    def __init__(self, reader: RemittanceReader, known: KnownCodes) -> None:
        self._reader = reader
        self._known = known
        self._noted: set[str] = set()
        self._bodies: dict[int, tuple[str, Decision]] = {}
        self._digest = hashlib.sha256()
        self.claim_count = self.line_count = 0
        self.is_finer_than_a_cent = False
        """Whether an amount was read that no ledger can hold."""

    @property
    def content_hash(self) -> str:
        """The hash of all claims and lines that were read."""
        return self._digest.hexdigest()

    def read_all(self, *, claims: Callable[[bytes], object], lines: Callable[[bytes], object]) -> Self:
        """Read the remittance to its end.

        Args:
            claims: takes whole rows of claims as COPY takes them (columns ``CLAIM_COLUMNS``).
            lines: the same of lines (columns ``LINE_COLUMNS``).
        """
        out = _Outgoing(self._digest, claims, lines)
        for number, claim in enumerate(self._reader, start=1):
            out.add(claim.position, self._claim_rest(claim, number), self._lines_of(claim, number))
            self.claim_count = number
            self.line_count += len(claim.services)
        out.end()
        return self

    def _lines_of(self, claim: ClaimPaid, claim_number: int) -> str:
        bodies, first, rows = self._bodies, claim.position, []
        for number, (position, references, decision) in enumerate(claim.services, start=1):
            control = ""
            for qualifier, value in references:
                if qualifier == "6R":
                    control = value
                    break
            digits = control[1:]
            is_ours = control[:1] in ("L", "l") and digits.isdigit() and digits.isascii() and len(digits) < _MOST
            # The reader gives the same decision for loops that say the same. It is kept alive with its body, so that no
            # other object can have its id.
            body = bodies.get(id(decision))
            if body is None:
                if len(bodies) >= _KEPT:
                    bodies.clear()
                body = bodies[id(decision)] = self._body(decision), decision
            entry = digits if is_ours else ""
            rows.append(f"{claim_number}\t{number}\t{position - first}\t{entry}\t{control}\t{body[0]}")
        return "".join(rows)

    def _body(self, line: Decision) -> str:
        """Return the row of a line from its code on."""
        code, revenue = _code_of(line.procedure, line.revenue_code)
        submitted = line.submitted_procedure
        remarks = [remark.code for remark in line.remarks if remark.code_list == "HE"]
        self._note_unknown(line.adjustments, remarks, "LQ")
        charge, paid = str(line.charge), str(line.paid)
        self._measure(charge, paid, *(str(adjustment.amount) for adjustment in line.adjustments))
        return "\t".join((
            code, _array(line.procedure.modifiers),
            submitted.code if submitted else "", _array(submitted.modifiers if submitted else ()), revenue,
            charge, paid, _or_null(line.allowed), _or_null(line.units), _or_null(line.served_on),
            _adjustments(line.adjustments), f"{_array(remarks)}\n",
        ))  # fmt: skip

    def _claim_rest(self, claim: ClaimPaid, number: int) -> str:
        """Return the row of a claim from its number on."""
        adjustments, remarks = _NO_ADJUSTMENTS, "{}"
        if claim.adjustments or claim.adjudications:
            self._note_unknown(claim.adjustments, claim.remarks, "MOA")
            self._measure(*(str(adjustment.amount) for adjustment in claim.adjustments))
            adjustments, remarks = _adjustments(claim.adjustments), _array(claim.remarks)
        last = first = identifier = crossover = crossover_identifier = ""
        for person in claim.people:
            if person.role == "QC" and not last:
                last, first, identifier = person.last_name, person.first_name, person.identifier
            elif person.role == "TT":
                crossover, crossover_identifier = person.last_name, person.identifier
        charge, paid, patient = str(claim.charge), str(claim.paid), str(claim.patient_responsibility)
        self._measure(charge, paid, patient)
        days = {qualifier: on for qualifier, on in claim.dates if on is not None}
        return (
            f"{number}\t{claim.control_number}\t{claim.status}\t{charge}\t{paid}\t{patient}\t{claim.filing_indicator}\t"
            f"{claim.payer_control_number}\t{claim.facility_type}\t{claim.frequency}\t{adjustments}\t{remarks}\t"
            f"{days.get('232', '')!s}\t{days.get('233', '')!s}\t{days.get('050', '')!s}\t{last}\t{first}\t"
            f"{identifier}\t{crossover}\t{crossover_identifier}\n"
        )

    def _measure(self, *amounts: str) -> None:
        for text in amounts:
            # Mostly it has cents, or none at all; what is below a millionth is written with an exponent.
            if text[-3:-2] != "." and ("." in text or "E" in text):
                amount = Decimal(text)
                self.is_finer_than_a_cent |= amount != amount.quantize(_CENT)

    def _note_unknown(self, adjustments: tuple[Adjustment, ...], remarks: Collection[str], segment: str) -> None:
        for name, element, codes, known in (
            ("CAS", 2, [adjustment.reason for adjustment in adjustments], self._known.reasons),
            (segment, 2, remarks, self._known.remarks),
        ):
            for code in codes:
                if code not in known and f"{name[:1]}{code}" not in self._noted:
                    self._noted.add(f"{name[:1]}{code}")
                    self._reader.transaction.note("unknown-code", [name], element, code)


class _Outgoing:
    """Rows on their way out: hashed, and gathered to parts; of some claims at once, as each of it costs by the call."""

    def __init__(self, digest: "hashlib._Hash", claims: Callable[[bytes], object], lines: Callable[[bytes], object]):
        self._digest = digest
        self._parts = (_Part(claims), _Part(lines))
        self._positions: list[int] = []
        self._rests: list[str] = []
        self._lines: list[str] = []

    def add(self, position: int, rest: str, lines: str) -> None:
        """Take the row of a claim, its position apart (it is no part of the hash), and those of its lines."""
        self._positions.append(position)
        self._rests.append(rest)
        self._lines.append(lines)
        if len(self._rests) == _TOGETHER:
            self._put()

    def end(self) -> None:
        """Give on what is left."""
        self._put()
        for part in self._parts:
            part.end()

    def _put(self) -> None:
        claims, lines = self._parts
        self._digest.update(_copied(chain.from_iterable(zip(self._rests, self._lines, strict=True))))
        claims.add(_copied(map("{}\t{}".format, self._positions, self._rests)))
        lines.add(_copied(self._lines))
        self._positions, self._rests, self._lines = [], [], []


class _Part:
    """Gathers rows, and gives them on when they are many."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self._gathered = bytearray()

    def add(self, rows: bytes) -> None:
        """Take some more rows."""
        self._gathered += rows
        if len(self._gathered) >= _PART:
            self.end()

    def end(self) -> None:
        """Give on what is left."""
        if self._gathered:
            self._take(bytes(self._gathered))
            self._gathered.clear()


def _copied(texts: Iterable[str]) -> bytes:
    r"""Return rows as COPY takes them: a backslash is not its own. Other control signs no reader lets pass."""
    text = "".join(texts)
    return (text.replace("\\", "\\\\") if "\\" in text else text).encode()


def _or_null(value: Decimal | date | None) -> str:
    return "" if value is None else str(value)


def _code_of(procedure: Procedure, revenue_code: str) -> tuple[str, str]:
    """Return code and revenue code; a line that was sent without a code is paid by its revenue code (NU)."""
    return ("", revenue_code or procedure.code) if procedure.qualifier == "NU" else (procedure.code, revenue_code)


def _adjustments(adjustments: tuple[Adjustment, ...]) -> str:
    """Return groups, reasons, amounts and quantities, an array each."""
    if not adjustments:
        return _NO_ADJUSTMENTS
    groups, reasons, amounts, quantities = zip(*adjustments, strict=True)
    counts = ",".join("NULL" if quantity is None else str(quantity) for quantity in quantities)
    return f"{_array(groups)}\t{_array(reasons)}\t{{{','.join(map(str, amounts))}}}\t{{{counts}}}"


def _array(texts: Collection[str]) -> str:
    r"""Return an array of texts as PostgreSQL reads it.

    >>> _array(("26", "TC")), _array(("a,b", ""))
    ('{26,TC}', '{"a,b",""}')
    """
    return f"{{{','.join(map(_quoted, texts))}}}" if texts else "{}"


@lru_cache(_KEPT)
def _quoted(text: str) -> str:
    if text and _PLAIN.issuperset(text) and text.upper() != "NULL":
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
