"""Checks of a professional claim's lines (2400, 2420): codes, charge, units, days, pointers, texts, providers."""

import re
from collections.abc import Collection
from datetime import date
from functools import lru_cache
from operator import attrgetter

from billing.x12.characters import Alphabet
from billing.x12.checking.attachments import check_attachments
from billing.x12.checking.faults import ClaimFault, Faults, Text, Texts, code_fault, day_remedy
from billing.x12.checking.forms import (
    AMOUNT_REMEDY,
    MODIFIER,
    MOST_MODIFIERS,
    PROCEDURE,
    UNITS,
    is_amount,
)
from billing.x12.checking.parties import Role, check_facility, check_provider
from billing.x12.claim_837p.values import Claim837P, Line837P

MOST_LINES = 50
MOST_POINTERS = 4
LINE_NUMBER = re.compile(r"[A-Z0-9](?:[A-Z0-9 .-]{0,28}[A-Z0-9])?")
PLACE = re.compile(r"[0-9]{2}")
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
    """Find what is wrong with the lines of a claim, all of them."""
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
        if line[_FIRST_UNUSUAL:] != _USUAL_REST or line.code in unlisted_codes:
            yield from _of_line(number, _unusual_faults(line, alphabet, unlisted_codes))


def _of_line(number: int, faults: Collection[ClaimFault]) -> Faults:
    """Say in which line the faults are; the remembered ones do not know."""
    for fault in faults:
        yield fault._replace(loop=f"{fault.loop}/{number}", field=f"lines[{number - 1}].{fault.field}")


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
