"""Writes what the checks decided: why claims are kept back, then the claims and lines that go out.

Reads the temporary tables of selection.py; each step is one statement, whatever the number of claims.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from billing.claims.batch import Batch
from billing.claims.checking import KeptBack
from billing.claims.follow_ups import NOTE_WHY
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

# Of a follow-up all that is wrong is said in its one error; it stays decided and is tried again by every export.
_LIST_FAULTS_OF_FOLLOW_UPS = """
    CREATE TEMP TABLE export_fault ON COMMIT DROP AS
    SELECT f.claim_id, c.follow_up_id, string_agg(f.message, ' ' ORDER BY f.place) AS error
      FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS f(claim_id, message, place)
      JOIN export_claim c ON c.claim_id = f.claim_id
     GROUP BY f.claim_id, c.follow_up_id
"""

_INSERT_CLAIMS = f"""
    INSERT INTO oncocharge_billing_claim
           (id, file_id, control_number, claim_kind, course_id, patient_id, payer_id, coverage_id,
            facility_id, rendering_provider_id, place_of_service, diagnoses, total_amount,
            frequency, sequence, replaces_id, payer_claim_number)
    SELECT c.claim_id, {{file_id}}, {CONTROL_NUMBER}, '{{kind}}', c.course_id, c.patient_id, c.payer_id,
           c.coverage_id, c.facility_id, c.physician_id, c.place_of_service, c.diagnoses, c.total, {{follows}}
      FROM export_claim c
     ORDER BY c.claim_id
"""
_FIRST_CLAIM = "'1', 'P', NULL, ''"
_FOLLOWING_CLAIM = "c.frequency, c.sequence, c.replaces_id, c.payer_claim_number"

# The arrays of a claim are of one length, and what stands in the list of SELECT is taken from all of them in step: half
# the time of a join with them.
_INSERT_LINES = """
    INSERT INTO oncocharge_billing_claimline (entry_id, claim_id, number, sequence, amount, revenue_code)
    SELECT unnest(c.entry_ids) AS entry_id, c.claim_id, generate_subscripts(c.entry_ids, 1), {sequence},
           unnest(c.amounts), {revenue_code}
      FROM export_claim c
     ORDER BY entry_id
"""

# The claim that is taken back gives up its lines before the one that takes it back has them: a line stands once.
_END_LINES = """
    UPDATE oncocharge_billing_claimline l SET ended_at = now(), successor_id = c.claim_id
      FROM export_claim c WHERE l.claim_id = c.replaces_id AND l.ended_at IS NULL
"""
# A decision to ask the next payer about a claim that is taken back is over: what takes its place is offered anew.
_NOTE_SENT = """
    WITH over AS (
        UPDATE oncocharge_billing_followup n SET cancelled_at = now()
          FROM export_claim c
         WHERE n.claim_id = c.replaces_id AND n.kind = 'next'
           AND n.sent_as_id IS NULL AND n.done_at IS NULL AND n.cancelled_at IS NULL)
    UPDATE oncocharge_billing_followup f SET sent_as_id = c.claim_id, error = ''
      FROM export_claim c WHERE f.id = c.follow_up_id
"""
# A line whose day is another payer's by now has left the claim with its replacement: it waits, and a person lets it go.
_OPEN_MOVED = """
    UPDATE oncocharge_billing_review v SET state = 'open', by_id = NULL, at = now(),
           reason = left('Left out of the replacement of ' || o.control_number || ': another payer is the first on its'
                         || ' day. Release it to that payer.', 200)
      FROM export_claim c
      JOIN export_follow_up_line l ON l.follow_up_id = c.follow_up_id AND l.place = 'moved'
      JOIN oncocharge_billing_claim o ON o.id = c.replaces_id
     WHERE v.entry_id = l.entry_id
"""
# What a line left out earns may be otherwise now that it stands on no claim, and it waits for no correction any more:
# the course is captured before anything else of it goes out. An empty basis asks for that already.
_ASK_FOR_CAPTURE = """
    UPDATE oncocharge_billing_capturemark m SET basis = 'lines left out of a replacement'
     WHERE m.basis <> '' AND m.course_id IN (
           SELECT c.course_id FROM export_claim c
             JOIN export_follow_up_line l ON l.follow_up_id = c.follow_up_id AND l.place IN ('moved', 'elsewhere')
            WHERE c.frequency = '7')
"""
# What asked for the correction is answered by it.
_SETTLE = """
    UPDATE oncocharge_billing_standingfinding s SET resolved_at = now()
     WHERE s.resolved_at IS NULL
       AND ((s.code = 'correction-to-send' AND s.entry_id IN (
             SELECT v.id FROM export_claim c
               JOIN oncocharge_billing_claimline l ON l.claim_id = c.replaces_id
               JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = l.entry_id))
            OR (s.code = 'replaces-claimed-line' AND s.entry_id IN (
                SELECT unnest(c.entry_ids) FROM export_claim c WHERE c.replaces_id IS NOT NULL)))
"""


class Totals(NamedTuple):
    """What goes out."""

    claims: int
    lines: int
    amount: Decimal


def hold_back(*, batch: Batch, kept_back: KeptBack, at: datetime) -> int:
    """Say why claims are kept back and take them from what goes out; return how many lines stay back.

    First claims: their lines are held, and what no longer holds is withdrawn. A claim that is sound again loses its
    findings here, by itself: nobody has to release its lines a second time. Follow-ups keep their error.
    """
    reasons: Sequence[Sequence[str]] = list(zip(*kept_back.reasons, strict=True)) or [[], [], []]
    codes, subjects, messages = map(list, reasons)
    with connection.cursor() as cursor:
        if batch.is_follow_up:
            cursor.execute(_LIST_FAULTS_OF_FOLLOW_UPS, [kept_back.claim_ids, messages])
            cursor.execute(NOTE_WHY)
        else:
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


def posting_statements(*, batch: Batch, file_id: int) -> list[str]:
    """Return the statements that append the gathered claims, then their lines. From there on their lines are taken.

    In between, a correction ends the lines of the claim that it takes back; then its follow-up is noted as sent, and
    what it left to another payer waits.
    """
    follows = _FOLLOWING_CLAIM if batch.is_follow_up else _FIRST_CLAIM
    claims = _INSERT_CLAIMS.format(file_id=int(file_id), kind=batch.claim_kind, follows=follows)
    lines = _INSERT_LINES.format(
        sequence="c.sequence" if batch.is_follow_up else "'P'",
        revenue_code="unnest(c.revenue_codes)" if batch.is_institutional else "''",
    )
    if not batch.is_follow_up:
        return [claims, lines]
    return [claims, _END_LINES, lines, _NOTE_SENT, _OPEN_MOVED, _ASK_FOR_CAPTURE, _SETTLE]


def post_claims(*, batch: Batch, file_id: int) -> None:
    """Append the claims and their lines: two statements, of follow-ups seven."""
    with connection.cursor() as cursor:
        for statement in posting_statements(batch=batch, file_id=file_id):
            cursor.execute(statement)
