"""Reads a remittance to its end: its claims go to disk, its lines straight on, both as the text that COPY takes.

The lines, which are nearly all of it, are taken by PostgreSQL while the rest is still read, so whoever reads must not
ask the database for the file meanwhile. Nothing of the file stays in memory. On the way everything that was read is
hashed: values, not bytes, so that white space, delimiters and envelopes do not matter. Where a segment stands is no
part of it, but for its place within its claim.
"""

import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterator
from datetime import date
from decimal import Decimal
from types import TracebackType
from typing import NamedTuple, Self

from billing.x12.reading.composites import Procedure
from billing.x12.remit_835 import Adjustment, ClaimPaid, RemittanceReader, ServicePaid

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
_CENT = Decimal("0.01")
_NO_ADJUSTMENTS = "{}\t{}\t{}\t{}"


class KnownCodes(NamedTuple):
    """Codes that some list knows. An unknown one is noted, once a remittance, and changes nothing."""

    reasons: Collection[str]
    remarks: Collection[str]


class Spool:
    """The claims of a remittance on disk; count, hash and sums beside them. The file has no name and leaves none."""

    def __init__(self, reader: RemittanceReader, known: KnownCodes) -> None:
        self._reader = reader
        self._known = known
        self._noted: set[str] = set()
        self._bodies: dict[tuple[int, ...], tuple[str, ServicePaid]] = {}
        self._digest = hashlib.sha256()
        self._claims = tempfile.TemporaryFile(buffering=_PART)  # noqa: SIM115 (closed by __exit__)
        self.claim_count = self.line_count = 0
        self.is_finer_than_a_cent = False
        """Whether an amount was read that no ledger can hold."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._claims.close()

    @property
    def content_hash(self) -> str:
        """The hash of all claims and lines that were read."""
        return self._digest.hexdigest()

    def claims(self) -> Iterator[bytes]:
        """Yield the claims as COPY takes them (columns ``CLAIM_COLUMNS``)."""
        self._claims.seek(0)
        while part := self._claims.read(_PART):
            yield part

    def read_all(self, lines: Callable[[bytes], object]) -> Self:
        """Read the remittance to its end.

        Args:
            lines: takes the lines of a claim as COPY takes them (columns ``LINE_COLUMNS``).
        """
        number = 0
        update, claims = self._digest.update, self._claims.write
        for number, claim in enumerate(self._reader, start=1):
            rest = _escaped(self._claim_rest(claim, number)).encode()
            claims(b"%d\t%b" % (claim.position, rest))
            update(rest)
            if claim.services:
                rows = _escaped(self._lines_of(claim, number)).encode()
                lines(rows)
                update(rows)
                self.line_count += len(claim.services)
        self.claim_count = number
        return self

    def _lines_of(self, claim: ClaimPaid, claim_number: int) -> str:
        bodies, first, rows = self._bodies, claim.position, []
        for number, line in enumerate(claim.services, start=1):
            references = line[10]
            control = next((value for qualifier, value in references if qualifier == "6R"), "")
            digits = control[1:]
            entry = (
                digits if control[:1] == "L" and digits.isdigit() and digits.isascii() and len(digits) < _MOST else ""
            )
            # The reader gives the same objects for segments that say the same. Who stands here is kept alive with its
            # body, so that no other object can have its id.
            key = (
                *map(id, line[1:8]), *map(id, line[8]), 8, *map(id, line[9]), 9, *map(id, line[11]), 11,
                *map(id, line[13]),
            )  # fmt: skip
            body = bodies.get(key)
            if body is None:
                if len(bodies) >= _KEPT:
                    bodies.clear()
                body = bodies[key] = self._body(line), line
            rows.append(f"{claim_number}\t{number}\t{line[0] - first}\t{entry}\t{control}\t{body[0]}\n")
        return "".join(rows)

    def _body(self, line: ServicePaid) -> str:
        """Return the row of a line from its code on."""
        code, revenue = _code_of(line.procedure, line.revenue_code)
        submitted = line.submitted_procedure
        remarks = [remark.code for remark in line.remarks if remark.code_list == "HE"]
        self._note_unknown(line.adjustments, remarks, "LQ")
        self._measure(line.charge, line.paid, *(adjustment.amount for adjustment in line.adjustments))
        return "\t".join((
            code, _array(line.procedure.modifiers),
            submitted.code if submitted else "", _array(submitted.modifiers if submitted else ()), revenue,
            str(line.charge), str(line.paid), _or_null(line.allowed), _or_null(line.units), _or_null(line.served_on),
            _adjustments(line.adjustments), _array(remarks),
        ))  # fmt: skip

    def _claim_rest(self, claim: ClaimPaid, number: int) -> str:
        if claim.adjustments or claim.adjudications:
            self._note_unknown(claim.adjustments, claim.remarks, "MOA")
            self._measure(*(adjustment.amount for adjustment in claim.adjustments))
        last = first = identifier = crossover = crossover_identifier = ""
        for person in claim.people:
            if person.role == "QC" and not last:
                last, first, identifier = person.last_name, person.first_name, person.identifier
            elif person.role == "TT":
                crossover, crossover_identifier = person.last_name, person.identifier
        self._measure(claim.charge, claim.paid, claim.patient_responsibility)
        days = {qualifier: on for qualifier, on in claim.dates if on is not None}
        return "\t".join((
            str(number), claim.control_number, claim.status, str(claim.charge), str(claim.paid),
            str(claim.patient_responsibility), claim.filing_indicator, claim.payer_control_number,
            claim.facility_type, claim.frequency,
            _adjustments(claim.adjustments) if claim.adjustments else _NO_ADJUSTMENTS,
            _array(claim.remarks) if claim.adjudications else "{}",
            _or_null(days.get("232")), _or_null(days.get("233")), _or_null(days.get("050")),
            last, first, identifier, crossover, f"{crossover_identifier}\n",
        ))  # fmt: skip

    def _measure(self, *amounts: Decimal) -> None:
        for amount in amounts:
            text = str(amount)
            if "." in text[:-3] and text.rstrip("0")[-3:-2] != "." and amount != amount.quantize(_CENT):
                self.is_finer_than_a_cent = True

    def _note_unknown(self, adjustments: tuple[Adjustment, ...], remarks: Collection[str], segment: str) -> None:
        for name, element, codes, known in (
            ("CAS", 2, [adjustment.reason for adjustment in adjustments], self._known.reasons),
            (segment, 2, remarks, self._known.remarks),
        ):
            for code in codes:
                if code not in known and f"{name[:1]}{code}" not in self._noted:
                    self._noted.add(f"{name[:1]}{code}")
                    self._reader.transaction.note("unknown-code", [name], element, code)


def _escaped(text: str) -> str:
    r"""Keep COPY from taking a backslash for its own. Other control signs no reader lets pass."""
    return text.replace("\\", "\\\\") if "\\" in text else text


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


def _quoted(text: str) -> str:
    if text and _PLAIN.issuperset(text) and text.upper() != "NULL":
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
