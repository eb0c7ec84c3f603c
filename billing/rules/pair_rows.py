"""Pairs of codes that may not stand together on one day, as a publication lists them (NCCI), and how one is found.

A publication is complete for the first codes that it covers: a pair that a later one no longer lists is no pair
from then on. What a pair means for lines is pairs.py.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from billing.rules.lines import ClaimKind
from billing.rules.table_rows import OPEN, DatedRow, RowReader

NEVER = 0
WITH_MODIFIER = 1
_LAST_CODE = "ZZZZZ"


@dataclass(frozen=True, slots=True)
class Pair(DatedRow):
    """``column2`` may not stand beside ``column1`` (``indicator`` 0), or only with a modifier (1).

    ``warning_from``: from that day one of the codes means another thing; this publication only warns.
    """

    claim: ClaimKind
    published: date
    column1: str
    column2: str
    indicator: int
    rationale: str
    warning_from: date

    def holds_on(self, day: date) -> bool:
        """Return whether the pair takes or holds a line; else it is only warned of."""
        return day < self.warning_from


@dataclass(frozen=True, slots=True)
class PairFile:
    """A publication of pairs, or a part of one: complete for the first codes that it covers, both ends included."""

    claim: ClaimKind
    published: date
    first_code: str = ""
    last_code: str = _LAST_CODE

    def covers(self, column1: str) -> bool:
        """Return whether it is complete for pairs of this first code."""
        return self.first_code <= column1 <= self.last_code


class PairTable:
    """All publications of pairs that are known. Read only."""

    def __init__(self, pairs: Iterable[Pair], files: Iterable[PairFile]) -> None:
        rows: defaultdict[tuple[ClaimKind, date, str, str], list[Pair]] = defaultdict(list)
        for pair in pairs:
            rows[pair.claim, pair.published, pair.column1, pair.column2].append(pair)
        self._rows = {key: tuple(found) for key, found in rows.items()}
        self._files = tuple(sorted(files, key=lambda file: file.published, reverse=True))

    def find(self, claim: ClaimKind, column1: str, column2: str, day: date) -> Pair | None:
        """Return the pair as the latest publication up to ``day`` has it; before the first one, as the first has it."""
        of_code = [file for file in self._files if file.claim is claim and file.covers(column1)]
        if not of_code:
            return None
        file = next((file for file in of_code if file.published <= day), of_code[-1])
        rows = self._rows.get((claim, file.published, column1, column2), ())
        return next((row for row in rows if row.covers(day)), None)


def publications(pairs: Iterable[Pair]) -> tuple[PairFile, ...]:
    """Return the publications that pairs are from, each taken as whole."""
    return tuple(PairFile(claim, day) for claim, day in sorted({(pair.claim, pair.published) for pair in pairs}))


def over(
    own: tuple[Pair, ...], own_files: tuple[PairFile, ...], pairs: Iterable[Pair], files: Iterable[PairFile]
) -> tuple[tuple[Pair, ...], tuple[PairFile, ...]]:
    """Return ``pairs`` over ``own`` ones: of one day and one first code the new publication counts alone.

    A publication that ``files`` does not name is whole.
    """
    new, in_parts = tuple(pairs), tuple(files)
    named = {(file.claim, file.published) for file in in_parts}
    whole = (file for file in publications(new) if (file.claim, file.published) not in named)
    new_files = (*in_parts, *whole)
    kept = (pair for pair in own if not any(_replaces(file, pair) for file in new_files))
    return (*new, *kept), (*new_files, *own_files)


def _replaces(file: PairFile, pair: Pair) -> bool:
    return (file.claim, file.published) == (pair.claim, pair.published) and file.covers(pair.column1)


def read_pair(row: RowReader) -> Pair:
    """Read a row of pairs.csv."""
    indicator = row.whole("indicator")
    if indicator not in (NEVER, WITH_MODIFIER):
        row.fault(f"indicator is {indicator}. It is 0 (never together) or 1 (with a modifier).")
    published = row.day("published")
    return Pair(
        *row.head(),
        claim=row.word("claim", ClaimKind) or ClaimKind.PROFESSIONAL,
        published=published,
        column1=row.text("column1"),
        column2=row.text("column2"),
        indicator=indicator,
        rationale=row.text("rationale"),
        warning_from=row.day("warning_from", absent=OPEN),
    )
