"""The comma separated files: limits, relative values, GPCI, hospital rates, add-on codes."""

from datetime import date
from decimal import Decimal

import pytest

from billing.cms.kinds import FileKind
from billing.cms.rows import AddOnRow, GpciRow, LimitRow, OppsRow, RelativeValueRow
from tests.code_files import (
    ADD_ON_HEAD,
    ADD_ON_ROWS,
    GPCI_HEAD,
    GPCI_NOTES,
    GPCI_ROWS,
    LIMITS_HEAD,
    LIMITS_ROWS,
    RATES_HEAD,
    RATES_ROWS,
    VALUES_ROWS,
    WHOLE,
    faults_of,
    read,
    text,
    values_text,
)

TABLES = (
    FileKind.LIMITS_PRACTITIONER, FileKind.LIMITS_HOSPITAL, FileKind.RELATIVE_VALUES, FileKind.GPCI,
    FileKind.OPPS_RATES, FileKind.ADD_ON_CODES,
)  # fmt: skip


# --- what every one of them has in common -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TABLES)
def test_line_ends_marks_and_character_sets_change_nothing(kind: FileKind) -> None:
    whole = WHOLE[kind][1]
    plain = read(kind, whole)
    assert plain
    assert read(kind, whole.replace("\r\n", "\n")) == plain
    assert read(kind, whole.replace("\r\n", "\r")) == plain
    assert read(kind, b"\xef\xbb\xbf" + whole.encode()) == plain
    mixed = whole.replace("\r\n", "\n", 1)
    assert read(kind, mixed.encode("latin-1")) == plain


@pytest.mark.parametrize("kind", TABLES)
def test_file_without_its_header_is_refused(kind: FileKind) -> None:
    rows = WHOLE[kind][1].splitlines(keepends=True)[-2:]
    assert "has no header" in faults_of(kind, "".join(rows))[0] or kind is FileKind.ADD_ON_CODES


@pytest.mark.parametrize("kind", TABLES)
def test_file_that_ends_with_its_header_is_refused(kind: FileKind) -> None:
    heads = {
        FileKind.RELATIVE_VALUES: values_text(()), FileKind.GPCI: GPCI_HEAD, FileKind.OPPS_RATES: RATES_HEAD,
        FileKind.ADD_ON_CODES: ADD_ON_HEAD,
    }  # fmt: skip
    assert "no " in faults_of(kind, heads.get(kind, LIMITS_HEAD))[0]


@pytest.mark.parametrize("kind", [kind for kind in TABLES if kind is not FileKind.GPCI])
def test_file_cut_in_the_middle_of_a_row_is_refused(kind: FileKind) -> None:
    lines = WHOLE[kind][1].splitlines(keepends=True)
    cut = "".join(lines[:-1]) + lines[-1][:8]
    assert "The file may be cut" in faults_of(kind, cut)[0]


def test_file_cut_within_quotation_marks_is_refused_with_the_line_on_which_they_open() -> None:
    cut = LIMITS_HEAD + LIMITS_ROWS[0] + '\r\n77300,"1,0'
    assert faults_of(FileKind.LIMITS_PRACTITIONER, cut) == [
        "file line 8: the quotation marks do not close (unexpected end of data). "
        "The file may be cut or changed by a program: download it again."
    ]


# --- limits -------------------------------------------------------------------------------------------------------


def _limits(*rows: str) -> list[LimitRow]:
    return [row for row in read(FileKind.LIMITS_PRACTITIONER, text(LIMITS_HEAD, rows)) if isinstance(row, LimitRow)]


def test_limit_takes_the_first_character_of_its_indicator_and_knows_its_line() -> None:
    assert _limits(*LIMITS_ROWS)[0] == LimitRow(7, "0001U", 1, 2, "Code Descriptor / CPT Instruction")
    assert [row.indicator for row in _limits(*LIMITS_ROWS)] == [2, 3, 3, 3, 1]


def test_limit_may_have_separators_of_thousands_and_may_be_zero() -> None:
    assert [row.units for row in _limits(*LIMITS_ROWS)] == [1, 1010, 2, 1, 0]


def test_note_below_the_limits_is_left_out() -> None:
    assert len(_limits(LIMITS_ROWS[0], "This is a note that stands alone.,,,")) == 1


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("77300,-1,3 Date,Why", "the MUE value is '-1'. It is a whole number."),
        ("77300,1.5,3 Date,Why", "the MUE value is '1.5'"),
        ("77300,9999999,3 Date,Why", "the MUE value is '9999999'"),
        ("77300,1,4 Date,Why", "the adjudication indicator is '4 Date'. It begins with 1, 2 or 3."),
        ("77300,1,,Why", "the adjudication indicator is ''"),
        ("77 300,1,3 Date,Why", "the code is '77 300'"),
        ("77300,1,3 Date", "found 3 columns where the header has 4"),
        ("77300,1,3 Date,Why,more", "found 5 columns where the header has 4"),
    ],
)
def test_wrong_limit_is_told(row: str, fault: str) -> None:
    told = faults_of(FileKind.LIMITS_PRACTITIONER, text(LIMITS_HEAD, (LIMITS_ROWS[0], row)))
    assert [fault_told.startswith(f"file line 8: {fault}") for fault_told in told] == [True]


