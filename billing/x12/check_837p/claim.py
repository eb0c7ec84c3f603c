"""Checks of a claim and its lines: codes, amounts, days, pointers, and that the parts agree with each other."""

import re
from collections.abc import Collection
from datetime import date
from functools import lru_cache
from operator import attrgetter

from billing.x12.characters import Alphabet, alphabet_of
from billing.x12.checking.faults import ClaimFault, Faults, Text, Texts, cents, code_fault, day_remedy
from billing.x12.checking.forms import (
    AMOUNT_REMEDY,
    MODIFIER,
    MOST_CENTS,
    MOST_MODIFIERS,
    PROCEDURE,
    UNITS,
    dollars,
    is_amount,
)
from billing.x12.checking.parties import (
    Role,
    check_billing,
    check_dependant,
    check_facility,
    check_payer,
    check_provider,
    check_subscriber,
)
from billing.x12.claim_837p.values import Claim837P, Line837P
from patients.identifiers import is_valid_icd10

UNLISTED_CODES = frozenset(("77299", "77399", "77499", "77799"))
"""Codes of radiation oncology that name no procedure: SV101-7 must say what was done (837P guide, 2400 SV1)."""

_USUAL_ALPHABET = alphabet_of()

MOST_DIAGNOSES = 12
MOST_LINES = 50
MOST_POINTERS = 4
CLAIM_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9 .-]{0,18}[A-Z0-9])?")
LINE_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9 .-]{0,28}[A-Z0-9])?")
PLACE = re.compile(r"[0-9]{2}")
FREQUENCIES = frozenset("178")
NOTE_KINDS = frozenset(("ADD", "CER", "DCP", "DGN", "TPO"))
LINE_NOTE_KINDS = frozenset(("ADD", "DCP"))
UNIT_KINDS = frozenset(("UN", "MJ"))
_YES_NO = frozenset("YN")

_CLAIM_CODES = (
    ("provider_signed", 6, _YES_NO),
    ("assignment", 7, frozenset("ABC")),
    ("benefits_assigned", 8, frozenset("NWY")),
    ("release_of_information", 9, frozenset("IY")),
    ("patient_signature_source", 10, frozenset(("", "P"))),
)
_CLAIM_CODED = attrgetter(*(field for field, _, _ in _CLAIM_CODES))
_CLAIM_TEXTS = Texts(
    Text("referral", "REF*9F", 2, 0, 50, is_identifier=True),
    Text("authorization", "REF*G1", 2, 0, 50, is_identifier=True),
    Text("payer_claim_number", "REF*F8", 2, 0, 50, is_identifier=True),
    Text("medical_record_number", "REF*EA", 2, 0, 50, is_identifier=True),
    Text("note", "NTE", 2, 0, 80),
)
_LINE_CODED = attrgetter("code", "charge", "units", "unit", "place_of_service", "modifiers", "pointers")
_LINE_TEXTS = Texts(
    Text("description", "SV1", 1, 0, 80),
    Text("authorization", "REF*G1", 2, 0, 50, is_identifier=True),
    Text("note", "NTE", 2, 0, 80),
)


_REFERRING = Role("referring", "2310A", "DN")
_RENDERING = Role("rendering", "2310B", "82", may_be_group=True)
_SUPERVISING = Role("supervising", "2310D", "DQ")


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
    return [
        *check_billing(claim.billing, alphabet),
        *check_subscriber(claim.subscriber, alphabet, is_patient=claim.dependant is None, today=today),
        *check_payer(claim.payer, alphabet),
        *(check_dependant(claim.dependant, alphabet, today=today) if claim.dependant is not None else ()),
        *_head_faults(claim, today, alphabet),
        *_total_faults(claim),
        *_diagnosis_faults(claim.diagnoses),
        *_provider_faults(claim, alphabet),
        *_lines_faults(claim, today, alphabet, unlisted_codes),
    ]


# --- 2300 -----------------------------------------------------------------------------------------------------------


def _head_faults(claim: Claim837P, today: date, alphabet: Alphabet) -> Faults:
    if not CLAIM_NUMBER.fullmatch(claim.control_number):
        remedy = "It must be 1 to 20 of A-Z, 0-9, blank . -, for payers return no more."
        yield ClaimFault("2300", "CLM", 1, "control_number", claim.control_number, remedy)
    yield from _coded_faults(
        _CLAIM_CODED(claim),
        claim.place_of_service,
        claim.frequency,
        bool(claim.payer_claim_number),
    )
    if claim.note or claim.authorization or claim.referral or claim.payer_claim_number or claim.medical_record_number:
        yield from _CLAIM_TEXTS.faults("2300", "", claim, alphabet)
    yield from code_fault("2300", "NTE", 1, "note_kind", claim.note_kind, NOTE_KINDS)
    if claim.patient_paid and not is_amount(claim.patient_paid):
        yield ClaimFault("2300", "AMT*F5", 2, "patient_paid", claim.patient_paid, AMOUNT_REMEDY)
    for qualifier, field, day in (
        ("435", "admitted_on", claim.admitted_on),
        ("096", "discharged_on", claim.discharged_on),
    ):
        remedy = day_remedy(day, today) if day else ""
        if remedy:
            yield ClaimFault("2300", f"DTP*{qualifier}", 3, field, day, remedy)


