"""What every claim and every line is asked, whatever its kind: numbers, totals, diagnoses, modifiers, days.

Where a fault stands (loop, segment) its kind of claim says; the fields have the same names in all of them.
"""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple, Protocol, cast

from billing.x12.checking.faults import ClaimFault, Faults, Text, cents, code_fault, day_remedy
from billing.x12.checking.forms import AMOUNT_REMEDY, MODIFIER, MOST_CENTS, MOST_MODIFIERS, dollars
from patients.identifiers import is_valid_icd10

UNLISTED_CODES = frozenset(("77299", "77399", "77499", "77799"))
"""Codes of radiation oncology that name no procedure: the line must say what was done (SV101-7, SV202-7)."""

FREQUENCIES = frozenset("178")
TAKING_BACK = frozenset("78")
"""Replacement and void."""

CLAIM_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9 .-]{0,18}[A-Z0-9])?")
LINE_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9 .-]{0,28}[A-Z0-9])?")


class AnyLine(Protocol):
    """What the lines of all claims have."""

    @property
    def control_number(self) -> str: ...
    @property
    def charge(self) -> str: ...
    @property
    def service_on(self) -> str: ...
    @property
    def service_through(self) -> str: ...


class Coded(NamedTuple):
    """A field of CLM or CL1 that takes one of the guide's codes."""

    field: str
    segment: str
    element: int
    codes: frozenset[str]


class ClaimCodes:
    """The coded fields of a kind of claim, looked at together and remembered: few combinations ever occur."""

    def __init__(self, *coded: Coded) -> None:
        get: Callable[[object], tuple[str, ...]] = attrgetter(*(one.field for one in coded))
        remembered = lru_cache(maxsize=1024)(self._faults)
        self._coded = coded
        self.faults: Callable[[object], tuple[ClaimFault, ...]] = lambda claim: remembered(get(claim))
        """Return what is wrong with a claim's codes."""

    def _faults(self, found: tuple[str, ...]) -> tuple[ClaimFault, ...]:
        faults: list[ClaimFault] = []
        for code, (field, segment, element, codes) in zip(found, self._coded, strict=True):
            faults += code_fault("2300", segment, element, field, code, codes)
        return tuple(faults)


REFERENCES = (
    Text("referral", "REF*9F", 2, 0, 50, is_identifier=True),
    Text("authorization", "REF*G1", 2, 0, 50, is_identifier=True),
    Text("payer_claim_number", "REF*F8", 2, 0, 50, is_identifier=True),
    Text("medical_record_number", "REF*EA", 2, 0, 50, is_identifier=True),
)
"""What may refer to something outside the claim."""


def taken_back_faults(frequency: str, payer_claim_number: str) -> Faults:
    """Find a claim that takes another back without saying which."""
    if frequency in TAKING_BACK and not payer_claim_number:
        remedy = "A replacement or void names the payer's own number of the claim it takes back; fill it in."
        yield ClaimFault("2300", "REF*F8", 2, "payer_claim_number", "", remedy)


def claim_number_faults(control_number: str) -> list[ClaimFault]:
    """Return whether a CLM01 would not come back as it went."""
    if CLAIM_NUMBER.fullmatch(control_number):
        return []
    remedy = "It must be 1 to 20 of A-Z, 0-9, blank . -, for payers return no more."
    return [ClaimFault("2300", "CLM", 1, "control_number", control_number, remedy)]


def total_faults(charge: str, lines: Sequence[AnyLine]) -> list[ClaimFault]:
    """Return whether a total is no amount, or not the sum of its lines."""
    total = cents(charge)
    if total is None or not 0 < total <= MOST_CENTS:
        return [ClaimFault("2300", "CLM", 2, "charge", charge, AMOUNT_REMEDY)]
    charges = [cents(line.charge) for line in lines]
    if None in charges or (together := sum(cast(list[int], charges))) == total:
        return []
    remedy = f"The lines add up to {dollars(together)}; claim and lines must agree."
    return [ClaimFault("2300", "CLM", 2, "charge", charge, remedy)]


def icd10_faults(codes: tuple[str, ...], field: str, place: Callable[[int], tuple[str, int]]) -> Faults:
    """Find codes that are no ICD-10-CM in the form of claims, or stand twice.

    Args:
        codes: as the claim has them.
        field: where they are kept: diagnoses, visit_reasons.
        place: returns the segment and element of a code by its number from 0.
    """
    for number, code in enumerate(codes):
        remedy = ""
        if "." in code or code != code.upper() or not is_valid_icd10(code):
            remedy = "It must be an ICD-10-CM code in capitals without its point, as C50911."
        elif code in codes[:number]:
            remedy = "It stands on the claim already; take one out."
        if remedy:
            segment, element = place(number)
            yield ClaimFault("2300", segment, element, f"{field}[{number}]", code, remedy)


def of_line(number: int, faults: Collection[ClaimFault]) -> Faults:
    """Say in which line the faults are; the remembered ones do not know."""
    for fault in faults:
        yield fault._replace(loop=f"{fault.loop}/{number}", field=f"lines[{number - 1}].{fault.field}")


def modifier_faults(modifiers: tuple[str, ...], segment: str, element: int) -> Faults:
    """Find modifiers that are none, too many, or stand twice."""
    if len(modifiers) > MOST_MODIFIERS:
        found = " ".join(modifiers)
        yield ClaimFault("2400", segment, element, "modifiers", found, "A line takes at most four modifiers.")
    for place, modifier in enumerate(modifiers):
        remedy = ""
        if not MODIFIER.fullmatch(modifier):
            remedy = "It must be two capitals or digits, as 26 or TC."
        elif modifier in modifiers[:place]:
            remedy = "It stands on the line already; take one out."
        if remedy:
            yield ClaimFault("2400", segment, element, "modifiers", modifier, remedy)


def line_number_fault(line: AnyLine) -> ClaimFault:
    """Say that a line's control number is none, or another line's."""
    remedy = "It must be 1 to 30 of A-Z, 0-9, blank . -, and no other line's."
    return ClaimFault("2400", "REF*6R", 2, "control_number", line.control_number, remedy)


def service_day_faults(line: AnyLine, born: str, today: date) -> list[ClaimFault]:
    """Return what is wrong with the days of a line."""
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
