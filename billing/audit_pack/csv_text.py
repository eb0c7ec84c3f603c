"""A pack as CSV: a row for each row of each section, under heads that name all columns. Pure.

Cells are what the database holds: days and moments as ISO 8601, amounts with two decimals. No cell is a formula.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.audit_pack.sections import Cell, Pack

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(pack: Pack) -> bytes:
    """Return the whole pack; UTF-8 with its mark, so that spreadsheets read accents."""
    heads = _heads(pack)
    places = {head: place for place, head in enumerate(heads)}
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["section", "row", *heads])
    for section in pack.sections:
        for number, row in enumerate(section.rows, 1):
            cells = [""] * len(heads)
            for head, cell in zip(_unique([one.head for one in section.columns]), row, strict=True):
                cells[places[head]] = cell_text(cell, pack.cover.zone)
            writer.writerow([section.key, number, *cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _heads(pack: Pack) -> list[str]:
    """Return every head once, in the order in which the sections bring them."""
    found: dict[str, None] = {}
    for section in pack.sections:
        found |= dict.fromkeys(_unique([one.head for one in section.columns]))
    return list(found)


def _unique(heads: Sequence[str]) -> list[str]:
    """Number heads that a section has twice: By, By (2).

    >>> _unique(["At", "By", "Of", "By"])
    ['At', 'By', 'Of', 'By (2)']
    """
    seen: dict[str, int] = {}
    named = []
    for head in heads:
        seen[head] = seen.get(head, 0) + 1
        named.append(head if seen[head] == 1 else f"{head} ({seen[head]})")
    return named


def cell_text(cell: Cell, zone: ZoneInfo) -> str:
    """Write a cell so that a program reads it, and no spreadsheet computes it.

    >>> cell_text("=1+1", ZoneInfo("UTC")), cell_text(Decimal("-5"), ZoneInfo("UTC"))
    ("'=1+1", '-5.00')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat(timespec="seconds")
    if isinstance(cell, Decimal):
        return f"{cell:.2f}"
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return str(cell)
