"""Whatever delimiters a partner may have: the same claims, read back whole, and no validator finds a fault."""

import re
from pathlib import Path

import pytest

from billing.models.partner import SEPARATOR, TERMINATOR
from billing.x12.characters import alphabet_of
from billing.x12.inspect_837 import inspect_837
from billing.x12.read_back import read_bills, read_claims
from billing.x12.syntax import Separators, X12Fault, read_separators
from tests.billing.x12.claims import TODAY, a_file, varied_claims
from tests.billing.x12.institutional_claims import a_bill_file, varied_bills
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report

SETS = {
    "other signs": Separators("|", ">", "}", "!"),
    "control characters": Separators("\x1d", "\x1f", "\x1e", "\x1c"),
    "a line feed ends": Separators("*", ":", "^", "\n"),
    "line feed after": Separators("*", ">", "^", "~", "\n"),
    "both after": Separators("|", ":", "^", "~", "\r\n"),
    "signs of the basic set": Separators("/", "&", "=", "?"),
}
ASCII = [chr(code) for code in range(128)]


@pytest.mark.parametrize("own", SETS.values(), ids=SETS)
def test_claims_of_every_shape_are_read_back_as_they_were_written(own: Separators) -> None:
    claims = varied_claims(40)
    usual, text = a_file(*claims).text, a_file(*claims, separators=own).text
    assert read_separators(text)[:4] == own[:4] and text.endswith(own.segment + own.line_end)
    assert read_claims(text) == read_claims(usual) == claims
    assert inspect_837(text, today=TODAY) == []


@pytest.mark.parametrize("own", SETS.values(), ids=SETS)
def test_bills_of_every_shape_are_read_back_as_they_were_written(own: Separators) -> None:
    bills = varied_bills(40)
    usual, text = a_bill_file(*bills).text, a_bill_file(*bills, separators=own).text
    assert read_bills(text) == read_bills(usual)
    assert inspect_837(text, today=TODAY) == []


@pytest.mark.parametrize("name", ["other signs", "line feed after", "signs of the basic set"])
def test_validators_of_others_find_nothing(name: str, tmp_path: Path) -> None:
    claims = varied_claims(30)
    text = a_file(*claims, separators=SETS[name]).text
    is_valid, errors = pyx12_report(text, tmp_path)
    assert is_valid, errors
    assert sorted(claim_numbers_read_by_x12sdk(text)) == sorted(claim.control_number for claim in claims)


def test_every_sign_that_a_partner_may_have_can_be_written_and_no_other() -> None:
    others = ("\x01", "\x02", "\x03")
    for sign in ASCII:
        try:
            alphabet_of(Separators(sign, "\x04", "\x05", "\x06"))
            can_be_written = True
        except X12Fault:
            can_be_written = False
        if re.fullmatch(SEPARATOR, sign):
            assert can_be_written, repr(sign)
        elif sign.isprintable():
            assert not can_be_written, repr(sign)
    assert {sign for sign in ASCII if re.fullmatch(TERMINATOR, sign) and not re.fullmatch(SEPARATOR, sign)} == {
        "\n",
        "\r",
    }
    assert not any(re.fullmatch(TERMINATOR, sign) for sign in others)
