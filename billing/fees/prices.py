"""A price as somebody wants it: a code, a modifier, an amount, the days on which it holds. Pure.

What a price may be stands here once, for the form, the file and the computation.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from billing.money import MoneyError, parse_amount, print_dollars

LARGEST_FEE = Decimal("999999.00")
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
"""A day beyond these is a slip of the keyboard."""

_CODE = re.compile(r"[0-9A-Z]{5}", re.ASCII)
_MODIFIER = re.compile(r"[0-9A-Z]{2}", re.ASCII)
_ISO = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


class PriceError(ValueError):
    """A value that no price may have; the message says what was found and what to do."""


@dataclass(frozen=True, slots=True)
class WantedPrice:
    """A price of one unit; both days inclusive, no last day while it is open. ``row`` is its place in a file."""

    code: str
    modifier: str
    amount: Decimal
    effective_from: date
    effective_to: date | None = None
    computation: dict[str, str] = field(default_factory=dict)
    row: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What it is the price of."""
        return self.code, self.modifier

    @property
    def written(self) -> str:
        """Code and modifier as a claim writes them."""
        return f"{self.code}-{self.modifier}" if self.modifier else self.code

    def overlaps(self, other: "WantedPrice") -> bool:
        """Whether both hold on some day."""
        return self.effective_from <= (other.effective_to or date.max) and other.effective_from <= (
            self.effective_to or date.max
        )


def read_code(text: str) -> str:
    """Return a code as claims write it.

    >>> read_code(" g6015 ")
    'G6015'
    """
    code = text.strip().upper()
    if not code:
        raise PriceError("No code. Write its five letters or digits, such as 77386 or G6015.")
    if not _CODE.fullmatch(code):
        raise PriceError(
            f"'{text.strip()}' is no code: it has five letters or digits, with leading zeros, such as 77386 or 0394T."
        )
    return code


def read_modifier(text: str) -> str:
    """Return a modifier, or nothing for the price of the bare code."""
    modifier = text.strip().upper()
    if modifier and not _MODIFIER.fullmatch(modifier):
        raise PriceError(f"'{text.strip()}' is no modifier: it has two letters or digits, such as 26 or TC.")
    return modifier


def read_amount(text: str) -> Decimal:
    """Return a fee in dollars.

    >>> read_amount("$1,234.50")
    Decimal('1234.50')
    >>> read_amount("0")
    Traceback (most recent call last):
    billing.fees.prices.PriceError: '0' is no price: a fee is above zero. Leave the row out if there is none.
    """
    if not text.strip():
        raise PriceError("No amount. Write it as 1234.50, or leave the row out if there is no fee.")
    try:
        amount = parse_amount(text)
    except MoneyError as error:
        raise PriceError(str(error)) from error
    if amount <= 0:
        raise PriceError(f"'{text.strip()}' is no price: a fee is above zero. Leave the row out if there is none.")
    if amount > LARGEST_FEE:
        raise PriceError(f"'{text.strip()}' is more than {print_dollars(LARGEST_FEE)}, the largest fee of one unit.")
    return amount


def read_day(text: str) -> date:
    """Return a day written as 2026-01-31, 20260131 or 1/31/2026.

    >>> read_day("1/31/2026")
    datetime.date(2026, 1, 31)
    """
    bare = text.strip()
    if iso := _ISO.fullmatch(bare):
        year, month, day = (int(part) for part in iso.groups())
    elif american := _AMERICAN.fullmatch(bare):
        month, day, year = (int(part) for part in american.groups())
    else:
        raise PriceError(f"'{bare}' is no day. Write it as 2026-01-31 or 1/31/2026, with all four digits of the year.")
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise PriceError(f"'{bare}' is no day of the calendar: {error}.") from error
    if not EARLIEST <= found <= LATEST:
        raise PriceError(f"'{bare}' is not between {EARLIEST} and {LATEST}.")
    return found
