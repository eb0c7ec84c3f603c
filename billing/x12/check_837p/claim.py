"""Checks of a claim (2300, 2310): codes, amounts, days, providers, and that the parts agree with each other."""

from collections.abc import Collection
from datetime import date
from functools import lru_cache

from billing.x12.characters import Alphabet, alphabet_of
from billing.x12.check_837p.lines import PLACE, line_faults, sound_cents
from billing.x12.checking.attachments import check_attachments
from billing.x12.checking.claims import (
    FREQUENCIES,
    REFERENCES,
    UNLISTED_CODES,
    ClaimCodes,
    Coded,
    claim_number_faults,
    icd10_faults,
    taken_back_faults,
    total_faults,
)
from billing.x12.checking.faults import ClaimFault, Faults, Text, Texts, cents, code_fault, day_remedy, identifier_fault
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
from billing.x12.claim_837p.values import Claim837P
from patients.identifiers import validate_state

_USUAL_ALPHABET = alphabet_of()

MOST_DIAGNOSES = 12
NOTE_KINDS = frozenset(("ADD", "CER", "DCP", "DGN", "TPO"))
MOST_CAUSES = 2
CAR_ACCIDENT = "AA"
ACCIDENTS = frozenset((CAR_ACCIDENT, "OA"))
CAUSES = ACCIDENTS | {"EM"}
_YES_NO = frozenset("YN")

_CLAIM_CODES = ClaimCodes(
    Coded("frequency", "CLM", 5, FREQUENCIES),
    Coded("provider_signed", "CLM", 6, _YES_NO),
    Coded("assignment", "CLM", 7, frozenset("ABC")),
    Coded("benefits_assigned", "CLM", 8, frozenset("NWY")),
    Coded("release_of_information", "CLM", 9, frozenset("IY")),
    Coded("patient_signature_source", "CLM", 10, frozenset(("", "P"))),
)
_FIRST_SAID = Claim837P._fields.index("frequency")
_NOTHING_SAID = tuple(Claim837P._field_defaults[field] for field in Claim837P._fields[_FIRST_SAID:])
_CLAIM_TEXTS = Texts(*REFERENCES, Text("note", "NTE", 2, 0, 80))
_REFERRING = Role("referring", "2310A", "DN")
_RENDERING = Role("rendering", "2310B", "82", may_be_group=True)
_SUPERVISING = Role("supervising", "2310D", "DQ")
_PRIMARY_CARE = Role("primary_care", "2310A", "P3")


def check_claim(
    claim: Claim837P,
    *,
    today: date,
    alphabet: Alphabet = _USUAL_ALPHABET,
    unlisted_codes: Collection[str] = UNLISTED_CODES,
) -> list[ClaimFault]:
    """Return everything wrong with a claim, in the order of the guide; empty if it may be written.

    Args:
        claim: as it will be given to the writer.
        today: the clinic's local day; later dates of service are faults.
        alphabet: what the files of the receiver can carry.
        unlisted_codes: procedures that need a description.
    """
    together = sound_cents(claim, today, alphabet, unlisted_codes)
    return [
        *check_billing(claim.billing, alphabet),
        *check_subscriber(claim.subscriber, alphabet, is_patient=claim.dependant is None, today=today),
        *check_payer(claim.payer, alphabet),
        *(check_dependant(claim.dependant, alphabet, today=today) if claim.dependant is not None else ()),
        *_head_faults(claim, today, alphabet),
        *(total_faults(claim.charge, claim.lines) if together is None or together != cents(claim.charge) else ()),
        *_diagnosis_faults(claim.diagnoses),
        *_provider_faults(claim, alphabet),
        *_coordination_faults(claim, today, alphabet),
        *(line_faults(claim, today, alphabet, unlisted_codes) if together is None else ()),
    ]


# --- 2300 -----------------------------------------------------------------------------------------------------------


def _head_faults(claim: Claim837P, today: date, alphabet: Alphabet) -> list[ClaimFault]:
    faults = claim_number_faults(claim.control_number)
    if not PLACE.fullmatch(claim.place_of_service):
        remedy = "It must be two digits, as 11 or 22."
        faults.append(ClaimFault("2300", "CLM", 5, "place_of_service", claim.place_of_service, remedy))
    if claim[_FIRST_SAID:] != _NOTHING_SAID:
        faults += _said_faults(claim, today, alphabet)
    return faults


