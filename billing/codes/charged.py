"""What the practice itself has of a code: prices, the last lines, counts by month, findings met, payers' words.

Every figure leads to its rows by the filters of the worklist. A patient is named nowhere here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypedDict, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from billing import policies
from billing.models import FeeLine, LedgerEntry, StandingFinding
from billing.policies.words import SETTINGS, Setting, is_default, said
from billing.standing.lines import noted
from patients.models import PayerPolicy

LAST_LINES = 10
MONTHS = 12
MOST_FEES = 100
ZERO = Decimal("0.00")


class MonthCount(TypedDict):
    """The standing lines of a month, by day of service."""

    month: date
    lines: int
    units: int
    amount: Decimal | None


class FindingCount(TypedDict):
    """How often a finding was met on lines of the code."""

    code: str
    severity: str
    met: int
    open: int


def fees_of(code: str) -> list[FeeLine]:
    """Return the prices of a code, schedule by schedule, those that were withdrawn left out: one statement."""
    found = FeeLine.objects.filter(code=code, withdrawn_at=None).select_related("schedule__payer")
    return list(found.order_by("schedule__name", "modifier", "-effective_from")[:MOST_FEES])


def last_lines(code: str) -> Sequence[LedgerEntry]:
    """Return the last charges by day of service, reversed ones too, each with where it stands: one statement."""
    charges = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.CHARGE, code=code)
    return list(noted(charges).order_by("-service_on", "-id")[:LAST_LINES])


def counts_by_month(code: str, until: date) -> list[MonthCount]:
    """Return the months of a year up to a day, each with its standing lines; empty months too: one statement."""
    first = _months_before(until, MONTHS - 1)
    reversals = LedgerEntry.objects.filter(reverses=OuterRef("pk"))
    rows = (
        _charges(code, first, until)
        .filter(~Exists(reversals))
        .annotate(month=TruncMonth("service_on"))
        .order_by()
        .values("month")
        .annotate(lines=Count("id"), sum_of_units=Sum("units"), total=Sum("amount"))
    )
    found = {row["month"]: row for row in rows}
    months = [_months_before(until, back) for back in range(MONTHS - 1, -1, -1)]
    return [
        MonthCount(
            month=month, lines=found[month]["lines"], units=found[month]["sum_of_units"], amount=found[month]["total"]
        )
        if month in found
        else MonthCount(month=month, lines=0, units=0, amount=ZERO)
        for month in months
    ]


def _charges(code: str, first: date, until: date) -> QuerySet[LedgerEntry]:
    days = Q(service_on__gte=first, service_on__lt=_months_before(until, -1))
    return LedgerEntry.objects.filter(days, kind=LedgerEntry.Kind.CHARGE, code=code)


def _months_before(day: date, back: int) -> date:
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def findings_met(code: str) -> list[FindingCount]:
    """Return the findings that lines of the code met, the most frequent first: one statement."""
    rows = (
        StandingFinding.objects.filter(entry__code=code)
        .order_by()
        .values("code", "severity")
        .annotate(met=Count("id"), open=Count("id", filter=Q(resolved_at=None, overridden_at=None)))
        .order_by("-met", "code")
    )
    return cast("list[FindingCount]", list(rows))


@dataclass(frozen=True, slots=True)
class PolicyWordShown:
    """A setting that decides about the code: and the payers that say otherwise on the day."""

    setting: Setting
    payers: tuple[tuple[int, str, str, date], ...]
    """Id, name, what it says, from when."""


def policies_that_speak(settings: Iterable[tuple[str, str]], on: date) -> list[PolicyWordShown]:
    """Return the settings with the payers that differ on a day: one statement."""
    asked = {name for name, _rule in settings}
    words = [setting for setting in SETTINGS if setting.name in asked]
    if not words:
        return []
    rows = PayerPolicy.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=on), effective_from__lte=on, payer__is_active=True
    ).select_related("payer")
    periods = [(row.payer, policies.period_of(row)) for row in rows.order_by("payer__name")]
    return [
        PolicyWordShown(
            setting,
            tuple(
                (payer.pk, payer.name, said(period.settings, setting), period.effective_from)
                for payer, period in periods
                if not is_default(period.settings, setting)
            ),
        )
        for setting in words
    ]
