"""Voids that the payer took: their lines end, and what was not reversed waits again, to be reviewed and to go as new.

Taken is a void that the payer accepted (277CA at the payer's level), or whose payment, or that of the claim which it
replaces, a remittance took back since. Answers may come in any order and more than once. A line that its own void
ended names that void as its ``successor``: no refusal is undone by it, and a later one is told to a person.
"""

from collections.abc import Collection

from django.db import connection

from billing import ledger

WAS_VOIDED = "The payer took the void of its claim"

_ASKED = """
      FROM oncocharge_billing_claim v
     WHERE v.frequency = '8' AND (v.id = ANY(%(claims)s) OR v.replaces_id = ANY(%(claims)s))
       AND EXISTS (SELECT FROM oncocharge_billing_claimline l WHERE l.claim_id = v.id AND l.ended_at IS NULL)
"""
_COURSES = f"SELECT v.course_id {_ASKED}"

# A payment of the replaced claim that was taken back before the void was sealed says nothing of the void. The day that
# a payer gives may be the day before ours.
_TAKEN = f"""
    SELECT v.id {_ASKED}
       AND NOT EXISTS (SELECT FROM oncocharge_billing_claimstanding t WHERE t.claim_id = v.id AND t.state = 'rejected')
       AND EXISTS (
           SELECT FROM oncocharge_billing_claimevent e
             JOIN oncocharge_billing_claimfile f ON f.id = v.file_id
            WHERE (e.claim_id = v.id AND (e.outcome = 'reversed' OR (e.level = 'payer' AND e.outcome = 'accepted')))
               OR (e.claim_id = v.replaces_id AND e.outcome = 'reversed'
                   AND COALESCE(e.said_on, e.at::date) >= (f.sealed_at - interval '1 day')::date))
     ORDER BY v.id
"""
_END_LINES = """
    UPDATE oncocharge_billing_claimline l SET ended_at = now(), successor_id = l.claim_id
     WHERE l.claim_id = ANY(%(voids)s) AND l.ended_at IS NULL
"""
_OPEN_REVIEWS = f"""
    UPDATE oncocharge_billing_review r SET state = 'open', reason = '{WAS_VOIDED}', by_id = NULL, at = now()
      FROM oncocharge_billing_claimline l JOIN oncocharge_billing_waitingline w ON w.entry_id = l.entry_id
     WHERE r.entry_id = l.entry_id AND l.claim_id = ANY(%(voids)s) AND l.sequence = 'P' AND r.state <> 'held'
"""
# A claim to the next payer that is taken back was asked for by a decision: that payer, or another, may be asked anew.
_ASK_ANEW = """
    WITH RECURSIVE earlier(id) AS (
        SELECT unnest(%(claims)s::bigint[])
         UNION
        SELECT c.replaces_id FROM earlier t JOIN oncocharge_billing_claim c ON c.id = t.id
         WHERE c.replaces_id IS NOT NULL)
    UPDATE oncocharge_billing_followup f SET cancelled_at = now()
      FROM earlier t WHERE f.sent_as_id = t.id AND f.kind = 'next' AND f.cancelled_at IS NULL
"""
# What the lines earn, and what they cost whoever is the first payer now, may have changed while they were on claims; an
# open line follows, before it is released. An empty basis asks for that already.
_ASK_FOR_CAPTURE = """
    UPDATE oncocharge_billing_capturemark m SET basis = 'the payer took a void'
     WHERE m.basis <> '' AND m.course_id IN (SELECT course_id FROM oncocharge_billing_claim WHERE id = ANY(%(voids)s))
"""

_TOLD = """
    SELECT DISTINCT e.claim_id FROM oncocharge_billing_claimevent e
      JOIN oncocharge_billing_claim v ON v.frequency = '8' AND (v.id = e.claim_id OR v.replaces_id = e.claim_id)
     WHERE e.receipt_id = %s
"""


def end_taken_voids(*, claim_ids: Collection[int]) -> int:
    """End the lines of the voids that the payer took, once; return how many voids. To be called after the events.

    Args:
        claim_ids: claims of which something was said just now: voids, or what a void replaces.
    """
    with connection.cursor() as cursor:
        asked = {"claims": list(claim_ids)}
        cursor.execute(_COURSES, asked)
        courses = [row[0] for row in cursor.fetchall()]
        if not courses:
            return 0
        ledger.lock_courses(course_ids=courses)
        cursor.execute(_TAKEN, asked)
        voids = [row[0] for row in cursor.fetchall()]
        if voids:
            for statement in (_END_LINES, _OPEN_REVIEWS, _ASK_ANEW, _ASK_FOR_CAPTURE):
                cursor.execute(statement, {"voids": voids, "claims": voids})
    return len(voids)


def let_ask_anew(*, claim_ids: Collection[int]) -> None:
    """End the decisions to ask the next payer that led to claims which are taken back: any payer may be asked anew.

    One statement.

    Args:
        claim_ids: the claims; of a correction, what it replaced counts too.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ASK_ANEW, {"claims": list(claim_ids)})


def claims_told_of(*, receipt_id: int) -> list[int]:
    """Return the claims of which a receipt says something that are voids, or have one. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [receipt_id])
        return [row[0] for row in cursor.fetchall()]
