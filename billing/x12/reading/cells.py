"""Typed cells of segments: numbers, days, composites. A cell that cannot be read is noted, and gives nothing.

Most cells of a file are among a few that repeat, so what was read once is kept.
"""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

# X12 has room for eighteen digits; with more than fifteen before the point it is no amount, and sums of it fit nowhere.
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,8})?|\.[0-9]{1,8})")
_SHORT_DAY, _LONG_DAY = 6, 8
_KEPT = 1 << 14

NOTHING = Decimal(0)


@lru_cache(_KEPT)
def number_of(text: str) -> Decimal | None:
    """Return a decimal number, or None where the text is none: neither NaN nor 1E5 is.

    >>> number_of("-12.50"), number_of("1E5")
    (Decimal('-12.50'), None)
    """
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(_KEPT)
def day_of(text: str) -> date | None:
    """Return the day of CCYYMMDD (a time after it is let go), or None where there is no such day.

    >>> day_of("20261122"), day_of("20261131")
    (datetime.date(2026, 11, 22), None)
    """
    digits = text[:_LONG_DAY]
    if len(digits) != _LONG_DAY or not (digits.isascii() and digits.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


@lru_cache(_KEPT)
def short_day_of(text: str) -> date | None:
    """Return the day of YYMMDD, as ISA and TA1 write it; all of them lie after 2000.

    >>> short_day_of("261122")
    datetime.date(2026, 11, 22)
    """
    return day_of(f"20{text}") if len(text) == _SHORT_DAY else None


_OTHER_JOINTS = (":", ">", "<", "|", "\\", "^")


def joint_of(text: str, declared: str) -> str:
    """Return the sign that joins the components of this text: the declared one, unless only another is there.

    >>> joint_of("HC>77386", ":"), joint_of("HC:77386>", ":"), joint_of("45", ":")
    ('>', ':', ':')
    """
    if declared in text:
        return declared
    return next((sign for sign in _OTHER_JOINTS if sign in text), declared)
