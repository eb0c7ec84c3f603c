"""The forms of codes and amounts that every claim carries: patterns and limits, and the faults of an amount."""

import re

from billing.x12.checking.faults import cents

MOST_CENTS = 9_999_999_999
MOST_MODIFIERS = 4
PROCEDURE = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")
MODIFIER = re.compile(r"[0-9A-Z]{2}")
UNITS = re.compile(r"(?:[1-9][0-9]{0,6}|0)(?:\.[1-9])?")
AMOUNT_REMEDY = "It must be more than 0 and at most 99999999.99, written as 670 or 670.5, without needless zeros."
PAID_REMEDY = "It must be 0 or more and at most 99999999.99, written as 0, 670 or 670.5, without needless zeros."


def is_amount(text: str) -> bool:
    """Tell whether the text is a finished amount above 0."""
    found = cents(text)
    return found is not None and 0 < found <= MOST_CENTS


def signed_cents(amount: str) -> int | None:
    """Return a finished amount that may be below 0 in cents; None for any other text.

    >>> signed_cents("-12.5"), signed_cents("12.50")
    (-1250, None)
    """
    found = cents(amount.removeprefix("-"))
    if found is None or not amount.startswith("-"):
        return found
    return -found or None


def dollars(amount_cents: int) -> str:
    """Write cents for the eye of a biller.

    >>> dollars(-1250)
    '-12.50'
    """
    sign = "-" if amount_cents < 0 else ""
    return f"{sign}{abs(amount_cents) // 100}.{abs(amount_cents) % 100:02}"
