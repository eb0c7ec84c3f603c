"""Makes of the text of a claim's lines (printing.py) the plain values that billing/x12 writes.

A night has tens of thousands of lines, but for their numbers a few hundred different ones: codes, prices, days and
modifiers repeat. So what follows a line's number is finished once and remembered by its text.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from billing.claims.printing import APPROVAL, FIELD, LINE, MODIFIERS, ORDERED, OWN, REVENUE, WORDS
from billing.x12.claim_837i import Line837I
from billing.x12.claim_837p import Line837P
from billing.x12.narrative import split_narrative
from billing.x12.parties import Provider

_NO_WORDS = ("", "")


class Usual(NamedTuple):
    """What a line has in common with its claim, and what it may name otherwise."""

    pointers: tuple[int, ...]
    diagnoses: tuple[str, ...]
    ordering: Provider | None
    providers: Mapping[str, Provider]


def professional_lines(text: str, usual: Usual) -> tuple[tuple[Line837P, ...], str]:
    """Return the lines, and the authorization where one number stands for them all (REF*G1 at the claim)."""
    lines = []
    has_special = False
    for one in text.split(LINE):
        entry, _, said = one.partition(FIELD)
        rest = _after_number(said, usual.pointers)
        if rest is None:
            has_special = True
            lines.append(_special_line(entry, said, usual))
        else:
            lines.append(tuple.__new__(Line837P, (f"L{entry}", *rest)))
    numbers = {line.authorization for line in lines if line.authorization} if has_special else set()
    if len(numbers) != 1:
        return tuple(lines), ""
    return tuple(line._replace(authorization="") for line in lines), numbers.pop()


@lru_cache(maxsize=8192)
def _after_number(said: str, pointers: tuple[int, ...]) -> tuple[object, ...] | None:
    """Return what stands behind the number of a line with nothing special but modifiers; None for another line."""
    common, besides = _fields(said)
    if besides.keys() - {MODIFIERS}:
        return None
    return Line837P("", *common, pointers, _modifiers(besides))[1:]


class _Common(NamedTuple):
    """The finished fields that all lines have."""

    code: str
    charge: str
    units: str
    service_on: str


def _fields(said: str) -> tuple[_Common, dict[str, str]]:
    """Return the finished fields that all lines have, and what this one has besides by its name."""
    code, amount, units, day, *besides = said.split(FIELD)
    charge = amount.rstrip("0").rstrip(".") if "." in amount else amount
    named = (one.partition(":") for one in besides)
    return _Common(code, charge, units, day.replace("-", "")), {name: value for name, _, value in named}


def _modifiers(besides: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(besides[MODIFIERS].split(":")) if MODIFIERS in besides else ()


def _words(besides: Mapping[str, str]) -> tuple[str, str]:
    """Return what of the words for an unlisted code its line has room for, and the rest."""
    return split_narrative(besides[WORDS]) if WORDS in besides else _NO_WORDS


def _special_line(entry: str, said: str, usual: Usual) -> Line837P:
    """Return a line that has words or an authorization, or names somebody or diagnoses of its own."""
    common, besides = _fields(said)
    description, note = _words(besides)
    pointers, rendering = _own_of(besides[OWN], usual) if OWN in besides else (usual.pointers, None)
    return Line837P(
        f"L{entry}", *common, pointers, _modifiers(besides), description=description, note=note,
        authorization=besides.get(APPROVAL, ""), rendering=rendering,
        ordering=usual.ordering if ORDERED in besides else None,
    )  # fmt: skip


def _own_of(text: str, usual: Usual) -> tuple[tuple[int, ...], Provider | None]:
    """Return the pointers of a line and who renders it. One to a diagnosis that left is 0, which no check lets by."""
    codes, _colon, provider_id = text.partition(":")
    places = {code: place for place, code in enumerate(usual.diagnoses, 1)}
    pointers = tuple(places.get(code, 0) for code in codes.split()) or usual.pointers
    return pointers, usual.providers.get(provider_id)


def institutional_lines(text: str) -> tuple[tuple[Line837I, ...], str]:
    """Return the lines, and what of their words for unlisted codes only a note of the claim has room for."""
    lines, notes = [], []
    for one in text.split(LINE):
        entry, _, said = one.partition(FIELD)
        common, besides = _fields(said)
        description, rest = _words(besides)
        if rest:
            notes.append(rest)
        lines.append(Line837I(f"L{entry}", besides[REVENUE], *common, _modifiers(besides), description=description))
    return tuple(lines), "; ".join(notes)
