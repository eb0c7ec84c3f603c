"""The lists of adjustment reasons (CARC) and remarks (RARC), saved as CSV: code, description, start, last change, stop.

Both lists have the same columns and are told apart by their codes: a remark is M, MA or N and a number. A code that
has stopped stays in the list with its last day, since old remittances name it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from billing.cms.cells import Cells, day_of
from billing.cms.faults import Faults
from billing.cms.rows import PayerCodeRow
from billing.cms.table import body, find_header, normal, read_records
from billing.cms.text import Line

REMARK = re.compile(r"(?:M|MA|N)\d{1,4}")
REASON = re.compile(r"\d{1,3}|[A-Z]\d{1,3}")
_HEADINGS = {
    "code": ("CODE", "REASON CODE", "REMARK CODE", "CARC", "RARC"),
    "name": ("DESCRIPTION", "MEANING"),
    "added_on": ("START", "START DATE", "EFFECTIVE DATE"),
    "changed_on": ("LAST MODIFIED", "LAST MODIFIED DATE", "MODIFIED"),
    "ended_on": ("STOP", "STOP DATE", "DEACTIVATION DATE", "END DATE"),
}
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_LONGEST_NAME = 4000


def is_header(cells: Sequence[str]) -> bool:
    """Return whether normal cells are the header."""
    named = [any(cell in words for cell in cells) for words in (_HEADINGS["code"], _HEADINGS["name"])]
    return bool(cells) and cells[0] in _HEADINGS["code"] and all(named)


def first_code(records: Iterable[Sequence[str]]) -> str:
    """Return the first code below the header; empty if there is none. It tells which of the two lists it is."""
    rows = iter(records)
    for cells in rows:
        if is_header([normal(cell) for cell in cells]):
            break
    return next((cells[0].strip().upper() for cells in rows if cells and cells[0].strip()), "")


def read_reasons(lines: Iterable[Line], faults: Faults) -> Iterator[PayerCodeRow]:
    """Yield the reasons of adjustments; note every record that is none."""
    return _read(lines, faults, REASON, "a number, or a letter and a number, such as 45 or A1")


def read_remarks(lines: Iterable[Line], faults: Faults) -> Iterator[PayerCodeRow]:
    """Yield the remarks; note every record that is none."""
    return _read(lines, faults, REMARK, "M, MA or N and a number, such as MA130")


def _read(lines: Iterable[Line], faults: Faults, shape: re.Pattern[str], wanted: str) -> Iterator[PayerCodeRow]:
    records = read_records(lines, faults)
    header = find_header(records, faults, is_header, "Code, Description, Start, Last Modified, Stop")
    if header is None:
        return
    places = {name: _place(header, words) for name, words in _HEADINGS.items()}
    for line, raw in body(records, len(header), faults):
        cells = Cells(line, raw, faults)
        code = cells.text(places["code"], "the code").upper()
        if not shape.fullmatch(code):
            cells.fault(f"the code is '{code[:20]}'. It is {wanted}.")
        name = " ".join(cells.text(places["name"], "the description", _LONGEST_NAME).split())
        if not name:
            cells.fault("the description is empty. Save the whole list again.")
        days = [
            _day(cells, places[of], words)
            for of, words in (("added_on", "the start"), ("changed_on", "the last change"), ("ended_on", "the stop"))
        ]
        if cells.is_sound:
            yield PayerCodeRow(line, code, name, *days)


def _day(cells: Cells, place: int, name: str) -> date | None:
    """Return a day, which these lists write as 11/01/2017 or 2017-11-01; None where it is empty or the column lacks."""
    text = cells.text(place, name) if place >= 0 else ""
    american = _AMERICAN.fullmatch(text)
    day = day_of(f"{american[3]}{american[1]:0>2}{american[2]:0>2}" if american else text.replace("-", ""))
    if text and day is None:
        cells.fault(f"{name} is '{text}'. A day has the form 11/01/2017 or 2017-11-01.")
    return day


def _place(header: Sequence[str], words: Sequence[str]) -> int:
    return next((header.index(word) for word in words if word in header), -1)
