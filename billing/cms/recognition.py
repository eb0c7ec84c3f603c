"""Which publication a file is: its kind from its first lines, its quarter from them or from its name.

The content goes before the name, since files are renamed. What neither tells is asked for; nothing is guessed.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from billing.cms import (
    add_on_codes,
    diagnosis_codes,
    gpci,
    hcpcs_codes,
    limits,
    opps_rates,
    pairs,
    payer_codes,
    relative_values,
)
from billing.cms.faults import CodeFileRefused, Faults
from billing.cms.kinds import FileKind, Publication
from billing.cms.table import normal, read_records
from billing.cms.text import Line

HEAD_LINES = 60
"""How many lines of a file are looked at; the headers stand within the first dozen."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_YEAR = r"(20\d\d)"
_NCCI_FIRST_YEAR = 1994  # version 30.0 is the first quarter of 2024
_KINDS = "code pairs, daily units (MUE), PPRRVU, GPCI, OPPS Addendum B, add-on codes, ICD-10-CM, HCPCS, CARC, RARC"


@dataclass(frozen=True, slots=True)
class Head:
    """What is looked at: the first lines, and the names of the file from the inside (itself) to the outside (zip)."""

    lines: Sequence[Line]
    names: Sequence[str]

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.names[0]

    @property
    def named(self) -> str:
        """All names, in small letters."""
        return " ".join(self.names).lower()

    @property
    def preamble(self) -> str:
        """The lines before the first row, in small letters."""
        return " ".join(line.text for line in takewhile(lambda line: not _is_row(line.text), self.lines)).lower()


def recognise(head: Head, *, kind: FileKind | None = None, effective: date | None = None) -> Publication:
    """Return which publication a file is.

    Args:
        kind: what the user says it is; asked for where content and name do not tell.
        effective: the first day of its quarter, as the user says; goes before what the file says.

    Raises:
        CodeFileRefused: it is none that is known, is not what the user says, or does not tell its quarter.
    """
    found = _kinds_of(head)
    if not found:
        raise CodeFileRefused([f"{head.name}: is no code file that is known here ({_KINDS}). {_other_advice(head)}"])
    if kind is not None and kind not in found:
        raise CodeFileRefused([f"{head.name}: you say {kind}, its content is {' or '.join(found)}."])
    if kind is None and len(found) > 1:
        raise CodeFileRefused(
            [f"{head.name}: neither content nor name tells which it is. Say --kind {' or --kind '.join(found)}."]
        )
    settled = kind or found[0]
    return Publication(
        kind=settled,
        effective_from=effective or _effective(settled, head),
        version=_version(settled, head),
        edition=_edition(settled, head),
        part=_part(settled, head),
    )


def _is_row(text: str) -> bool:
    fixed = diagnosis_codes.ROW.fullmatch(text) or hcpcs_codes.RECORD.match(text) or add_on_codes.is_fixed(text)
    return bool(fixed or re.match(r'"?[0-9A-Z]{5}"?[,\t]', text))


# --- the kind ---------------------------------------------------------------------------------------------------------


def _kinds_of(head: Head) -> list[FileKind]:
    """Return the kinds that the file can be: one, none, or the two kinds of pairs if nothing tells them apart."""
    if any(pairs.is_row(line.text.split("\t")) for line in head.lines):
        return _of_pairs(head)
    records = [cells for _line, cells in read_records(head.lines, Faults(head.name))]
    for cells in ([normal(cell) for cell in record] for record in records):
        if limits.is_header(cells):
            return _of_limits(cells)
        for kind, is_header in _HEADERS.items():
            if is_header(cells):
                return [kind]
        if payer_codes.is_header(cells):
            return _of_payer_codes(records)
    return _of_fixed(head)


_HEADERS: Mapping[FileKind, Callable[[Sequence[str]], bool]] = {
    FileKind.RELATIVE_VALUES: relative_values.is_header,
    FileKind.GPCI: gpci.is_header,
    FileKind.OPPS_RATES: opps_rates.is_header,
    FileKind.HCPCS_CODES: hcpcs_codes.is_header,
    FileKind.ADD_ON_CODES: add_on_codes.is_header,
}


def _of_pairs(head: Head) -> list[FileKind]:
    for words in (head.preamble, head.named):
        is_practitioner = bool(re.search(r"ccipra|practitioner", words))
        is_hospital = bool(re.search(r"ccioph|hospital", words))
        if is_practitioner != is_hospital:
            return [FileKind.PAIRS_PRACTITIONER if is_practitioner else FileKind.PAIRS_HOSPITAL]
    return [FileKind.PAIRS_PRACTITIONER, FileKind.PAIRS_HOSPITAL]


