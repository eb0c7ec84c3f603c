"""A payer's periods in order: what placing, changing or taking one away does to the others. Pure.

Two periods never share a day. A period that is placed takes its days; what stood before keeps the days before and
after. Days that no period covers follow the rules' defaults: a gap is allowed, and is said.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from billing.rules.facts import NO_POLICY, PolicyFacts, PolicyPeriod

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in which a payer may differ: what the rules ask, until when a claim may arrive, how one is mended."""

    policy: PolicyFacts = NO_POLICY
    filing_limit_days: int | None = None
    takes_corrections: bool = True
    appeal_days: int | None = None


DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class Period:
    """Settings and their days, both inclusive; ``effective_to`` is ``date.max`` while open. No id: not stored yet."""

    id: int | None
    effective_from: date
    effective_to: date
    settings: Settings

    @property
    def last_day(self) -> date | None:
        """Its last day, none while it is open."""
        return None if self.effective_to == date.max else self.effective_to

    @property
    def facts(self) -> PolicyPeriod:
        """The period as the rules are told of it."""
        return PolicyPeriod(self.settings.policy, self.effective_from, self.last_day)

    def covers(self, day: date) -> bool:
        """Whether the settings hold on ``day``."""
        return self.effective_from <= day <= self.effective_to


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for. Without a last day it holds until the next period begins, or for ever."""

    effective_from: date
    effective_to: date | None
    settings: Settings


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days on which other settings would hold than do; both inclusive."""

    first: date
    last: date
    before: Settings
    after: Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """A payer's periods as they are and as they would be, by day; ``placed`` is the one that was asked for."""

    before: tuple[Period, ...]
    after: tuple[Period, ...]
    placed: Period | None = None
    ends_early: bool = False
    """Whether a period that was asked for without a last day ends where the next one begins."""
    stretches: tuple[Stretch, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be written."""
        return self.before == self.after

    @property
    def removed(self) -> tuple[Period, ...]:
        """The periods that fall away, because others take all their days."""
        kept = {period.id for period in self.after}
        return tuple(period for period in self.before if period.id not in kept)


def place(standing: Iterable[Period], wanted: Wanted, *, instead_of: int | None = None) -> Plan:
    """Return the plan that lets ``wanted`` hold on its days.

    Args:
        standing: the payer's periods, none overlapping another.
        instead_of: the id of the period that is changed; its days are free for the others' taking first.
    """
    before = _ordered(standing)
    others = [period for period in before if period.id is None or period.id != instead_of]
    last = wanted.effective_to or _open_until(others, wanted.effective_from)
    placed = Period(
        instead_of or _covered(others, wanted.effective_from, last), wanted.effective_from, last, wanted.settings
    )
    after = _ordered([*_cut(others, placed), placed])
    ends_early = wanted.effective_to is None and last != date.max
    return Plan(before, after, placed, ends_early, tuple(_stretches(before, after)))


def take_away(standing: Iterable[Period], period_id: int) -> Plan:
    """Return the plan that lets the rules' defaults hold on the days of a period."""
    before = _ordered(standing)
    after = tuple(period for period in before if period.id != period_id)
    return Plan(before, after, stretches=tuple(_stretches(before, after)))


def settings_on(periods: Iterable[Period], day: date) -> Settings:
    """Return the settings of a day; the defaults where no period covers it."""
    return next((period.settings for period in periods if period.covers(day)), DEFAULTS)


def gaps(periods: Sequence[Period]) -> Iterator[tuple[date, date]]:
    """Yield the days between the periods, and after the last, that none covers."""
    for one, other in pairwise(periods):
        if one.effective_to + DAY < other.effective_from:
            yield one.effective_to + DAY, other.effective_from - DAY
    if periods and periods[-1].effective_to != date.max:
        yield periods[-1].effective_to + DAY, date.max


def _ordered(periods: Iterable[Period]) -> tuple[Period, ...]:
    return tuple(sorted(periods, key=lambda period: period.effective_from))


def _covered(others: Iterable[Period], first: date, last: date) -> int | None:
    """Return the period that begins on the same day and ends no later: it is changed rather than replaced."""
    return next(
        (period.id for period in others if period.effective_from == first and period.effective_to <= last), None
    )


def _open_until(others: Sequence[Period], first: date) -> date:
    """Return the day before the next period begins; ``date.max`` where none follows."""
    following = [period.effective_from for period in others if period.effective_from > first]
    return min(following) - DAY if following else date.max


def _cut(periods: Iterable[Period], placed: Period) -> Iterator[Period]:
    """Yield the periods without the days of ``placed``. The first part that is left keeps the id."""
    for period in periods:
        parts = []
        if period.effective_from < placed.effective_from:
            parts.append(replace(period, effective_to=min(period.effective_to, placed.effective_from - DAY)))
        if period.effective_to > placed.effective_to:
            parts.append(replace(period, effective_from=max(period.effective_from, placed.effective_to + DAY)))
        for number, part in enumerate(parts):
            yield part if number == 0 else replace(part, id=None)


def _stretches(before: Sequence[Period], after: Sequence[Period]) -> Iterator[Stretch]:
    """Yield the days on which the settings would be others, neighbours of one kind as one."""
    pending: Stretch | None = None
    for first, last in _pieces((*before, *after)):
        old, new = settings_on(before, first), settings_on(after, first)
        if pending and (pending.before, pending.after) == (old, new) and pending.last + DAY == first:
            pending = replace(pending, last=last)
            continue
        if pending:
            yield pending
        pending = Stretch(first, last, old, new) if old != new else None
    if pending:
        yield pending


def _pieces(periods: Iterable[Period]) -> Iterator[tuple[date, date]]:
    """Yield the spans of days between one beginning or end and the next."""
    starts = {period.effective_from for period in periods}
    starts |= {period.effective_to + DAY for period in periods if period.effective_to != date.max}
    ordered = sorted(starts)
    yield from ((first, following - DAY) for first, following in pairwise(ordered))
    yield from ((first, date.max) for first in ordered[-1:])
