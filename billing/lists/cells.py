"""What a list hands on: rows of plain cells, read in stretches."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TypeAlias, TypeVar

Cell: TypeAlias = str | int | Decimal | date | datetime | None
Rows: TypeAlias = Iterator[Sequence[Cell]]
T = TypeVar("T")

STRETCH = 1_000
"""How many rows are read at once."""


def stretches(rows: Iterator[T], size: int = STRETCH) -> Iterator[list[T]]:
    """Yield rows in stretches of a size.

    >>> list(stretches(iter("abcde"), 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    while stretch := list(islice(rows, size)):
        yield stretch


def joined(parts: Sequence[str]) -> str:
    """Return what stands under each other on a page, in one cell."""
    return "; ".join(part for part in parts if part)
