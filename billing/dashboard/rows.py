"""The rows behind each number of the dashboard: the same relations, narrowed to what the number counted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from billing.dashboard.asked import Asked
from billing.dashboard.relations import bar_of, charged, denied, held
from billing.models import Denial, LedgerEntry
from billing.rules.lines import Family


class Figure(StrEnum):
    """What was counted: the word of the address."""

    CHARGED = "charged"
    RELEASED = "released"
    UNRELEASED = "unreleased"
    EXPORTED = "exported"
    UNEXPORTED = "unexported"
    HELD = "held"
    DENIED = "denied"


SERIES: dict[str, tuple[str, ...]] = {
    "delivery": (Family.DELIVERY.value,),
    "guidance": (Family.GUIDANCE.value,),
    "planning": (Family.PLAN.value, Family.DEVICE.value, Family.DOSIMETRY.value, Family.SIMULATION.value),
    "management": (Family.MANAGEMENT.value,),
    "physics": (Family.PHYSICS.value,),
    "other": (Family.CONSULT.value, Family.MANUAL.value),
}
"""What the plot stacks: families that belong together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """Which part of a figure: a column of the plot, families, a code, a bar of the lag, a reason. Empty: all of it."""

    column_on: date | None = None
    series: str = ""
    family: str = ""
    code: str = ""
    bar: int | None = None
    who: str = ""
    group: str = ""
    reason: str = ""
    is_open: bool = False


_CONDITIONS = {
    Figure.CHARGED: "TRUE",
    Figure.RELEASED: "to_release IS NOT NULL",
    Figure.UNRELEASED: "starts_at IS NOT NULL AND released_at IS NULL",
    Figure.EXPORTED: "to_export IS NOT NULL",
    Figure.UNEXPORTED: "released_at IS NOT NULL AND sealed_at IS NULL",
}
_LAGS = {Figure.RELEASED: "to_release", Figure.EXPORTED: "to_export"}
_NAMED = re.compile(r"%\((\w+)\)s")


def lines_of(figure: Figure, asked: Asked, narrowed: Narrowed) -> QuerySet[LedgerEntry]:
    """Return the lines that a figure counted; of ``DENIED`` none: those are denials."""
    values: dict[str, object] = {**asked.values, **_values(narrowed)}
    if figure is Figure.HELD:
        inside = f"""
            WITH {held(asked.by)} SELECT id FROM held
             WHERE (%(who)s = '' OR who = %(who)s) AND (%(reason)s = '' OR reason = %(reason)s)"""
    elif figure is Figure.DENIED:
        return LedgerEntry.objects.none()
    else:
        bar = f"AND {bar_of(_LAGS[figure])} = %(bar)s" if figure in _LAGS and narrowed.bar is not None else ""
        inside = f"""
            WITH {charged(asked.by)} SELECT id FROM charged
             WHERE {_CONDITIONS[figure]} {bar}
               AND (%(column_on)s::date IS NULL OR date_trunc(%(grain)s, service_on)::date = %(column_on)s)
               AND (%(families)s::text[] IS NULL OR family = ANY(%(families)s::text[]))
               AND (%(code)s = '' OR code = %(code)s)"""
    return LedgerEntry.objects.filter(pk__in=_positional(inside, values))


def denials_of(asked: Asked, narrowed: Narrowed) -> QuerySet[Denial]:
    """Return the denials that the figures counted."""
    inside = f"""
        WITH {denied(asked.by)} SELECT id FROM denied
         WHERE (%(group)s = '' AND %(reason)s = '' OR (denied.group, reason) = (%(group)s, %(reason)s))
           AND (NOT %(is_open)s OR state IN ('open', 'appealed'))"""
    return Denial.objects.filter(pk__in=_positional(inside, {**asked.values, **_values(narrowed)}))


def _values(narrowed: Narrowed) -> dict[str, object]:
    families = [narrowed.family] if narrowed.family else list(SERIES.get(narrowed.series, ())) or None
    return {
        "column_on": narrowed.column_on, "families": families, "code": narrowed.code, "bar": narrowed.bar,
        "who": narrowed.who, "group": narrowed.group, "reason": narrowed.reason, "is_open": narrowed.is_open,
    }  # fmt: skip


def _positional(sql: str, values: Mapping[str, object]) -> RawSQL:
    """Return a statement with its values in the order in which they stand: what Django puts into a query."""
    names = _NAMED.findall(sql)
    return RawSQL(_NAMED.sub("%s", sql), [values[name] for name in names])
