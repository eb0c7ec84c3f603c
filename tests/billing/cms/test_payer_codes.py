"""The lists of adjustment reasons and remarks: told apart by their codes, read with their days, refused in words."""

from datetime import date

from billing.cms.kinds import FileKind
from billing.cms.rows import PayerCodeRow
from tests.code_files import PAYER_CODES_HEAD, REASONS_ROWS, REMARKS_ROWS, faults_of, read, text


def test_reasons_are_read_with_their_days() -> None:
    rows = read(FileKind.ADJUSTMENT_REASONS, text(PAYER_CODES_HEAD, REASONS_ROWS))
    assert rows[2] == PayerCodeRow(4, "A1", "Made-up words, with a comma", date(1995, 1, 1), date(2017, 11, 1), None)
    assert isinstance(rows[3], PayerCodeRow)
    assert (rows[3].code, rows[3].ended_on) == ("P14", date(2020, 3, 1))


def test_remarks_are_read() -> None:
    rows = read(FileKind.REMARKS, text(PAYER_CODES_HEAD, REMARKS_ROWS))
    assert [row.code for row in rows if isinstance(row, PayerCodeRow)] == ["M1", "MA130"]


def test_row_of_the_other_list_is_refused_by_its_line() -> None:
    (fault,) = faults_of(FileKind.REMARKS, text(PAYER_CODES_HEAD, (*REMARKS_ROWS, "45,Words,,,")))
    assert "line 4" in fault
    assert "the code is '45'. It is M, MA or N and a number" in fault


def test_row_without_words_is_refused() -> None:
    (fault,) = faults_of(FileKind.ADJUSTMENT_REASONS, text(PAYER_CODES_HEAD, (*REASONS_ROWS, "97,,,,")))
    assert "the description is empty" in fault
