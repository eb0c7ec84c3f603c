"""Identifiers that others issue: what is well formed, what is not, and how a refusal speaks."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients import identifiers
from patients.identifiers import (
    STATES,
    IdentifierError,
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    compact_icd10,
    compact_mrn,
    format_icd10,
    format_tax_id,
    format_zip,
    is_valid_icd10,
    is_valid_mrn,
    is_valid_npi,
    is_valid_state,
    is_valid_tax_id,
    is_valid_taxonomy,
    is_valid_zip,
    npi_check_digit,
    validate_icd10,
    validate_mrn,
    validate_npi,
    validate_state,
    validate_tax_id,
    validate_taxonomy,
    validate_zip,
)

KINDS = ("npi", "tax_id", "taxonomy", "mrn", "icd10", "zip", "state")


def test_the_examples_in_the_room_hold() -> None:
    results = doctest.testmod(identifiers)
    assert results.failed == 0
    assert results.attempted > 20


# --- NPI ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("npi", ["1234567893", "1245319599", "1679576722", "1003000126", "2000000002"])
def test_an_npi_with_its_check_digit_is_taken(npi: str) -> None:
    assert validate_npi(npi) == npi


def test_the_check_digit_of_the_published_example_is_three() -> None:
    assert npi_check_digit("123456789") == "3"


@pytest.mark.parametrize(
    ("npi", "error"),
    [
        ("1234567890", InvalidChecksum),
        ("1243567893", InvalidChecksum),
        ("3234567893", InvalidFormat),
        ("123456789X", InvalidFormat),
        ("\u0661234567893", InvalidFormat),
        ("123456789", InvalidLength),
        ("12345678933", InvalidLength),
        ("", InvalidLength),
    ],
)
def test_an_ill_formed_npi_is_refused_by_what_is_wrong(npi: str, error: type[IdentifierError]) -> None:
    with pytest.raises(error) as caught:
        validate_npi(npi)
    assert caught.value.value == npi
    assert f"'{npi}'" in str(caught.value)
    assert not is_valid_npi(npi)


@given(st.integers(100_000_000, 299_999_999), st.integers(0, 9), st.integers(0, 9))
def test_one_mistyped_digit_of_an_npi_is_always_found(nine: int, place: int, digit: int) -> None:
    npi = f"{nine}{npi_check_digit(str(nine))}"
    mistyped = f"{npi[:place]}{digit}{npi[place + 1 :]}"
    assert is_valid_npi(npi)
    assert is_valid_npi(mistyped) == (mistyped == npi)


# --- tax id ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tax_id", ["12-3456789", "123456789", " 12-3456789 "])
def test_a_tax_id_is_taken_with_and_without_its_hyphen(tax_id: str) -> None:
    assert validate_tax_id(tax_id) == "123456789"


@pytest.mark.parametrize(
    ("tax_id", "error"),
    [
        ("12-345678", InvalidLength),
        ("", InvalidLength),
        ("123-45-6789", InvalidFormat),
        ("12345678X", InvalidFormat),
        ("00-1234567", InvalidComponent),
    ],
)
def test_an_ill_formed_tax_id_is_refused_by_what_is_wrong(tax_id: str, error: type[IdentifierError]) -> None:
    with pytest.raises(error):
        validate_tax_id(tax_id)
    assert not is_valid_tax_id(tax_id)


def test_a_tax_id_is_shown_with_its_hyphen() -> None:
    assert format_tax_id("123456789") == "12-3456789"


# --- taxonomy -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["2085R0001X", "282N00000X", "363LF0000X", "2085r0001x"])
def test_a_taxonomy_code_is_taken_in_capitals(code: str) -> None:
    assert validate_taxonomy(code) == code.upper()


@pytest.mark.parametrize("code", ["2085R0001", "2085R0001Y", "A085R0001X", "2085R-001X", ""])
def test_an_ill_formed_taxonomy_code_is_refused(code: str) -> None:
    assert not is_valid_taxonomy(code)


# --- medical record number ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ("A-1001", "A-1001"),
        (" a-1001 ", "A-1001"),
        ("000123", "000123"),
        ("12  34", "12 34"),
        ("AB.1/2_3#4", "AB.1/2_3#4"),
    ],
)
def test_a_record_number_is_kept_in_one_form(found: str, kept: str) -> None:
    assert validate_mrn(found) == kept
    assert compact_mrn(kept) == kept


@pytest.mark.parametrize("mrn", ["", "   ", "-1", "1-", "A|1", "A^1", "A*1", "A:1", "Ä1", "A" * 31])
def test_a_record_number_that_no_message_can_carry_is_refused(mrn: str) -> None:
    assert not is_valid_mrn(mrn)


def test_leading_zeros_make_another_record_number() -> None:
    assert validate_mrn("0017") != validate_mrn("17")


# --- ICD-10-CM ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "claim", "clinic"),
    [
        ("C50.911", "C50911", "C50.911"),
        ("C50911", "C50911", "C50.911"),
        ("c61", "C61", "C61"),
        ("Z51.0", "Z510", "Z51.0"),
        ("C7A.010", "C7A010", "C7A.010"),
        ("C4A.0", "C4A0", "C4A.0"),
        ("S52.521A", "S52521A", "S52.521A"),
        ("U07.1", "U071", "U07.1"),
    ],
)
def test_a_diagnosis_code_has_one_form_for_claims_and_one_for_the_clinic(code: str, claim: str, clinic: str) -> None:
    assert validate_icd10(code) == claim
    assert format_icd10(code) == clinic
    assert compact_icd10(clinic) == claim


@pytest.mark.parametrize(
    "code",
    ["", "C5", "C50.", "C5.0911", "C509.11", "C50.91111", "174.9", "CC0.1", "C50,911", "C50.9.1", ".C50", "CX1.1"],
)
def test_what_has_not_the_form_of_a_diagnosis_code_is_refused(code: str) -> None:
    assert not is_valid_icd10(code)


# --- ZIP code and state ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "kept", "shown"),
    [("02115", "02115", "02115"), ("02115-1234", "021151234", "02115-1234"), ("021151234", "021151234", "02115-1234")],
)
def test_a_zip_code_has_five_or_nine_digits(found: str, kept: str, shown: str) -> None:
    assert validate_zip(found) == kept
    assert format_zip(kept) == shown


@pytest.mark.parametrize("code", ["", "0211", "021151", "02115-12", "0211A", "00000", "02115 - 1234", "0-21151234"])
def test_an_ill_formed_zip_code_is_refused(code: str) -> None:
    assert not is_valid_zip(code)


@pytest.mark.parametrize("state", ["MA", "ma", " Pr "])
def test_a_state_is_taken_in_capitals(state: str) -> None:
    assert validate_state(state) == state.strip().upper()


@pytest.mark.parametrize("state", ["", "M", "XX", "MAS", "ON"])
def test_what_is_no_state_is_refused(state: str) -> None:
    assert not is_valid_state(state)


def test_states_territories_and_forces_are_all_known() -> None:
    assert len(STATES) == 50 + 1 + 5 + 3 + 3


# --- all kinds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_speaks_the_same_three_words(kind: str) -> None:
    for verb in ("compact", "validate", "is_valid"):
        assert callable(getattr(identifiers, f"{verb}_{kind}"))


@pytest.mark.parametrize("kind", KINDS)
@given(text=st.text(max_size=40))
def test_any_text_is_taken_or_refused_but_never_breaks_a_check(kind: str, text: str) -> None:
    validate, is_valid = getattr(identifiers, f"validate_{kind}"), getattr(identifiers, f"is_valid_{kind}")
    assert is_valid(text) in (True, False)
    if is_valid(text):
        assert validate(validate(text)) == validate(text)
