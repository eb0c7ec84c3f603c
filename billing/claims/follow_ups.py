"""Which decided follow-ups a partner's next file takes: replacements (7), voids (8), claims to the next payer.

A replacement takes the lines of the claim that stand, and the released ones that took the place of lines reversed
since, but for those of days on which another payer is the first by now; a void takes the lines as they were sent; the
next payer is asked for the same lines. What cannot be sent as things are stays, and says why (``FollowUp.error``).
Works as selection.py does: in temporary tables, under the lock of the courses, with the same number of statements
whatever there is.
"""

from collections.abc import Sequence
from functools import cache

from django.db import connection

from billing.claims.batch import Batch
from billing.claims.printing import AUTHORIZATION, ENCOUNTER, NAMED, REVENUE_CODE, line_body
from billing.claims.selection import FORGET, SETTINGS, Gathered

STANDS = "f.sent_as_id IS NULL AND f.done_at IS NULL AND f.cancelled_at IS NULL"
"""SQL that tells whether ``f``, a follow-up, is still to be sent."""

_PAYER = "CASE WHEN f.kind = 'next' THEN v.payer_id ELSE c.payer_id END"

_LOCK_COURSES = f"""
    CREATE TEMP TABLE export_course ON COMMIT DROP AS
    SELECT m.course_id
      FROM oncocharge_billing_capturemark m
      JOIN oncocharge_courses_course o ON o.id = m.course_id AND o.revision = m.course_revision
     WHERE m.error = ''
       AND m.course_id IN (
           SELECT c.course_id FROM oncocharge_billing_followup f
             JOIN oncocharge_billing_claim c ON c.id = f.claim_id
             LEFT JOIN oncocharge_patients_coverage v ON v.id = f.coverage_id
            WHERE {STANDS} AND c.claim_kind = %s AND {_PAYER} = ANY(%s))
     ORDER BY m.course_id
       FOR UPDATE OF m
"""

_CHOOSE = f"""
    CREATE TEMP TABLE export_follow_up ON COMMIT DROP AS
    SELECT f.id, f.kind, f.reason_code, f.claim_id, c.course_id, c.patient_id, v.id AS coverage_id,
           {_PAYER} AS payer_id,
           v.payer_id AS coverage_payer_id, c.frequency AS claim_frequency,
           COALESCE(NULLIF(f.payer_claim_number, ''), s.payer_claim_number, '') AS payer_claim_number,
           CASE WHEN f.kind = 'next' THEN '1' ELSE f.kind END AS frequency,
           CASE WHEN f.kind <> 'next' THEN c.sequence
                ELSE CASE v.rank WHEN 'secondary' THEN 'S' WHEN 'tertiary' THEN 'T' ELSE 'P' END END AS sequence,
           c.sequence AS claim_sequence
      FROM export_course x
      JOIN oncocharge_billing_claim c ON c.course_id = x.course_id
      JOIN oncocharge_billing_followup f ON f.claim_id = c.id
      JOIN oncocharge_patients_coverage v ON v.id = COALESCE(f.coverage_id, c.coverage_id)
      LEFT JOIN oncocharge_billing_claimstanding s ON s.claim_id = c.id
     WHERE {STANDS} AND c.claim_kind = %s AND {_PAYER} = ANY(%s)
     ORDER BY f.id
       FOR UPDATE OF f
"""

# A replacement asks the payer of its claim; of another payer's day it says nothing. Coverages of a rank never overlap.
_IS_ANOTHER_PAYERS = """
    (f.kind = '7' AND f.sequence = 'P' AND EXISTS (
     SELECT FROM oncocharge_patients_coverage d
      WHERE d.patient_id = f.patient_id AND d.rank = 'primary' AND d.payer_id <> f.payer_id
        AND e.service_on BETWEEN d.effective_from AND COALESCE(d.effective_to, 'infinity')))
"""

