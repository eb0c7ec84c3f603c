"""Checks of an institutional claim: its parties, bill type, statement dates, notes and providers."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import lru_cache
from operator import attrgetter

from billing.x12.characters import Alphabet, alphabet_of
from billing.x12.check_837i.codes import code_faults, diagnosis_faults
from billing.x12.check_837i.lines import lines_faults
from billing.x12.checking.attachments import check_attachments
from billing.x12.checking.claims import (
    FREQUENCIES,
    REFERENCES,
    UNLISTED_CODES,
    ClaimCodes,
    Coded,
    claim_number_faults,
    taken_back_faults,
    total_faults,
)
from billing.x12.checking.faults import ClaimFault, Faults, Text, Texts, code_fault, day_remedy
from billing.x12.checking.forms import AMOUNT_REMEDY, is_amount
from billing.x12.checking.other_payers import check_other_payers, coordination_of
from billing.x12.checking.parties import (
    Role,
    check_billing,
    check_dependant,
    check_facility,
    check_payer,
    check_provider,
    check_subscriber,
)
from billing.x12.claim_837i.values import Claim837I

_USUAL_ALPHABET = alphabet_of()

FACILITY_CODES = frozenset(("13", "85"))
"""Hospital outpatient, critical access hospital: the bills that radiation oncology has."""

ADMISSION_TYPES = frozenset("123459")
ADMISSION_SOURCES = frozenset("1245689DEF")
_STATUSES = "01 02 03 04 05 06 07 09 20 21 30 40 41 42 43 50 51 61 62 63 64 65 66 69 70"
PATIENT_STATUSES = frozenset(_STATUSES.split()) | {str(status) for status in range(81, 96)}
_KINDS = "ALG DCP DGN DME MED NTR ODT RHB RLH RNH SET SFM SPT UPI"
NOTE_KINDS = frozenset(_KINDS.split())
MOST_NOTES = 10

_CLAIM_CODES = ClaimCodes(
    Coded("facility_code", "CLM", 5, FACILITY_CODES),
    Coded("frequency", "CLM", 5, FREQUENCIES),
    Coded("assignment", "CLM", 7, frozenset("ABC")),
    Coded("benefits_assigned", "CLM", 8, frozenset("NWY")),
    Coded("release_of_information", "CLM", 9, frozenset("IY")),
    Coded("admission_type", "CL1", 1, ADMISSION_TYPES),
    Coded("admission_source", "CL1", 2, ADMISSION_SOURCES),
    Coded("patient_status", "CL1", 3, PATIENT_STATUSES),
)
_CLAIM_TEXTS = Texts(*REFERENCES, Text("billing_note", "NTE*ADD", 2, 0, 80))
_CLAIM_TEXTED = attrgetter("referral", "authorization", "payer_claim_number", "medical_record_number", "billing_note")
_NOTE_TEXT = Texts(Text("text", "NTE", 2, 1, 80))

_UNSAID = ("subscriber.msp_type", "patient_signature_source")
"""Fields of policies that only professional claims say (SBR05, OI04): nothing is asked of them."""

_ATTENDING = Role("attending", "2310A", "71")
_RENDERING = Role("rendering", "2310D", "82")
_REFERRING = Role("referring", "2310F", "DN")


def check_claim(
    claim: Claim837I,
    *,
    today: date,
    alphabet: Alphabet = _USUAL_ALPHABET,
    unlisted_codes: Collection[str] = UNLISTED_CODES,
) -> list[ClaimFault]:
    """Return everything wrong with a claim, in the order of the guide; empty if it may be written.

    Args:
        claim: as it will be given to the writer.
        today: the clinic's local day; later dates are faults.
        alphabet: what the files of the receiver can carry.
        unlisted_codes: procedures that need a description.
    """
    return [
        *check_billing(claim.billing, alphabet),
        *_organisation_faults(claim),
        *_subscriber_faults(claim, today, alphabet),
        *check_payer(claim.payer, alphabet),
        *(check_dependant(claim.dependant, alphabet, today=today) if claim.dependant is not None else ()),
        *claim_number_faults(claim.control_number),
        *total_faults(claim.charge, claim.lines),
        *_CLAIM_CODES.faults(claim),
        *_statement_faults(claim.statement_from, claim.statement_through, today),
        *_detail_faults(claim, alphabet),
        *diagnosis_faults(claim.diagnoses, claim.visit_reasons),
        *code_faults(claim, today),
        *_provider_faults(claim, alphabet),
        *_coordination_faults(claim, today, alphabet),
        *lines_faults(claim, today=today, alphabet=alphabet, unlisted_codes=unlisted_codes),
    ]


def _organisation_faults(claim: Claim837I) -> Faults:
    if claim.billing.is_person:
        remedy = "Only an organisation sends institutional claims."
        yield ClaimFault("2010AA", "NM1*85", 2, "billing.is_person", "person", remedy)


def _subscriber_faults(claim: Claim837I, today: date, alphabet: Alphabet) -> list[ClaimFault]:
    return _said(check_subscriber(claim.subscriber, alphabet, is_patient=claim.dependant is None, today=today))


def _said(faults: Iterable[ClaimFault]) -> list[ClaimFault]:
    return [fault for fault in faults if not fault.field.endswith(_UNSAID)]


# --- 2300 -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _statement_faults(first: str, last: str, today: date) -> tuple[ClaimFault, ...]:
    faults = [
        ClaimFault("2300", "DTP*434", 3, field, day, remedy)
        for field, day in (("statement_from", first), ("statement_through", last))
        if (remedy := day_remedy(day, today))
    ]
    if not faults and last < first:
        faults.append(ClaimFault("2300", "DTP*434", 3, "statement_through", last, "The last day is before the first."))
    return tuple(faults)


def _detail_faults(claim: Claim837I, alphabet: Alphabet) -> Faults:
    """Find what is wrong with the situational segments of 2300, up to the notes."""
    if claim.attachments:
        yield from check_attachments("2300", claim.attachments, alphabet)
    if claim.estimated_due and not is_amount(claim.estimated_due):
        yield ClaimFault("2300", "AMT*F3", 2, "estimated_due", claim.estimated_due, AMOUNT_REMEDY)
    yield from taken_back_faults(claim.frequency, claim.payer_claim_number)
    if any(_CLAIM_TEXTED(claim)):
        yield from _CLAIM_TEXTS.faults("2300", "", claim, alphabet)
    if len(claim.notes) > MOST_NOTES:
        remedy = f"A claim takes at most {MOST_NOTES} notes; take some out."
        yield ClaimFault("2300", "NTE", 0, "notes", str(len(claim.notes)), remedy)
    for number, note in enumerate(claim.notes):
        yield from code_fault("2300", "NTE", 1, f"notes[{number}].kind", note.kind, NOTE_KINDS)
        yield from _NOTE_TEXT.faults("2300", f"notes[{number}].", note, alphabet)


# --- 2310 -----------------------------------------------------------------------------------------------------------


def _provider_faults(claim: Claim837I, alphabet: Alphabet) -> list[ClaimFault]:
    faults = _attending_faults(claim, alphabet)
    if claim.rendering is not None:
        faults += check_provider(_RENDERING, claim.rendering, alphabet)
    if claim.facility is not None:
        faults += check_facility("2310E", claim.facility, alphabet)
    if claim.referring is not None:
        faults += check_provider(_REFERRING, claim.referring, alphabet)
    return faults


def _attending_faults(claim: Claim837I, alphabet: Alphabet) -> list[ClaimFault]:
    if claim.attending is None:
        remedy = "An institutional claim names who attends the patient; choose the physician."
        return [ClaimFault("2310A", "NM1*71", 3, "attending", "", remedy)]
    faults = list(check_provider(_ATTENDING, claim.attending, alphabet))
    if not claim.attending.taxonomy:
        remedy = "The attending provider's specialty (taxonomy) is missing; fill it in where the provider is kept."
        faults.append(ClaimFault("2310A", "PRV", 3, "attending.taxonomy", "", remedy))
    return faults


# --- 2320, 2430 -----------------------------------------------------------------------------------------------------


def _coordination_faults(claim: Claim837I, today: date, alphabet: Alphabet) -> list[ClaimFault]:
    coordination = coordination_of(claim)
    if coordination is None:
        return []
    faults = _said(check_other_payers(coordination, today=today, alphabet=alphabet))
    return faults + [
        ClaimFault(f"2430/{line + 1}", "SVD", 4, f"lines[{line}].adjudications[{place}].revenue_code", "", _MISSING)
        for line, given in enumerate(claim.lines)
        for place, decision in enumerate(given.adjudications)
        if not decision.revenue_code
    ]


_MISSING = "It is missing: an institutional claim says which revenue code the other payer decided about."
