"""Delimiters and segments: the grammar below every transaction."""

import doctest

import pytest

from billing.x12 import syntax
from billing.x12.syntax import Separators, X12Fault, in_partner_syntax, read_separators, segment, tokenise

ISA = "ISA*00*          *00*          *ZZ*HARBOR01       *ZZ*CLEARING       *261122*0100*^*00501*000000017*0*T*:~"


def test_the_examples_in_the_room_hold() -> None:
    assert doctest.testmod(syntax).failed == 0


def test_a_segment_keeps_empty_elements_in_its_middle_and_loses_those_at_its_end() -> None:
    assert segment("CLM", "1", "", "", "5", "", "") == "CLM*1***5~"


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
