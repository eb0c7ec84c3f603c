"""What another filing limit would mean for the lines that are on no claim yet. Counts; nothing is written.

The charges themselves do not change with a filing limit, so that a look at them would say nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q

from billing.models import LedgerEntry
from billing.policies.timeline import Plan, Stretch
from billing.rules.filing_limit import NEAR_DAYS, filing_limit
from patients.models import Payer
from patients.terms import CoverageRank, PayerKind


@dataclass(slots=True)
class FilingConsequences:
    """Lines on no claim on the days whose limit changes: all of them, those too late today, those near their limit."""

    lines: int = 0
    late: int = 0
    near: int = 0


def filing_consequences(plan: Plan, *, payer_id: int, today: date) -> FilingConsequences | None:
    """Return what the limits of a plan would mean; ``None`` where no limit changes. A statement a stretch of days."""
    changed = [one for one in plan.stretches if one.before.filing_limit_days != one.after.filing_limit_days]
    if not changed:
        return None
    kind = PayerKind(Payer.objects.values_list("kind", flat=True).get(pk=payer_id))
    found = FilingConsequences()
    for stretch in changed:
        _count(found, stretch, payer_id, kind, today)
    return found


def _count(found: FilingConsequences, stretch: Stretch, payer_id: int, kind: PayerKind, today: date) -> None:
    limit = filing_limit(kind, stretch.after.filing_limit_days)
    for served_on in _served_on(stretch, payer_id):
        found.lines += 1
        if limit is not None and limit.last_day(served_on) < today:
            found.late += 1
        elif limit is not None and limit.last_day(served_on) <= today + timedelta(days=NEAR_DAYS):
            found.near += 1


def _served_on(stretch: Stretch, payer_id: int) -> list[date]:
    """Return the day of service of each line of the payer on these days that is on no claim."""
    rows = LedgerEntry.objects.filter(
        Q(course__patient__coverages__effective_to=None)
        | Q(course__patient__coverages__effective_to__gte=F("service_on")),
        waiting__isnull=False,
        service_on__range=(stretch.first, stretch.last),
        course__patient__coverages__payer=payer_id,
        course__patient__coverages__rank=CoverageRank.PRIMARY,
        course__patient__coverages__effective_from__lte=F("service_on"),
    )
    return list(rows.values_list("service_on", flat=True))
