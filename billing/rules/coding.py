"""What a person may say otherwise of a generated line, and what he said: values, no decision.

The coding of a line is what its claim tells of the service beside the amount. An edit holds both: the line as
it was generated when it was edited, and what was wanted instead.
"""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Renderer:
    """Who renders a service, by key; nobody where none is named. The name is for people alone."""

    key: str = ""
    name: str = field(default="", compare=False)


NOBODY = Renderer()
MOST_POINTERS = 4
"""How many diagnoses a line of a professional claim points to."""


@dataclass(frozen=True, slots=True)
class Coding:
    """Code, day, units and modifiers of a line; of a professional one its diagnoses and who renders it, too."""

    code: str
    on: date
    units: int
    modifiers: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    provider: Renderer = NOBODY


@dataclass(frozen=True, slots=True)
class LineEditFacts:
    """What a biller made of the line of a key. ``at`` is the moment as text, for people and for the ledger alone."""

    key: str
    line: str
    was: Coding
    wanted: Coding
    reason: str
    by: str
    at: str = ""


def coding_differences(before: Coding, after: Coding) -> tuple[str, ...]:
    """Return in words what ``after`` says otherwise.

    >>> day = date(2026, 3, 2)
    >>> coding_differences(Coding("77334", day, 2), Coding("77334", day, 1, ("59",)))
    ('units 2 -> 1', 'modifiers none -> 59')
    """
    told = (
        ("code", before.code, after.code),
        ("day", before.on.isoformat(), after.on.isoformat()),
        ("units", str(before.units), str(after.units)),
        ("modifiers", _listed(before.modifiers), _listed(after.modifiers)),
        ("diagnoses", _listed(before.diagnoses), _listed(after.diagnoses)),
        ("provider", _named(before.provider), _named(after.provider)),
    )
    differs = {"provider": before.provider != after.provider}
    return tuple(f"{word} {was} -> {becomes}" for word, was, becomes in told if differs.get(word, was != becomes))


def _listed(words: tuple[str, ...]) -> str:
    return "+".join(words) or "none"


def _named(provider: Renderer) -> str:
    return provider.name or provider.key or "none"