def _said_faults(claim: Claim837P, today: date, alphabet: Alphabet) -> Faults:
    """Find what is wrong with what a usual claim leaves as it is: codes, references, note, days, papers, causes."""
    yield from _CLAIM_CODES.faults(claim)
    yield from taken_back_faults(claim.frequency, claim.payer_claim_number)
    if claim.note or claim.authorization or claim.referral or claim.payer_claim_number or claim.medical_record_number:
        yield from _CLAIM_TEXTS.faults("2300", "", claim, alphabet)
    yield from code_fault("2300", "NTE", 1, "note_kind", claim.note_kind, NOTE_KINDS)
    if claim.patient_paid and not is_amount(claim.patient_paid):
        yield ClaimFault("2300", "AMT*F5", 2, "patient_paid", claim.patient_paid, AMOUNT_REMEDY)
    for qualifier, field, day in (
        ("435", "admitted_on", claim.admitted_on),
        ("096", "discharged_on", claim.discharged_on),
        ("439", "accident_on", claim.accident_on),
    ):
        remedy = day_remedy(day, today) if day else ""
        if remedy:
            yield ClaimFault("2300", f"DTP*{qualifier}", 3, field, day, remedy)
    if claim.attachments:
        yield from check_attachments("2300", claim.attachments, alphabet)
    if claim.related_causes or claim.accident_state or claim.accident_on:
        yield from _cause_faults(claim)


def _cause_faults(claim: Claim837P) -> Faults:
    """An accident has its day, a car accident its state, and neither stands without its cause."""
    causes = claim.related_causes
    if len(causes) > MOST_CAUSES or len(set(causes)) < len(causes) or not CAUSES.issuperset(causes):
        remedy = f"It takes at most {MOST_CAUSES} of {', '.join(sorted(CAUSES))}, each once."
        yield ClaimFault("2300", "CLM", 11, "related_causes", " ".join(causes), remedy)
    is_accident = not ACCIDENTS.isdisjoint(causes)
    if is_accident and not claim.accident_on:
        yield ClaimFault("2300", "DTP*439", 3, "accident_on", "", "Say when the accident was.")
    if claim.accident_on and not causes:
        remedy = "Say what the patient's condition comes from, or take the day of the accident out."
        yield ClaimFault("2300", "CLM", 11, "related_causes", "", remedy)
    if CAR_ACCIDENT in causes:
        yield from identifier_fault("2300", "CLM", 11, "accident_state", claim.accident_state, validate_state)
    elif claim.accident_state:
        remedy = "Only a car accident (AA) has a state; take it out."
        yield ClaimFault("2300", "CLM", 11, "accident_state", claim.accident_state, remedy)


@lru_cache(maxsize=4096)
def _diagnosis_faults(codes: tuple[str, ...]) -> tuple[ClaimFault, ...]:
    faults: list[ClaimFault] = []
    if not 1 <= len(codes) <= MOST_DIAGNOSES:
        remedy = f"A claim takes 1 to {MOST_DIAGNOSES} diagnoses; it has {len(codes)}."
        faults.append(ClaimFault("2300", "HI", 1, "diagnoses", "", remedy))
    faults += icd10_faults(codes, "diagnoses", lambda number: ("HI", number + 1))
    return tuple(faults)


def _provider_faults(claim: Claim837P, alphabet: Alphabet) -> list[ClaimFault]:
    faults: list[ClaimFault] = []
    if claim.referring is not None:
        faults += check_provider(_REFERRING, claim.referring, alphabet)
    if claim.primary_care is not None:
        faults += check_provider(_PRIMARY_CARE, claim.primary_care, alphabet)
        if claim.referring is None:
            remedy = "It stands only beside a referring provider; name that one, or take this one out."
            faults.append(ClaimFault("2310A", "NM1*P3", 1, "primary_care", "", remedy))
    if claim.rendering is not None:
        faults += check_provider(_RENDERING, claim.rendering, alphabet)
    if claim.facility is not None:
        faults += check_facility("2310C", claim.facility, alphabet)
    if claim.supervising is not None:
        faults += check_provider(_SUPERVISING, claim.supervising, alphabet)
    return faults


def _coordination_faults(claim: Claim837P, today: date, alphabet: Alphabet) -> list[ClaimFault]:
    coordination = coordination_of(claim)
    return check_other_payers(coordination, today=today, alphabet=alphabet) if coordination is not None else []