# ``place`` tells what a line is to the follow-up: 'stands' on the claim, 'reversed' since, 'moved' to another payer by
# its day; 'ready' to take the place of a reversed one, 'elsewhere' where its day is another payer's, 'left' where a
# person holds it, 'open' while nobody has decided about it.
_LIST_LINES = f"""
    CREATE TEMP TABLE export_follow_up_line ON COMMIT DROP AS
    WITH RECURSIVE standing AS (
        SELECT f.id AS follow_up_id, l.entry_id, v.id IS NOT NULL AS is_reversed, {_IS_ANOTHER_PAYERS} AS is_moved
          FROM export_follow_up f
          JOIN oncocharge_billing_claimline l ON l.claim_id = f.claim_id AND l.ended_at IS NULL
          JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
          LEFT JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = l.entry_id
    ), later(follow_up_id, entry_id) AS (
        SELECT follow_up_id, entry_id FROM standing WHERE is_reversed
         UNION
        SELECT t.follow_up_id, e.id FROM later t
          JOIN oncocharge_billing_ledgerentry e ON e.replaces_id = t.entry_id AND e.kind = 'charge'
    ), instead AS (
        SELECT t.follow_up_id, e.id AS entry_id, f.sequence, e.amount, {_IS_ANOTHER_PAYERS} AS is_elsewhere,
               EXISTS (SELECT FROM oncocharge_billing_claimline k
                        WHERE k.entry_id = e.id AND k.ended_at IS NULL AND k.sequence = 'P') AS is_with_first_payer
          FROM later t
          JOIN export_follow_up f ON f.id = t.follow_up_id AND f.kind = '7'
          JOIN oncocharge_billing_claim c ON c.id = f.claim_id
          JOIN oncocharge_billing_ledgerentry e ON e.id = t.entry_id AND e.claim_kind = c.claim_kind
         WHERE NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry v WHERE v.reverses_id = e.id)
           AND NOT EXISTS (SELECT FROM oncocharge_billing_claimline k
                            WHERE k.entry_id = e.id AND k.ended_at IS NULL AND k.sequence = f.sequence)
    )
    SELECT follow_up_id, entry_id,
           CASE WHEN is_reversed THEN 'reversed' WHEN is_moved THEN 'moved' ELSE 'stands' END AS place FROM standing
     UNION ALL
    SELECT i.follow_up_id, i.entry_id,
           CASE WHEN i.is_elsewhere THEN 'elsewhere'
                WHEN i.sequence <> 'P' THEN CASE WHEN i.is_with_first_payer THEN 'ready' ELSE 'open' END
                WHEN r.state = 'held' THEN 'left'
                WHEN r.state = 'released' AND i.amount > 0 AND NOT EXISTS (
                     SELECT FROM oncocharge_billing_standingfinding h
                      WHERE h.entry_id = i.entry_id AND h.severity = 'hold' AND h.source <> 'claim'
                        AND h.resolved_at IS NULL AND h.overridden_at IS NULL) THEN 'ready'
                ELSE 'open' END
      FROM instead i LEFT JOIN oncocharge_billing_review r ON r.entry_id = i.entry_id
"""

_TAKES_LINE = "(l.place IN ('stands', 'ready') OR (l.place = 'reversed' AND f.kind = '8'))"

_LINES = f"""
    SELECT f.id AS follow_up_id, e.id, e.service_on, e.amount, e.place_of_service,
           {ENCOUNTER} AS encounter_id, {{authorization}} AS authorization_number,
           {{revenue_code}} AS revenue_code, {{body}} AS body
      FROM export_follow_up f
      JOIN export_follow_up_line l ON l.follow_up_id = f.id AND {_TAKES_LINE}
      JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
      JOIN oncocharge_courses_course c ON c.id = f.course_id
      JOIN oncocharge_patients_coverage v ON v.id = f.coverage_id
"""

_ASSEMBLE = """
    CREATE TEMP TABLE export_follow_up_claim ON COMMIT DROP AS
    SELECT f.*, g.place_of_service, g.encounter_id, g.authorization_number, g.entry_ids, g.amounts, g.lines,
           g.revenue_codes, g.line_count, g.total, g.places, g.authorizations, g.first_on
      FROM export_follow_up f
      LEFT JOIN (
        SELECT follow_up_id, min(place_of_service) AS place_of_service, min(encounter_id) AS encounter_id,
               max(authorization_number) AS authorization_number, array_agg(id ORDER BY service_on, id) AS entry_ids,
               array_agg(amount ORDER BY service_on, id) AS amounts,
               string_agg(body, E'\\x1e' ORDER BY service_on, id) AS lines,
               array_agg(revenue_code ORDER BY service_on, id) AS revenue_codes, count(*)::int AS line_count,
               sum(amount) AS total, count(DISTINCT place_of_service) AS places, min(service_on) AS first_on,
               count(DISTINCT NULLIF(authorization_number, '')) AS authorizations
          FROM ({lines}) AS line
         GROUP BY follow_up_id) AS g ON g.follow_up_id = f.id
"""