def test_limits_cut_within_the_last_cell_are_refused() -> None:
    whole = text(LIMITS_HEAD, LIMITS_ROWS)
    assert "ends within its last cell" in faults_of(FileKind.LIMITS_PRACTITIONER, whole[:-6])[0]


# --- relative values ----------------------------------------------------------------------------------------------


def _values(*rows: str) -> list[RelativeValueRow]:
    return [row for row in read(FileKind.RELATIVE_VALUES, values_text(rows)) if isinstance(row, RelativeValueRow)]


def test_relative_values_are_read_by_position() -> None:
    whole, professional, technical, delivery, unlisted = _values(*VALUES_ROWS)
    assert whole == RelativeValueRow(
        line=11, code="77301", modifier="", status="A", work=Decimal("7.79"), pe_non_facility=Decimal("46.10"),
        na_non_facility=False, pe_facility=Decimal("46.10"), na_facility=False, malpractice=Decimal("0.62"),
        total_non_facility=Decimal("54.51"), total_facility=Decimal("54.51"), pc_tc="1", global_days="XXX",
        multiple_procedure="0", supervision="09", bilateral="0", assistant="0", co_surgeon="0", team="0",
        imaging_family="99", conversion_factor=Decimal("33.4009"),
    )  # fmt: skip
    assert (professional.modifier, technical.modifier) == ("26", "TC")
    assert (technical.na_non_facility, technical.na_facility, delivery.na_facility) == (True, True, True)
    assert delivery.pe_non_facility == Decimal("1002.66")
    assert (unlisted.status, unlisted.conversion_factor) == ("C", None)


def test_descriptors_are_not_read() -> None:
    assert not any("own words" in str(value) for row in _values(*VALUES_ROWS) for value in row)


def test_value_that_is_missing_is_zero() -> None:
    row = VALUES_ROWS[0].replace(",7.79,46.10,", ",,NA,")
    assert [str(value) for value in (_values(row)[0].work, _values(row)[0].pe_non_facility)] == ["0.00", "0.00"]


def test_layout_that_has_moved_is_refused_not_misread() -> None:
    moved = values_text().replace("SURG,IND,BASE,FACTOR", "SURG,IND,NEW,BASE,FACTOR")
    assert "column 26 of the header is 'BASE' where 'FACTOR' is known" in faults_of(FileKind.RELATIVE_VALUES, moved)[0]


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        (",7.79,", ",-7.79,", "work is '-7.79'. It is a number of at most 2 decimals"),
        (",7.79,", ",7.791,", "work is '7.791'"),
        (",7.79,", ",1e9,", "work is '1e9'"),
        (",7.79,", ",NaN,", "work is 'NaN'"),
        (",33.4009,", ",33.40091,", "the conversion factor is '33.40091'"),
        (",A,,7.79", ",,,7.79", "the status is empty"),
        (",A,,7.79", ",AB,,7.79", "the status has 2 characters, at most 1 fit"),
        ("77301,,", "77301,266,", "the modifier has 3 characters"),
    ],
)
def test_wrong_relative_value_is_told(was: str, becomes: str, fault: str) -> None:
    told = faults_of(FileKind.RELATIVE_VALUES, values_text((VALUES_ROWS[0].replace(was, becomes, 1),)))
    assert told[0].startswith(f"file line 11: {fault}")


# --- GPCI ---------------------------------------------------------------------------------------------------------


def _gpci(content: str) -> list[GpciRow]:
    return [row for row in read(FileKind.GPCI, content) if isinstance(row, GpciRow)]


def test_localities_lose_asterisks_and_notes_and_keep_their_zeros() -> None:
    alabama, alaska, _francisco, rest = _gpci(text(GPCI_HEAD, (*GPCI_ROWS, *GPCI_NOTES)))
    assert alabama == GpciRow(4, "10112", "AL", "00", "ALABAMA", Decimal("1.000"), Decimal("0.875"), Decimal("0.486"))
    assert (alaska.mac, alaska.state, alaska.locality, alaska.name) == ("02102", "AK", "01", "ALASKA")
    assert (rest.mac, rest.locality) == ("01182", "07")


