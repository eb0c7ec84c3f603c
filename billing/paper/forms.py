"""What became of claims on paper, whatever the form: how many pages, what could not be carried, what was left out."""

from collections.abc import Callable, Iterable
from typing import BinaryIO, NamedTuple, Protocol, TypeVar

from billing.paper.printing import print_sheets
from billing.paper.sheets import LeftOut, PaperFault, Sheet

Offset = tuple[float, float]
"""Points to the right and up."""


class Filled(NamedTuple):
    """The pages of one claim."""

    sheets: tuple[Sheet, ...]
    faults: tuple[PaperFault, ...]
    left_out: tuple[LeftOut, ...]


class Printed(NamedTuple):
    """What was written."""

    pages: int
    claims: int
    faults: tuple[PaperFault, ...]
    """Of claims that were not printed."""
    left_out: tuple[LeftOut, ...]
    """Of claims that were printed, for whoever puts them into an envelope."""


class AnyClaim(Protocol):
    """What must be known of a claim to print it."""

    @property
    def control_number(self) -> str: ...


Claim = TypeVar("Claim", bound=AnyClaim)


def print_claims(
    claims: Iterable[Claim],
    out: BinaryIO,
    fill: Callable[[Claim], Filled],
    *,
    title: str,
    grid: bool,
    offset: Offset,
) -> Printed:
    """Print the claims that the form can carry, each on pages of its own; the others come back as faults."""
    sheets: list[Sheet] = []
    faults: list[PaperFault] = []
    left_out: list[LeftOut] = []
    printed = 0
    for claim in claims:
        filled = fill(claim)
        if filled.faults:
            faults += filled.faults
            continue
        sheets += filled.sheets
        left_out += filled.left_out
        printed += 1
    pages = print_sheets(sheets, out, title=title, grid=grid, offset=offset)
    return Printed(pages, printed, tuple(faults), tuple(left_out))
