"""A page with every field of a form filled up, to try how a printer meets the bought form. No patient stands on it."""

from typing import BinaryIO, Literal

from billing.paper.forms import Offset
from billing.paper.places import form
from billing.paper.printing import print_sheets
from billing.paper.sheets import Sheet


def write_alignment(name: Literal["cms1500", "ub04"], out: BinaryIO, *, offset: Offset = (0.0, 0.0)) -> None:
    """Write one page on which each field of a form is full of X.

    Args:
        name: of the form.
        out: binary, open for writing.
        offset: points to the right and up: the one that will be used for claims.
    """
    sheet = Sheet(form(name), "", [])
    for key, place in sheet.form.places.items():
        for row in range(place.rows):
            sheet.put(key, "X" * place.width, key, row=row)
    print_sheets([sheet], out, title=f"Alignment of {sheet.form.name}", grid=False, offset=offset)
