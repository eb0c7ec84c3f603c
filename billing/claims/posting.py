"""Writes what the checks decided: findings for the claims kept back, then the claims and lines that go out.

Reads the temporary tables of selection.py; each step is one statement, whatever the number of claims.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from billing.claims.checking import KeptBack
from billing.claims.reading import CONTROL_NUMBER

_LIST_FAULTS = """
    CREATE TEMP TABLE export_fault ON COMMIT DROP AS
    SELECT claim_id, code, subject, message
      FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) AS f(claim_id, code, subject, message)
"""

# A claim that cannot be written stays back whoever overrides the finding: the override is taken off again.
_HOLD = """
    INSERT INTO oncocharge_billing_standingfinding
           (course_id, entry_id, source, severity, code, message, subject, service_on, override_reason)
    SELECT e.course_id, e.id, 'claim', 'hold', f.code, left(f.message, 400), left(f.subject, 160), e.service_on, ''
      FROM export_fault f
      JOIN export_claim c ON c.claim_id = f.claim_id
      JOIN oncocharge_billing_ledgerentry e ON e.id = ANY(c.entry_ids)
     ORDER BY e.id
        ON CONFLICT (course_id, entry_id, code, subject) WHERE resolved_at IS NULL
        DO UPDATE SET message = EXCLUDED.message, overridden_at = NULL, overridden_by_id = NULL, override_reason = ''
"""

_WITHDRAW = """
    UPDATE oncocharge_billing_standingfinding s SET resolved_at = %s
      FROM export_claim c
     WHERE s.source = 'claim' AND s.resolved_at IS NULL AND s.course_id = c.course_id
       AND s.entry_id = ANY(c.entry_ids)
       AND NOT EXISTS (SELECT FROM export_fault f
                        WHERE f.claim_id = c.claim_id AND f.code = s.code AND left(f.subject, 160) = s.subject)
"""

_DROP_FAULTY = """
    WITH dropped AS (
        DELETE FROM export_claim WHERE claim_id IN (SELECT claim_id FROM export_fault) RETURNING line_count)
    SELECT COALESCE(sum(line_count), 0)::bigint FROM dropped
"""

_TOTALS = "SELECT count(*), COALESCE(sum(line_count), 0)::bigint, COALESCE(sum(total), 0) FROM export_claim"

_INSERT_CLAIMS = f"""
    INSERT INTO oncocharge_billing_claim
           (id, file_id, control_number, claim_kind, frequency, course_id, patient_id, payer_id, coverage_id,
            facility_id, rendering_provider_id, place_of_service, diagnoses, total_amount,
            sequence, payer_claim_number)
    SELECT c.claim_id, {{file_id}}, {CONTROL_NUMBER}, 'professional', '1', c.course_id, c.patient_id, c.payer_id,
           c.coverage_id, c.facility_id, c.physician_id, c.place_of_service, c.diagnoses, c.total,
           'P', ''
      FROM export_claim c
     ORDER BY c.claim_id
"""

_INSERT_LINES = """
    INSERT INTO oncocharge_billing_claimline (entry_id, claim_id, number, sequence, amount, revenue_code)
    SELECT l.entry_id, c.claim_id, l.number, 'P', l.amount, ''
      FROM export_claim c
     CROSS JOIN LATERAL unnest(c.entry_ids, c.amounts) WITH ORDINALITY AS l(entry_id, amount, number)
     ORDER BY l.entry_id
"""


class Totals(NamedTuple):
    """What goes out."""

    claims: int
    lines: int
    amount: Decimal


def hold_back(*, kept_back: KeptBack, at: datetime) -> int:
    """Hold the lines of claims kept back, withdraw what no longer holds; return how many lines stay back.

    A claim that is sound again loses its findings here, by itself: nobody has to release its lines a second time.
    """
    reasons: Sequence[Sequence[str]] = list(zip(*kept_back.reasons, strict=True)) or [[], [], []]
    codes, subjects, messages = map(list, reasons)
    with connection.cursor() as cursor:
        cursor.execute(_LIST_FAULTS, [kept_back.claim_ids, codes, subjects, messages])
        cursor.execute(_HOLD)
        cursor.execute(_WITHDRAW, [at])
        cursor.execute(_DROP_FAULTY)
        return int(cursor.fetchone()[0])


def totals() -> Totals:
    """Return what is left to go out: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS)
        return Totals(*cursor.fetchone())


def posting_statements(*, file_id: int) -> list[str]:
    """Return the statements that append the gathered claims, then their lines. From there on their lines are taken."""
    return [_INSERT_CLAIMS.format(file_id=int(file_id)), _INSERT_LINES]


def post_claims(*, file_id: int) -> None:
    """Append the claims and their lines: two statements."""
    with connection.cursor() as cursor:
        for statement in posting_statements(file_id=file_id):
            cursor.execute(statement)
