"""What is checked when a line is released, and not before (R2 across courses, R3, R4).

These depend on the day of the release or on other courses, which the rules of one course do not see.
Pure but for ``read_lines``, which is one statement for any number of lines.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection

from billing.findings import NewFinding
from billing.ledger import IS_CAPTURED
from billing.rules.filing_limit import NEAR, PASSED, words_of
from billing.rules.lines import Severity
from billing.standing.contradicted import CODE as TAKEN_AFTER_REFUSAL
from billing.standing.contradicted import WHY_NOT_AGAIN
from billing.worklist.filing import FILED_BY_DAY, PAYER_OF_DAY, due_of

SOURCE = "release"
SUBJECT = "release"


@dataclass(frozen=True, slots=True)
class LineAtRelease:
    """A ledger entry with everything that a release asks of it. ``filed_by_day`` starts the filing limit.

    ``modifiers`` to ``setting`` are what its price depends on; ``follows_fees``: a capture would price it anew.
    """

    id: int
    course_id: int
    is_charge: bool
    is_reversed: bool
    is_claimed: bool
    state: str
    hold_reason: str
    amount: Decimal | None
    code: str
    service_on: date
    filed_by_day: date
    is_captured: bool
    has_failed: bool
    payer_kind: str | None
    limit_days: int | None
    has_physician: bool
    has_npi: bool
    time_zone: str
    modifiers: list[str]
    units: int
    unit_amount: Decimal | None
    follows_fees: bool
    payer_id: int | None
    setting: str
    repeats: int | None
    why_not_again: str | None = None
    is_with_payer_on: str | None = None
    """The claim on which the payer of its day has it already, as the one that pays next."""


_READ = f"""
    SELECT e.id, e.course_id, e.kind = 'charge', v.reverses_id IS NOT NULL, l.entry_id IS NOT NULL,
           COALESCE(r.state, 'open'), COALESCE(r.reason, ''), e.amount, e.code, e.service_on,
           {FILED_BY_DAY},
           {IS_CAPTURED}, m.error <> '', y.kind, s.filing_limit_days,
           c.physician_id IS NOT NULL, f.npi <> '', f.time_zone,
           e.modifiers, e.units, e.unit_amount, e.fee_line_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM oncocharge_billing_claimline k WHERE k.entry_id = e.id AND k.ended_at IS NULL),
           p.payer_id, f.setting,
           (SELECT min(o.id) FROM oncocharge_courses_course oc
              JOIN oncocharge_billing_ledgerentry o
                ON o.course_id = oc.id AND o.kind = 'charge' AND o.id <> e.id AND o.service_on = e.service_on
               AND o.code = e.code AND o.place_of_service = e.place_of_service
               AND o.modifiers @> e.modifiers AND o.modifiers <@ e.modifiers
              LEFT JOIN oncocharge_billing_ledgerentry ov ON ov.reverses_id = o.id
              LEFT JOIN oncocharge_billing_claimline ol
                ON ol.entry_id = o.id AND ol.sequence = 'P' AND ol.ended_at IS NULL
              LEFT JOIN oncocharge_billing_review ore ON ore.entry_id = o.id
              LEFT JOIN oncocharge_billing_standingfinding t ON t.entry_id = ov.id
               AND t.code = 'correction-to-send' AND t.resolved_at IS NULL AND t.overridden_at IS NULL
             WHERE oc.patient_id = c.patient_id
               AND CASE WHEN ov.id IS NULL
                   THEN o.course_id <> e.course_id AND (ol.entry_id IS NOT NULL OR ore.state = 'released'
                        OR (o.id = ANY(%(ids)s) AND o.id < e.id))
                   ELSE t.id IS NOT NULL AND (o.course_id <> e.course_id OR o.line_key <> e.line_key) END),
           {WHY_NOT_AGAIN},
           (SELECT min(b.control_number) FROM oncocharge_billing_claimline n
              JOIN oncocharge_billing_claim b ON b.id = n.claim_id AND b.frequency <> '8'
             WHERE n.entry_id = e.id AND n.ended_at IS NULL AND n.sequence <> 'P' AND b.payer_id = y.id)
      FROM oncocharge_billing_ledgerentry e
      JOIN oncocharge_courses_course c ON c.id = e.course_id
      JOIN oncocharge_billing_capturemark m ON m.course_id = c.id
      JOIN oncocharge_patients_facility f ON f.id = c.facility_id
      {PAYER_OF_DAY}
      LEFT JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = e.id
      LEFT JOIN oncocharge_billing_claimline l ON l.entry_id = e.id AND l.sequence = 'P' AND l.ended_at IS NULL
      LEFT JOIN oncocharge_billing_review r ON r.entry_id = e.id
     WHERE e.id = ANY(%(ids)s)
     ORDER BY e.id
"""


def read_lines(entry_ids: Collection[int]) -> list[LineAtRelease]:
    """Return the entries as they are to be checked: one statement. Their courses must be locked."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"ids": list(entry_ids)})
        return [LineAtRelease(*row) for row in cursor.fetchall()]


def findings_at_release(line: LineAtRelease, at: datetime) -> Iterator[NewFinding]:
    """Yield what keeps a line from a claim today, and the warning that its filing limit is near.

    Args:
        at: the moment of the release, aware; the facility's clock decides what day that is.
    """
    if line.is_with_payer_on is not None:
        message = (
            f"The payer of {line.service_on} has this line already as the one that pays next, on claim"
            f" {line.is_with_payer_on}. Void that claim first, or it gets the line twice."
        )
        yield _hold(line, "duplicate-line", message)
    elif line.repeats is not None:
        yield _hold(line, "duplicate-line", f"{line.code} of {line.service_on} repeats ledger entry {line.repeats}.")
    if line.why_not_again is not None:
        yield _hold(line, TAKEN_AFTER_REFUSAL, line.why_not_again)
    if line.payer_kind is None:
        yield _hold(line, "missing-coverage", f"There is no primary coverage on {line.service_on}. Enter it.")
    if not line.has_physician:
        yield _hold(line, "missing-physician", "The course names no physician. Enter who renders it.")
    if not line.has_npi:
        yield _hold(line, "missing-npi", "The facility has no NPI. Enter it.")
    yield from _filing(line, at.astimezone(ZoneInfo(line.time_zone)).date())


def _filing(line: LineAtRelease, today: date) -> Iterator[NewFinding]:
    """R3: the claim must have arrived within the payer's limit."""
    due = due_of(line.payer_kind, line.limit_days, line.filed_by_day, today)
    if due is None:
        return
    message = words_of(line.service_on, due.last_day, today)
    if due.has_passed:
        yield _hold(line, PASSED, message)
    elif due.is_near:
        yield _finding(line, Severity.WARNING, NEAR, message)


def _hold(line: LineAtRelease, code: str, message: str) -> NewFinding:
    return _finding(line, Severity.HOLD, code, message)


def _finding(line: LineAtRelease, severity: Severity, code: str, message: str) -> NewFinding:
    return NewFinding(line.course_id, line.id, SOURCE, severity.value, code, message, SUBJECT, line.service_on)
