"""Elements made of parts, and the segments that several transactions share: procedures, references, contacts."""

from functools import lru_cache
from typing import NamedTuple

_KEPT = 1 << 14
_MODIFIERS = 4
_FIRST_WAY = 3
_OF_TWO = 3
"""Length of a segment with two elements and its name."""


class Procedure(NamedTuple):
    """What was done, as SVC01 names it. The qualifier is HC for CPT and HCPCS, NU for a revenue code."""

    qualifier: str
    code: str
    modifiers: tuple[str, ...] = ()
    description: str = ""


class Reference(NamedTuple):
    """REF."""

    qualifier: str
    value: str


class Contact(NamedTuple):
    """PER: ``ways`` are pairs of kind (TE, EM, UR, FX, EX) and number."""

    function: str
    name: str
    ways: tuple[tuple[str, str], ...]


@lru_cache(_KEPT)
def procedure_of(text: str, joint: str) -> Procedure:
    """Return the procedure of a composite.

    >>> procedure_of("HC:77386:26:TC", ":")
    Procedure(qualifier='HC', code='77386', modifiers=('26', 'TC'), description='')
    """
    qualifier, code, *others = [*text.split(joint), "", ""]
    description = others[_MODIFIERS] if len(others) > _MODIFIERS else ""
    return Procedure(qualifier, code, tuple(part for part in others[:_MODIFIERS] if part), description)


def reference_of(ref: list[str]) -> Reference:
    """Return a REF; where the number is missing, its description."""
    if len(ref) == _OF_TWO:
        return Reference(ref[1], ref[2])
    return Reference(ref[1] if len(ref) > 1 else "", next((text for text in ref[2:4] if text), ""))


def contact_of(per: list[str]) -> Contact:
    """Return a PER."""
    cells = [*per, "", "", ""]
    ways = zip(per[_FIRST_WAY::2], [*per[_FIRST_WAY + 1 :: 2], ""], strict=False)
    return Contact(cells[1], cells[2], tuple((kind, number) for kind, number in ways if kind or number))
