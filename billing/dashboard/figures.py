"""The numbers of the dashboard: three statements over billing/dashboard/relations.py, however many lines there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from billing.dashboard.asked import Asked
from billing.dashboard.relations import LAG_ENDS, bar_of, charged, denied, held

ZERO = Decimal("0.00")

# The first part has every column, so that the empty ones of the others have their types.
_CHARGES = """
    WITH {charged}
    SELECT CASE WHEN grouping(by_id) = 1 THEN 'all' ELSE 'group' END AS part, by_id::text AS a, '' AS b, '' AS c,
           count(*) AS lines, COALESCE(sum(amount), 0) AS amount, count(*) FILTER (WHERE amount IS NULL) AS unpriced,
           count(to_release) AS released,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY to_release) AS release_middle,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY to_release) AS release_ninety,
           count(*) FILTER (WHERE starts_at IS NOT NULL AND released_at IS NULL) AS unreleased,
           count(to_export) AS exported,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY to_export) AS export_middle,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY to_export) AS export_ninety,
           count(*) FILTER (WHERE released_at IS NOT NULL AND sealed_at IS NULL) AS unexported
      FROM charged GROUP BY GROUPING SETS ((by_id), ())
     UNION ALL
    SELECT 'column', date_trunc(%(grain)s, service_on)::date::text, family, code, count(*), COALESCE(sum(amount), 0),
           count(*) FILTER (WHERE amount IS NULL), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM charged GROUP BY 2, 3, 4
     UNION ALL
    SELECT 'release', {release_bar}::text, '', '', count(*), 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM charged WHERE to_release IS NOT NULL GROUP BY 2
     UNION ALL
    SELECT 'export', {export_bar}::text, '', '', count(*), 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM charged WHERE to_export IS NOT NULL GROUP BY 2
"""
_HELD = """
    WITH {held},
    once AS (SELECT DISTINCT id, service_on, amount, by_id FROM held)
    SELECT 'reason', who, reason, count(*), COALESCE(sum(amount), 0), min(service_on) FROM held GROUP BY 2, 3
     UNION ALL
    SELECT CASE WHEN grouping(by_id) = 1 THEN 'all' ELSE 'group' END, by_id::text, '', count(*),
           COALESCE(sum(amount), 0), min(service_on)
      FROM once GROUP BY GROUPING SETS ((by_id), ())
"""
_DENIED = """
    WITH {denied}
    SELECT CASE WHEN grouping(by_id) = 0 THEN 'group' WHEN grouping(reason) = 0 THEN 'reason' ELSE 'all' END,
           COALESCE(by_id::text, denied.group), reason, count(*), COALESCE(sum(amount), 0),
           count(*) FILTER (WHERE state IN ('open', 'appealed')),
           COALESCE(sum(amount) FILTER (WHERE state IN ('open', 'appealed')), 0)
      FROM denied GROUP BY GROUPING SETS ((denied.group, reason), (by_id), ())
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, what they come to (USD), and how many of them have no price."""

    lines: int = 0
    amount: Decimal = ZERO
    unpriced: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.lines + other.lines, self.amount + other.amount, self.unpriced + other.unpriced)


@dataclass(frozen=True, slots=True)
class Lag:
    """Days from one step to the next: median and 90th percentile (``None``: nothing to measure), what is not yet."""

    measured: int = 0
    middle: float | None = None
    ninety: float | None = None
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """Lines on hold; ``oldest_on`` is the oldest day of service among them."""

    lines: int = 0
    amount: Decimal = ZERO
    oldest_on: date | None = None


@dataclass(frozen=True, slots=True)
class Denied:
    """Denials, and how many of them still want work."""

    count: int = 0
    amount: Decimal = ZERO
    open_count: int = 0
    open_amount: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of one machine, site or payer."""

    charged: Tally = Tally()
    to_release: Lag = Lag()
    to_export: Lag = Lag()
    held: Held = Held()
    denied: Denied = Denied()


