"""Which partner takes the claims of which payer, and what becomes of lines and follow-ups that no partner can take.

A line without a way out must not wait unseen: it is held with the reason, and let go by itself once the
reason is gone.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from billing.models import TradingPartner
from patients.models import Payer
from patients.terms import PayerKind

_REASONS = """
    (VALUES
      ('missing-fee', 'This line has no price. Enter the fee of its code; it is priced by itself.'),
      ('missing-coverage', 'The patient has no primary coverage on the day of service. Add it, or correct its dates.'),
      ('self-pay', 'The patient pays without insurance: there is no claim to send. Bill the patient, hold the line.'),
      ('missing-route', 'No trading partner takes this payer''s claims. Route the payer, or name a default partner.')
    ) AS reason(code, message)
"""

# Courses under other hands are left to the next run: whoever raises findings does so under the course's lock. What
# waits is listed first, by itself: PostgreSQL would rather go through all that was ever posted than through what the
# export has just left.
_HOLD = f"""
    WITH waiting AS MATERIALIZED (
        SELECT w.entry_id FROM oncocharge_billing_waitingline w
          JOIN oncocharge_billing_review r ON r.entry_id = w.entry_id AND r.state = 'released'
    ), stuck AS (
        SELECT e.id AS entry_id, e.course_id, e.service_on,
               CASE WHEN e.amount IS NULL THEN 'missing-fee'
                    WHEN v.id IS NULL THEN 'missing-coverage'
                    WHEN y.kind = 'self_pay' THEN 'self-pay'
                    ELSE 'missing-route' END AS code
          FROM waiting w
          JOIN oncocharge_billing_ledgerentry e ON e.id = w.entry_id
          JOIN oncocharge_courses_course c ON c.id = e.course_id
          LEFT JOIN oncocharge_patients_coverage v ON v.patient_id = c.patient_id AND v.rank = 'primary'
           AND e.service_on BETWEEN v.effective_from AND COALESCE(v.effective_to, 'infinity')
          LEFT JOIN oncocharge_patients_payer y ON y.id = v.payer_id
          LEFT JOIN oncocharge_billing_payerroute p ON p.payer_id = v.payer_id
         WHERE (e.amount IS NULL OR v.id IS NULL OR y.kind = 'self_pay'
                OR (p.id IS NULL AND NOT EXISTS (SELECT FROM oncocharge_billing_tradingpartner WHERE is_default)))
    ), locked AS MATERIALIZED (
        SELECT m.course_id FROM oncocharge_billing_capturemark m
         WHERE m.course_id IN (SELECT course_id FROM stuck)
         ORDER BY m.course_id
           FOR UPDATE SKIP LOCKED
    ), held AS (
        INSERT INTO oncocharge_billing_standingfinding AS f
               (course_id, entry_id, source, severity, code, message, subject, service_on, override_reason)
        SELECT s.course_id, s.entry_id, 'claim', 'hold', s.code, reason.message, 'claim', s.service_on, ''
          FROM stuck s JOIN {_REASONS} USING (code)
         WHERE s.course_id IN (SELECT course_id FROM locked)
         ORDER BY s.entry_id
            ON CONFLICT (course_id, entry_id, code, subject) WHERE resolved_at IS NULL
            DO UPDATE SET overridden_at = NULL, overridden_by_id = NULL, override_reason = ''
        RETURNING f.code, f.message
    )
    SELECT code, message, count(*) FROM held GROUP BY code, message ORDER BY code
"""

_UNROUTABLE_FOLLOW_UPS = """
    UPDATE oncocharge_billing_followup f SET error = w.error
      FROM (
        SELECT g.id, CASE WHEN y.kind = 'self_pay' THEN 'The patient pays without insurance: there is no claim to send.'
                          ELSE 'No trading partner takes this payer''s claims. Route the payer, or name a default.'
               END AS error
          FROM oncocharge_billing_followup g
          JOIN oncocharge_billing_claim c ON c.id = g.claim_id
          LEFT JOIN oncocharge_patients_coverage v ON v.id = g.coverage_id
          JOIN oncocharge_patients_payer y ON y.id = COALESCE(v.payer_id, c.payer_id)
          LEFT JOIN oncocharge_billing_payerroute p ON p.payer_id = y.id
         WHERE g.sent_as_id IS NULL AND g.done_at IS NULL AND g.cancelled_at IS NULL
           AND (y.kind = 'self_pay'
                OR (p.id IS NULL AND NOT EXISTS (SELECT FROM oncocharge_billing_tradingpartner WHERE is_default)))
      ) AS w
     WHERE f.id = w.id AND f.error <> w.error
"""

_WITHDRAW = """
    UPDATE oncocharge_billing_standingfinding f SET resolved_at = %s
     WHERE f.source = 'claim' AND f.resolved_at IS NULL
       AND NOT EXISTS (
           SELECT FROM oncocharge_billing_waitingline w
             JOIN oncocharge_billing_review r ON r.entry_id = w.entry_id AND r.state = 'released'
            WHERE w.entry_id = f.entry_id)
"""


class Held(NamedTuple):
    """A reason for which lines were kept back, and how many."""

    code: str
    message: str
    lines: int


def payers_of(*, partner: TradingPartner) -> list[int]:
    """Return the ids of the payers whose claims the partner takes: one statement."""
    routed = Q(route__partner=partner)
    taken = routed | Q(route__isnull=True) if partner.is_default else routed
    return list(
        Payer.objects.filter(taken).exclude(kind=PayerKind.SELF_PAY).order_by("pk").values_list("pk", flat=True)
    )


def hold_unroutable(*, at: datetime) -> list[Held]:
    """Hold released lines that no partner can take; withdraw claim findings of lines that are no longer released.

    Follow-ups that no partner can take say so. Three statements. A second run finds the same and changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, [at])
        cursor.execute(_UNROUTABLE_FOLLOW_UPS)
        cursor.execute(_HOLD)
        return [Held(*row) for row in cursor.fetchall()]
