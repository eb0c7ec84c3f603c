"""Add-on codes (NCCI): a header and eight cells a row, or the same in fixed columns without a header.

Cells in order: type of edit, add-on code, its deletion, primary code, its deletion, the edit's first day and its
deletion, a note. Dates are a year and a day of the year. The width of a date in the fixed file was not read in a
publication: it is taken from the lines themselves, all of which must then fit it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from billing.cms.cells import Cells
from billing.cms.faults import Faults
from billing.cms.rows import AddOnRow
from billing.cms.table import body, find_header, read_records
from billing.cms.text import Line

_TYPES = ("1", "2", "3")
_CELLS = 7
_HEADINGS = (
    ("AOC_EDIT_TYPE",), ("ADD-ON_CODE",), ("AOC_DELDT", "AOC_DEL_DT"), ("PRIMARY_CODE",),
    ("PRIMARY_CODE_DELDT", "PRIMARY_CODE_DEL_DT"), ("AOC_EDIT_EFFDT", "AOC_EDIT_EFF_DT"),
    ("AOC_EDIT_DELDT", "AOC_EDIT_DEL_DT"),
)  # fmt: skip
_HEAD_LINES = 50
_DATE_WIDTHS = (7, 8, 5)


def _fixed_line(width: int) -> re.Pattern[str]:
    """Return what a fixed line looks like with dates of ``width`` columns; trailing blanks may be gone."""
    day = rf"(\d{{{width}}}| {{{width}}})"
    return re.compile(rf"([123])([0-9A-Z]{{5}}){day}([0-9A-Z]{{5}}){day}(\d{{{width}}})(?:{day}(.*)| *)")


_FIXED = {width: _fixed_line(width) for width in _DATE_WIDTHS}


def is_header(cells: Sequence[str]) -> bool:
    """Return whether normal cells are the header."""
    named = [_plain(cell) for cell in cells]
    return "AOC_EDIT_TYPE" in named and "ADD-ON_CODE" in named


def is_fixed(text: str) -> bool:
    """Return whether a line could be one of the fixed file."""
    return any(pattern.fullmatch(text) for pattern in _FIXED.values())


def read_add_on_codes(lines: Iterable[Line], faults: Faults) -> Iterator[AddOnRow]:
    """Yield the pairs of add-on and primary code; note every line that is none."""
    numbered = iter(lines)
    head = list(islice(numbered, _HEAD_LINES))
    if any("AOC_EDIT_TYPE" in _plain(line.text.upper()) for line in head):
        yield from _separated(chain(head, numbered), faults)
    else:
        yield from _fixed(head, numbered, faults)


def _plain(cell: str) -> str:
    return cell.strip().replace(" ", "_").replace("_JULIAN", "").replace("ADD_ON", "ADD-ON")


def _separated(lines: Iterable[Line], faults: Faults) -> Iterator[AddOnRow]:
    records = read_records(lines, faults)
    header = find_header(records, faults, is_header, "AOC_Edit_Type, Add-On_Code, ...")
    if header is None:
        return
    named = [_plain(cell) for cell in header]
    places = [next((named.index(word) for word in words if word in named), -1) for words in _HEADINGS]
    missing = [words[0] for words, place in zip(_HEADINGS, places, strict=True) if place < 0]
    if missing:
        faults.add_whole(f"the header has no column {', '.join(missing)}. Save the whole sheet as CSV.")
        return
    for line, raw in body(records, len(header), faults):
        yield from _row(Cells(line, [raw[place] for place in places], faults))


def _fixed(head: Sequence[Line], lines: Iterable[Line], faults: Faults) -> Iterator[AddOnRow]:
    pattern = next((pattern for pattern in _FIXED.values() if any(pattern.fullmatch(line.text) for line in head)), None)
    if pattern is None:
        faults.add_whole("has neither a header nor lines of an edit type, two codes and dates. It is another file.")
        return
    has_begun = False
    for line in chain(head, lines):
        found = pattern.fullmatch(line.text)
        has_begun = has_begun or found is not None
        if not has_begun or not line.text.strip(" \x1a"):
            continue
        if found is None:
            faults.add(
                line.number,
                f"found '{line.text[:40]}'. A line has an edit type, two codes and their dates in fixed columns. "
                "The file may be cut: download it again.",
            )
        else:
            yield from _row(Cells(line.number, [cell or "" for cell in found.groups()[:_CELLS]], faults))


def _row(cells: Cells) -> Iterator[AddOnRow]:
    edit_type = cells.word(0, "the edit type", _TYPES)
    add_on, primary = cells.code(1, "the add-on code"), cells.code(3, "the primary code")
    add_on_deleted, primary_deleted = cells.julian_day(2, "its deletion"), cells.julian_day(4, "the primary's deletion")
    begins, ends = cells.julian_day(5, "the first day"), cells.julian_day(6, "the deletion")
    if begins is None and cells.is_sound:
        cells.fault("has no first day.")
    if cells.is_sound and begins is not None:
        yield AddOnRow(cells.line, add_on, primary, int(edit_type), begins, ends, add_on_deleted, primary_deleted)
