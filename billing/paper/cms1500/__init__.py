"""Professional claims on the CMS-1500 (02/12): six lines a form, as many forms as it takes, each complete in itself.

Filled as the NUCC's instructions say, and for Medicare as chapter 26 of its claims processing manual says (boxes 4, 6,
7 and 11 to 11d).
"""

from collections.abc import Iterable
from datetime import date
from typing import BinaryIO

from billing.paper.cms1500.claim import fill_claim
from billing.paper.cms1500.insured import fill_insured
from billing.paper.cms1500.leaving_out import left_out_of
from billing.paper.cms1500.services import LINES_A_FORM, fill_services, paid_by_form
from billing.paper.forms import Filled, Offset, Printed, print_claims
from billing.paper.places import form
from billing.paper.sheets import PaperFault, Sheet
from billing.x12.claim_837p import Claim837P


def write_cms1500(
    claims: Iterable[Claim837P],
    out: BinaryIO,
    *,
    grid: bool = False,
    offset: Offset = (0.0, 0.0),
    phone: str = "",
    signed_on: date | None = None,
) -> Printed:
    """Print professional claims as one PDF, in the order given.

    Args:
        claims: checked by check_837p.
        out: binary; untouched if no claim can be printed.
        grid: on a plain grid with numbers and captions of our own, to be read on white paper; else the data alone, for
            the form.
        offset: points to the right and up, for a printer that sits elsewhere.
        phone: of who bills, ten digits (box 33).
        signed_on: the day of the provider's signature (box 31).

    Returns:
        What was printed. Claims with faults were not; what was left out of the others may have to go along by mail.
    """
    return print_claims(
        claims,
        out,
        lambda claim: fill_forms(claim, phone=phone, signed_on=signed_on),
        title="Claims on CMS-1500",
        grid=grid,
        offset=offset,
    )


def fill_forms(claim: Claim837P, *, phone: str, signed_on: date | None) -> Filled:
    """Return the forms of one claim: each names everybody again and has its own total."""
    faults: list[PaperFault] = []
    sheets = []
    paid = paid_by_form(claim)
    for number, first in enumerate(range(0, max(len(claim.lines), 1), LINES_A_FORM)):
        sheet = Sheet(form("cms1500"), claim.control_number, faults)
        fill_insured(sheet, claim)
        fill_claim(sheet, claim, phone=phone, signed_on=signed_on)
        fill_services(sheet, claim, first, paid_cents=paid[number])
        sheets.append(sheet)
    return Filled(tuple(sheets), tuple(faults), tuple(left_out_of(claim)))
