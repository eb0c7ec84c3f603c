"""Boxes 24, 28 and 29: six lines a form, the charge of those lines, and what was paid for them."""

from billing.paper.sheets import Sheet, put_money
from billing.paper.values import cents_of, day_of, money, money_of, total
from billing.x12.checking.parties import MEDICARE
from billing.x12.claim_837p import Claim837P, Line837P
from billing.x12.parties import Provider

LINES_A_FORM = 6
_NARRATIVE = "ZZ"
"""What the words for an unlisted code begin with in the upper half of a line."""


def fill_services(sheet: Sheet, claim: Claim837P, first: int, *, paid_cents: int) -> None:
    """Fill the lines of a form, from the ``first`` of the claim on, and what they come to."""
    lines = claim.lines[first : first + LINES_A_FORM]
    for row, line in enumerate(lines):
        _fill_line(sheet, claim, line, row, f"lines[{first + row}]")
    put_money(sheet, "total_{}", money_of(total(line.charge for line in lines)), "charge")
    if paid_cents:
        put_money(sheet, "paid_{}", money_of(paid_cents), "patient_paid")


def paid_by_form(claim: Claim837P) -> list[int]:
    """Return what was paid, in cents, by form: by the patient and other payers; Medicare asks for the patient's alone.

    What was paid for a line stands on the line's form, the rest on the first one; where the rest is less than nothing
    (a payer withheld something from the whole claim) all of it stands on the first.
    """
    forms = max(-(-len(claim.lines) // LINES_A_FORM), 1)
    if claim.subscriber.filing_indicator in MEDICARE:
        return [cents_of(claim.patient_paid), *[0] * (forms - 1)]
    paid = [
        sum(total(one.paid for one in line.adjudications) for line in claim.lines[first : first + LINES_A_FORM])
        for first in range(0, forms * LINES_A_FORM, LINES_A_FORM)
    ]
    whole = cents_of(claim.patient_paid) + total(other.paid for other in claim.other_payers)
    paid[0] += whole - sum(paid)
    return paid if paid[0] >= 0 else [whole, *[0] * (forms - 1)]


def _fill_line(sheet: Sheet, claim: Claim837P, line: Line837P, row: int, field: str) -> None:
    if line.description:
        sheet.put("supplement", f"{_NARRATIVE}{line.description}", f"{field}.description", row=row)
    _put_days(sheet, line, row, field)
    sheet.put("place", line.place_of_service or claim.place_of_service, f"{field}.place_of_service", row=row)
    sheet.put("procedure", line.code, f"{field}.code", row=row)
    for number, modifier in enumerate(line.modifiers, 1):
        sheet.put(f"modifier_{number}", modifier, f"{field}.modifiers", row=row)
    sheet.put("pointers", "".join(map(letter, line.pointers)), f"{field}.pointers", row=row)
    put_money(sheet, "charge_{}", money(line.charge), f"{field}.charge", row=row)
    sheet.put("units", line.units, f"{field}.units", row=row)
    rendering = _rendering(claim, line)
    if rendering:
        sheet.put("rendering_npi", rendering, f"{field}.rendering.npi", row=row)
    _put_faults(sheet, claim, line, field)


def letter(pointer: int) -> str:
    """Return a pointer as the form writes it.

    >>> letter(1), letter(12)
    ('A', 'L')
    """
    return chr(ord("A") + pointer - 1)


def _put_days(sheet: Sheet, line: Line837P, row: int, field: str) -> None:
    for box, text in (("from", line.service_on), ("through", line.service_through or line.service_on)):
        day = day_of(text)
        for part, found in zip(("month", "day", "year"), (day.month, day.day, day.year[2:]), strict=True):
            sheet.put(f"{box}_{part}", found, f"{field}.service_on", row=row)


def _rendering(claim: Claim837P, line: Line837P) -> str:
    rendering: Provider | None = line.rendering or claim.rendering
    if rendering is not None:
        return rendering.npi
    return claim.billing.npi if claim.billing.is_person else ""


def _put_faults(sheet: Sheet, claim: Claim837P, line: Line837P, field: str) -> None:
    """Note what only the whole form can say, where a line says otherwise."""
    if line.facility is not None and line.facility.address != (claim.facility or claim.billing).address:
        remedy = "Box 32 names one place for all lines of a form; bill this line on a claim of its own."
        sheet.fault("32", f"{field}.facility", line.facility.name, remedy)
    if line.authorization and line.authorization != claim.authorization:
        remedy = "Box 23 names one authorization for all lines of a form; bill this line on a claim of its own."
        sheet.fault("23", f"{field}.authorization", line.authorization, remedy)
