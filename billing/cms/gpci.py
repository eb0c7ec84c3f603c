"""Geographic practice cost indices: one locality a row, footnotes below; the columns go by their header.

The file of early 2026 gives the work index without and with the floor of 1.0; the one with it is what is paid.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from billing.cms.cells import Cells
from billing.cms.faults import Faults
from billing.cms.rows import GpciRow
from billing.cms.table import LastLine, find_header, read_records
from billing.cms.text import Line

_MAC_DIGITS, _LOCALITY_DIGITS, _DECIMALS = 5, 2, 3
_STATE = re.compile(r"[A-Z]{2}")
_COLUMNS = {
    "mac": ("CONTRACTOR",),
    "state": ("STATE",),
    "locality": ("LOCALITY NUMBER",),
    "name": ("LOCALITY NAME",),
    "work": ("PW GPCI (WITH 1.0 FLOOR)", "PW GPCI"),
    "pe": ("PE GPCI",),
    "mp": ("MP GPCI",),
}


def is_header(cells: Sequence[str]) -> bool:
    """Return whether normal cells are the header."""
    return "LOCALITY NUMBER" in cells and any("GPCI" in cell for cell in cells)


def read_gpci(lines: Iterable[Line], faults: Faults) -> Iterator[GpciRow]:
    """Yield the localities; note every record below the header that is neither one nor a note."""
    last = LastLine()
    records = read_records(last.watch(lines), faults)
    header = find_header(records, faults, is_header, "Medicare Administrative Contractor, State, Locality Number, ...")
    if header is None:
        return
    places = {name: _place(header, words) for name, words in _COLUMNS.items()}
    missing = [_COLUMNS[name][-1].title() for name, place in places.items() if place < 0]
    if missing:
        faults.add_whole(f"the header has no column {', '.join(missing)}. Load the file as CMS offers it.")
        return
    count = 0
    places_before: object = -_DECIMALS
    for line, raw in records:
        cells = Cells(line, [cell.replace("*", "") for cell in raw], faults)
        if _is_note(cells, places):
            continue
        count += 1
        row = _row(cells, places)
        if row is not None and last.is_open_at(line) and row.mp.as_tuple().exponent != places_before:
            faults.add(line, f"ends within its last cell, '{row.mp}'. The file may be cut: download it again.")
        elif row is not None:
            places_before = row.mp.as_tuple().exponent
            yield row
    if not count:
        faults.add_whole("has a header and no locality below it. The file may be cut: download it again.")


def _place(header: Sequence[str], words: Sequence[str]) -> int:
    for word in words:
        for place, cell in enumerate(header):
            if word in cell:
                return place
    return -1


def _is_note(cells: Cells, places: dict[str, int]) -> bool:
    """Return whether a record is a footnote: no number of a contractor, no locality."""
    mac = cells.text(places["mac"], longest=100_000)
    return not mac.isdigit() and not cells.text(places["locality"], longest=100_000)


def _row(cells: Cells, places: dict[str, int]) -> GpciRow | None:
    mac = _padded(cells.text(places["mac"], "the contractor"), _MAC_DIGITS)
    locality = _padded(cells.text(places["locality"], "the locality"), _LOCALITY_DIGITS)
    state = cells.text(places["state"], "the state").upper()
    for name, cell, digits in (("contractor", mac, _MAC_DIGITS), ("locality", locality, _LOCALITY_DIGITS)):
        if len(cell) != digits or not (cell.isascii() and cell.isdigit()):
            cells.fault(f"the {name} is '{cell}'. It has {digits} digits.")
    if not _STATE.fullmatch(state):
        cells.fault(f"the state is '{state}'. It has two letters.")
    name = cells.text(places["name"], "the locality's name", 100)
    work, pe, mp = (_index(cells, places[name], name) for name in ("work", "pe", "mp"))
    return GpciRow(cells.line, mac, state, locality, name, work, pe, mp) if cells.is_sound else None


def _padded(cell: str, digits: int) -> str:
    """Return a number with the leading zeros that a spreadsheet has dropped."""
    return cell.zfill(digits) if cell else cell


def _index(cells: Cells, place: int, name: str) -> Decimal:
    value = cells.number(place, f"the {name} index", digits=3, places=_DECIMALS)
    if not value and cells.is_sound:
        cells.fault(f"the {name} index is '{cells.text(place)}'. It is a number above zero.")
    return value or Decimal(1)