@lru_cache(maxsize=1024)
def _coded_faults(
    codes: tuple[str, ...], place: str, frequency: str, has_payer_claim_number: bool
) -> tuple[ClaimFault, ...]:
    faults: list[ClaimFault] = []
    if not PLACE.fullmatch(place):
        faults.append(ClaimFault("2300", "CLM", 5, "place_of_service", place, "It must be two digits, as 11 or 22."))
    faults += code_fault("2300", "CLM", 5, "frequency", frequency, FREQUENCIES)
    if frequency in ("7", "8") and not has_payer_claim_number:
        remedy = "A replacement or void names the payer's own number of the claim it takes back; fill it in."
        faults.append(ClaimFault("2300", "REF*F8", 2, "payer_claim_number", "", remedy))
    for found, (field, element, known) in zip(codes, _CLAIM_CODES, strict=True):
        faults += code_fault("2300", "CLM", element, field, found, known)
    return tuple(faults)


def _total_faults(claim: Claim837P) -> Faults:
    total = cents(claim.charge)
    if total is None or not 0 < total <= MOST_CENTS:
        yield ClaimFault("2300", "CLM", 2, "charge", claim.charge, AMOUNT_REMEDY)
        return
    charges = [cents(line.charge) for line in claim.lines]
    known = [charge for charge in charges if charge is not None]
    if len(known) == len(charges) and sum(known) != total:
        remedy = f"The lines add up to {dollars(sum(known))}; claim and lines must agree."
        yield ClaimFault("2300", "CLM", 2, "charge", claim.charge, remedy)


@lru_cache(maxsize=4096)
def _diagnosis_faults(codes: tuple[str, ...]) -> tuple[ClaimFault, ...]:
    faults: list[ClaimFault] = []
    if not 1 <= len(codes) <= MOST_DIAGNOSES:
        remedy = f"A claim takes 1 to {MOST_DIAGNOSES} diagnoses; it has {len(codes)}."
        faults.append(ClaimFault("2300", "HI", 1, "diagnoses", "", remedy))
    for place, code in enumerate(codes, 1):
        if "." in code or code != code.upper() or not is_valid_icd10(code):
            remedy = "It must be an ICD-10-CM code in capitals without its point, as C50911."
            faults.append(ClaimFault("2300", "HI", place, f"diagnoses[{place - 1}]", code, remedy))
        elif code in codes[: place - 1]:
            remedy = "It stands on the claim already; take one out."
            faults.append(ClaimFault("2300", "HI", place, f"diagnoses[{place - 1}]", code, remedy))
    return tuple(faults)


def _provider_faults(claim: Claim837P, alphabet: Alphabet) -> list[ClaimFault]:
    faults: list[ClaimFault] = []
    if claim.referring is not None:
        faults += check_provider(_REFERRING, claim.referring, alphabet)
    if claim.rendering is not None:
        faults += check_provider(_RENDERING, claim.rendering, alphabet)
    if claim.facility is not None:
        faults += check_facility("2310C", claim.facility, alphabet)
    if claim.supervising is not None:
        faults += check_provider(_SUPERVISING, claim.supervising, alphabet)
    return faults


# --- 2400 -----------------------------------------------------------------------------------------------------------


def _lines_faults(claim: Claim837P, today: date, alphabet: Alphabet, unlisted_codes: Collection[str]) -> Faults:
    if not 1 <= len(claim.lines) <= MOST_LINES:
        remedy = f"A claim takes 1 to {MOST_LINES} lines; split it."
        yield ClaimFault("2300", "LX", 1, "lines", str(len(claim.lines)), remedy)
    born = claim.subscriber.birth_on if claim.dependant is None else claim.dependant.birth_on
    diagnoses = len(claim.diagnoses)
    numbers: set[str] = set()
    for number, line in enumerate(claim.lines, 1):
        coded = _coding_faults(_LINE_CODED(line), diagnoses)
        if coded:
            yield from _of_line(number, coded)
        if day_remedy(line.service_on, today) or line.service_on < born or line.service_through:
            yield from _of_line(number, _day_faults(line, born, today))
        if line.control_number in numbers or not LINE_NUMBER.fullmatch(line.control_number):
            yield from _of_line(number, [_number_fault(line)])
        numbers.add(line.control_number)
        if (
            line.description
            or line.note
            or line.authorization
            or line.code in unlisted_codes
            or line.note_kind not in LINE_NOTE_KINDS
        ):
            yield from _of_line(number, _line_text_faults(line, alphabet, unlisted_codes))


