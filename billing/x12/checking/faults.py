"""The fault of a claim, and the small questions that all checks ask: text, code, identifier, day, amount."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from billing.x12.characters import BETWEEN, Alphabet
from patients.identifiers import IdentifierError


class ClaimFault(NamedTuple):
    """One thing wrong with a claim. ``found`` may be a patient's: show it on the claim, never log it."""

    loop: str
    """2010AA, 2300, 2400/3 (line 3) ..."""
    segment: str
    """NM1*85, CLM, REF*6R ..."""
    element: int
    field: str
    """Where the value is kept: subscriber.member_id, lines[2].code ..."""
    found: str
    remedy: str
    """What is wrong and what to do, in the biller's words."""


class Text(NamedTuple):
    """A field of letters: where it stands and how long it may be."""

    field: str
    segment: str
    element: int
    least: int
    most: int
    is_identifier: bool = False
    """Nothing may be put in the place of a character that a file cannot carry."""


Faults = Iterator[ClaimFault]

WORTH_A_PATTERN = 50
"""So many values looked at field by field take as long as a pattern takes to compile."""

_SIGN = re.compile(r"[0-9A-Za-z]")
_DAY = re.compile(r"[0-9]{8}")
_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,7})(?:\.([0-9][1-9]|[1-9]))?")


class Texts:
    """Fields of letters that are looked at together: almost always all of them are right.

    Where many values are asked for, one pattern says so; for a few it is not worth its compiling.
    """

    def __init__(self, *texts: Text) -> None:
        self._texts = texts
        self._plain: dict[Alphabet, re.Pattern[str]] = {}
        self._asked: Counter[Alphabet] = Counter()
        get: Callable[[object], Any] = attrgetter(*(text.field for text in texts))
        self._values: Callable[[object], tuple[str, ...]] = get if len(texts) > 1 else lambda value: (get(value),)

    def faults(self, loop: str, owner: str, value: object, alphabet: Alphabet) -> list[ClaimFault]:
        """Return fields that are missing, too long, or hold what no claim can carry."""
        values = self._values(value)
        plain = self._plain.get(alphabet) or self._learned(alphabet)
        if plain is not None and plain.fullmatch(BETWEEN.join(values)):
            return []
        return [
            ClaimFault(loop, text.segment, text.element, f"{owner}{text.field}", found, remedy)
            for text, found in zip(self._texts, values, strict=True)
            if (remedy := text_remedy(found, text, alphabet))
        ]

    def _learned(self, alphabet: Alphabet) -> re.Pattern[str] | None:
        """Return the pattern of all fields plain, joined, once enough was asked; alphabets are as few as partners."""
        self._asked[alphabet] += 1
        if self._asked[alphabet] < WORTH_A_PATTERN:
            return None
        plain = re.compile(BETWEEN.join(alphabet.plain_text(text.least, text.most) for text in self._texts))
        self._plain[alphabet] = plain
        return plain


def text_remedy(found: str, text: Text, alphabet: Alphabet) -> str:
    if not found and not text.least:
        return ""
    if any(ord(sign) < ord(" ") or sign == "\x7f" for sign in found):
        return "It has a control character (a tab or line break); type it again."
    wrong = alphabet.wrong_in_identifier(found) if text.is_identifier else ""
    if wrong:
        return f"It has {wrong}, which this payer's files cannot carry; correct it."
    written, _ = alphabet.free_text(found)
    if not _SIGN.search(written):
        return "It has no letter or digit that a claim can carry." if found.strip() else "It is missing; fill it in."
    if not text.least <= len(written) <= text.most:
        return f"It has {len(written)} characters; a claim takes {max(text.least, 1)} to {text.most}."
    return ""


def code_fault(  # noqa: PLR0917 (a fault's place is positional everywhere)
    loop: str, segment: str, element: int, field: str, found: str, codes: Collection[str]
) -> Faults:
    """Find a code that is none of the guide's."""
    if found not in codes:
        known = ", ".join(sorted(code or "nothing" for code in codes))
        yield ClaimFault(loop, segment, element, field, found, f"It must be one of {known}.")


def identifier_fault(  # noqa: PLR0917
    loop: str, segment: str, element: int, field: str, found: str, validate: Callable[[str], str]
) -> Faults:
    """Find an identifier that is not well formed, or not in the bare form that claims carry."""
    remedy = identifier_remedy(found, validate)
    if remedy:
        yield ClaimFault(loop, segment, element, field, found, remedy)


@lru_cache(maxsize=8192)
def identifier_remedy(found: str, validate: Callable[[str], str]) -> str:
    """Tell what is wrong with an identifier; empty if it is well formed and bare, as claims carry it."""
    if not found:
        return "It is missing; fill it in."
    try:
        bare = validate(found)
    except IdentifierError as error:
        return str(error)
    return "" if bare == found else f"A claim carries it as {bare}."


def day_remedy(text: str, today: date) -> str:
    """Tell what is wrong with a day written CCYYMMDD; empty if it is real and not after today."""
    if not text:
        return "It is missing; fill it in."
    if not _DAY.fullmatch(text):
        return "It is not a day written as CCYYMMDD."
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return "There is no such day; correct the date."
    return "It is in the future; correct the date." if day > today else ""


@lru_cache(maxsize=8192)
def cents(amount: str) -> int | None:
    """Return a finished amount (670, 670.5, 670.25) in cents; None for any other text."""
    match = _AMOUNT.fullmatch(amount)
    return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else None