def test_work_index_with_the_floor_is_taken_where_the_file_has_both() -> None:
    both = GPCI_HEAD.replace(
        "2026 PW GPCI (with 1.0 Floor)***", "2026 PW GPCI (without 1.0 Floor),2026 PW GPCI (with 1.0 Floor)"
    )
    assert _gpci(text(both, ["10112,AL,00,ALABAMA,0.988,1.000,0.875,0.486"]))[0].work == Decimal("1.000")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("10112,AL,00,ALABAMA,1.000,0.875", "the mp index is ''. It is a number above zero."),
        ("10112,AL,00,ALABAMA,0,0.875,0.486", "the work index is '0'"),
        ("10112,Alabama,00,ALABAMA,1.000,0.875,0.486", "the state is 'ALABAMA'. It has two letters."),
        ("110112,AL,00,ALABAMA,1.000,0.875,0.486", "the contractor is '110112'. It has 5 digits."),
        ("10112,AL,,ALABAMA,1.000,0.875,0.486", None),
    ],
)
def test_wrong_locality_is_told(row: str, fault: str | None) -> None:
    told = faults_of(FileKind.GPCI, text(GPCI_HEAD, (GPCI_ROWS[0], row)))
    assert [one.startswith(f"file line 5: {fault or 'the locality is'}") for one in told] == [True]


# --- hospital rates -----------------------------------------------------------------------------------------------


def test_rates_lose_dollar_signs_and_a_lone_dot_is_none() -> None:
    plan, guidance, delivery, management = [
        row for row in read(FileKind.OPPS_RATES, text(RATES_HEAD, RATES_ROWS)) if isinstance(row, OppsRow)
    ]
    assert plan[1:] == (
        "77301", "S", "5613", Decimal("14.2049"), Decimal("1298.59"), None, Decimal("259.72"),
    )  # fmt: skip
    assert guidance[1:] == ("77387", "N", "", None, None, None, None)
    assert (delivery.payment_rate, management.payment_rate) == (Decimal("114.67"), None)


def test_rate_without_a_status_indicator_is_told() -> None:
    assert "the status indicator is empty" in faults_of(
        FileKind.OPPS_RATES, text(RATES_HEAD, (RATES_ROWS[0].replace(",S,", ",,"),))
    )[0]  # fmt: skip


def test_addendum_without_its_copayments_is_refused_by_their_names() -> None:
    head = RATES_HEAD.replace("National Unadjusted Copayment ", "Copay")
    told = faults_of(FileKind.OPPS_RATES, text(head, RATES_ROWS))
    assert told[0].startswith("file: the header has no column National Unadjusted Copayment.")


# --- add-on codes -------------------------------------------------------------------------------------------------


def _add_ons(content: str) -> list[AddOnRow]:
    return [row for row in read(FileKind.ADD_ON_CODES, content) if isinstance(row, AddOnRow)]


def test_add_on_codes_have_days_counted_in_their_year() -> None:
    rows = _add_ons(text(ADD_ON_HEAD, ADD_ON_ROWS))
    assert rows[0][1:] == ("77293", "77295", 1, date(2014, 1, 1), None, None, None)
    assert rows[2][1:] == (
        "33924", "33735", 1, date(2013, 4, 1), date(2021, 12, 31), None, date(2021, 12, 31),
    )  # fmt: skip
    assert rows[3].primary == "CCCCC"


@pytest.mark.parametrize(("width", "day"), [(7, "2014001"), (5, "14001"), (8, "20140101")])
def test_fixed_columns_are_read_with_dates_of_any_width(width: int, day: str) -> None:
    blank = " " * width
    lines = [f"177293{blank}77295{blank}{day}{blank}", f"299999{blank}CCCCC{blank}{day}{blank}A note"]
    assert [row[1:5] for row in _add_ons(text("", lines))] == [
        ("77293", "77295", 1, date(2014, 1, 1)), ("99999", "CCCCC", 2, date(2014, 1, 1)),
    ]  # fmt: skip


def test_fixed_line_that_is_cut_is_told() -> None:
    blank = " " * 7
    told = faults_of(FileKind.ADD_ON_CODES, f"177293{blank}77295{blank}2014001{blank}\r\n177293{blank}7730")
    assert told[0].startswith(f"file line 2: found '177293{blank}7730'")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("4,77293,,77295,,2014001,,", "the edit type is '4'. It is one of: 1, 2, 3."),
        ("1,77293,,7729,,2014001,,", "the primary code is '7729'"),
        ("1,77293,,77295,,2014367,,", "the first day is '2014367'. A date has the form 2026182"),
        ("1,77293,,77295,,,,", "has no first day"),
    ],
)
def test_wrong_add_on_is_told(row: str, fault: str) -> None:
    told = faults_of(FileKind.ADD_ON_CODES, text(ADD_ON_HEAD, (row,)))
    assert told[0].startswith(f"file line 3: {fault}")
