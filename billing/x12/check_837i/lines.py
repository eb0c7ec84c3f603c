"""Checks of the lines of an institutional claim: codes, amounts, days, numbers, and the days of the statement."""

import re
from collections.abc import Collection
from datetime import date
from functools import lru_cache
from operator import attrgetter

from billing.x12.characters import Alphabet
from billing.x12.checking.attachments import check_attachments
from billing.x12.checking.claims import (
    LINE_NUMBER,
    line_number_fault,
    modifier_faults,
    of_line,
    service_day_faults,
)
from billing.x12.checking.faults import ClaimFault, Faults, Text, Texts, cents, code_fault, day_remedy
from billing.x12.checking.forms import AMOUNT_REMEDY, PROCEDURE, UNITS, is_amount
from billing.x12.claim_837i.values import Claim837I, Line837I

MOST_LINES = 999
REVENUE_CODE = re.compile(r"[0-9]{4}")
TOTAL_REVENUE_CODE = "0001"
UNIT_KINDS = frozenset(("UN", "DA"))

_LINE_CODED = attrgetter("revenue_code", "code", "charge", "unit", "units", "not_covered", "modifiers")
_LINE_TEXTS = Texts(Text("description", "SV2", 2, 0, 80))


def lines_faults(claim: Claim837I, *, today: date, alphabet: Alphabet, unlisted_codes: Collection[str]) -> Faults:
    """Find what is wrong with the lines of a claim, each fault with its line."""
    if not 1 <= len(claim.lines) <= MOST_LINES:
        remedy = f"A claim takes 1 to {MOST_LINES} lines; split it."
        yield ClaimFault("2300", "LX", 1, "lines", str(len(claim.lines)), remedy)
    born = claim.subscriber.birth_on if claim.dependant is None else claim.dependant.birth_on
    first, last = _statement(claim, today)
    numbers: set[str] = set()
    for number, line in enumerate(claim.lines, 1):
        coded = _coding_faults(_LINE_CODED(line))
        if coded:
            yield from of_line(number, coded)
        if line.service_through or not first <= line.service_on <= last or _is_no_day(line.service_on, born, today):
            yield from of_line(number, _day_faults(line, born, (first, last), today))
        if line.control_number in numbers or not LINE_NUMBER.fullmatch(line.control_number):
            yield from of_line(number, [line_number_fault(line)])
        numbers.add(line.control_number)
        if line.attachments:
            yield from of_line(number, check_attachments("2400", line.attachments, alphabet))
        if line.description or line.code in unlisted_codes:
            yield from of_line(number, _text_faults(line, alphabet, unlisted_codes))


def _statement(claim: Claim837I, today: date) -> tuple[str, str]:
    """Return the days between which each line must lie; all days, where the statement's own are wrong."""
    first, last = claim.statement_from, claim.statement_through
    if day_remedy(first, today) or day_remedy(last, today) or last < first:
        return "", "99999999"
    return first, last


def _is_no_day(day: str, born: str, today: date) -> bool:
    return day < born or bool(day_remedy(day, today))


def _day_faults(line: Line837I, born: str, statement: tuple[str, str], today: date) -> list[ClaimFault]:
    faults = service_day_faults(line, born, today)
    if faults:
        return faults
    first, last = statement
    if first <= line.service_on and (line.service_through or line.service_on) <= last:
        return []
    remedy = f"It lies outside the days of the statement, {first} to {last}; correct the day or the statement."
    found = line.service_on if line.service_on < first else line.service_through or line.service_on
    field = "service_on" if found == line.service_on else "service_through"
    return [ClaimFault("2400", "DTP*472", 3, field, found, remedy)]


@lru_cache(maxsize=8192)
def _coding_faults(values: tuple[str, str, str, str, str, str, tuple[str, ...]]) -> tuple[ClaimFault, ...]:
    revenue_code, code, charge, unit, units, not_covered, modifiers = values
    faults: list[ClaimFault] = []
    if not REVENUE_CODE.fullmatch(revenue_code) or revenue_code == TOTAL_REVENUE_CODE:
        remedy = "It must be a revenue code of four digits, as 0333; 0001, the total, is no line of a claim."
        faults.append(ClaimFault("2400", "SV2", 1, "revenue_code", revenue_code, remedy))
    if not PROCEDURE.fullmatch(code):
        remedy = "It must be a CPT or HCPCS code of five characters, as 77386 or G6015."
        faults.append(ClaimFault("2400", "SV2", 2, "code", code, remedy))
    faults += modifier_faults(modifiers, "SV2", 2)
    if not is_amount(charge):
        faults.append(ClaimFault("2400", "SV2", 3, "charge", charge, AMOUNT_REMEDY))
    faults += code_fault("2400", "SV2", 4, "unit", unit, UNIT_KINDS)
    if not UNITS.fullmatch(units) or units == "0":
        faults.append(ClaimFault("2400", "SV2", 5, "units", units, "Units must be more than 0, written as 1 or 1.5."))
    return (*faults, *_not_covered_faults(not_covered, charge))


def _not_covered_faults(not_covered: str, charge: str) -> Faults:
    if not not_covered:
        return
    if not is_amount(not_covered):
        yield ClaimFault("2400", "SV2", 7, "not_covered", not_covered, AMOUNT_REMEDY)
    elif is_amount(charge) and (cents(not_covered) or 0) > (cents(charge) or 0):
        yield ClaimFault("2400", "SV2", 7, "not_covered", not_covered, "It is more than the charge of its line.")


def _text_faults(line: Line837I, alphabet: Alphabet, unlisted_codes: Collection[str]) -> list[ClaimFault]:
    faults = _LINE_TEXTS.faults("2400", "", line, alphabet)
    if line.code in unlisted_codes and not line.description.strip():
        remedy = f"{line.code} names no procedure: say in at most 80 characters what was done."
        faults.append(ClaimFault("2400", "SV2", 2, "description", "", remedy))
    return faults
