"""What a refusal does: the claim is over, its lines are open again with the reason, exactly they and no others.

Works on the rows that posting.py gathered, under its locks. Where a claim stands is asked of ``ClaimStanding`` after
the events are in: a refusal that somebody nearer to the money has contradicted opens nothing.
"""

from django.db import connection

from billing.acknowledgment.words import LEVEL_WORDS
from billing.standing.contradicted import IS_GIVEN_UP

FINDING = "claim-rejected"

_WHO = "CASE r.level " + " ".join(f"WHEN '{level}' THEN '{words}'" for level, words in LEVEL_WORDS.items()) + " END"
_REASON = "CASE WHEN starts_with(r.message, r.place) THEN r.message ELSE r.place || ': ' || r.message END"

_REFUSED = f"""
    DROP TABLE IF EXISTS pg_temp.refused, pg_temp.ended;
    CREATE TEMP TABLE refused ON COMMIT DROP AS
    SELECT DISTINCT ON (r.claim_id) r.claim_id, r.position, c.control_number, c.course_id, c.replaces_id, c.sequence,
           concat_ws(': ', {_WHO} || ' rejected claim ' || c.control_number, NULLIF({_REASON}, '')) AS reason
      FROM said r
      JOIN oncocharge_billing_claimstanding t ON t.claim_id = r.claim_id AND t.state = 'rejected'
      JOIN oncocharge_billing_claim c ON c.id = r.claim_id
     WHERE r.outcome = 'rejected'
       AND EXISTS (SELECT FROM oncocharge_billing_claimline l WHERE l.claim_id = r.claim_id AND l.ended_at IS NULL)
     ORDER BY r.claim_id, r.level = t.level DESC, r.said_on DESC NULLS LAST, r.position;
    CREATE TEMP TABLE ended ON COMMIT DROP AS
    SELECT l.claim_id, l.number, l.entry_id, l.sequence FROM oncocharge_billing_claimline l
      JOIN refused r ON r.claim_id = l.claim_id
     WHERE l.ended_at IS NULL
"""
_END_LINES = """
    UPDATE oncocharge_billing_claimline l SET ended_at = now()
      FROM ended e WHERE l.claim_id = e.claim_id AND l.number = e.number
"""
# What is refused, and back from it every claim that it replaced and that stands rejected too.
_WALK_BACK = """
    DROP TABLE IF EXISTS pg_temp.over;
    CREATE TEMP TABLE over ON COMMIT DROP AS
    WITH RECURSIVE back(refused_id, claim_id, replaces_id) AS (
        SELECT r.claim_id, r.claim_id, r.replaces_id FROM refused r
         UNION
        SELECT b.refused_id, c.id, c.replaces_id FROM back b
          JOIN oncocharge_billing_claim c ON c.id = b.replaces_id
          JOIN oncocharge_billing_claimstanding t ON t.claim_id = c.id AND t.state = 'rejected')
    SELECT b.*, b.replaces_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM oncocharge_billing_claimstanding t WHERE t.claim_id = b.replaces_id AND t.state = 'rejected'
           ) AS is_nearest
      FROM back b
"""
# A refused correction leaves what it was to correct in force, as the payer has it: the nearest that is not refused too.
_GIVE_BACK = """
    UPDATE oncocharge_billing_claimline l SET ended_at = NULL, successor_id = NULL
      FROM over o
     WHERE o.is_nearest AND l.successor_id = o.claim_id AND l.claim_id = o.replaces_id
       AND NOT EXISTS (SELECT FROM oncocharge_billing_claimline s
                        WHERE s.entry_id = l.entry_id AND s.sequence = l.sequence AND s.ended_at IS NULL)
"""
# The decision that sent a refused correction, or asked the next payer, is over: what went wrong once would go wrong
# every night. A person decides anew; the next capture puts the correction on the list again.
_DUE_AGAIN = """
    UPDATE oncocharge_billing_followup f SET cancelled_at = now(), error = left(r.reason, 400)
      FROM over o JOIN refused r ON r.claim_id = o.refused_id
     WHERE f.sent_as_id = o.claim_id AND f.cancelled_at IS NULL
"""
_NOTHING_TO_CORRECT = """
    UPDATE oncocharge_billing_followup f SET cancelled_at = now(), error = left(r.reason, 400)
      FROM refused r
     WHERE f.claim_id = r.claim_id AND f.kind IN ('7', '8') AND f.sent_as_id IS NULL AND f.done_at IS NULL
       AND f.cancelled_at IS NULL
"""
_TELL_PREDECESSOR = """
    INSERT INTO oncocharge_billing_claimevent
           (receipt_id, position, claim_id, level, outcome, codes, message, "where", payer_claim_number)
    SELECT %s, r.position, o.replaces_id, t.level, 'noted', '{}',
           left('Its correction was refused; this claim stands again: decide about it anew. ' || r.reason, 600),
           '', ''
      FROM refused r
      JOIN LATERAL (SELECT s.level FROM said s WHERE s.claim_id = r.claim_id ORDER BY s.position LIMIT 1) AS t ON true
      JOIN over o ON o.refused_id = r.claim_id AND (o.is_nearest OR o.claim_id = r.claim_id)
     WHERE o.replaces_id IS NOT NULL AND (o.is_nearest OR NOT EXISTS (
           SELECT FROM over n WHERE n.refused_id = r.claim_id AND n.is_nearest))
        ON CONFLICT DO NOTHING
"""
_OPEN_REVIEWS = """
    UPDATE oncocharge_billing_review v SET state = 'open', reason = left(r.reason, 200), by_id = NULL, at = now()
      FROM ended e
      JOIN refused r ON r.claim_id = e.claim_id
      JOIN oncocharge_billing_waitingline w ON w.entry_id = e.entry_id
     WHERE v.entry_id = e.entry_id AND e.sequence = 'P'
"""
# What is said of the line itself, else of its claim.
_FIND = f"""
    INSERT INTO oncocharge_billing_standingfinding
           (course_id, entry_id, source, severity, code, message, subject, service_on, override_reason)
    SELECT e.course_id, e.id, 'payer', 'warning', '{FINDING}',
           left(CASE WHEN own.message IS NULL THEN r.reason ELSE r.reason || ' This line: ' || own.message END, 400),
           'claim ' || r.control_number, e.service_on, ''
      FROM ended x
      JOIN refused r ON r.claim_id = x.claim_id
      JOIN oncocharge_billing_waitingline w ON w.entry_id = x.entry_id
      JOIN oncocharge_billing_ledgerentry e ON e.id = x.entry_id
      LEFT JOIN (SELECT claim_id, entry_id, string_agg(message, ' ' ORDER BY position) AS message
                   FROM said WHERE entry_id IS NOT NULL AND outcome = 'noted' GROUP BY claim_id, entry_id) own
        ON own.claim_id = x.claim_id AND own.entry_id = x.entry_id
     WHERE x.sequence = 'P'
     ORDER BY e.id
        ON CONFLICT (course_id, entry_id, code, subject) WHERE resolved_at IS NULL
        DO UPDATE SET message = EXCLUDED.message
"""
# What the line earns may have changed while it was on the claim; an open line follows, a claimed one did not.
_ASK_FOR_CAPTURE = """
    UPDATE oncocharge_billing_capturemark m SET basis = ''
      FROM (SELECT DISTINCT course_id FROM refused) r WHERE m.course_id = r.course_id
"""

