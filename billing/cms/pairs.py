"""Code pairs (NCCI procedure-to-procedure edits): seven cells with tabs between them, below a stacked header.

A pair may stand several times, with other dates; one whose last day is its first and whose indicator is 9 never
took effect. Both are kept as the file has them.
"""

from collections.abc import Iterable, Iterator

from billing.cms.cells import CODE, LONGEST_TEXT, Cells, day_of
from billing.cms.faults import Faults
from billing.cms.rows import PairRow
from billing.cms.text import Line

WIDTH = 7
_MARKS = ("", "*")
_INDICATORS = ("0", "1", "9")
_CUT = "The file may be cut: download it again."


def is_row(cells: list[str]) -> bool:
    """Return whether a line's cells begin as those of a pair."""
    return len(cells) > 1 and bool(CODE.fullmatch(cells[0].strip()) and CODE.fullmatch(cells[1].strip()))


def read_pairs(lines: Iterable[Line], faults: Faults) -> Iterator[PairRow]:
    """Yield the pairs; note every line below the header that is none."""
    has_begun = False
    rationales: set[str] = set()
    for line in lines:
        cells = line.text.split("\t")
        has_begun = has_begun or is_row(cells)
        if not has_begun or not line.text.strip("\t \x1a"):
            continue
        row = _row(line, cells, faults)
        if row is None:
            continue
        if not line.is_ended and is_cut(row.rationale, rationales):
            faults.add(line.number, f"ends within its last cell, '{row.rationale}'. {_CUT}")
            continue
        rationales.add(row.rationale)
        yield row
    if not has_begun:
        faults.add_whole(f"has no line that begins with two codes. {_CUT}")


def is_cut(cell: str, known: Iterable[str]) -> bool:
    """Return whether the last cell of a file is only the beginning of one that stood before."""
    return any(other.startswith(cell) and other != cell for other in known)


def _row(line: Line, cells: list[str], faults: Faults) -> PairRow | None:
    """Return the pair of a line: the plain case at once, since a file has hundreds of thousands of them."""
    if len(cells) == WIDTH:
        column1, column2, mark, first, last, indicator, rationale = (cell.strip() for cell in cells)
        begins, ends = day_of(first), None if last == "*" else day_of(last)
        is_plain = (
            begins is not None
            and (last == "*" or (ends is not None and ends >= begins))
            and (mark in _MARKS and indicator in _INDICATORS)
            and (CODE.fullmatch(column1) and CODE.fullmatch(column2))
        )
        if is_plain and begins is not None and len(rationale) <= LONGEST_TEXT:
            return PairRow(line.number, column1, column2, begins, ends, int(indicator), rationale)
    return _careful_row(Cells(line.number, cells, faults), len(cells), cells)


def _careful_row(cells: Cells, count: int, raw: list[str]) -> PairRow | None:
    """Return the pair of an unusual line, or note what is wrong with it."""
    if count < WIDTH or any(cell.strip() for cell in raw[WIDTH:]):
        cells.fault(f"found {count} columns; a row of this file has {WIDTH}. {_CUT}")
        return None
    column1, column2 = cells.code(0, "column 1"), cells.code(1, "column 2")
    is_old = cells.word(2, "the mark of 1996", _MARKS) == "*"
    begins, ends = cells.day(3, "the effective date"), cells.day(4, "the deletion date")
    if begins is None and is_old:
        begins = day_of("19960101")
    if begins is None and cells.is_sound:
        cells.fault("has no effective date. Only a pair from before 1996 may lack one.")
    if begins and ends and ends < begins:
        cells.fault(f"is deleted on {ends}, before it takes effect on {begins}.")
    indicator = cells.word(5, "the modifier indicator", _INDICATORS)
    rationale = cells.text(6, "the rationale")
    if not cells.is_sound or begins is None:
        return None
    return PairRow(cells.line, column1, column2, begins, ends, int(indicator), rationale)
