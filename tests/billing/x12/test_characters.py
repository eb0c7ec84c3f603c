"""Which characters a file can carry, and what becomes of those that it cannot."""

import doctest
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.x12 import characters
from billing.x12.characters import Cleaner, Fields, allowed_characters, alphabet_of, transliterate
from billing.x12.syntax import Separators, X12Fault


class Sample(NamedTuple):
    """A value with one field of free text and one identifier."""

    name: str
    number: str


def cleaned(
    name: str, number: str = "1", *, extended: bool = False, own: Separators | None = None
) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the fields of a sample as written, and what was reported."""
    reports: list[tuple[str, str]] = []
    cleaner = Cleaner(
        alphabet_of(own or Separators(), extended=extended),
        free_text=("name",),
        report=lambda field, sign: reports.append((field, sign)),
    )
    return cleaner.fields(Sample(name, number), Fields("name", "number")), reports


def test_the_examples_in_the_room_hold() -> None:
    assert doctest.testmod(characters).failed == 0


@pytest.mark.parametrize(
    ("found", "written"),
    [
        ("Ada", "ADA"),
        ("  Ada ", "ADA"),
        ("O'Neill-Smith, Jr.", "O'NEILL-SMITH, JR."),
        ("Zoë Ångström", "ZOE ANGSTROM"),
        ("Łukasz Đorđe", "LUKASZ DORDE"),
        ("Þórr Æsir œuvre", "THORR AESIR OEUVRE"),
        ("Weiß", "WEISS"),
        ("GRO\u1e9e Ħabib Ŋa Ɓala", "GROSS HABIB NA BALA"),
        ("Ka\u02bbahumanu O\u02bcBrien O`Hara", "KA'AHUMANU O'BRIEN O'HARA"),
        ("Ah\u200bmad Mül\u00adler \u202bDahl\u202c", "AHMAD MULLER DAHL"),
        ("\u201cAda\u201d \u2013 it\u2019s", '"ADA" - IT\'S'),
        ("no\u00a0break", "NO BREAK"),
        ("\ufb01ne", "FINE"),
        ("", ""),
    ],
)
def test_free_text_becomes_capitals_and_plain_letters_without_report(found: str, written: str) -> None:
    assert cleaned(found) == ([written, "1"], [])


@pytest.mark.parametrize("sign", ["*", ":", "^", "~", "#", "@", "_", "\n", "\x00", "\x1f", "語", "€"])
def test_a_character_that_cannot_stand_becomes_a_blank_and_is_reported(sign: str) -> None:
    assert cleaned(f"A{sign}B") == (["A B", "1"], [("name", sign)])


def test_each_character_is_reported_once_a_field() -> None:
    assert cleaned("A*B*C~") == (["A B C", "1"], [("name", "*"), ("name", "~")])


def test_the_extended_set_keeps_small_letters_and_signs() -> None:
    assert cleaned("Ada #1 <a@b>", extended=True) == (["Ada #1 <a@b>", "1"], [])


def test_a_partners_own_delimiters_are_replaced_and_the_usual_ones_too() -> None:
    assert cleaned("A|B*C", own=Separators("|", ">", "}", "!")) == (["A B C", "1"], [("name", "*"), ("name", "|")])


@pytest.mark.parametrize("sign", ["*", "É", "\n", "#", "\x1f"])
def test_an_identifier_with_such_a_character_is_a_fault(sign: str) -> None:
    with pytest.raises(X12Fault, match="number"):
        cleaned("ADA", f"1{sign}2")


def test_an_identifier_becomes_capitals_without_outer_blanks_even_where_a_name_needs_cleaning() -> None:
    assert cleaned("É", " ab1 ") == (["E", "AB1"], [])


@given(st.text(max_size=20), st.booleans())
def test_free_text_never_leaves_a_character_that_cannot_stand(found: str, extended: bool) -> None:
    (name, _), _ = cleaned(found, extended=extended)
    assert set(name) <= allowed_characters(Separators(), extended=extended)
    assert name == name.strip()


@given(st.text(max_size=20))
def test_cleaning_twice_is_cleaning_once(found: str) -> None:
    (once, _), _ = cleaned(found)
    assert cleaned(once) == ([once, "1"], [])


def test_transliteration_keeps_case() -> None:
    assert transliterate("Éa Ñb") == "Ea Nb"


@pytest.mark.parametrize("text", ["A\x1fB", "a", "A*", "É", "A\n"])
def test_what_must_come_back_letter_by_letter_is_safe_only_as_it_is(text: str) -> None:
    assert not alphabet_of().is_safe(text)
    assert alphabet_of().is_safe("OC-1 2.3")


@pytest.mark.parametrize(
    "own",
    [
        Separators("*", "*"),
        Separators("**"),
        Separators("\u2022"),
        Separators("A"),
        Separators("*", "."),
        Separators("*", ":", "-"),
        Separators("*", ":", "^", " "),
    ],
)
def test_separators_that_data_needs_or_that_are_alike_are_refused(own: Separators) -> None:
    with pytest.raises(X12Fault, match="separator"):
        alphabet_of(own)


def test_one_partner_has_one_alphabet() -> None:
    assert alphabet_of(Separators(), extended=True) is alphabet_of(Separators(), extended=True)