def _of_limits(cells: Sequence[str]) -> list[FileKind]:
    if cells[1].startswith("PRACTITIONER"):
        return [FileKind.LIMITS_PRACTITIONER]
    return [FileKind.LIMITS_HOSPITAL] if "HOSPITAL" in cells[1] else []


def _of_payer_codes(records: Sequence[Sequence[str]]) -> list[FileKind]:
    """Tell the two lists apart by their first code; N1 to N999 are remarks, though a reason may begin with a letter."""
    is_remark = payer_codes.REMARK.fullmatch(payer_codes.first_code(records))
    return [FileKind.REMARKS if is_remark else FileKind.ADJUSTMENT_REASONS]


def _of_fixed(head: Head) -> list[FileKind]:
    if "pcs" not in head.named and any(diagnosis_codes.ROW.fullmatch(line.text) for line in head.lines):
        return [FileKind.DIAGNOSIS_CODES]
    if any(hcpcs_codes.RECORD.match(line.text) for line in head.lines):
        return [FileKind.HCPCS_CODES]
    if any(add_on_codes.is_fixed(line.text) for line in head.lines):
        return [FileKind.ADD_ON_CODES]
    return []


def _other_advice(head: Head) -> str:
    content = head.lines[0].text if head.lines else ""
    if content.startswith("PK"):
        return "It is a workbook: take the TXT or CSV beside it, or save its sheet as CSV (UTF-8)."
    if content.startswith("%PDF"):
        return "It is a PDF: take the TXT or CSV."
    if not head.lines:
        return "It is empty: download it again."
    return "Take the TXT or CSV as CMS offers it; if it is one of these, its header is missing."


# --- the quarter ------------------------------------------------------------------------------------------------------


def _effective(kind: FileKind, head: Head) -> date:
    said, named = _DAYS[kind](head.preamble), _DAYS[kind](head.named)
    if kind is FileKind.GPCI and said and named and said.year == named.year:
        said = named  # The content tells the year, the archive which of its releases.
    if said and named and said != named:
        raise CodeFileRefused(
            [f"{head.name}: its content says {said}, its name {named}. Look which is right; say --effective {said}."]
        )
    found = said or named
    if found is None:
        raise CodeFileRefused(
            [
                f"{head.name}: neither content nor name says from when it holds. "
                "Say the first day of its quarter: --effective 2026-07-01."
            ]
        )
    return found


def _first_of(year: str | int, month: int) -> date:
    return date(int(year), month, 1)


def _quarter_day(text: str) -> date | None:
    """Return the first day of '2026q3' or '2026-q3'."""
    found = re.search(rf"{_YEAR}[-_ ]?q([1-4])", text)
    return _first_of(found[1], int(found[2]) * 3 - 2) if found else None


def _named_day(text: str) -> date | None:
    """Return the day of 'eff_07-01-2026', 'effective 7/1/2026' or 'effective july 1, 2026'."""
    found = re.search(rf"eff[a-z]*[-_ .:]*(\d\d?)[-/](\d\d?)[-/]{_YEAR}", text)
    try:
        if found:
            return date(int(found[3]), int(found[1]), int(found[2]))
        found = re.search(rf"eff[a-z]*[-_ .:]*{_MONTH} (\d\d?),? {_YEAR}", text)
        return date(int(found[3]), _MONTHS.index(found[1]) + 1, int(found[2])) if found else None
    except ValueError:
        return None


def _month_day(text: str) -> date | None:
    """Return the first day of 'july 2026', '2026_jul', 'pprrvu26_jul' or 'hcpc2026_jul'."""
    for pattern, year, month in (
        (rf"(?<![a-z]){_MONTH}[-_ ]+(?:\d\d?[-_ ,]+)?{_YEAR}", 2, 1),
        (rf"{_YEAR}[-_ ]*(?<![a-z]){_MONTH}(?![a-z])", 1, 2),
        (rf"pprrvu()(\d\d)[-_ ]*{_MONTH}", 2, 3),
    ):
        found = re.search(pattern, text)
        if found:
            full = found[year] if len(found[year]) > 2 else f"20{found[year]}"  # noqa: PLR2004  # two digits of a year
            return _first_of(full, _MONTHS.index(found[month]) + 1)
    return None


def _release_day(text: str) -> date | None:
    """Return the first day of 'rvu26c': a is January, d is October."""
    found = re.search(r"rvu(\d\d)([a-d])(?![a-z])", text)
    return _first_of(f"20{found[1]}", "abcd".index(found[2]) * 3 + 1) if found else None


