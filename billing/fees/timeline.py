"""What must change in a schedule so that it says what somebody wants: rows to end, to withdraw, to add. Pure.

A row in use never changes its amount. A new price ends the old one the day before; where it covers an old
one whole, the old one is withdrawn, so that what was charged by it keeps naming it. Nothing is written here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from billing.fees.prices import WantedPrice

DAY = timedelta(days=1)
Key = tuple[str, str]


class Kind(StrEnum):
    """What a wanted price does to what stands."""

    NEW = "new"
    CHANGED = "changed"
    ENDED = "ended"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class StandingPrice:
    """A row of a schedule, or (without id) one that is to be added; ``effective_to`` is ``date.max`` while open."""

    id: int | None
    code: str
    modifier: str
    amount: Decimal
    effective_from: date
    effective_to: date
    computation: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        """What it is the price of."""
        return self.code, self.modifier

    @property
    def last_day(self) -> date | None:
        """Its last day, none while it is open."""
        return None if self.effective_to == date.max else self.effective_to


@dataclass(frozen=True, slots=True)
class Move:
    """One wanted price (or, without one, a price that ends) and the rows that it takes days from.

    ``since`` is the first day on which the schedule says something else than before.
    """

    kind: Kind
    wanted: WantedPrice | None
    before: tuple[StandingPrice, ...]
    since: date

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.wanted.key if self.wanted else self.before[0].key

    @property
    def written(self) -> str:
        """Code and modifier as a claim writes them."""
        return "-".join(filter(None, self.key))

    @property
    def last_day(self) -> date:
        """The day before ``since``: the last that reads as before."""
        return self.since - DAY


@dataclass(slots=True)
class Plan:
    """The changes of a schedule: for the eye as moves, for the table as rows."""

    moves: list[Move] = field(default_factory=list)
    cut: dict[int, date | None] = field(default_factory=dict)
    """The new, earlier last day of rows, by id."""
    lengthened: dict[int, date | None] = field(default_factory=dict)
    """The new, later last day of rows, by id; none opens them."""
    withdrawn: list[int] = field(default_factory=list)
    added: list[StandingPrice] = field(default_factory=list)
    after: dict[Key, list[StandingPrice]] = field(default_factory=dict)
    """Every price of the codes that are touched, as they will stand."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.cut or self.lengthened or self.withdrawn or self.added)

    def changes_before(self, day: date) -> bool:
        """Whether a price that stood on an earlier day would read otherwise."""
        return any(move.kind in (Kind.CHANGED, Kind.ENDED) and move.since < day for move in self.moves)

    def count(self, kind: Kind) -> int:
        """Return how many prices are new, changed, ended or the same."""
        return sum(1 for move in self.moves if move.kind is kind)


def plan_changes(
    standing: Iterable[StandingPrice], wanted: Iterable[WantedPrice], *, ends_others_on: date | None = None
) -> Plan:
    """Return what to do so that the schedule says the wanted prices.

    1. A wanted price without a last day holds until the next row that begins: what was decided for later stays.
    2. One that begins on a row's first day with its amount gives the row its last day.
    3. One that lies within a row of the same amount changes nothing.
    4. Any other takes its days: what stood before keeps the days before and after.
    5. Prices that are not named keep standing, unless ``ends_others_on`` ends them the day before it.

    Planning the same again after it was done changes nothing.

    Args:
        standing: the rows in use, none of one code and modifier overlapping another.
        wanted: prices of which no two of one code and modifier overlap.
    """
    rows: defaultdict[Key, list[StandingPrice]] = defaultdict(list)
    for row in standing:
        rows[row.key].append(row)
    asked: defaultdict[Key, list[WantedPrice]] = defaultdict(list)
    for price in wanted:
        asked[price.key].append(price)
    plan = Plan()
    for key, prices in asked.items():
        timeline = sorted(rows.get(key, ()), key=lambda row: row.effective_from)
        for price in sorted(prices, key=lambda price: price.effective_from):
            timeline, move = _placed(timeline, price)
            plan.moves.append(move)
        _note(plan, key, rows.get(key, ()), timeline)
    if ends_others_on is not None:
        for key in rows.keys() - asked.keys():
            _end(plan, key, rows[key], ends_others_on)
    plan.moves.sort(key=lambda move: (move.key, move.wanted.effective_from if move.wanted else date.min))
    return plan


