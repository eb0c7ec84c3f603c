"""Which released lines have become too late since they were released (R3): they stay behind and are open again.

A line that was in time when it was released may wait, for a partner or a repair, until its payer's limit has passed.
The finding is that of a release, so that it is overridden and withdrawn as if the release had found it; a line whose
finding somebody overrode goes out. Not asked are lines that wait for a correction, nor follow-ups: their claim was in
time, and payers count the days of a correction from their own decision. Works inside the transaction that seals, under
the lock of the courses.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from billing.claims.chains import WAITS_FOR_CORRECTION
from billing.findings import NewFinding, raise_findings, resolve_findings
from billing.rules.filing_limit import NEAR, PASSED, FilingLimit, filing_limit, words_of
from billing.rules.lines import ClaimKind, Severity
from patients.models import Facility, Payer
from patients.terms import PayerKind

_RELEASE = "release"
_FOREVER = date.min, date.max


@dataclass(frozen=True, slots=True)
class _Bound:
    """A payer's limit on days of service, both inclusive, as a facility's today bounds it."""

    facility_id: int
    payer_id: int
    first: date
    last: date
    limit: FilingLimit
    today: date

    @property
    def in_time_from(self) -> date:
        """The earliest day of service whose claim is still in time."""
        return self.limit.first_day_in_time(self.today)


# A bill of the hospital covers a month at most, and its limit counts from its last day (R3): a line is in time as long
# as the last of its course, month and coverage is.
_FILED_BY = {
    ClaimKind.PROFESSIONAL: "e.service_on",
    ClaimKind.INSTITUTIONAL: """
        COALESCE((
            SELECT max(i.service_on) FROM oncocharge_billing_ledgerentry i
             WHERE i.course_id = e.course_id AND i.claim_kind = e.claim_kind AND i.kind = 'charge'
               AND date_trunc('month', i.service_on) = date_trunc('month', e.service_on)
               AND i.service_on BETWEEN v.effective_from AND COALESCE(v.effective_to, 'infinity')
               AND NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry u WHERE u.reverses_id = i.id)
        ), e.service_on)""",
}


class _Late(NamedTuple):
    """A line that is late: the day of its service, the day from which its limit counts, the bound that it passed."""

    entry_id: int
    course_id: int
    served_on: date
    filed_by: date
    bound: int
    warning_id: int | None
    """The warning of the release, which gives way."""


_LATE = f"""
    SELECT e.id, e.course_id, e.service_on, {{filed_by}} AS filed_by, k.number, n.id
      FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::date[], %s::date[], %s::date[])
           AS k(number, facility_id, payer_id, first, last, in_time_from)
      JOIN oncocharge_courses_course c ON c.facility_id = k.facility_id
      JOIN export_course x ON x.course_id = c.id
      JOIN oncocharge_billing_ledgerentry e ON e.course_id = c.id
       AND e.service_on BETWEEN k.first AND k.last AND e.service_on < k.in_time_from
      JOIN oncocharge_billing_waitingline w ON w.entry_id = e.id
      JOIN oncocharge_billing_review r ON r.entry_id = e.id AND r.state = 'released'
      JOIN oncocharge_patients_coverage v ON v.patient_id = c.patient_id AND v.rank = 'primary'
       AND v.payer_id = k.payer_id AND e.service_on BETWEEN v.effective_from AND COALESCE(v.effective_to, 'infinity')
      LEFT JOIN oncocharge_billing_standingfinding n ON n.entry_id = e.id AND n.code = %s AND n.resolved_at IS NULL
     WHERE e.claim_kind = '{{kind}}' AND {{filed_by}} < k.in_time_from
       AND NOT ({WAITS_FOR_CORRECTION})
       AND NOT EXISTS (SELECT FROM oncocharge_billing_standingfinding f
                        WHERE f.entry_id = e.id AND f.code = %s AND f.resolved_at IS NULL)
     ORDER BY e.id
"""
_REOPEN = """
    UPDATE oncocharge_billing_review r SET state = 'open', by_id = NULL, at = %s, reason = w.reason
      FROM unnest(%s::bigint[], %s::text[]) AS w(entry_id, reason) WHERE r.entry_id = w.entry_id
"""


def hold_late(*, payer_ids: Collection[int], claim_kind: ClaimKind, at: datetime) -> int:
    """Hold the released lines of ``export_course`` whose limit has passed; return how many. Two statements for none.

    Args:
        at: the moment of the export, aware; each facility's clock decides what day that is.
    """
    bounds = list(_bounds(payer_ids, at))
    found = _late(bounds, claim_kind)
    if not found:
        return 0
    findings = [_finding(late, bounds[late.bound]) for late in found]
    resolve_findings(finding_ids=[late.warning_id for late in found if late.warning_id is not None])
    raise_findings(findings=findings)
    with connection.cursor() as cursor:
        reasons = [f"No longer released: {finding.message}" for finding in findings]
        cursor.execute(_REOPEN, [at, [late.entry_id for late in found], reasons])
    return len(found)


def _bounds(payer_ids: Collection[int], at: datetime) -> Iterator[_Bound]:
    """Yield the bounds of every facility and payer that has a limit: two statements."""
    rows = list(
        Payer.objects.filter(pk__in=payer_ids).values_list(
            "pk", "kind", "policies__filing_limit_days", "policies__effective_from", "policies__effective_to"
        )
    )
    for facility, zone in Facility.objects.values_list("pk", "time_zone"):
        today = at.astimezone(ZoneInfo(zone)).date()
        for payer, kind, days, first, last in rows:
            limit = filing_limit(PayerKind(kind), days)
            if limit is not None:
                span = (first, last or date.max) if limit.days else _FOREVER
                yield _Bound(facility, payer, *span, limit, today)


def _late(bounds: list[_Bound], claim_kind: ClaimKind) -> list[_Late]:
    """Return each line that is late."""
    if not bounds:
        return []
    columns = [
        [getattr(bound, name) for bound in bounds]
        for name in ("facility_id", "payer_id", "first", "last", "in_time_from")
    ]
    statement = _LATE.format(kind=claim_kind, filed_by=_FILED_BY[claim_kind])
    with connection.cursor() as cursor:
        cursor.execute(statement, [list(range(len(bounds))), *columns, NEAR, PASSED])
        return list({row[0]: _Late(*row) for row in cursor.fetchall()}.values())


def _finding(late: _Late, bound: _Bound) -> NewFinding:
    message = words_of(late.served_on, bound.limit.last_day(late.filed_by), bound.today)
    hold = Severity.HOLD.value
    return NewFinding(late.course_id, late.entry_id, _RELEASE, hold, PASSED, message, _RELEASE, late.served_on)
