"""Finding a procedure code as one types: by its characters or by our own words for it.

Pure: the tables in, codes out. A code is found as it stood on the asked day; one that was not in force is found by
its characters alone, with what stands in its place. Licensed descriptors are not searched here.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from enum import IntEnum

from billing.rules import load_codebook
from billing.rules.codebook import Codebook
from billing.rules.rows import Procedure

MOST = 12
_WORD = re.compile(r"[0-9a-z]+")
_SIMILAR = 0.8
"""How alike two words are that differ by a slip of the finger."""
_SHORTEST_SLIP = 4


class Match(IntEnum):
    """How well a code answers what was typed, the best first."""

    CODE = 0
    CODE_BEGINS = 1
    WORDS_BEGIN = 2
    WORDS_WITHIN = 3
    WORDS_ALIKE = 4


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code as it stood on the asked day, or last before it, or first after it."""

    procedure: Procedure
    is_in_force: bool
    replaced_by: tuple[str, ...] = ()
    """Codes of that day that took its place."""

    @property
    def code(self) -> str:
        """Return its five characters."""
        return self.procedure.code

    @property
    def needs_narrative(self) -> bool:
        """Whether a line of it must say what was done (C5)."""
        return self.procedure.unlisted


def find_codes(text: str, on: date, *, codebook: Codebook | None = None, most: int = MOST) -> list[FoundCode]:
    """Return the codes that answer ``text``, the best first; those in force on the day before the others.

    >>> [found.code for found in find_codes("7738", date(2025, 3, 3))]
    ['77385', '77386', '77387']
    >>> [found.code for found in find_codes("unlisted planning", date(2026, 3, 2))]
    ['77299']
    >>> found = find_codes("77418", date(2016, 3, 1))[0]
    >>> found.is_in_force, found.replaced_by
    (False, ('77385', '77386', 'G6015'))
    """
    asked = text.strip().lower()
    if not asked:
        return []
    book = codebook or load_codebook()
    matched = [(match, found) for found in _as_of(book, on) if (match := _match(asked, found)) is not None]
    matched.sort(key=lambda one: (not one[1].is_in_force, one[0], one[1].code))
    # A slip is forgiven only where nothing else was meant.
    meant = [found for match, found in matched if match is not Match.WORDS_ALIKE]
    return (meant or [found for _match_, found in matched])[:most]


def _as_of(codebook: Codebook, on: date) -> Iterator[FoundCode]:
    """Yield each code once: as on the day, or as it stood nearest to it."""
    for code in dict.fromkeys(row.code for row in codebook.procedures):
        row = codebook.procedure(code, on)
        if row is not None:
            yield FoundCode(row, True)
        else:
            periods = codebook.history(code)
            nearest = min(periods, key=lambda one: _distance(one, on))
            successors = (after for after in nearest.replaced_by if codebook.procedure(after, on))
            yield FoundCode(nearest, False, tuple(successors) if nearest.effective_to < on else ())


def _distance(row: Procedure, on: date) -> int:
    return (on - row.effective_to).days if row.effective_to < on else (row.effective_from - on).days


def _match(asked: str, found: FoundCode) -> Match | None:
    code = found.code.lower()
    if code == asked:
        return Match.CODE
    if code.startswith(asked):
        return Match.CODE_BEGINS
    words = _WORD.findall(asked)
    return _match_of_words(words, _words_of(found.procedure)) if found.is_in_force and words else None


def _match_of_words(words: Collection[str], known: Collection[str]) -> Match | None:
    if all(any(one.startswith(word) for one in known) for word in words):
        return Match.WORDS_BEGIN
    if all(any(word in one for one in known) for word in words):
        return Match.WORDS_WITHIN
    return Match.WORDS_ALIKE if all(_is_alike(word, known) for word in words) else None


def _words_of(procedure: Procedure) -> list[str]:
    unlisted = "unlisted" if procedure.unlisted else ""
    return _WORD.findall(f"{procedure.name} {procedure.family} {procedure.unit} {unlisted}".lower())


def _is_alike(word: str, known: Iterable[str]) -> bool:
    if len(word) < _SHORTEST_SLIP:
        return any(one.startswith(word) for one in known)
    return any(SequenceMatcher(None, word, one).ratio() >= _SIMILAR for one in known)
