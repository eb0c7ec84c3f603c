"""Daily units (Medically Unlikely Edits): a copyright cell over several lines, a header, then four cells a row."""

from collections.abc import Iterable, Iterator, Sequence

from billing.cms.cells import Cells
from billing.cms.faults import Faults
from billing.cms.pairs import is_cut
from billing.cms.rows import LimitRow
from billing.cms.table import LastLine, body, find_header, read_records
from billing.cms.text import Line

_INDICATORS = ("1", "2", "3")


def is_header(cells: Sequence[str]) -> bool:
    """Return whether normal cells are the header."""
    return len(cells) > 1 and cells[0].endswith("CPT CODE") and cells[1].endswith("MUE VALUES")


def read_limits(lines: Iterable[Line], faults: Faults) -> Iterator[LimitRow]:
    """Yield the limits; note every record below the header that is none."""
    last = LastLine()
    records = read_records(last.watch(lines), faults)
    header = find_header(records, faults, is_header, "HCPCS/CPT Code, MUE Values, ...")
    rationales: set[str] = set()
    for line, raw in body(records, len(header), faults) if header else ():
        cells = Cells(line, raw, faults)
        code, units = cells.code(0, "the code"), cells.units(1, "the MUE value")
        indicator = cells.text(2, "the adjudication indicator")
        if indicator[:1] not in _INDICATORS or indicator[1:2].isdigit():
            cells.fault(f"the adjudication indicator is '{indicator}'. It begins with 1, 2 or 3.")
        rationale = cells.text(3, "the rationale")
        if last.is_open_at(line) and is_cut(rationale, rationales):
            cells.fault(f"ends within its last cell, '{rationale}'. The file may be cut: download it again.")
        rationales.add(rationale)
        if cells.is_sound:
            yield LimitRow(line, code, units, int(indicator[0]), rationale)
