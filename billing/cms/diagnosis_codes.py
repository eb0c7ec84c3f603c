"""Diagnosis codes (ICD-10-CM order file): fixed columns, one code or heading a line, no header.

Columns from 1: order number 1-5, code 7-13, billable 15, short name 17-76, long name from 78 on.
"""

import re
from collections.abc import Iterable, Iterator

from billing.cms.faults import Faults
from billing.cms.rows import DiagnosisRow
from billing.cms.text import Line

ROW = re.compile(r"(\d{5}) ([A-Z][0-9A-Z]{2,6}) {1,5}([01]) (.{60}) (.+)")
_CODE_END = 14
LONGEST_NAME = 330


def read_diagnosis_codes(lines: Iterable[Line], faults: Faults) -> Iterator[DiagnosisRow]:
    """Yield the codes and headings; note every line that is none."""
    count = 0
    for line in lines:
        if not line.text.strip(" \x1a"):
            continue
        count += 1
        found = ROW.fullmatch(line.text)
        if found is None or found.start(3) != _CODE_END or len(found[5]) > LONGEST_NAME:
            faults.add(
                line.number,
                f"found '{line.text[:40]}'. A line has order number, code, 0 or 1, a short name of 60 columns and a "
                "long one. The file may be cut or its blanks lost: download it again.",
            )
            continue
        _order, code, billable, short, name = found.groups()
        if not line.is_ended and len(name.strip()) < len(short.strip()):
            faults.add(line.number, "ends within its long name. The file may be cut: download it again.")
            continue
        yield DiagnosisRow(line.number, code, billable == "1", short.strip(), name.strip())
    if not count:
        faults.add_whole("is empty. Download it again.")
