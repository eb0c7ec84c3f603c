"""NCCI pairs: what a row says, and what makes a file refused."""

from datetime import date

import pytest

from billing.cms.faults import MOST_SHOWN
from billing.cms.kinds import FileKind
from billing.cms.rows import PairRow
from tests.code_files import MISUSE, MORE, PAIRS_HEAD, PAIRS_ROWS, faults_of, read, text

KIND = FileKind.PAIRS_PRACTITIONER


def _pairs(*rows: str) -> list[PairRow]:
    return [row for row in read(KIND, text(PAIRS_HEAD, rows)) if isinstance(row, PairRow)]


def _faults(*rows: str) -> list[str]:
    return faults_of(KIND, text(PAIRS_HEAD, rows))


def test_rows_begin_below_the_stacked_header_and_know_their_line() -> None:
    first, *_rest, last = _pairs(*PAIRS_ROWS)
    assert first == PairRow(7, "0001A", "0591T", date(2022, 1, 1), date(2023, 12, 31), 1, MISUSE)
    assert last == PairRow(14, "77407", "77387", date(2026, 4, 1), None, 1, MISUSE)


def test_codes_keep_their_leading_zeros() -> None:
    assert _pairs(f"00100\t01996\t\t20200101\t*\t0\t{MISUSE}")[0].column1 == "00100"


def test_void_row_and_the_one_in_force_are_both_kept() -> None:
    rows = [row for row in _pairs(*PAIRS_ROWS) if row.column1 == "13121"]
    assert [(row.effective_to, row.indicator) for row in rows] == [(date(1996, 1, 1), 9), (None, 0)]


def test_pair_that_ended_and_came_back_is_kept_twice() -> None:
    rows = [row for row in _pairs(*PAIRS_ROWS) if row.column2 == "77402"]
    assert [(row.effective_from.year, row.effective_to) for row in rows] == [(2014, date(2019, 12, 31)), (2020, None)]


def test_blank_deletion_date_is_none() -> None:
    assert _pairs(f"77301\t77280\t\t20040101\t\t0\t{MISUSE}")[0].effective_to is None


def test_blank_effective_date_of_an_old_pair_is_the_first_of_1996() -> None:
    assert _pairs(f"77301\t77280\t*\t\t*\t0\t{MISUSE}")[0].effective_from == date(1996, 1, 1)


def test_blank_effective_date_of_any_other_pair_is_a_fault() -> None:
    assert _faults(f"77301\t77280\t\t\t*\t0\t{MISUSE}") == [
        "file line 7: has no effective date. Only a pair from before 1996 may lack one."
    ]


def test_empty_lines_and_empty_cells_behind_a_row_are_no_faults() -> None:
    assert len(_pairs(PAIRS_ROWS[0], "", "\t\t\t", f"{PAIRS_ROWS[1]}\t\t", "\x1a")) == 2


def test_file_without_copyright_and_header_is_read_from_its_first_line() -> None:
    assert len(read(KIND, text("", PAIRS_ROWS))) == len(PAIRS_ROWS)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("77301\t77280\t\t20040101\t*\t0", "found 6 columns; a row of this file has 7"),
        ("77301\t77280\t\t20040101\t*\t0\tWhy\tmore", "found 8 columns"),
        ("77301\t7728\t\t20040101\t*\t0\tWhy", "column 2 is '7728'. A code has five digits or capital letters"),
        ("77301\t77280\tx\t20040101\t*\t0\tWhy", "the mark of 1996 is 'x'"),
        ("77301\t77280\t\t20041301\t*\t0\tWhy", "the effective date is '20041301'. A date has the form 20260701"),
        ("77301\t77280\t\t20040101\t2004\t0\tWhy", "the deletion date is '2004'"),
        ("77301\t77280\t\t20040101\t20031231\t0\tWhy", "is deleted on 2003-12-31, before it takes effect"),
        ("77301\t77280\t\t20040101\t*\t2\tWhy", "the modifier indicator is '2'. It is one of: 0, 1, 9"),
        (f"77301\t77280\t\t20040101\t*\t0\t{'w' * 151}", "the rationale has 151 characters"),
        ("Some note below the table", "found 1 columns"),
    ],
)
def test_wrong_row_is_told_with_its_line_and_what_was_found(row: str, fault: str) -> None:
    told = _faults(PAIRS_ROWS[0], row, PAIRS_ROWS[1])
    assert len(told) == 1
    assert told[0].startswith(f"file line 8: {fault}")


def test_all_faults_of_a_row_are_told_at_once() -> None:
    assert len(_faults(PAIRS_ROWS[0], "77301\t7728\tx\t2004\t*\t2\tWhy")) == 4


def test_the_first_faults_of_a_ruined_file_are_shown_and_the_rest_counted() -> None:
    told = _faults(PAIRS_ROWS[0], *["ruined"] * 1000)
    assert len(told) == MOST_SHOWN + 1
    assert told[-1] == "file: and 980 more faults."


@pytest.mark.parametrize("kept", [1, 4, 12, 20, 25])
def test_file_cut_within_its_last_row_is_refused(kept: int) -> None:
    whole = text(PAIRS_HEAD, (*PAIRS_ROWS, f"77470\t77432\t\t20140101\t*\t0\t{MORE}"))
    cut = whole[: -len(f"77470\t77432\t\t20140101\t*\t0\t{MORE}\r\n") + kept]
    assert "The file may be cut: download it again." in faults_of(KIND, cut)[0]


def test_file_cut_within_its_last_cell_is_refused() -> None:
    assert faults_of(KIND, text(PAIRS_HEAD, PAIRS_ROWS)[:-9]) == [
        f"file line 14: ends within its last cell, '{MISUSE[:-7]}'. The file may be cut: download it again."
    ]


def test_last_row_without_a_line_end_is_taken_where_its_cell_is_whole() -> None:
    assert len(read(KIND, text(PAIRS_HEAD, PAIRS_ROWS)[:-2])) == len(PAIRS_ROWS)


def test_file_with_nothing_but_its_header_is_refused() -> None:
    assert "has no line that begins with two codes" in faults_of(KIND, PAIRS_HEAD)[0]