_CONTRADICTED = f"""
    SELECT DISTINCT e.claim_id FROM oncocharge_billing_claimevent e
      JOIN oncocharge_billing_claimstanding t ON t.claim_id = e.claim_id AND t.state <> 'rejected'
     WHERE e.receipt_id = %s
       AND EXISTS (SELECT FROM oncocharge_billing_claimline l WHERE l.claim_id = e.claim_id AND {IS_GIVEN_UP})
"""
ACCEPTED_AND_OPEN = f"""
    SELECT min(e.position), c.control_number, count(*) OVER ()
      FROM oncocharge_billing_claimevent e
      JOIN oncocharge_billing_claim c ON c.id = e.claim_id
      JOIN oncocharge_billing_claimstanding t ON t.claim_id = c.id AND t.state <> 'rejected'
     WHERE e.receipt_id = %s
       AND EXISTS (SELECT FROM oncocharge_billing_claimline l WHERE l.claim_id = c.id AND {IS_GIVEN_UP})
     GROUP BY c.control_number
     ORDER BY 1 LIMIT %s
"""
"""Claims that somebody accepted, or paid, while their lines are open or gone to another claim."""

LATE = """
    SELECT s.position, c.control_number, count(*) OVER ()
      FROM said s
      JOIN oncocharge_billing_claim c ON c.id = s.claim_id
      JOIN oncocharge_billing_claimstanding t ON t.claim_id = c.id
     WHERE s.outcome = 'rejected'
       AND (t.state <> 'rejected'
            OR EXISTS (SELECT FROM oncocharge_billing_claimline l
                        WHERE l.claim_id = c.id AND l.successor_id IS NOT NULL))
     ORDER BY s.position LIMIT %s
"""
"""Claims whose refusal came too late to open anything."""


def reopen_refused(*, receipt_id: int) -> int:
    """End the lines of the claims that stand rejected and tell who must look; return how many claims were opened.

    Nothing happens to a claim that has no line left: it was refused before, or replaced.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REFUSED)
        cursor.execute("SELECT count(*) FROM refused")
        count = int(cursor.fetchone()[0])
        if not count:
            return 0
        cursor.execute("ANALYZE refused")
        cursor.execute("ANALYZE ended")
        for statement in (_END_LINES, _WALK_BACK, _GIVE_BACK, _DUE_AGAIN, _NOTHING_TO_CORRECT):
            cursor.execute(statement)
        cursor.execute(_TELL_PREDECESSOR, [receipt_id])
        for statement in (_OPEN_REVIEWS, _FIND, _ASK_FOR_CAPTURE):
            cursor.execute(statement)
    return count


def contradicted_claims(*, receipt_id: int) -> list[int]:
    """Return the claims whose refusal this receipt contradicts and that gave their lines up: one query."""
    with connection.cursor() as cursor:
        cursor.execute(_CONTRADICTED, [receipt_id])
        return [row[0] for row in cursor.fetchall()]