_HAS = "EXISTS (SELECT FROM export_follow_up_line l WHERE l.follow_up_id = f.id AND l.place = '{place}')"
_IS_CORRECTION = "f.kind IN ('7', '8')"
_WHY_NOT = f"""
    CREATE TEMP TABLE export_fault ON COMMIT DROP AS
    SELECT f.id AS follow_up_id, CASE
      WHEN NOT EXISTS (SELECT FROM export_follow_up_line l
                        WHERE l.follow_up_id = f.id AND l.place IN ('stands', 'reversed', 'moved')) THEN
        'The claim stands no longer: the payer refused it, or another took its place. Withdraw this decision.'
      WHEN {_IS_CORRECTION} AND f.claim_frequency = '8' THEN
        'The claim is a void itself, which cannot be corrected. Withdraw this decision.'
      WHEN {_IS_CORRECTION} AND NOT COALESCE((
           SELECT p.takes_corrections FROM oncocharge_patients_payerpolicy p
            WHERE p.payer_id = f.payer_id
              AND f.first_on BETWEEN p.effective_from AND COALESCE(p.effective_to, 'infinity')), true) THEN
        'The payer''s policy says that it takes no replacements and voids. Tell the payer by hand, and note here how.'
      WHEN {_IS_CORRECTION} AND f.payer_claim_number = '' THEN
        'A correction names the payer''s own number of the claim, and none is known. Enter it from the payer''s answer.'
      WHEN {_IS_CORRECTION} AND f.coverage_payer_id <> f.payer_id THEN
        'The coverage of the claim is of another payer now, and the old member id is gone: nothing can be sent. Tell'
        ' the old payer by hand, and note it here; the lines then wait for the new payer.'
      WHEN f.kind = '7' AND {_HAS.format(place="open")} THEN
        'Lines that take the place of reversed ones are not decided. Release them, or hold those that must not go.'
      WHEN f.kind = '7' AND f.entry_ids IS NULL THEN
        'No line of the claim is left to send. Void it instead.'
      WHEN f.kind = 'next' AND {_HAS.format(place="reversed")} THEN
        'Lines of the claim were reversed since. Send its correction first, then ask the next payer.'
      WHEN f.kind = 'next' AND EXISTS (
           SELECT FROM oncocharge_billing_followup o
            WHERE o.claim_id = f.claim_id AND o.kind IN ('7', '8') AND {STANDS.replace("f.", "o.")}) THEN
        'A correction of the claim is decided, and goes first. Ask the next payer after it.'
      WHEN f.kind = 'next' AND EXISTS (
           SELECT FROM export_follow_up_line l
             JOIN oncocharge_billing_standingfinding g ON g.entry_id = l.entry_id AND g.code = 'claim-of-another-payer'
              AND g.resolved_at IS NULL AND g.overridden_at IS NULL
            WHERE l.follow_up_id = f.id AND f.claim_sequence = 'P') THEN
        'Another payer is the first on days of the claim now. Correct the claim, or leave it as it stands, first.'
      WHEN f.kind = 'next' AND f.sequence <= f.claim_sequence THEN
        'The coverage pays before the claim''s own, or is of the same rank. Choose the coverage that pays next.'
      WHEN f.kind = 'next' AND EXISTS (
           SELECT FROM oncocharge_billing_claimline k
            WHERE k.entry_id = ANY(f.entry_ids) AND k.sequence = f.sequence AND k.ended_at IS NULL) THEN
        'Lines of the claim are on a claim to a payer of this rank already.'
      WHEN f.places > 1 THEN
        'The lines are of more than one place of service now. Void the claim; its lines then go as new ones.'
      WHEN {{one_authorization}} AND f.authorizations > 1 THEN
        'The lines have more than one authorization number, and this claim has room for one. Correct the approvals.'
      WHEN f.line_count > {{most}} THEN
        'The correction has more than {{most}} lines. Void the claim; its lines then go as new ones.'
      ELSE '' END AS error
      FROM export_follow_up_claim f
"""