def plan_end(row: StandingPrice, last_day: date) -> Plan:
    """Return what to do so that a row's price ends on a day: the row is cut, or withdrawn if it begins later."""
    plan = Plan()
    _end(plan, row.key, [row], last_day + DAY)
    return plan


def _placed(timeline: list[StandingPrice], price: WantedPrice) -> tuple[list[StandingPrice], Move]:
    last = price.effective_to or _until_next(timeline, price.effective_from)
    price = replace(price, effective_to=None if last == date.max else last)
    met = [row for row in timeline if row.effective_from <= last and row.effective_to >= price.effective_from]
    for row in met:
        if row.amount != price.amount:
            continue
        if row.effective_from == price.effective_from:
            return _resized(timeline, row, price, last)
        if row.effective_from < price.effective_from and last <= row.effective_to:
            return timeline, Move(Kind.SAME, price, (row,), price.effective_from)
    kind = Kind.CHANGED if met else Kind.NEW
    new = StandingPrice(None, price.code, price.modifier, price.amount, price.effective_from, last, price.computation)
    kept = _cut(timeline, price.effective_from, last)
    return _sorted([*kept, new]), Move(kind, price, tuple(met), price.effective_from)


def _until_next(timeline: Iterable[StandingPrice], first: date) -> date:
    """Return the last day of an open price: the day before the next one that begins."""
    later = [row.effective_from for row in timeline if row.effective_from > first]
    return min(later) - DAY if later else date.max


def _resized(
    timeline: list[StandingPrice], row: StandingPrice, price: WantedPrice, last: date
) -> tuple[list[StandingPrice], Move]:
    """Give a row the last day of the price that repeats it."""
    if last == row.effective_to:
        return timeline, Move(Kind.SAME, price, (row,), price.effective_from)
    others = [other for other in timeline if other is not row]
    if last > row.effective_to:
        others = _cut(others, row.effective_to + DAY, last)
    kind = Kind.ENDED if last < row.effective_to else Kind.CHANGED
    since = min(last, row.effective_to) + DAY
    return _sorted([*others, replace(row, effective_to=last)]), Move(kind, price, (row,), since)


def _cut(timeline: Iterable[StandingPrice], first: date, last: date) -> list[StandingPrice]:
    """Return the rows without the days from ``first`` to ``last``. Only the part that begins a row keeps its id."""
    kept: list[StandingPrice] = []
    for row in timeline:
        if row.effective_to < first or row.effective_from > last:
            kept.append(row)
            continue
        if row.effective_from < first:
            kept.append(replace(row, effective_to=first - DAY))
        if row.effective_to > last:
            kept.append(replace(row, id=None, effective_from=last + DAY))
    return kept


def _sorted(timeline: Iterable[StandingPrice]) -> list[StandingPrice]:
    return sorted(timeline, key=lambda row: row.effective_from)


def _end(plan: Plan, key: Key, rows: Sequence[StandingPrice], day: date) -> None:
    """End every price of a code on the day before ``day``."""
    ending = tuple(row for row in rows if row.effective_to >= day)
    if ending:
        plan.moves.append(Move(Kind.ENDED, None, ending, day))
        _note(plan, key, rows, _cut(rows, day, date.max))


def _note(plan: Plan, key: Key, before: Iterable[StandingPrice], after: list[StandingPrice]) -> None:
    """Add to the plan what leads from the rows before to those after."""
    left = {row.id: row for row in after if row.id is not None}
    for row in before:
        if row.id is None:
            continue
        if row.id not in left:
            plan.withdrawn.append(row.id)
        elif left[row.id].effective_to < row.effective_to:
            plan.cut[row.id] = left[row.id].last_day
        elif left[row.id].effective_to > row.effective_to:
            plan.lengthened[row.id] = left[row.id].last_day
    plan.added += [row for row in after if row.id is None]
    plan.after[key] = after
