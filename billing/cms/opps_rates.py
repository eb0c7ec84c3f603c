"""Outpatient hospital rates (OPPS Addendum B): title rows, a header, one code a row; the columns go by their header.

Money cells carry dollar signs, separators of thousands or a lone dot for none. Short descriptors are licensed and
left out.
"""

from collections.abc import Iterable, Iterator, Sequence

from billing.cms.cells import Cells
from billing.cms.faults import Faults
from billing.cms.rows import OppsRow
from billing.cms.table import body, find_header, read_records
from billing.cms.text import Line

_COLUMNS = (
    "SI",
    "APC",
    "RELATIVE WEIGHT",
    "PAYMENT RATE",
    "NATIONAL UNADJUSTED COPAYMENT",
    "MINIMUM UNADJUSTED COPAYMENT",
)


def is_header(cells: Sequence[str]) -> bool:
    """Return whether normal cells are the header."""
    return bool(cells) and cells[0] == "HCPCS CODE" and "SI" in cells


def read_opps_rates(lines: Iterable[Line], faults: Faults) -> Iterator[OppsRow]:
    """Yield the rates; note every record below the header that is none."""
    records = read_records(lines, faults)
    header = find_header(records, faults, is_header, "HCPCS Code, Short Descriptor, SI, APC, ...")
    if header is None:
        return
    missing = [name.title() for name in _COLUMNS if name not in header]
    if missing:
        faults.add_whole(f"the header has no column {', '.join(missing)}. Load Addendum B as CMS offers it.")
        return
    places = [header.index(name) for name in _COLUMNS]
    for line, raw in body(records, len(header), faults):
        row = _row(Cells(line, raw, faults), places)
        if row is not None:
            yield row


def _row(cells: Cells, places: Sequence[int]) -> OppsRow | None:
    si, apc, weight, rate, national, minimum = places
    indicator = cells.text(si, "the status indicator", 2)
    if not indicator:
        cells.fault("the status indicator is empty. It is a letter, or a letter and a digit.")
    row = OppsRow(
        line=cells.line,
        code=cells.code(0, "the code"),
        status_indicator=indicator,
        apc=cells.text(apc, "the APC", 5),
        relative_weight=cells.number(weight, "the relative weight", digits=6, places=4),
        payment_rate=cells.number(rate, "the payment rate", digits=10, places=2),
        national_copayment=cells.number(national, "the national copayment", digits=10, places=2),
        minimum_copayment=cells.number(minimum, "the minimum copayment", digits=10, places=2),
    )
    return row if cells.is_sound else None
