"""Numbered lines -> the records of a comma or tab separated file, each with the line on which it ends.

A cell in quotation marks may run over several lines. Every record of the body has as many cells as its header; a
note below the table is one long cell alone.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeAlias

from billing.cms.faults import Faults
from billing.cms.text import Line

Record: TypeAlias = tuple[int, list[str]]
_LONGEST_CODE = 5
_AGAIN = "The file may be cut or changed by a program: download it again."
_CONTROL_Z = "\x1a"


class LastLine:
    """Remembers the last line that was read, and whether it simply stopped: then its last cell may be cut."""

    def __init__(self) -> None:
        self._number = 0
        self._is_open = False

    def watch(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Pass lines on."""
        for line in lines:
            self._number, self._is_open = line.number, not line.is_ended
            yield line

    def is_open_at(self, number: int) -> bool:
        """Return whether the record that ends on line ``number`` is the last one and its line does not end."""
        return self._is_open and self._number == number


def normal(cell: str) -> str:
    """Return a header's cell in capitals and with single blanks, so that line breaks do not matter."""
    return " ".join(cell.split()).upper()


def read_records(lines: Iterable[Line], faults: Faults) -> Iterator[Record]:
    """Yield the records that hold anything. What the quotation marks leave open is noted."""
    numbered = iter(lines)
    first = next(numbered, None)
    if first is None:
        return
    is_tabbed = first.text.count("\t") > first.text.count(",")
    # Line breaks within a cell are all the same, whatever the file has.
    texts = (f"{line.text}\n" for line in chain((first,), numbered) if line.text != _CONTROL_Z)
    reader = csv.reader(texts, delimiter="\t" if is_tabbed else ",", strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            faults.add(begins, f"the quotation marks do not close ({error}). {_AGAIN}")
            continue
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def find_header(
    records: Iterator[Record], faults: Faults, is_header: Callable[[Sequence[str]], bool], words: str
) -> list[str] | None:
    """Take records up to the header and return it, its cells normal; note its absence with ``words``."""
    for _line, cells in records:
        header = [normal(cell) for cell in cells]
        if is_header(header):
            while header and not header[-1]:
                header.pop()
            return header
    faults.add_whole(f"has no header ({words}). It is another file, or its beginning is missing.")
    return None


def body(records: Iterator[Record], width: int, faults: Faults) -> Iterator[Record]:
    """Yield the records below the header; note those that have too few or too many cells."""
    count = 0
    for line, cells in records:
        filled = [cell for cell in cells if cell.strip()]
        if count and len(filled) == 1 and cells[0].strip() and len(cells[0].strip()) > _LONGEST_CODE:
            continue
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            faults.add(line, f"found {len(cells)} columns where the header has {width}. {_AGAIN}")
        else:
            yield line, cells
        count += 1
    if not count:
        faults.add_whole(f"has a header and no row below it. {_AGAIN}")
