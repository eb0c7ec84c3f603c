"""HCPCS Level II codes: records of 320 fixed columns below a notice, or the same as CSV from the workbook.

A code has one record, then one more for every further line of its long name. Columns from 1: code 1-5 (a
modifier stands in 4-5), sequence 6-10, kind of record 11 (3 code, 4 more of it; 7 modifier, 8 more of it), long
name 12-91, short name 92-119, coverage 230, added 269-276, changed 277-284, ended 285-292, action 293.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from billing.cms.cells import Cells
from billing.cms.faults import Faults
from billing.cms.rows import HcpcsRow
from billing.cms.table import body, find_header, read_records
from billing.cms.text import Line

RECORD = re.compile(r"([A-Z]\d{4}|   [0-9A-Z]{2})\d{5}[3478]")
_CODE = re.compile(r"[A-Z]\d{4}|[0-9A-Z]{2}")
_FIRST, _MORE = ("3", "7"), ("4", "8")
_COLUMNS = {
    "code": (0, 5), "kind": (10, 11), "name": (11, 91), "short_name": (91, 119), "coverage": (229, 230),
    "added_on": (268, 276), "changed_on": (276, 284), "ended_on": (284, 292), "action": (292, 293),
}  # fmt: skip
_LAST_COLUMN, _LAST_OF_MORE = 293, 91
_HEADINGS = {
    "code": ("HCPC", "HCPCS"), "kind": ("RECID",), "name": ("LONG DESCRIPTION",),
    "short_name": ("SHORT DESCRIPTION",), "coverage": ("COV",), "added_on": ("ADD DT",),
    "changed_on": ("ACT EFF DT",), "ended_on": ("TERM DT",), "action": ("ACTION CD",),
}  # fmt: skip
_NEEDED = ("code", "kind", "name", "short_name")
_LONGEST_NAME = 4000


class _Record(NamedTuple):
    """The cells of a record in the order of ``_COLUMNS``."""

    line: int
    cells: tuple[str, ...]


def is_header(cells: Sequence[str]) -> bool:
    """Return whether normal cells are the header of the CSV."""
    return bool(cells) and cells[0] in _HEADINGS["code"] and "RECID" in cells


def read_hcpcs_codes(lines: Iterable[Line], faults: Faults) -> Iterator[HcpcsRow]:
    """Yield the codes and modifiers, each with its whole name; note every line that is none."""
    numbered = iter(lines)
    notice: list[Line] = []
    for line in numbered:
        notice.append(line)
        if RECORD.match(line.text):
            return (yield from _joined(_fixed(chain((line,), numbered), faults), faults))
        if "RECID" in line.text.upper():
            break
    yield from _joined(_separated(chain(notice, numbered), faults), faults)


def _fixed(lines: Iterable[Line], faults: Faults) -> Iterator[_Record]:
    for line in lines:
        text = line.text
        if not text.strip(" \x1a"):
            continue
        if not RECORD.match(text):
            faults.add(
                line.number,
                f"found '{text[:20]}'. A line begins with a code, a number of five digits and 3, 4, 7 or 8. "
                "The file may be damaged: download it again.",
            )
        elif not line.is_ended and len(text) < (_LAST_COLUMN if text[10] in _FIRST else _LAST_OF_MORE):
            faults.add(line.number, f"has {len(text)} characters. The file is cut: download it again.")
        else:
            yield _Record(line.number, tuple(text[first:last].strip() for first, last in _COLUMNS.values()))


def _separated(lines: Iterable[Line], faults: Faults) -> Iterator[_Record]:
    records = read_records(lines, faults)
    header = find_header(records, faults, is_header, "HCPC, SEQNUM, RECID, LONG DESCRIPTION, ...")
    if header is None:
        return
    places = {name: _place(header, words) for name, words in _HEADINGS.items()}
    missing = [_HEADINGS[name][0] for name in _NEEDED if places[name] < 0]
    if missing:
        faults.add_whole(f"the header has no column {', '.join(missing)}. Save the whole sheet as CSV.")
        return
    for line, raw in body(records, len(header), faults):
        yield _Record(line, tuple(raw[place].strip() if place >= 0 else "" for place in places.values()))


def _place(header: Sequence[str], words: Sequence[str]) -> int:
    return next((header.index(word) for word in words if word in header), -1)


def _joined(records: Iterable[_Record], faults: Faults) -> Iterator[HcpcsRow]:
    """Yield a row for each first record, with the names of those that continue it."""
    begun: _Record | None = None
    names: list[str] = []
    finish: Callable[[_Record], Iterator[HcpcsRow]] = lambda record: _row(record, " ".join(names), faults)  # noqa: E731
    for record in records:
        code, kind, name = record.cells[:3]
        if kind in _FIRST:
            if begun is not None:
                yield from finish(begun)
            begun, names[:] = record, [name]
        elif kind not in _MORE:
            faults.add(record.line, f"the kind of record is '{kind}'. It is 3, 4, 7 or 8.")
        elif begun is None or begun.cells[0] != code:
            faults.add(record.line, f"continues {code}, whose first record is missing. Download the file again.")
        else:
            names.append(name)
    if begun is not None:
        yield from finish(begun)
    elif not faults.count:
        faults.add_whole("has no record of a code. It is another file, or cut: download it again.")


def _row(record: _Record, name: str, faults: Faults) -> Iterator[HcpcsRow]:
    cells = Cells(record.line, record.cells, faults)
    code = cells.text(0, "the code")
    if not _CODE.fullmatch(code):
        cells.fault(f"the code is '{code}'. It is a letter and four digits, or a modifier of two characters.")
    row = HcpcsRow(
        line=record.line,
        code=code,
        short_name=cells.text(3, "the short name", 40),
        name=" ".join(name.split())[:_LONGEST_NAME],
        coverage=cells.text(4, "the coverage", 1),
        added_on=cells.day(5, "the day added"),
        changed_on=cells.day(6, "the day changed"),
        ended_on=cells.day(7, "the day ended"),
        action=cells.text(8, "the action", 1),
    )
    if cells.is_sound:
        yield row