@dataclass(frozen=True, slots=True)
class Figures:
    """All numbers of the dashboard.

    ``columns``: by first day of the column, family and code. ``release_bars``, ``export_bars``: lines by bar of the
    lag (see ``LAG_ENDS``). ``held``: by who holds (rule, person) and reason. ``denied``: by group and reason.
    ``groups``: by id of machine, site or payer; 0 is none.
    """

    all: Group
    columns: Mapping[tuple[date, str, str], Tally]
    release_bars: tuple[int, ...]
    export_bars: tuple[int, ...]
    held: Mapping[tuple[str, str], Held]
    denied: Mapping[tuple[str, str], Denied]
    groups: Mapping[int, Group]


@dataclass(slots=True)
class _Gathered:
    """What the three statements say, before it is put together."""

    columns: dict[tuple[date, str, str], Tally] = field(default_factory=dict)
    bars: dict[str, list[int]] = field(default_factory=dict)
    held: dict[tuple[str, str], Held] = field(default_factory=dict)
    denied: dict[tuple[str, str], Denied] = field(default_factory=dict)
    charged_by: dict[int | None, tuple[Tally, Lag, Lag]] = field(default_factory=dict)
    held_by: dict[int | None, Held] = field(default_factory=dict)
    denied_by: dict[int | None, Denied] = field(default_factory=dict)


def figures(asked: Asked) -> Figures:
    """Return the numbers: three statements."""
    found = _Gathered(bars={part: [0] * (len(LAG_ENDS) + 1) for part in ("release", "export")})
    with connection.cursor() as cursor:
        bars = {"release_bar": bar_of("to_release"), "export_bar": bar_of("to_export")}
        cursor.execute(_CHARGES.format(charged=charged(asked.by), **bars), asked.values)
        for row in cursor.fetchall():
            _take_charges(found, row)
        cursor.execute(_HELD.format(held=held(asked.by)), asked.values)
        for row in cursor.fetchall():
            _take_held(found, row)
        cursor.execute(_DENIED.format(denied=denied(asked.by)), asked.values)
        for row in cursor.fetchall():
            _take_denied(found, row)
    ids = {*found.charged_by, *found.held_by, *found.denied_by} - {None}
    return Figures(
        all=_group(found, None),
        columns=found.columns,
        release_bars=tuple(found.bars["release"]),
        export_bars=tuple(found.bars["export"]),
        held=found.held,
        denied=found.denied,
        groups={pk: _group(found, pk) for pk in ids if pk is not None},
    )


def _group(found: _Gathered, key: int | None) -> Group:
    tally, to_release, to_export = found.charged_by.get(key, (Tally(), Lag(), Lag()))
    return Group(tally, to_release, to_export, found.held_by.get(key, Held()), found.denied_by.get(key, Denied()))


def _key(part: str, text: str | None) -> int | None:
    return None if part == "all" else int(text or 0)


def _take_charges(found: _Gathered, row: Sequence[Any]) -> None:
    part, a, family, code, *counted = row
    tally = Tally(*counted[:3])
    if part == "column":
        found.columns[date.fromisoformat(a), family, code] = tally
    elif part in found.bars:
        found.bars[part][int(a)] = tally.lines
    else:
        found.charged_by[_key(part, a)] = (tally, Lag(*counted[3:7]), Lag(*counted[7:]))


def _take_held(found: _Gathered, row: Sequence[Any]) -> None:
    part, a, reason, *counted = row
    if part == "reason":
        found.held[a, reason] = Held(*counted)
    else:
        found.held_by[_key(part, a)] = Held(*counted)


def _take_denied(found: _Gathered, row: Sequence[Any]) -> None:
    part, a, reason, *counted = row
    if part == "reason":
        found.denied[a, reason] = Denied(*counted)
    else:
        found.denied_by[_key(part, a)] = Denied(*counted)
