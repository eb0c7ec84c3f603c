"""A claim that was refused and is with the payer after all stands again; where it cannot, its open lines are held.

Asked after every answer of a partner and after every payment that a person let count. Telling is the caller's.
"""

from collections.abc import Collection

from django.db import connection

from billing import ledger
from billing.standing.contradicted import CODE, IS_GIVEN_UP, WORDS

_CONTRADICTED = f"""
    SELECT c.id, c.course_id, c.control_number FROM oncocharge_billing_claim c
      JOIN oncocharge_billing_claimstanding t ON t.claim_id = c.id AND t.state <> 'rejected'
     WHERE c.id = ANY(%s)
       AND EXISTS (SELECT FROM oncocharge_billing_claimline l WHERE l.claim_id = c.id AND {IS_GIVEN_UP})
     ORDER BY c.id
"""
# Only if nobody has touched its lines since: else they would go out twice. A correction, or a claim to a next payer,
# never stands again by itself: what it followed has its lines back, and may have been decided about.
_STANDS_AGAIN = f"""
    DROP TABLE IF EXISTS pg_temp.again;
    CREATE TEMP TABLE again ON COMMIT DROP AS
    SELECT c.id AS claim_id FROM oncocharge_billing_claim c
     WHERE c.id = ANY(%s) AND c.sequence = 'P' AND c.replaces_id IS NULL
       AND NOT EXISTS (
           SELECT FROM oncocharge_billing_claimline l
             LEFT JOIN oncocharge_billing_waitingline w ON w.entry_id = l.entry_id
             LEFT JOIN oncocharge_billing_review v ON v.entry_id = l.entry_id
            WHERE l.claim_id = c.id
              AND (NOT {IS_GIVEN_UP} OR w.entry_id IS NULL OR v.state = 'held'
                   OR EXISTS (SELECT FROM oncocharge_billing_standingfinding f
                               WHERE f.entry_id = l.entry_id AND f.severity = 'hold' AND f.code <> '{CODE}'
                                 AND f.resolved_at IS NULL AND f.overridden_at IS NULL)))
"""
_RELEASE = """
    UPDATE oncocharge_billing_review v SET state = 'released', reason = '', by_id = NULL, at = now()
      FROM oncocharge_billing_claimline l JOIN again a ON a.claim_id = l.claim_id
     WHERE v.entry_id = l.entry_id
"""
_RESOLVE = f"""
    UPDATE oncocharge_billing_standingfinding f SET resolved_at = now()
      FROM oncocharge_billing_claimline l JOIN again a ON a.claim_id = l.claim_id
     WHERE f.entry_id = l.entry_id AND f.code IN ('claim-rejected', '{CODE}') AND f.resolved_at IS NULL
"""
_STAND = """
    UPDATE oncocharge_billing_claimline l SET ended_at = NULL FROM again a WHERE l.claim_id = a.claim_id
"""
# Their days may have become another payer's while they waited: a capture tells. An empty basis asks for it already.
_ASK_FOR_CAPTURE = """
    UPDATE oncocharge_billing_capturemark m SET basis = 'a claim stands again'
     WHERE m.basis <> '' AND m.course_id IN (
           SELECT c.course_id FROM again a JOIN oncocharge_billing_claim c ON c.id = a.claim_id)
"""
# A line that is released already would go out tonight.
_HOLD = f"""
    INSERT INTO oncocharge_billing_standingfinding
           (course_id, entry_id, source, severity, code, message, subject, service_on, override_reason)
    SELECT DISTINCT ON (e.id) e.course_id, e.id, 'release', 'hold', '{CODE}', {WORDS}, 'release', e.service_on, ''
      FROM oncocharge_billing_claim c
      JOIN oncocharge_billing_claimline l ON l.claim_id = c.id AND l.sequence = 'P' AND {IS_GIVEN_UP}
      JOIN oncocharge_billing_waitingline w ON w.entry_id = l.entry_id
      JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
     WHERE c.id = ANY(%s) AND c.frequency <> '8'
     ORDER BY e.id, c.id DESC
        ON CONFLICT (course_id, entry_id, code, subject) WHERE resolved_at IS NULL DO NOTHING
"""


def stand_again(*, claim_ids: Collection[int]) -> list[int]:
    """Let the claims stand again that a refusal ended wrongly; return those that cannot.

    The lines of these that wait are held, and a person must be told. Seven statements at most.
    """
    found = _contradicted(claim_ids)
    if not found:
        return []
    ids = [claim_id for claim_id, _, _ in found]
    ledger.lock_courses(course_ids=[course_id for _, course_id, _ in found])
    with connection.cursor() as cursor:
        cursor.execute(_STANDS_AGAIN, [ids])
        for statement in (_RELEASE, _RESOLVE, _STAND, _ASK_FOR_CAPTURE):
            cursor.execute(statement)
        left = [claim_id for claim_id, _, _ in _contradicted(ids)]
        cursor.execute(_HOLD, [left])
    return left


def open_after_all(*, claim_ids: Collection[int]) -> list[str]:
    """Return the numbers of the claims that the payer has after all while their lines are open, or gone: one query."""
    return [number for _, _, number in _contradicted(claim_ids)]


def _contradicted(claim_ids: Collection[int]) -> list[tuple[int, int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_CONTRADICTED, [list(claim_ids)])
        return [(claim_id, course_id, number) for claim_id, course_id, number in cursor.fetchall()]
