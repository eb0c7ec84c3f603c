"""Delimiters, characters and segments: the grammar below every transaction."""

import doctest
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.x12 import syntax
from billing.x12.syntax import (
    Cleaner,
    Fields,
    Separators,
    X12Fault,
    allowed_characters,
    in_partner_syntax,
    read_separators,
    segment,
    tokenise,
    transliterate,
)

ISA = "ISA*00*          *00*          *ZZ*HARBOR01       *ZZ*CLEARING       *261122*0100*^*00501*000000017*0*T*:~"


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
        own or Separators(),
        extended=extended,
        free_text=("name",),
        report=lambda field, sign: reports.append((field, sign)),
    )
    return cleaner.fields(Sample(name, number), Fields("name", "number")), reports


def test_the_examples_in_the_room_hold() -> None:
    assert doctest.testmod(syntax).failed == 0


def test_a_segment_keeps_empty_elements_in_its_middle_and_loses_those_at_its_end() -> None:
    assert segment("CLM", "1", "", "", "5", "", "") == "CLM*1***5~"


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


def test_a_partners_delimiters_stand_in_the_place_of_the_usual_ones() -> None:
    assert in_partner_syntax("NM1*A:B^C~", Separators("|", ">", "}", "!", "\n")) == "NM1|A>B}C!\n"
    assert in_partner_syntax("NM1*A:B^C~", Separators()) == "NM1*A:B^C~"


def test_delimiters_are_read_from_where_isa_declares_them() -> None:
    assert read_separators(ISA) == Separators()
    own = in_partner_syntax(ISA, Separators("|", ">", "}", "!"))
    assert read_separators(own) == Separators("|", ">", "}", "!")


@pytest.mark.parametrize("text", ["", "ISA", ISA[:-1], ISA.replace("*00501", ""), " " + ISA, ISA.replace("ISA", "ISB")])
def test_a_text_without_a_whole_isa_is_no_interchange(text: str) -> None:
    with pytest.raises(X12Fault, match="no interchange"):
        read_separators(text)


def test_segments_are_numbered_from_one_and_line_ends_are_no_part_of_them() -> None:
    segments = list(tokenise("ST*837*0001~\r\nSE*2*0001~\r\n", Separators()))
    assert [(one.position, one.name, one[2]) for one in segments] == [(1, "ST", "0001"), (2, "SE", "0001")]


def test_an_element_past_the_end_of_a_segment_is_empty() -> None:
    (found,) = tokenise("ST*837~", Separators())
    assert found[9] == ""