def _of_line(number: int, faults: Collection[ClaimFault]) -> Faults:
    """Say in which line the faults are; the remembered ones do not know."""
    for fault in faults:
        yield fault._replace(loop=f"2400/{number}", field=f"lines[{number - 1}].{fault.field}")


@lru_cache(maxsize=8192)
def _coding_faults(
    values: tuple[str, str, str, str, str, tuple[str, ...], tuple[int, ...]], diagnoses: int
) -> tuple[ClaimFault, ...]:
    code, charge, units, unit, place, modifiers, pointers = values
    faults: list[ClaimFault] = []
    if not PROCEDURE.fullmatch(code):
        remedy = "It must be a CPT or HCPCS code of five characters, as 77386 or G6015."
        faults.append(ClaimFault("2400", "SV1", 1, "code", code, remedy))
    if not is_amount(charge):
        faults.append(ClaimFault("2400", "SV1", 2, "charge", charge, AMOUNT_REMEDY))
    faults += code_fault("2400", "SV1", 3, "unit", unit, UNIT_KINDS)
    if not UNITS.fullmatch(units) or units == "0":
        faults.append(ClaimFault("2400", "SV1", 4, "units", units, "Units must be more than 0, written as 1 or 1.5."))
    if place and not PLACE.fullmatch(place):
        faults.append(ClaimFault("2400", "SV1", 5, "place_of_service", place, "It must be two digits, as 11 or 22."))
    return (*faults, *_modifier_faults(modifiers), *_pointer_faults(pointers, diagnoses))


def _modifier_faults(modifiers: tuple[str, ...]) -> Faults:
    if len(modifiers) > MOST_MODIFIERS:
        yield ClaimFault("2400", "SV1", 1, "modifiers", " ".join(modifiers), "A line takes at most four modifiers.")
    for place, modifier in enumerate(modifiers):
        if not MODIFIER.fullmatch(modifier):
            yield ClaimFault("2400", "SV1", 1, "modifiers", modifier, "It must be two capitals or digits, as 26 or TC.")
        elif modifier in modifiers[:place]:
            yield ClaimFault("2400", "SV1", 1, "modifiers", modifier, "It stands on the line already; take one out.")


def _pointer_faults(pointers: tuple[int, ...], diagnoses: int) -> Faults:
    found = " ".join(map(str, pointers))
    if not 1 <= len(pointers) <= MOST_POINTERS:
        yield ClaimFault("2400", "SV1", 7, "pointers", found, "A line points to one to four diagnoses of its claim.")
    if any(not 1 <= pointer <= diagnoses for pointer in pointers):
        remedy = f"It points past the claim's {diagnoses} diagnoses; choose among them."
        yield ClaimFault("2400", "SV1", 7, "pointers", found, remedy)
    if len(set(pointers)) < len(pointers):
        yield ClaimFault("2400", "SV1", 7, "pointers", found, "It points to one diagnosis twice; take one out.")


def _day_faults(line: Line837P, born: str, today: date) -> list[ClaimFault]:
    faults = []
    remedy = day_remedy(line.service_on, today)
    if not remedy and line.service_on < born:
        remedy = "It is before the patient was born; correct one of the two dates."
    if remedy:
        faults.append(ClaimFault("2400", "DTP*472", 3, "service_on", line.service_on, remedy))
    remedy = day_remedy(line.service_through, today) if line.service_through else ""
    if not remedy and line.service_through and line.service_through < line.service_on:
        remedy = "The last day is before the first."
    if remedy:
        faults.append(ClaimFault("2400", "DTP*472", 3, "service_through", line.service_through, remedy))
    return faults


def _number_fault(line: Line837P) -> ClaimFault:
    remedy = "It must be 1 to 30 of A-Z, 0-9, blank . -, and no other line's."
    return ClaimFault("2400", "REF*6R", 2, "control_number", line.control_number, remedy)


def _line_text_faults(line: Line837P, alphabet: Alphabet, unlisted_codes: Collection[str]) -> list[ClaimFault]:
    faults = _LINE_TEXTS.faults("2400", "", line, alphabet)
    if line.code in unlisted_codes and not line.description.strip():
        remedy = f"{line.code} names no procedure: say in at most 80 characters what was done."
        faults.append(ClaimFault("2400", "SV1", 1, "description", "", remedy))
    faults += code_fault("2400", "NTE", 1, "note_kind", line.note_kind, LINE_NOTE_KINDS)
    return faults
