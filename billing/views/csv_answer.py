"""A list as a CSV file that is written while it is read: any length, no copy in a cache, no formula in a cell.

The file's name says the list and nothing of what is in it.
"""

import csv
import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.http import StreamingHttpResponse
from django.utils import timezone

from billing.lists import Cell

logger = logging.getLogger(__name__)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_AT_ONCE = 100
"""Rows that leave together: a piece each would cost more than the row."""


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return the row."""
        return text


def csv_answer(name: str, rows: Iterable[Sequence[Cell]]) -> StreamingHttpResponse:
    """Answer with rows as a file called ``name``.csv; UTF-8 with its mark, so that spreadsheets read accents."""
    logger.info("list %s handed out as CSV", name)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store, private"}
    return StreamingHttpResponse(_pieces(rows), content_type="text/csv; charset=utf-8", headers=headers)


def _pieces(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    piece = ["\ufeff"]
    for row in rows:
        piece.append(str(writer.writerow([cell_text(cell) for cell in row])))
        if len(piece) > _AT_ONCE:
            yield "".join(piece)
            piece = []
    yield "".join(piece)


def cell_text(cell: object) -> str:
    """Write a cell: amounts as numbers, moments on the clinic's clock, and no text that a spreadsheet would compute.

    >>> cell_text("=1+1"), cell_text(Decimal("-5.00")), cell_text(None)
    ("'=1+1", '-5.00', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).strftime("%Y-%m-%d %H:%M:%S%z")
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return str(cell)
