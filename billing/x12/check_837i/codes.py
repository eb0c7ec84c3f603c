"""Checks of the codes in HI: diagnoses, occurrences, values, conditions, and the one reason of an adjustment."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from billing.x12.checking.claims import icd10_faults
from billing.x12.checking.faults import ClaimFault, Faults, cents, day_remedy
from billing.x12.checking.forms import AMOUNT_REMEDY, PAID_REMEDY, is_amount
from billing.x12.checking.parties import MSP_TYPES
from billing.x12.claim_837i.values import Claim837I, Occurrence, OccurrenceSpan, ValueCode

MOST_DIAGNOSES = 25
MOST_VISIT_REASONS = 3
MOST_CODES = 24  # two segments of twelve
CODES_IN_A_SEGMENT = 12
CODE = re.compile(r"[0-9A-Z]{2}")

REPLACING = frozenset(("D0", "D1", "D2", "D7", "D8", "D9", "E0"))
"""Reasons of a replacement (0137): days, charges, codes, Medicare second, Medicare first, other, patient status."""

VOIDING = frozenset(("D5", "D6"))
"""Reasons of a void (0138): wrong beneficiary or provider, duplicate or repayment."""

INPATIENT = frozenset(("D3", "D4"))
"""Reasons that only inpatient bills know."""

OTHER_CHANGE = "D9"
ADJUSTING = {"1": frozenset[str](), "7": REPLACING, "8": VOIDING}

PAID_BEFORE = MSP_TYPES - {""}
"""Value codes that say why Medicare pays later, with what the payer before it paid: nothing too (a deductible)."""

_CODE_REMEDY = "It must be two capitals or digits, as 11 or D9."


# --- diagnoses ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def diagnosis_faults(diagnoses: tuple[str, ...], reasons: tuple[str, ...]) -> tuple[ClaimFault, ...]:
    """Return what is wrong with the diagnoses and with the reasons for the visit."""
    faults: list[ClaimFault] = []
    if not 1 <= len(diagnoses) <= MOST_DIAGNOSES:
        remedy = f"A claim takes 1 to {MOST_DIAGNOSES} diagnoses; it has {len(diagnoses)}."
        faults.append(ClaimFault("2300", "HI*ABK", 1, "diagnoses", "", remedy))
    faults += icd10_faults(diagnoses, "diagnoses", _place_of_diagnosis)
    if len(reasons) > MOST_VISIT_REASONS:
        remedy = f"A claim takes at most {MOST_VISIT_REASONS} reasons for the visit; it has {len(reasons)}."
        faults.append(ClaimFault("2300", "HI*APR", 1, "visit_reasons", "", remedy))
    faults += icd10_faults(reasons, "visit_reasons", lambda number: ("HI*APR", number + 1))
    return tuple(faults)


def _place_of_diagnosis(number: int) -> tuple[str, int]:
    return ("HI*ABF", (number - 1) % CODES_IN_A_SEGMENT + 1) if number else ("HI*ABK", 1)


# --- the other codes ------------------------------------------------------------------------------------------------


def code_faults(claim: Claim837I, today: date) -> Faults:
    """Find what is wrong with the codes of a claim, in the order in which they are written."""
    if claim.occurrence_spans:
        yield from _span_faults(claim.occurrence_spans, today)
    if claim.occurrences:
        yield from _occurrence_faults(claim.occurrences, today)
    if claim.value_codes:
        yield from _value_faults(claim.value_codes)
    yield from _condition_faults(claim.condition_codes)
    yield from _adjustment_faults(claim.frequency, claim.condition_codes, has_remarks=bool(claim.billing_note.strip()))


def _span_faults(spans: tuple[OccurrenceSpan, ...], today: date) -> Faults:
    yield from _count_faults("BI", "occurrence_spans", spans)
    for number, span in enumerate(spans):
        place, field = _element(number), f"occurrence_spans[{number}]"
        if not CODE.fullmatch(span.code):
            yield ClaimFault("2300", "HI*BI", place, f"{field}.code", span.code, _CODE_REMEDY)
        remedies = [(part, day, day_remedy(day, today)) for part, day in (("first", span.first), ("last", span.last))]
        if not any(remedy for *_, remedy in remedies) and span.last < span.first:
            remedies = [("last", span.last, "The last day is before the first.")]
        for part, day, remedy in remedies:
            if remedy:
                yield ClaimFault("2300", "HI*BI", place, f"{field}.{part}", day, remedy)


def _occurrence_faults(occurrences: tuple[Occurrence, ...], today: date) -> Faults:
    yield from _count_faults("BH", "occurrences", occurrences)
    for number, occurrence in enumerate(occurrences):
        place, field = _element(number), f"occurrences[{number}]"
        if not CODE.fullmatch(occurrence.code):
            yield ClaimFault("2300", "HI*BH", place, f"{field}.code", occurrence.code, _CODE_REMEDY)
        remedy = day_remedy(occurrence.on, today)
        if remedy:
            yield ClaimFault("2300", "HI*BH", place, f"{field}.on", occurrence.on, remedy)


def _value_faults(values: tuple[ValueCode, ...]) -> Faults:
    yield from _count_faults("BE", "value_codes", values)
    codes = [value.code for value in values]
    for number, value in enumerate(values):
        place, field = _element(number), f"value_codes[{number}]"
        remedy = _two_signs_remedy(value.code, codes[:number])
        if remedy:
            yield ClaimFault("2300", "HI*BE", place, f"{field}.code", value.code, remedy)
        if not is_value(value.code, value.amount):
            remedy = PAID_REMEDY if value.code in PAID_BEFORE else AMOUNT_REMEDY
            yield ClaimFault("2300", "HI*BE", place, f"{field}.amount", value.amount, remedy)


def is_value(code: str, amount: str) -> bool:
    """Tell whether an amount may stand with a value code: above 0, but for what a payer before Medicare paid.

    >>> is_value("12", "0"), is_value("A1", "0")
    (True, False)
    """
    return is_amount(amount) or (code in PAID_BEFORE and cents(amount) == 0)


@lru_cache(maxsize=1024)
def _condition_faults(codes: tuple[str, ...]) -> tuple[ClaimFault, ...]:
    faults = list(_count_faults("BG", "condition_codes", codes))
    for number, code in enumerate(codes):
        remedy = _two_signs_remedy(code, codes[:number])
        if remedy:
            faults.append(ClaimFault("2300", "HI*BG", _element(number), f"condition_codes[{number}]", code, remedy))
    return tuple(faults)


def _count_faults(qualifier: str, field: str, codes: Sequence[object]) -> Faults:
    if len(codes) > MOST_CODES:
        remedy = f"A claim takes at most {MOST_CODES} of them; take some out."
        yield ClaimFault("2300", f"HI*{qualifier}", 1, field, str(len(codes)), remedy)


def _two_signs_remedy(code: str, before: Sequence[str]) -> str:
    if not CODE.fullmatch(code):
        return _CODE_REMEDY
    return "It stands on the claim already; take one out." if code in before else ""


def _element(number: int) -> int:
    return number % CODES_IN_A_SEGMENT + 1


# --- adjustments ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _adjustment_faults(frequency: str, codes: tuple[str, ...], *, has_remarks: bool) -> tuple[ClaimFault, ...]:
    """Find a replacement or void without exactly one reason of its kind, or a reason without a need of it."""
    wanted = ADJUSTING.get(frequency)
    if wanted is None:  # told as a frequency that is none
        return ()
    faults = [
        ClaimFault("2300", "HI*BG", _element(number), f"condition_codes[{number}]", code, _stray_reason(frequency))
        for number, code in enumerate(codes)
        if code in (REPLACING | VOIDING | INPATIENT) - wanted
    ]
    reasons = [code for code in codes if code in wanted]
    if wanted and len(reasons) != 1:
        remedy = f"A bill of frequency {frequency} says why in exactly one of {', '.join(sorted(wanted))}."
        faults.append(ClaimFault("2300", "HI*BG", 1, "condition_codes", " ".join(reasons), remedy))
    if OTHER_CHANGE in reasons and not has_remarks:
        remedy = f"Condition code {OTHER_CHANGE} needs remarks: say in the billing note what was changed."
        faults.append(ClaimFault("2300", "NTE*ADD", 2, "billing_note", "", remedy))
    return tuple(faults)


def _stray_reason(frequency: str) -> str:
    if frequency == "1":
        return "It is the reason of an adjustment, and this is a first bill; take it out."
    return f"It is no reason of a bill of frequency {frequency}; choose another."
