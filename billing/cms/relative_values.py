"""Relative values of the physician fee schedule (PPRRVU): names in the header repeat, so cells go by position.

The header's own words are held against the positions first: a layout that has moved is refused, not misread.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from billing.cms.cells import Cells
from billing.cms.faults import Faults
from billing.cms.rows import RelativeValueRow
from billing.cms.table import body, find_header, read_records
from billing.cms.text import Line

_ZERO = Decimal("0.00")
# Position from 0, and a word that the lowest row of the stacked header has there.
_LAYOUT = {
    3: "CODE", 5: "RVU", 6: "PE", 7: "IND", 8: "PE", 9: "IND", 10: "RVU", 11: "TOTAL", 12: "TOTAL", 13: "IND",
    14: "DAYS", 18: "PROC", 19: "SURG", 20: "SURG", 21: "SURG", 22: "SURG", 25: "FACTOR", 26: "PROC", 28: "INDICATOR",
}  # fmt: skip


def is_header(cells: Sequence[str]) -> bool:
    """Return whether normal cells are the header's lowest row."""
    return list(cells[:3]) == ["HCPCS", "MOD", "DESCRIPTION"]


def read_relative_values(lines: Iterable[Line], faults: Faults) -> Iterator[RelativeValueRow]:
    """Yield the rows; note every record below the header that is none."""
    records = read_records(lines, faults)
    header = find_header(records, faults, is_header, "HCPCS, MOD, DESCRIPTION, ...")
    if header is None:
        return
    moved = [place for place, word in _LAYOUT.items() if place >= len(header) or word not in header[place]]
    if moved:
        place = moved[0]
        found = header[place] if place < len(header) else "nothing"
        faults.add_whole(
            f"column {place + 1} of the header is '{found}' where '{_LAYOUT[place]}' is known. "
            "The layout has changed, or columns were taken out: load the CSV as CMS offers it."
        )
        return
    for line, raw in body(records, len(header), faults):
        row = _row(Cells(line, raw, faults))
        if row is not None:
            yield row


def _row(cells: Cells) -> RelativeValueRow | None:
    modifier, status = cells.text(1, "the modifier", 2), cells.text(3, "the status", 1)
    if not status:
        cells.fault("the status is empty. It is one letter.")
    row = RelativeValueRow(
        line=cells.line,
        code=cells.code(0, "the code"),
        modifier=modifier,
        status=status,
        work=_value(cells, 5, "work"),
        pe_non_facility=_value(cells, 6, "non-facility practice expense"),
        na_non_facility=cells.word(7, "the non-facility indicator", ("", "NA")) == "NA",
        pe_facility=_value(cells, 8, "facility practice expense"),
        na_facility=cells.word(9, "the facility indicator", ("", "NA")) == "NA",
        malpractice=_value(cells, 10, "malpractice"),
        total_non_facility=_value(cells, 11, "the non-facility total"),
        total_facility=_value(cells, 12, "the facility total"),
        pc_tc=cells.text(13, "the PC/TC indicator", 1),
        global_days=cells.text(14, "the global days", 3),
        multiple_procedure=cells.text(18, "the multiple procedure indicator", 1),
        supervision=cells.text(26, "the supervision", 2),
        bilateral=cells.text(19, "the bilateral indicator", 1),
        assistant=cells.text(20, "the assistant indicator", 1),
        co_surgeon=cells.text(21, "the co-surgeon indicator", 1),
        team=cells.text(22, "the team indicator", 1),
        imaging_family=cells.text(28, "the imaging family", 2),
        conversion_factor=cells.number(25, "the conversion factor", digits=5, places=4),
    )
    return row if cells.is_sound else None


def _value(cells: Cells, place: int, name: str) -> Decimal:
    """Return a relative value; a code without one has zero."""
    if cells.text(place) == "NA":
        return _ZERO
    return cells.number(place, name, digits=7, places=2) or _ZERO
