"""US dollars as Decimal: parse, round to the cent, print. The only place that rounds.

Sums are never rounded, lines are. No float enters; no locale, no currency but the dollar.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
LARGEST = Decimal("9999999999.99")
"""The largest amount that the ledger stores: twelve digits, two of them cents."""

_AMOUNT = re.compile(r"[+-]?\d{1,10}(\.\d*)?|[+-]?\.\d+", re.ASCII)


class MoneyError(ValueError):
    """Text or number that is no amount of dollars; the message says what was found and what to do."""


def parse_amount(text: str) -> Decimal:
    """Return the amount that ``text`` states, exactly, to the cent.

    Spaces around, a leading dollar sign and commas between thousands are taken.

    Raises:
        MoneyError: no plain decimal number, more than two decimals, or beyond the ledger's twelve digits.

    >>> parse_amount("$1,234.5")
    Decimal('1234.50')
    >>> parse_amount("12.345")
    Traceback (most recent call last):
    billing.money.MoneyError: '12.345' has a fraction of a cent. Write at most two decimals.
    """
    bare = re.sub(r"^([+-]?)\$", r"\1", text.strip())
    bare = re.sub(r",(?=\d{3}(\D|$))", "", bare)
    if not _AMOUNT.fullmatch(bare):
        raise MoneyError(f"{text!r} is not an amount in dollars. Write it as 1234.50.")
    amount = Decimal(bare)
    if amount != amount.quantize(CENT, rounding=ROUND_HALF_UP):
        raise MoneyError(f"{text!r} has a fraction of a cent. Write at most two decimals.")
    return amount.quantize(CENT)


def to_cents(amount: Decimal) -> Decimal:
    """Round half up, away from zero, to the cent.

    Raises:
        MoneyError: not a finite number, or beyond the ledger's twelve digits.

    >>> to_cents(Decimal("10.005")), to_cents(Decimal("-10.005"))
    (Decimal('10.01'), Decimal('-10.01'))
    """
    if not amount.is_finite() or abs(amount) > LARGEST:
        raise MoneyError(f"{amount} is not an amount that the ledger can hold. At most {LARGEST} either way.")
    rounded = amount.quantize(CENT, rounding=ROUND_HALF_UP)
    return rounded if rounded else Decimal("0.00")


def print_amount(amount: Decimal) -> str:
    """Write an amount with two decimals and no thousands marks, as files and JSON carry it.

    >>> print_amount(Decimal("1234.5")), print_amount(Decimal("-0.004"))
    ('1234.50', '0.00')
    """
    return f"{to_cents(amount):.2f}"


def print_dollars(amount: Decimal) -> str:
    """Write an amount for people.

    >>> print_dollars(Decimal("-1234.5"))
    '-$1,234.50'
    """
    rounded = to_cents(amount)
    return f"{'-' if rounded < 0 else ''}${abs(rounded):,.2f}"
