"""The files in fixed columns: ICD-10-CM order and HCPCS, which also comes as CSV."""

from datetime import date

import pytest

from billing.cms.kinds import FileKind
from billing.cms.rows import DiagnosisRow, HcpcsRow
from tests.code_files import (
    DIAGNOSES_ROWS,
    HCPCS_CSV_HEAD,
    HCPCS_CSV_ROWS,
    HCPCS_NOTICE,
    HCPCS_ROWS,
    diagnosis_line,
    faults_of,
    hcpcs_line,
    read,
    text,
)


def _diagnoses(content: str) -> list[DiagnosisRow]:
    return [row for row in read(FileKind.DIAGNOSIS_CODES, content) if isinstance(row, DiagnosisRow)]


def _hcpcs(content: str) -> list[HcpcsRow]:
    return [row for row in read(FileKind.HCPCS_CODES, content) if isinstance(row, HcpcsRow)]


# --- diagnosis codes ----------------------------------------------------------------------------------------------


def test_headings_and_billable_codes_are_told_apart() -> None:
    rows = _diagnoses(text("", DIAGNOSES_ROWS))
    assert [(row.code, row.is_billable) for row in rows] == [
        ("A00", False), ("A000", True), ("C61", True), ("T8131XA", True),
    ]  # fmt: skip
    assert rows[2] == DiagnosisRow(3, "C61", True, "Malignant neoplasm of prostate", "Malignant neoplasm of prostate")


def test_file_with_trailing_blanks_and_empty_lines_reads_alike() -> None:
    padded = [row.ljust(400) for row in DIAGNOSES_ROWS]
    assert _diagnoses(text("", [*padded, ""], end="\n")) == _diagnoses(text("", DIAGNOSES_ROWS))


@pytest.mark.parametrize(
    "row",
    [
        "00003 C61     1 Malignant neoplasm",
        "00003 C61     2 " + "x".ljust(60) + " x",
        "00003 C61    1 " + "x".ljust(60) + " x",
        "0003 C61     1 " + "x".ljust(60) + " x",
        "00003 61      1 " + "x".ljust(60) + " x",
        "00003\tC61\t1\tMalignant neoplasm of prostate",
        diagnosis_line(3, "C61", True, "x", "x" * 331),
    ],
)
def test_line_that_does_not_fit_the_columns_is_told(row: str) -> None:
    told = faults_of(FileKind.DIAGNOSIS_CODES, text("", (DIAGNOSES_ROWS[0], row, DIAGNOSES_ROWS[1])))
    assert len(told) == 1
    assert told[0].startswith(f"file line 2: found '{row[:40]}'")


def test_file_cut_within_its_last_line_is_refused() -> None:
    whole = text("", DIAGNOSES_ROWS)
    assert "The file may be cut" in faults_of(FileKind.DIAGNOSIS_CODES, whole[:-100])[0]
    assert "ends within its long name" in faults_of(FileKind.DIAGNOSIS_CODES, whole + DIAGNOSES_ROWS[2][:90])[0]


# --- HCPCS --------------------------------------------------------------------------------------------------------


def test_long_names_are_joined_from_all_records_of_a_code() -> None:
    modifier, delivery, drug = _hcpcs(text(HCPCS_NOTICE, HCPCS_ROWS))
    assert (modifier.line, modifier.code, modifier.added_on) == (3, "A1", date(2026, 1, 1))
    assert delivery.name.endswith("over two lines: the rest of the name")
    assert (delivery.added_on, delivery.changed_on, delivery.ended_on) == (
        date(2015, 1, 1), date(2026, 1, 1), date(2025, 12, 31),
    )  # fmt: skip
    assert (drug.code, drug.coverage, drug.action, drug.ended_on) == ("J1100", "D", "N", None)


def test_the_workbook_saved_as_csv_reads_alike() -> None:
    modifier, delivery = _hcpcs(text(HCPCS_CSV_HEAD, HCPCS_CSV_ROWS))
    assert (modifier.code, modifier.short_name) == ("A1", "Dressing for one wound")
    assert (delivery.name, delivery.ended_on) == (
        "Delivery with beams whose strength varies: the rest of the name", date(2025, 12, 31),
    )  # fmt: skip


def test_csv_without_the_columns_that_are_needed_is_refused_by_their_names() -> None:
    told = faults_of(FileKind.HCPCS_CODES, "HCPC,SEQNUM,RECID\r\nA1,00100,7\r\n")
    assert told[0].startswith("file: the header has no column LONG DESCRIPTION, SHORT DESCRIPTION.")


def test_continuing_record_without_its_first_is_told() -> None:
    told = faults_of(FileKind.HCPCS_CODES, text("", [HCPCS_ROWS[0], hcpcs_line("G6015", 200, 4, "the rest")]))
    assert told == ["file line 2: continues G6015, whose first record is missing. Download the file again."]


def test_line_that_is_no_record_is_told() -> None:
    told = faults_of(FileKind.HCPCS_CODES, text("", [HCPCS_ROWS[0], "G6015 and so on", HCPCS_ROWS[3]]))
    assert told[0].startswith("file line 2: found 'G6015 and so on'")


def test_record_that_is_cut_is_told() -> None:
    whole = text(HCPCS_NOTICE, HCPCS_ROWS, end="\n")
    assert faults_of(FileKind.HCPCS_CODES, whole[:-60])[0].startswith(
        "file line 6: has 261 characters. The file is cut"
    )


def test_date_that_is_none_is_told() -> None:
    wrong = hcpcs_line("J1100", 100, 3, "Injection", "Injection", added="20261301")
    assert "the day added is '20261301'" in faults_of(FileKind.HCPCS_CODES, text("", [wrong]))[0]


def test_empty_files_are_refused() -> None:
    assert faults_of(FileKind.DIAGNOSIS_CODES, "") == ["file: is empty. Download it again."]
    assert "has no header" in faults_of(FileKind.HCPCS_CODES, "")[0]
