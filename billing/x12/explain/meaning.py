"""What codes, days and amounts of a claim mean to a reader. What is none of the known is given back as it is."""

import re
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

_DAY = re.compile(r"[0-9]{8}")
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@cache
def _tables() -> dict[str, dict[str, str]]:
    text = (Path(__file__).parent / "words.toml").read_text(encoding="utf-8")
    return {name: table for name, table in tomllib.loads(text).items() if isinstance(table, dict)}


def meaning(table: str, code: str) -> str:
    """Return what a code of words.toml means; the code, if it is not there.

    >>> meaning("frequency", "7")
    'replacement of an earlier claim'
    """
    return _tables()[table].get(code, code)


def with_meaning(table: str, code: str) -> str:
    """Return a code with what it means.

    >>> with_meaning("place", "22"), with_meaning("place", "77")
    ('22 (outpatient hospital on campus)', '77')
    """
    known = _tables()[table].get(code)
    return f"{code} ({known})" if known else code


def dollars(amount: str) -> str:
    """Return an amount for the eye.

    >>> dollars("1234.5"), dollars("-12"), dollars("1E9")
    ('$1,234.50', '-$12.00', '1E9')
    """
    if not _AMOUNT.fullmatch(amount):
        return amount
    value = Decimal(amount)
    return f"{'-' if value < 0 else ''}${abs(value):,.2f}"


def day(text: str) -> str:
    """Return CCYYMMDD, or a range of two, for the eye.

    >>> day("20250303"), day("20250303-20250307"), day("20251301")
    ('3 Mar 2025', '3 Mar 2025 to 7 Mar 2025', '20251301')
    """
    first, dash, last = text.partition("-")
    if dash:
        return f"{day(first)} to {day(last)}"
    if not _DAY.fullmatch(text):
        return text
    try:
        found = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return text
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def counted(amount: str, noun: str) -> str:
    """Return a number with its noun.

    >>> counted("1", "unit"), counted("1.5", "unit")
    ('1 unit', '1.5 units')
    """
    return f"{amount} {noun}" if amount == "1" else f"{amount} {noun}s"


def zip_words(zip_code: str) -> str:
    """Return a ZIP code as it is written.

    >>> zip_words("021151234")
    '02115-1234'
    """
    return f"{zip_code[:5]}-{zip_code[5:]}" if len(zip_code) == len("021151234") else zip_code
