"""Until when the claims of lines must have arrived (R3), as the worklist shows it and a release checks it.

What the limit is stands in billing/rules/filing_limit.py; here only the day from which it counts is found.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import connection

from billing.rules.filing_limit import NEAR_DAYS, days_left, filing_limit
from patients.terms import PayerKind

# Institutional services are billed by the month: the limit of their claim counts from its last day. ``e`` is the entry,
# ``p`` its coverage of the day.
FILED_BY_DAY = """
    CASE WHEN e.claim_kind = 'professional' THEN e.service_on ELSE COALESCE((
         SELECT max(i.service_on) FROM oncocharge_billing_ledgerentry i
          WHERE i.course_id = e.course_id AND i.claim_kind = e.claim_kind AND i.kind = 'charge'
            AND date_trunc('month', i.service_on) = date_trunc('month', e.service_on)
            AND i.service_on BETWEEN p.effective_from AND COALESCE(p.effective_to, 'infinity')
            AND NOT EXISTS (SELECT 1 FROM oncocharge_billing_ledgerentry u WHERE u.reverses_id = i.id)
         ), e.service_on) END
"""
# ``c`` is the course of the entry; ``y`` is the payer asked first on its day, ``s`` that payer's settings of the day.
PAYER_OF_DAY = """
      LEFT JOIN oncocharge_patients_coverage p ON p.patient_id = c.patient_id AND p.rank = 'primary'
       AND p.effective_from <= e.service_on AND (p.effective_to IS NULL OR p.effective_to >= e.service_on)
      LEFT JOIN oncocharge_patients_payer y ON y.id = p.payer_id
      LEFT JOIN oncocharge_patients_payerpolicy s ON s.payer_id = y.id
       AND e.service_on BETWEEN s.effective_from AND COALESCE(s.effective_to, 'infinity')
"""
_READ = f"""
    SELECT e.id, y.kind, s.filing_limit_days, {FILED_BY_DAY}, f.time_zone
      FROM oncocharge_billing_ledgerentry e
      JOIN oncocharge_courses_course c ON c.id = e.course_id
      JOIN oncocharge_patients_facility f ON f.id = c.facility_id
      {PAYER_OF_DAY}
     WHERE e.id = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Due:
    """The last day on which a claim may arrive, and how many days are left until then; negative once it has passed."""

    last_day: date
    days_left: int

    @property
    def has_passed(self) -> bool:
        """Whether it is too late."""
        return self.days_left < 0

    @property
    def is_near(self) -> bool:
        """Whether it is time to hurry."""
        return 0 <= self.days_left <= NEAR_DAYS


def due_of(payer_kind: str | None, limit_days: int | None, filed_by_day: date, today: date) -> Due | None:
    """Return until when a claim must have arrived; ``None`` where nobody is asked, or no limit is known."""
    limit = filing_limit(PayerKind(payer_kind), limit_days) if payer_kind else None
    if limit is None:
        return None
    last_day = limit.last_day(filed_by_day)
    return Due(last_day, days_left(last_day, today))


def pressing(*, entry_ids: Collection[int], at: datetime) -> dict[int, Due]:
    """Return the lines whose limit is near or has passed, by id: one statement, none for none."""
    if not entry_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(entry_ids)])
        rows = cursor.fetchall()
    found = {
        entry: due_of(kind, days, filed_by_day, at.astimezone(ZoneInfo(zone)).date())
        for entry, kind, days, filed_by_day, zone in rows
    }
    return {entry: due for entry, due in found.items() if due is not None and (due.is_near or due.has_passed)}