NOTE_WHY = """
    UPDATE oncocharge_billing_followup f SET error = left(w.error, 400)
      FROM export_fault w WHERE f.id = w.follow_up_id AND w.error <> '' AND f.error <> left(w.error, 400)
"""

_CHANGES = """
    (SELECT string_agg(CASE l.place WHEN 'ready' THEN 'IN ' ELSE 'OUT ' END
                       || array_to_string(array_prepend(e.code::text, e.modifiers::text[]), '-')
                       || to_char(e.service_on, ' YYYYMMDD'),
                       ', ' ORDER BY e.service_on, e.id)
       FROM export_follow_up_line l JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
      WHERE l.follow_up_id = f.id AND l.place IN ('reversed', 'moved', 'ready'))
"""

_GROUP = f"""
    CREATE TEMP TABLE export_claim ON COMMIT DROP AS
    SELECT nextval((SELECT pg_get_serial_sequence('oncocharge_billing_claim', 'id'))::regclass) AS claim_id, s.*
      FROM (
        SELECT f.id AS follow_up_id, f.course_id, f.coverage_id, f.place_of_service, f.encounter_id,
               f.authorization_number, f.entry_ids, f.amounts, f.lines, f.revenue_codes, f.line_count, f.total,
               c.patient_id, c.facility_id, c.physician_id, {NAMED} AS named, f.payer_id, f.kind, f.frequency,
               f.sequence, f.reason_code,
               CASE WHEN f.kind <> 'next' THEN f.claim_id END AS replaces_id,
               CASE WHEN f.kind <> 'next' THEN f.payer_claim_number ELSE '' END AS payer_claim_number,
               COALESCE({_CHANGES}, '') AS changes,
               (SELECT array_agg(d.code ORDER BY d.position)
                  FROM oncocharge_courses_coursediagnosis d WHERE d.course_id = f.course_id) AS diagnoses
          FROM export_follow_up_claim f
          JOIN export_fault w ON w.follow_up_id = f.id AND w.error = ''
          JOIN oncocharge_courses_course c ON c.id = f.course_id
          JOIN oncocharge_patients_coverage v ON v.id = f.coverage_id
         ORDER BY c.facility_id, f.payer_id, v.member_id COLLATE "C", f.coverage_id, f.course_id, f.id) AS s
"""

_COUNT = """
    SELECT count(*), COALESCE(sum(line_count), 0)::bigint, (SELECT count(*) FROM export_fault WHERE error <> '')
      FROM export_claim
"""


def gather_follow_ups(*, batch: Batch, payer_ids: Sequence[int]) -> Gathered:
    """Lock the courses, pick what can be sent, note what cannot; the same number of statements whatever there is.

    The filing limit is not asked: a payer counts the days of a correction, and of a claim after another payer's, from
    the decision that it answers.

    Args:
        batch: follow-ups to claims of a kind.
        payer_ids: the payers whose claims the partner takes.
    """
    chosen = [batch.claim_kind.value, list(payer_ids)]
    assemble, why_not = _statements(batch)
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        cursor.execute(SETTINGS)
        cursor.execute(_LOCK_COURSES, chosen)
        cursor.execute(_CHOOSE, chosen)
        cursor.execute(_LIST_LINES)
        cursor.execute(assemble)
        cursor.execute(why_not)
        cursor.execute(NOTE_WHY)
        cursor.execute(_GROUP)
        cursor.execute(_COUNT)
        claims, lines, left = cursor.fetchone()
        cursor.execute("DROP TABLE export_fault")
    return Gathered(claims, lines, left=left)


@cache
def _statements(batch: Batch) -> tuple[str, str]:
    """Return the statements that assemble the claims of a kind, and that say what is wrong with them."""
    is_bill = batch.is_institutional
    lines = _LINES.format(
        authorization=AUTHORIZATION if is_bill else "''",
        revenue_code=REVENUE_CODE if is_bill else "''",
        body=line_body(batch.claim_kind),
    )
    one_authorization = "true" if is_bill else "false"
    return _ASSEMBLE.format(lines=lines), _WHY_NOT.format(
        one_authorization=one_authorization, most=batch.lines_per_claim
    )