def _pair_day(text: str) -> date | None:
    found = re.search(r"v(\d\d)([0-3])r\d", text)
    if found:
        return _first_of(_NCCI_FIRST_YEAR + int(found[1]), int(found[2]) * 3 + 1)
    return _quarter_day(text) or _named_day(text)


def _relative_value_day(text: str) -> date | None:
    found = re.search(rf"{_YEAR} national physician fee schedule.*?{_MONTH} release", text)
    if found:
        return _first_of(found[1], _MONTHS.index(found[2]) + 1)
    if "national physician" in text:
        return None  # Another day in the title is that of its release.
    return _month_day(text) or _release_day(text)


def _gpci_day(text: str) -> date | None:
    """Return the day of the release that holds the file, else the first of its year: the indices are annual."""
    found = re.search(rf"gpci[-_ ]?{_YEAR}|{_YEAR} p[wem] gpci|cy {_YEAR}", text)
    return _release_day(text) or (_first_of(next(year for year in found.groups() if year), 1) if found else None)


def _rate_day(text: str) -> date | None:
    return _named_day(text) or _month_day(text) or _quarter_day(text)


def _diagnosis_day(text: str) -> date | None:
    """Return the first day of a fiscal year, October of the year before, or of its update in April."""
    found = re.search(rf"apr[a-z]*[-_ ]*(?:1[-_ ]+)?{_YEAR}|{_YEAR}[-_ ]*apr", text)
    if found:
        return _first_of(found[1] or found[2], 4)
    found = re.search(rf"icd10cm[-_ a-z]*{_YEAR}", text) or re.search(rf"{_YEAR}[-_ a-z]*icd[-_ ]?10[-_ ]?cm", text)
    return _first_of(int(found[1]) - 1, 10) if found else None


def _hcpcs_day(text: str) -> date | None:
    found = re.search(rf"hcpc{_YEAR}(?![-_ ]*{_MONTH})[-_ a-z]*anweb", text)
    return _first_of(found[1], 1) if found else _month_day(text)


_DAYS: Mapping[FileKind, Callable[[str], date | None]] = {
    FileKind.PAIRS_PRACTITIONER: _pair_day,
    FileKind.PAIRS_HOSPITAL: _pair_day,
    FileKind.LIMITS_PRACTITIONER: lambda text: _named_day(text) or _quarter_day(text),
    FileKind.LIMITS_HOSPITAL: lambda text: _named_day(text) or _quarter_day(text),
    FileKind.RELATIVE_VALUES: _relative_value_day,
    FileKind.GPCI: _gpci_day,
    FileKind.OPPS_RATES: _rate_day,
    FileKind.ADD_ON_CODES: lambda text: _quarter_day(text) or _named_day(text),
    FileKind.DIAGNOSIS_CODES: _diagnosis_day,
    FileKind.HCPCS_CODES: _hcpcs_day,
    FileKind.ADJUSTMENT_REASONS: _rate_day,
    FileKind.REMARKS: _rate_day,
}


# --- the rest of the name ---------------------------------------------------------------------------------------------


def _version(kind: FileKind, head: Head) -> str:
    patterns = {
        FileKind.PAIRS_PRACTITIONER: r"v\d{3}r\d",
        FileKind.PAIRS_HOSPITAL: r"v\d{3}r\d",
        FileKind.RELATIVE_VALUES: r"rvu\d\d[a-d]r?\d?(?![a-z])",
        FileKind.GPCI: r"rvu\d\d[a-d]r?\d?(?![a-z])",
        FileKind.ADD_ON_CODES: r"v20\d\dq[1-4](?:_\d\d)?",
    }
    found = re.search(patterns[kind], head.named) if kind in patterns else None
    return found[0] if found else ""


def _edition(kind: FileKind, head: Head) -> str:
    if kind is not FileKind.RELATIVE_VALUES:
        return ""
    for words in (head.name.lower(), head.preamble):
        found = re.search(r"non[-_ ]?qpp|qpp", words)
        if found:
            return "nonQPP" if found[0].startswith("non") else "QPP"
    return ""


def _part(kind: FileKind, head: Head) -> int:
    is_pairs = kind in (FileKind.PAIRS_PRACTITIONER, FileKind.PAIRS_HOSPITAL)
    found = re.search(r"[-_]f(\d)(?!\d)", head.named) if is_pairs else None
    return int(found[1]) if found else 0
