"""Institutional claims on the UB-04: 22 lines a page, the total on the last, everybody named on each.

Filled as chapter 25 of Medicare's claims processing manual says of the form locators; outpatient bills only.
"""

from collections.abc import Iterable
from datetime import date
from typing import BinaryIO

from billing.paper.forms import Filled, Offset, Printed, print_claims
from billing.paper.places import form
from billing.paper.sheets import PaperFault, Sheet
from billing.paper.ub04.coded import fill_codes
from billing.paper.ub04.head import fill_head
from billing.paper.ub04.leaving_out import left_out_of
from billing.paper.ub04.payers import fill_payers
from billing.paper.ub04.providers import fill_providers
from billing.paper.ub04.services import LINES_A_PAGE, fill_services
from billing.x12.claim_837i import Claim837I


def write_ub04(
    claims: Iterable[Claim837I],
    out: BinaryIO,
    *,
    made_on: date,
    grid: bool = False,
    offset: Offset = (0.0, 0.0),
    phone: str = "",
) -> Printed:
    """Print institutional claims as one PDF, in the order given.

    Args:
        claims: checked by check_837i.
        out: binary; untouched if no claim can be printed.
        made_on: the day on which the bill is made (form locator 45, last line).
        grid: on a plain grid with numbers and captions of our own, to be read on white paper; else the data alone, for
            the form.
        offset: points to the right and up, for a printer that sits elsewhere.
        phone: of who bills (form locator 1).

    Returns:
        What was printed. Claims with faults were not; what was left out of the others may have to go along by mail.
    """
    return print_claims(
        claims,
        out,
        lambda claim: fill_pages(claim, made_on=made_on, phone=phone),
        title="Claims on UB-04",
        grid=grid,
        offset=offset,
    )


def fill_pages(claim: Claim837I, *, made_on: date, phone: str) -> Filled:
    """Return the pages of one claim."""
    faults: list[PaperFault] = []
    sheets = []
    pages = max(-(-len(claim.lines) // LINES_A_PAGE), 1)
    for page in range(1, pages + 1):
        sheet = Sheet(form("ub04"), claim.control_number, faults)
        fill_head(sheet, claim, phone=phone)
        fill_codes(sheet, claim)
        fill_services(sheet, claim, page=page, pages=pages, made_on=made_on)
        fill_payers(sheet, claim)
        fill_providers(sheet, claim)
        sheets.append(sheet)
    return Filled(tuple(sheets), tuple(faults), tuple(left_out_of(claim)))
