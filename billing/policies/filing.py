"""What another filing limit would mean for the lines that are on no claim yet. Counts; nothing is written.

The charges themselves do not change with a filing limit, so that a look at them would say nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from billing.policies.timeline import Plan, Stretch
from billing.rules.filing_limit import NEAR_DAYS, filing_limit
from billing.worklist.filing import FILED_BY_DAY
from patients.models import Payer
from patients.terms import PayerKind

_WAITING = f"""
    SELECT {FILED_BY_DAY}
      FROM oncocharge_billing_waitingline w
      JOIN oncocharge_billing_ledgerentry e ON e.id = w.entry_id
      JOIN oncocharge_courses_course c ON c.id = e.course_id
      JOIN oncocharge_patients_coverage p ON p.patient_id = c.patient_id AND p.rank = 'primary'
       AND e.service_on BETWEEN p.effective_from AND COALESCE(p.effective_to, 'infinity')
     WHERE p.payer_id = %s AND e.service_on BETWEEN %s AND %s
"""


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
    for filed_by in _filed_by(stretch, payer_id):
        found.lines += 1
        if limit is not None and limit.last_day(filed_by) < today:
            found.late += 1
        elif limit is not None and limit.last_day(filed_by) <= today + timedelta(days=NEAR_DAYS):
            found.near += 1


def _filed_by(stretch: Stretch, payer_id: int) -> list[date]:
    """Return from which day each line on no claim counts that the payer is asked for on these days, as a release asks.

    One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [payer_id, stretch.first, stretch.last])
        return [row[0] for row in cursor.fetchall()]
