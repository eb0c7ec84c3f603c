"""Checks of a professional claim's lines (2400, 2420): codes, charge, units, days, pointers, texts, providers."""

import re
from collections.abc import Collection
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any

from billing.x12.characters import BETWEEN, Alphabet
from billing.x12.checking.attachments import check_attachments
from billing.x12.checking.claims import (
    LINE_NUMBER,
    line_number_fault,
    modifier_faults,
    of_line,
    service_day_faults,
)
from billing.x12.checking.faults import ClaimFault, Faults, Text, Texts, cents, code_fault, day_remedy
from billing.x12.checking.forms import (
    AMOUNT_REMEDY,
    PROCEDURE,
    UNITS,
    is_amount,
)
from billing.x12.checking.parties import Role, check_facility, check_provider
from billing.x12.claim_837p.values import Claim837P, Line837P

MOST_LINES = 50
MOST_POINTERS = 4
PLACE = re.compile(r"[0-9]{2}")
_PLAIN_NUMBERS = re.compile(f"(?:[A-Z0-9]{{1,30}}{BETWEEN})*+[A-Z0-9]{{1,30}}")
"""The numbers of all lines, joined, where they are letters and digits, as ours are."""
LINE_NOTE_KINDS = frozenset(("ADD", "DCP"))
UNIT_KINDS = frozenset(("UN", "MJ"))

_FIRST_UNUSUAL = Line837P._fields.index("description")
_USUAL_REST = Line837P("", "", "", "", "")[_FIRST_UNUSUAL:]

_LINE_CODED = attrgetter("code", "charge", "units", "unit", "place_of_service", "modifiers", "pointers")
_LINE_TEXTS = Texts(
    Text("description", "SV1", 1, 0, 80),
    Text("authorization", "REF*G1", 2, 0, 50, is_identifier=True),
    Text("referral", "REF*9F", 2, 0, 50, is_identifier=True),
    Text("note", "NTE", 2, 0, 80),
)
_RENDERING = Role("rendering", "2420A", "82", may_be_group=True)
_SUPERVISING = Role("supervising", "2420D", "DQ")
_ORDERING = Role("ordering", "2420E", "DK")
_REFERRING = Role("referring", "2420F", "DN")


def line_faults(claim: Claim837P, today: date, alphabet: Alphabet, unlisted_codes: Collection[str]) -> Faults:
    """Find what is wrong with the lines of a claim, all of them: the plain way, which says what and where."""
    if not 1 <= len(claim.lines) <= MOST_LINES:
        remedy = f"A claim takes 1 to {MOST_LINES} lines; split it."
        yield ClaimFault("2300", "LX", 1, "lines", str(len(claim.lines)), remedy)
    born = claim.subscriber.birth_on if claim.dependant is None else claim.dependant.birth_on
    diagnoses = len(claim.diagnoses)
    numbers: set[str] = set()
    for number, line in enumerate(claim.lines, 1):
        coded = _coding_faults(_LINE_CODED(line), diagnoses)
        if coded:
            yield from of_line(number, coded)
        if day_remedy(line.service_on, today) or line.service_on < born or line.service_through:
            yield from of_line(number, service_day_faults(line, born, today))
        if line.control_number in numbers or not LINE_NUMBER.fullmatch(line.control_number):
            yield from of_line(number, [line_number_fault(line)])
        numbers.add(line.control_number)
        if line[_FIRST_UNUSUAL:] != _USUAL_REST or line.code in unlisted_codes:
            yield from of_line(number, _unusual_faults(line, alphabet, unlisted_codes))


def sound_cents(claim: Claim837P, today: date, alphabet: Alphabet, unlisted_codes: Collection[str]) -> int | None:
    """Return what the lines add up to, if nothing is wrong with any; None where ``line_faults`` must look.

    But for its number a line says what many others of a night say: what is found about the rest of it is remembered.
    """
    lines = claim.lines
    numbers = [line.control_number for line in lines]
    if not 1 <= len(lines) <= MOST_LINES or len(set(numbers)) < len(numbers):
        return None
    joined = BETWEEN.join(numbers)
    if not _PLAIN_NUMBERS.fullmatch(joined) or joined.count(BETWEEN) >= len(numbers):
        return None
    born = claim.subscriber.birth_on if claim.dependant is None else claim.dependant.birth_on
    diagnoses = len(claim.diagnoses)
    together = 0
    for line in lines:
        found = _cents_of_sound(line[1:], diagnoses, today, alphabet)
        if not found or line.service_on < born or line.code in unlisted_codes:
            return None
        together += found
    return together


@lru_cache(maxsize=8192)
def _cents_of_sound(rest: tuple[Any, ...], diagnoses: int, today: date, alphabet: Alphabet) -> int | None:
    """Return the charge, above 0, of a line with which nothing is wrong by itself, whatever its number; else None."""
    line = Line837P("", *rest)
    is_wrong = (
        _coding_faults(_LINE_CODED(line), diagnoses)
        or service_day_faults(line, "", today)
        or _unusual_faults(line, alphabet, ())
    )
    return None if is_wrong else cents(line.charge)


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
    return (*faults, *modifier_faults(modifiers, "SV1", 1), *_pointer_faults(pointers, diagnoses))


def _pointer_faults(pointers: tuple[int, ...], diagnoses: int) -> Faults:
    found = " ".join(map(str, pointers))
    if not 1 <= len(pointers) <= MOST_POINTERS:
        yield ClaimFault("2400", "SV1", 7, "pointers", found, "A line points to one to four diagnoses of its claim.")
    if any(not 1 <= pointer <= diagnoses for pointer in pointers):
        remedy = f"It points past the claim's {diagnoses} diagnoses; choose among them."
        yield ClaimFault("2400", "SV1", 7, "pointers", found, remedy)
    if len(set(pointers)) < len(pointers):
        yield ClaimFault("2400", "SV1", 7, "pointers", found, "It points to one diagnosis twice; take one out.")


def _unusual_faults(line: Line837P, alphabet: Alphabet, unlisted_codes: Collection[str]) -> list[ClaimFault]:
    """Find what is wrong with what most lines have not: texts, papers, providers of their own."""
    faults = _LINE_TEXTS.faults("2400", "", line, alphabet)
    if line.code in unlisted_codes and not line.description.strip():
        remedy = f"{line.code} names no procedure: say in at most 80 characters what was done."
        faults.append(ClaimFault("2400", "SV1", 1, "description", "", remedy))
    faults += code_fault("2400", "NTE", 1, "note_kind", line.note_kind, LINE_NOTE_KINDS)
    faults += check_attachments("2400", line.attachments, alphabet)
    for role, provider in (
        (_RENDERING, line.rendering),
        (_SUPERVISING, line.supervising),
        (_ORDERING, line.ordering),
        (_REFERRING, line.referring),
    ):
        if provider is not None:
            faults += check_provider(role, provider, alphabet)
    if line.facility is not None:
        faults += check_facility("2420C", line.facility, alphabet)
    return faults
