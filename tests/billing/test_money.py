"""Amounts are exact to the cent from the edge in."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.money import LARGEST, MoneyError, parse_amount, print_amount, print_dollars, to_cents

amounts = st.decimals(min_value=-LARGEST, max_value=LARGEST, places=2)


@settings(deadline=None)
@given(amounts)
def test_what_is_printed_is_read_as_the_same_amount(amount: Decimal) -> None:
    assert parse_amount(print_amount(amount)) == amount
    assert parse_amount(print_dollars(amount)) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [("12", "12.00"), (" $1,234.5 ", "1234.50"), ("-$5", "-5.00"), (".5", "0.50"), ("1,234,567.89", "1234567.89")],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)
    assert print_amount(parse_amount(text)) == amount


@pytest.mark.parametrize("text", ["", "abc", "1e5", "NaN", "1.2.3", "5$0", "1,2345", "12345678901", "0x10", "١٢"])
def test_what_is_no_amount_is_refused_with_what_was_found(text: str) -> None:
    with pytest.raises(MoneyError) as error:
        parse_amount(text)
    assert repr(text) in str(error.value)


def test_a_fraction_of_a_cent_is_never_rounded_away_on_the_way_in() -> None:
    with pytest.raises(MoneyError):
        parse_amount("10.005")


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00"), ("-0.001", "0.00"), ("2.675", "2.68")],
)
def test_half_a_cent_is_rounded_up_away_from_zero(exact: str, rounded: str) -> None:
    assert str(to_cents(Decimal(exact))) == rounded


@pytest.mark.parametrize("amount", ["10000000000", "-10000000000", "NaN", "Infinity"])
def test_what_the_ledger_cannot_hold_is_refused(amount: str) -> None:
    with pytest.raises(MoneyError):
        to_cents(Decimal(amount))
