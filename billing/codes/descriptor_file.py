"""A file of official descriptors -> code and descriptor of each row. Pure; the words are the licensor's and stay so.

Two forms are read. A table (CSV or tab) whose header names a column of codes and one of descriptors; and a text of
lines that begin with a code, as the licensor's own files have them, with whatever stands above the first of these lines
left aside. Every fault is told, up to a bound, and one is enough to refuse the file.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from billing.cms.cells import CODE
from billing.cms.faults import CodeFileRefused, Faults
from billing.cms.table import normal, read_records
from billing.cms.text import Line, read_lines

MOST_BYTES = 20_000_000
LONGEST_DESCRIPTOR = 2_000
HEADER_WITHIN = 40
"""Records among which a header may stand: a notice may come first."""

_CODE_NAMES = frozenset({"CODE", "CPT", "CPT CODE", "HCPCS", "HCPCS CODE", "CPT/HCPCS", "PROCEDURE CODE"})
_TEXT_NAMES = (
    "LONG DESCRIPTOR", "LONG DESCRIPTION", "DESCRIPTOR", "DESCRIPTION", "MEDIUM DESCRIPTOR", "MEDIUM DESCRIPTION",
    "CONSUMER DESCRIPTOR", "SHORT DESCRIPTOR", "SHORT DESCRIPTION",
)  # fmt: skip
"""Names of a column of descriptors; of several the first in this order is taken."""
_LINE = re.compile(r"([0-9A-Z]{5})(?:\t|\s+)(\S.*)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class DescriptorRow(NamedTuple):
    """A code and what its licensor calls it."""

    code: str
    descriptor: str


class _Found(NamedTuple):
    line: int
    code: str
    text: str


def read_descriptors(content: bytes, name: str) -> list[DescriptorRow]:
    """Return the rows of a file, each code once.

    Raises:
        CodeFileRefused: with every fault of the file, up to a bound.
    """
    if len(content) > MOST_BYTES:
        raise CodeFileRefused([f"{name}: has {len(content):,} bytes, at most {MOST_BYTES:,} are read."])
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise CodeFileRefused(
            [f"{name}: is an archive, workbook or PDF. Take the text file out of it, or save it as CSV."]
        )
    faults = Faults(name)
    lines = list(read_lines([content], name))
    place = _header_of(lines)
    found = list(_of_table(lines, place, faults) if place else _of_lines(lines, faults))
    rows = list(_checked(found, faults))
    if not rows and not faults.count:
        faults.add_whole(
            "no line begins with a code of five characters, and no header names a column of codes and one of "
            "descriptors. Load the file as its licensor gives it, or a CSV with the columns code and descriptor."
        )
    faults.refuse_if_any()
    return rows


def _header_of(lines: Sequence[Line]) -> tuple[int, int, int] | None:
    """Return the line on which the header of a table ends, and the columns of codes and descriptors."""
    silent = Faults("")
    for line, cells in islice(read_records(lines, silent), HEADER_WITHIN):
        named = [normal(cell) for cell in cells]
        code = next((place for place, cell in enumerate(named) if cell in _CODE_NAMES), None)
        text = next((named.index(word) for word in _TEXT_NAMES if word in named), None)
        if code is not None and text is not None:
            return line, code, text
    return None


def _of_table(lines: Sequence[Line], header: tuple[int, int, int], faults: Faults) -> Iterator[_Found]:
    header_line, code_place, text_place = header
    for line, cells in read_records(lines, faults):
        if line <= header_line:
            continue
        if len(cells) <= max(code_place, text_place):
            faults.add(
                line, f"has {len(cells)} cells, too few for a code and its descriptor. Mend or take out the row."
            )
            continue
        yield _Found(line, cells[code_place].strip().upper(), cells[text_place])


def _of_lines(lines: Sequence[Line], faults: Faults) -> Iterator[_Found]:
    has_begun = False
    for line in lines:
        match = _LINE.fullmatch(line.text.rstrip())
        if match:
            has_begun = True
            yield _Found(line.number, match[1], match[2].strip('"'))
        elif has_begun and line.text.strip():
            faults.add(line.number, "does not begin with a code of five characters. The file may be cut or mixed up.")


def _checked(found: Sequence[_Found], faults: Faults) -> Iterator[DescriptorRow]:
    """Yield each code once; note what cannot be one and what contradicts an earlier line."""
    known: dict[str, _Found] = {}
    for one in found:
        text = " ".join(one.text.split())
        if not CODE.fullmatch(one.code):
            faults.add(one.line, f"the code is '{one.code}'. A code has five digits or capital letters.")
        elif not text:
            faults.add(one.line, f"{one.code} has no descriptor. Fill it in, or take the row out.")
        elif len(text) > LONGEST_DESCRIPTOR or _CONTROL.search(text):
            faults.add(one.line, f"the descriptor of {one.code} has {len(text):,} characters or control characters.")
        elif one.code not in known:
            known[one.code] = one._replace(text=text)
            yield DescriptorRow(one.code, text)
        elif known[one.code].text != text:
            faults.add(one.line, f"says otherwise of {one.code} than line {known[one.code].line}. Keep one of them.")
