"""Where a code comes from and what came after it: its family tree by days, placed as shapes. Pure.

Two periods belong together where one is replaced by the other. The drawing has a column for each stretch of days
between two changes, all of one width: what matters is what followed what, and a year of 2026 is as wide as ten before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from billing.rules.codebook import Codebook
from billing.rules.rows import Procedure
from billing.rules.table_rows import OPEN

DAY = timedelta(days=1)
LABELS, COLUMN, LANE, HEAD, BAR, GAP = 64, 150, 30, 26, 14, 7
"""Units of the drawing: room for the codes, one stretch of days, one code, the days above, a bar, its distance."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One period of a code."""

    period: Procedure
    x: int
    y: int
    width: int
    is_asked: bool

    @property
    def last(self) -> date | None:
        """The last day, none while in force."""
        return None if self.period.effective_to == OPEN else self.period.effective_to

    @property
    def words(self) -> str:
        """Say the bar in a sentence."""
        ends = f"to {self.period.effective_to}" if self.last else "on"
        return f"{self.period.code} from {self.period.effective_from} {ends}: {self.period.name}"


@dataclass(frozen=True, slots=True)
class Lane:
    """One code with the height at which its bars stand."""

    code: str
    y: int
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """The tree of a code as shapes. ``links`` are SVG paths, ``days`` the changes with their place."""

    lanes: tuple[Lane, ...]
    bars: tuple[Bar, ...]
    links: tuple[str, ...]
    days: tuple[tuple[int, date], ...]
    width: int
    height: int

    @property
    def periods(self) -> tuple[Procedure, ...]:
        """The periods in the order of their days."""
        return tuple(sorted((bar.period for bar in self.bars), key=lambda one: (one.effective_from, one.code)))


def before(codebook: Codebook, code: str) -> tuple[Procedure, ...]:
    """Return the periods of other codes that the code replaced, by day and code.

    >>> from billing.rules import load_codebook
    >>> [row.code for row in before(load_codebook(), "77385")]
    ['0073T', '77418']
    """
    begins = {row.effective_from for row in codebook.history(code)}
    found = [
        row
        for row in codebook.procedures
        if code in row.replaced_by and row.code != code and row.effective_to + DAY in begins
    ]
    return tuple(sorted(found, key=lambda row: (row.effective_to, row.code)))


def after(codebook: Codebook, code: str) -> tuple[str, ...]:
    """Return the codes that took the place of the last period of a code; none while it is in force.

    >>> from billing.rules import load_codebook
    >>> after(load_codebook(), "77418")
    ('77385', '77386', 'G6015')
    """
    periods = sorted(codebook.history(code), key=lambda row: row.effective_from)
    return tuple(one for one in periods[-1].replaced_by if one != code) if periods else ()


def lineage_of(codebook: Codebook, code: str) -> Lineage | None:
    """Return the drawing of everything that leads to the code and follows from it; none for a code of no table."""
    own = codebook.history(code)
    if not own:
        return None
    family = {id(row): row for row in (*_earlier(codebook, own), *own, *_later(codebook, own))}
    return _drawn(code, sorted(family.values(), key=lambda row: (row.effective_from, row.code)))


def _earlier(codebook: Codebook, periods: Iterable[Procedure]) -> list[Procedure]:
    found: dict[int, Procedure] = {}
    waiting = list(periods)
    while waiting:
        here = waiting.pop()
        ended = [row for row in codebook.procedures if here.code in row.replaced_by and row.effective_to != OPEN]
        for row in ended:
            if row.effective_to + DAY == here.effective_from and id(row) not in found:
                found[id(row)] = row
                waiting.append(row)
    return list(found.values())


def _later(codebook: Codebook, periods: Iterable[Procedure]) -> list[Procedure]:
    found: dict[int, Procedure] = {}
    waiting = list(periods)
    while waiting:
        here = waiting.pop()
        for successor in here.replaced_by:
            row = codebook.procedure(successor, here.effective_to + DAY)
            if row is not None and id(row) not in found:
                found[id(row)] = row
                waiting.append(row)
    return list(found.values())


def _drawn(code: str, periods: Sequence[Procedure]) -> Lineage:
    days = sorted(
        {row.effective_from for row in periods}
        | {row.effective_to + DAY for row in periods if row.effective_to != OPEN}
    )
    place = {day: LABELS + number * COLUMN for number, day in enumerate(days)}
    end = LABELS + len(days) * COLUMN
    codes = list(dict.fromkeys(row.code for row in periods))
    height_of = {one: HEAD + number * LANE + LANE // 2 for number, one in enumerate(codes)}
    bars = tuple(_bar(row, place, end, height_of[row.code], row.code == code) for row in periods)
    links = tuple(
        _link(place[row.effective_to + DAY], height_of[row.code], height_of[successor])
        for row in periods
        for successor in row.replaced_by
        if successor in height_of and row.effective_to + DAY in place
    )
    lanes = tuple(Lane(one, height_of[one], one == code) for one in codes)
    return Lineage(lanes, bars, links, tuple((place[day], day) for day in days), end, HEAD + len(codes) * LANE)


def _bar(row: Procedure, place: dict[date, int], end: int, y: int, is_asked: bool) -> Bar:
    x = place[row.effective_from]
    until = end if row.effective_to == OPEN else place[row.effective_to + DAY]
    return Bar(row, x + GAP, y - BAR // 2, until - x - 2 * GAP, is_asked)


def _link(x: int, y: int, other_y: int) -> str:
    return f"M{x - GAP} {y}C{x + GAP} {y} {x - GAP} {other_y} {x + GAP} {other_y}"


# --- similar codes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Similar:
    """A code that could be taken for the other one, and in what they are alike."""

    period: Procedure
    why: str


def similar_codes(codebook: Codebook, code: str, on: date) -> tuple[Similar, ...]:
    """Return codes of the same family in force at the time, those counted by the same unit first.

    Args:
        on: a day of the code's life; where it is in force on no such day, nothing is similar.
    """
    own = codebook.procedure(code, on)
    if own is None:
        return ()
    same_time = [row for row in codebook.procedures if row.code != code and row.family is own.family and row.covers(on)]
    said = set(own.name.casefold().replace(",", " ").split())

    def place(row: Procedure) -> tuple[bool, bool, int, str]:
        alike = len(said & set(row.name.casefold().replace(",", " ").split()))
        return row.unit != own.unit, row.pc_tc != own.pc_tc, -alike, row.code

    ranked = sorted(same_time, key=place)
    return tuple(Similar(row, _alike(own, row)) for row in ranked)


def _alike(own: Procedure, other: Procedure) -> str:
    alike = [f"both {own.family}"]
    alike += [f"both counted by the {own.unit}"] if own.unit == other.unit else [f"counted by the {other.unit}"]
    alike += ["both technical only"] if own.pc_tc == other.pc_tc == 3 else []  # noqa: PLR2004  # the indicator
    return ", ".join(alike)
