"""Which gathered claims are not fit to send, and why, in the biller's words.

What a claim must have is asked of billing/x12/check_837p and check_837i, which let nothing through that the writer
refuses; here a fault becomes a finding (or a follow-up's error) that says where the missing thing is kept.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from billing.claims.batch import Batch
from billing.claims.correcting import bill_following, following
from billing.claims.earlier import EarlierPayer
from billing.claims.institutional import bill_of
from billing.claims.reading import Parties, Row, claim_of
from billing.x12 import check_837i, check_837p
from billing.x12.characters import alphabet_of
from billing.x12.check_837p import ClaimFault
from billing.x12.claim_837i import Claim837I
from billing.x12.claim_837p import Claim837P
from billing.x12.envelope import Envelope

INPATIENT = "21"

_OWNERS = {
    "billing": "the facility",
    "subscriber": "the patient or subscriber",
    "dependant": "the patient",
    "payer": "the payer",
    "rendering": "the rendering physician",
    "attending": "the course's physician, who attends",
    "referring": "the referring physician",
    "supervising": "the supervising physician",
    "ordering": "the ordering physician",
    "facility": "the service location of the facility",
}
_FIELDS = {
    "npi": "NPI", "tax_id": "tax id", "zip_code": "ZIP code", "birth_on": "birth date", "member_id": "member id",
    "payer_id": "payer id", "service_on": "date of service", "street2": "street, second line",
    "filing_indicator": "claim filing indicator", "referral": "referral number",
}  # fmt: skip
_CODES = {
    "billing.npi": "missing-npi", "rendering.npi": "missing-npi", "attending.npi": "missing-npi",
    "diagnoses": "missing-diagnosis", "attending": "missing-physician",
}  # fmt: skip
_STAY_OF_THE_HOSPITAL = (
    "Place of service is 21, inpatient: what the hospital does for an inpatient stands on the bill of the stay (type "
    "011x), which the hospital writes, never on an outpatient's (0131). Correct the stay or the place of service, or "
    "hold the line and hand it over."
)
_LINE_FIELD = re.compile(r"lines\[(\d+)\]\.(.+)")


class Reason(NamedTuple):
    """Why a claim is kept back. ``subject`` names the field, so that one claim may have several."""

    code: str
    subject: str
    message: str


class KeptBack:
    """The claims that were not let through, each with all its reasons."""

    def __init__(self) -> None:
        self.claim_ids: list[int] = []
        self.reasons: list[Reason] = []
        self.claims = 0
        self.by_reason: Counter[Reason] = Counter()

    def add(self, claim_id: int, reasons: list[Reason]) -> None:
        """Note a claim with its reasons."""
        self.claims += 1
        self.claim_ids += [claim_id] * len(reasons)
        self.reasons += reasons
        self.by_reason.update(reasons)


class Checker:
    """Lets sound claims through, one at a time, and remembers the others.

    Args:
        batch: which claims they are.
        parties: who stands on them.
        envelope: of the file that they will stand in; its partner's characters are asked for.
        at: the moment of the export; each facility's clock decides what day that is.
        earlier: of follow-ups, who was asked to pay before, by the claim's id.
    """

    def __init__(
        self,
        *,
        batch: Batch,
        parties: Parties,
        envelope: Envelope,
        at: datetime,
        earlier: Mapping[int, Sequence[EarlierPayer]] | None = None,
    ) -> None:
        self.kept_back = KeptBack()
        self._batch = batch
        self._parties = parties
        self._today = {facility: at.astimezone(zone).date() for facility, zone in parties.zones.items()}
        self._alphabet = alphabet_of(envelope.separators, extended=envelope.extended_characters)
        self._earlier = earlier or {}

    def sound_claims(self, rows: Iterator[Row]) -> Iterator[Claim837P]:
        """Yield the professional claims that may be sent, in their order."""
        for row in rows:
            claim = claim_of(row, self._parties)
            if row.extra:
                claim = following(claim, row.extra, self._earlier.get(int(row.claim_id), ()))
            reasons = self._reasons(row, claim)
            if reasons:
                self.kept_back.add(int(row.claim_id), reasons)
            else:
                yield claim

    def sound_bills(self, rows: Iterator[Row]) -> Iterator[Claim837I]:
        """Yield the institutional claims that may be sent, in their order."""
        for row in rows:
            bill = bill_of(row, self._parties)
            if self._batch.is_follow_up:
                bill = bill_following(bill, row.extra, self._earlier.get(int(row.claim_id), ()))
            reasons = self._reasons_of_bill(row, bill)
            if reasons:
                self.kept_back.add(int(row.claim_id), reasons)
            else:
                yield bill

    def _reasons(self, row: Row, claim: Claim837P) -> list[Reason]:
        faults = check_837p.check_claim(claim, today=self._today[row.facility_id], alphabet=self._alphabet)
        # Where there is no diagnosis no line can point to one: that is said once.
        reasons = [_reason(fault, claim) for fault in faults if claim.diagnoses or "pointers" not in fault.field]
        if claim.rendering is None:
            message = "The course has no rendering physician. Name the one who renders its professional lines."
            reasons.append(Reason("missing-physician", "claim:rendering", message))
        if row.place_of_service == INPATIENT and not row.admitted_on:
            message = "Place of service is 21, inpatient, and no inpatient stay covers the day. Enter the admission."
            reasons.append(Reason("missing-admission", "claim:admitted_on", message))
        if row.extra:
            reasons = self._objections(row) or reasons
        return reasons and list(dict.fromkeys(reasons))

    def _reasons_of_bill(self, row: Row, bill: Claim837I) -> list[Reason]:
        faults = check_837i.check_claim(bill, today=self._today[row.facility_id], alphabet=self._alphabet)
        reasons = [_reason(fault, bill) for fault in faults]
        if row.place_of_service == INPATIENT:
            reasons.append(Reason("inpatient-line", "claim:place_of_service", _STAY_OF_THE_HOSPITAL))
        reasons = self._objections(row) or reasons
        return reasons and list(dict.fromkeys(reasons))

    def _objections(self, row: Row) -> list[Reason]:
        """Return why the next payer cannot be asked yet; what is wrong with the claim follows from it."""
        today = self._today[row.facility_id]
        said = (payer.objection(today) for payer in self._earlier.get(int(row.claim_id), ()))
        return [Reason("earlier-payer", "claim:other_payers", objection) for objection in said if objection]


def _reason(fault: ClaimFault, claim: Claim837P | Claim837I) -> Reason:
    line = _LINE_FIELD.fullmatch(fault.field)
    if line is not None:
        faulty = claim.lines[int(line[1])]
        owner, _, field = line[2].partition(".")
        what = f"in {_OWNERS[owner]}, {_words(field)}" if field and owner in _OWNERS else _words(line[2])
        where = f"Line {faulty.code} of {_day(faulty.service_on)}, {what}"
        return Reason("claim-incomplete", f"claim:lines.{line[2]}:{faulty.control_number}", f"{where}: {fault.remedy}")
    owner, _, field = fault.field.partition(".")
    where = f"In {_OWNERS[owner]}, {_words(field)}" if owner in _OWNERS else f"Claim, {_words(fault.field)}"
    is_missing = not fault.found
    code = _CODES.get(fault.field, "claim-incomplete") if is_missing else "claim-incomplete"
    return Reason(code, f"claim:{fault.field}", f"{where}: {fault.remedy}")


def _words(field: str) -> str:
    """Return a field's name as the screens call it."""
    last = field.rpartition(".")[2].partition("[")[0]
    return _FIELDS.get(last, last.replace("_", " "))


def _day(text: str) -> str:
    """Return CCYYMMDD as 2025-03-03."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    except ValueError:
        return text
