"""Whatever bytes come: rows, or faults that a person can read; never another exception or a row that cannot be kept."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from billing.cms.faults import CodeFileRefused
from billing.cms.kinds import FileKind
from billing.cms.recognition import HEAD_LINES, Head, recognise
from billing.cms.rows import PairRow
from billing.cms.text import read_lines
from tests.code_files import WHOLE, faults_of, read, text

KINDS = st.sampled_from(FileKind)
RATIONALE = st.text(
    st.characters(codec="utf-8", exclude_characters="\t\r\n\0\x1a\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=40
)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[FileKind, bytes]:
    """A whole file of a kind with a stretch of it replaced by anything."""
    kind = draw(KINDS)
    content = WHOLE[kind][1].encode()
    start = draw(st.integers(0, len(content)))
    length = draw(st.integers(0, 60))
    return kind, content[:start] + draw(st.binary(max_size=30)) + content[start + length :]


@given(damaged())
@settings(max_examples=400)
def test_damaged_file_gives_rows_or_faults_and_nothing_else(case: tuple[FileKind, bytes]) -> None:
    kind, content = case
    for fault in faults_of(kind, content):
        assert fault.startswith("file")
        assert fault.endswith((".", "."))


@given(st.binary(max_size=300), st.sampled_from(sorted(name for name, _content in WHOLE.values())))
def test_any_bytes_are_recognised_or_refused(content: bytes, name: str) -> None:
    try:
        lines = tuple(read_lines([content], name))[:HEAD_LINES]
        found = recognise(Head(lines, (name,)))
    except CodeFileRefused as refusal:
        assert refusal.faults
    else:
        assert isinstance(found.effective_from, date)


@given(damaged())
def test_rows_of_a_damaged_file_are_of_the_kind_of_a_whole_one(case: tuple[FileKind, bytes]) -> None:
    kind, content = case
    assume(not faults_of(kind, content))
    shape = [type(value) for value in read(kind, WHOLE[kind][1])[0]][:2]
    for row in read(kind, content):
        assert [type(value) for value in row][:2] == shape
        assert all(value.is_finite() and value >= 0 for value in row if isinstance(value, Decimal))


CODES = st.from_regex(r"[0-9A-Z]{5}", fullmatch=True)
DAYS = st.dates(date(1996, 1, 1), date(2030, 12, 31))


@st.composite
def pair(draw: st.DrawFn) -> PairRow:
    """A pair that could stand in a file."""
    begins = draw(DAYS)
    ends = draw(st.none() | st.dates(begins, date(2031, 1, 1)))
    rationale = " ".join(draw(RATIONALE).split())
    return PairRow(0, draw(CODES), draw(CODES), begins, ends, draw(st.sampled_from((0, 1, 9))), rationale)


@given(st.lists(pair(), min_size=1, max_size=5))
def test_pairs_that_are_written_are_read_as_they_were(pairs: list[PairRow]) -> None:
    lines = [
        f"{row.column1}\t{row.column2}\t\t{row.effective_from:%Y%m%d}\t"
        f"{f'{row.effective_to:%Y%m%d}' if row.effective_to else '*'}\t{row.indicator}\t{row.rationale}"
        for row in pairs
    ]
    rows = read(FileKind.PAIRS_HOSPITAL, text("", lines))
    assert [row[1:] for row in rows] == [row[1:] for row in pairs]


@pytest.mark.parametrize("kind", FileKind)
def test_file_cut_anywhere_in_its_last_row_gives_the_rows_before_it_or_is_refused(kind: FileKind) -> None:
    """A cut between two rows cannot be seen in a file alone; loading holds it against the quarter before."""
    content = WHOLE[kind][1]
    rows = read(kind, content)
    lines = content.splitlines(keepends=True)
    # Notes below the table are no rows; the last cell of the last row is one that stood before.
    table, last = "".join(lines[: rows[-1].line]), lines[rows[-2].line - 1]
    before = [row[1:] for row in read(kind, table)]
    whole = [row[1:] for row in read(kind, table + last)]
    for length in range(1, len(last.rstrip())):
        if not faults_of(kind, table + last[:length]):
            # A cell that nobody reads may be cut: then the row is the right one all the same.
            assert [row[1:] for row in read(kind, table + last[:length])] in (before, whole)
