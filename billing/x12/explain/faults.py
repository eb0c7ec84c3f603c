"""Which segments a fault concerns, and what kind of thing must be opened to mend it.

A fault is told by the checks before a claim is written; here it meets the segments as written. Which page mends a kind
of thing is the matter of the pages.
"""

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from billing.x12.checking.faults import ClaimFault
from billing.x12.explain.rows import Row

# --- where it stands ------------------------------------------------------------------------------------------------

_ABOVE = (
    (re.compile(r"2430"), "2400"),
    (re.compile(r"242."), "2400"),
    (re.compile(r"233."), "2320"),
    (re.compile(r"2320|231.|24.."), "2300"),
    (re.compile(r"2010A"), "2000A"),
    (re.compile(r"2010B"), "2000B"),
    (re.compile(r"2010C|2300"), "2000C"),
    (re.compile(r"2000C|2300"), "2000B"),
)
"""Where a segment that is missing would hang, the nearest first."""


def places_of(fault: ClaimFault, rows: Sequence[Row]) -> tuple[int, ...]:
    """Return the places in ``rows`` of the segments that a fault concerns.

    The segment that the fault names in its loop; where it is missing, the beginning of the loop, or of the one above
    in which it should stand. Empty only if there is nothing of the kind in the rows.
    """
    loop, _, number = fault.loop.partition("/")
    wanted = int(number) if number.isdigit() else 0
    named = _named(fault, loop)
    while loop:
        within = [place for place, row in enumerate(rows) if row.loop == loop and (not wanted or row.number == wanted)]
        found = tuple(place for place in within if named(rows[place]))
        if found:
            return found
        if within:
            return tuple(within[:1])
        above = next((outer for inner, outer in _ABOVE if inner.match(loop) and outer != loop), "")
        if above in ("2300", "2000B", "2000C", "2000A"):
            wanted = 0
        loop = above
    return ()


def _named(fault: ClaimFault, loop: str) -> Callable[[Row], bool]:
    """Return what tells whether a row is the segment that the fault names."""
    wanted = fault.segment.split("*")
    if loop == "2300" and wanted[0] == "HI":
        return lambda row: _is_hi(row.segment, wanted)
    return lambda row: re.split(r"[^A-Z0-9]", row.segment)[: len(wanted)] == wanted


def _is_hi(segment: str, wanted: Sequence[str]) -> bool:
    """Tell whether a HI holds codes of the kind; of any diagnoses, where no kind is named."""
    name, kind, *_ = [*re.split(r"[^A-Z0-9]", segment), ""]
    return name == "HI" and kind in (wanted[1:] or ("ABK", "ABF"))


# --- what mends it --------------------------------------------------------------------------------------------------


class Mends(StrEnum):
    """What must be opened to mend a fault."""

    FACILITY = "facility"
    """Who bills, and where the service was given."""
    PATIENT = "patient"
    COVERAGE = "coverage"
    """A policy of the patient: holder, member id, group, who pays first."""
    PAYER = "payer"
    PROVIDER = "provider"
    """A physician's own name, NPI, specialty."""
    COURSE = "course"
    """Diagnoses, which physicians are named, and the referral number."""
    LINE = "line"
    AUTHORIZATION = "authorization"
    ENCOUNTER = "encounter"
    """Admission and discharge."""
    REMITTANCE = "remittance"
    """What another payer decided."""
    CLAIM = "claim"
    """What is said only of this claim: why it is sent again, notes, codes, attachments."""


_PHYSICIANS = r"(rendering|referring|supervising|ordering|attending|primary_care)"
_POLICY = r"(rank|member_id|group_number|group_name|msp_type|relationship|is_person)"

_FIELDS = tuple(
    (re.compile(pattern), mends)
    for pattern, mends in (
        (r"(billing|facility|facility_code|place_of_service|phone)\b", Mends.FACILITY),
        (r"payer\.|subscriber\.filing_indicator", Mends.PAYER),
        (r"payer_claim_number", Mends.CLAIM),
        (rf"subscriber\.{_POLICY}|dependant\.relationship", Mends.COVERAGE),
        (r"dependant\.", Mends.PATIENT),
        (rf"{_PHYSICIANS}$", Mends.COURSE),
        (rf"{_PHYSICIANS}\.", Mends.PROVIDER),
        (r"diagnoses|visit_reasons|related_causes|accident", Mends.COURSE),
        (r"authorization", Mends.AUTHORIZATION),
        (r"referral", Mends.COURSE),
        (r"admitted_on|discharged_on|admission_|patient_status", Mends.ENCOUNTER),
        (r"medical_record_number", Mends.PATIENT),
        (r"other_payers\[\d+\]\.payer\.|other_payers\[\d+\]\.subscriber\.filing_indicator", Mends.PAYER),
        (
            r"other_payers\[\d+\]\.(subscriber\.|relationship|benefits|patient_sig|release)|other_payers$",
            Mends.COVERAGE,
        ),
        (r"other_payers\[\d+\]\.authorization", Mends.AUTHORIZATION),
        (r"other_payers\[\d+\]\.referral", Mends.COURSE),
        (r"other_payers\[", Mends.REMITTANCE),
        (r"adjudications", Mends.REMITTANCE),
        (r"attachments", Mends.CLAIM),
    )
)
_OF_CLAIMS_ONLY = (Mends.COURSE, Mends.CLAIM)
"""What is kept for a whole claim: where a line names such a thing, it is the line's own."""
_LINE_FIELD = re.compile(r"lines\[\d+\]\.(.+)")


def mended_by(field: str, *, patient_is_subscriber: bool) -> Mends:
    """Return what must be opened to mend a fault.

    Args:
        field: of the fault of a professional or an institutional claim, or of its paper form.
        patient_is_subscriber: the claim has no dependant; then a subscriber's name and address are the patient's own.
    """
    line = _LINE_FIELD.match(field)
    field = line[1] if line else field
    known = next((mends for pattern, mends in _FIELDS if pattern.match(field)), None)
    if known is not None and not (line and known in _OF_CLAIMS_ONLY):
        return known
    if line:
        return Mends.LINE
    if field.startswith("subscriber."):
        return Mends.PATIENT if patient_is_subscriber else Mends.COVERAGE
    return Mends.CLAIM
