"""Which released lines a partner's next file takes, and how they group into claims. All of it in SQL.

The result stands in temporary tables for the rest of the transaction: ``export_course`` (locked) and
``export_claim``. Nothing is written to the house's own tables here, but that lines which have become too late are
held, so that a claim found incomplete afterwards costs nothing but its number.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from billing.claims.late import hold_late

LINES_PER_CLAIM = 50
FIELD, LINE = "\x1f", "\x1e"
"""What stands between the fields of a line and between the lines of a claim, in ``export_claim.lines``."""

_FORGET = "DROP TABLE IF EXISTS pg_temp.export_fault, pg_temp.export_claim, pg_temp.export_course"

# A large night must sort and join in memory; and no plan of these few statements is worth compiling.
_SETTINGS = """
    SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
           set_config('lock_timeout', '300s', true)
"""

# The mark is the mutex of a course's money (billing/ledger.py): under its lock neither the lines, nor the reviews,
# nor the findings of the course change until we commit. A course whose facts changed since its last capture waits:
# what it shows may no longer be what it earns.
_LOCK_COURSES = """
    CREATE TEMP TABLE export_course ON COMMIT DROP AS
    SELECT m.course_id
      FROM oncocharge_billing_capturemark m
      JOIN oncocharge_courses_course c ON c.id = m.course_id AND c.revision = m.course_revision
     WHERE m.error = ''
       AND m.course_id IN (
           SELECT e.course_id
             FROM oncocharge_billing_waitingline w
             JOIN oncocharge_billing_review r ON r.entry_id = w.entry_id AND r.state = 'released'
             JOIN oncocharge_billing_ledgerentry e ON e.id = w.entry_id AND e.claim_kind = 'professional')
       AND EXISTS (SELECT FROM oncocharge_patients_coverage v
                    WHERE v.patient_id = c.patient_id AND v.payer_id = ANY(%s))
     ORDER BY m.course_id
       FOR UPDATE OF m
"""

# The text of a line is finished here: PostgreSQL prints numbers and dates several times faster than Python.
_LINES = """
    SELECT e.id, e.course_id, v.id AS coverage_id, e.place_of_service, e.service_on, e.amount,
           CASE WHEN e.place_of_service = '21' THEN (
                SELECT n.id FROM oncocharge_patients_encounter n
                 WHERE n.patient_id = c.patient_id AND n.is_inpatient
                   AND e.service_on BETWEEN n.starts_on AND COALESCE(n.ends_on, 'infinity')
                 ORDER BY n.starts_on, n.id LIMIT 1) END AS encounter_id,
           'L' || e.id || E'\\x1f' || e.code || E'\\x1f' || trim_scale(e.amount) || E'\\x1f' || e.units || E'\\x1f'
           || to_char(e.service_on, 'YYYYMMDD') || E'\\x1f' || array_to_string(e.modifiers, ':') || E'\\x1f'
           || translate(e.narrative, E'\\x1e\\x1f', '  ') || E'\\x1f'
           || CASE WHEN e.course_id IN (SELECT course_id FROM oncocharge_billing_authorization) THEN COALESCE((
                SELECT a.number FROM oncocharge_billing_authorizedline u
                  JOIN oncocharge_billing_authorization a ON a.id = u.authorization_id
                 WHERE u.entry_id = e.id AND a.status IN ('approved', 'approved_with_changes')
                   AND e.service_on BETWEEN a.effective_from AND a.effective_to), (
                SELECT a.number FROM oncocharge_billing_authorization a
                 WHERE a.course_id = e.course_id AND e.code = ANY(a.codes)
                   AND a.status IN ('approved', 'approved_with_changes')
                   AND (a.coverage_id IS NULL OR a.coverage_id = v.id)
                   AND e.service_on BETWEEN a.effective_from AND a.effective_to
                 ORDER BY a.effective_to, a.id LIMIT 1), '') ELSE '' END AS body
      FROM export_course x
      JOIN oncocharge_courses_course c ON c.id = x.course_id
      JOIN oncocharge_billing_ledgerentry e ON e.course_id = c.id
      JOIN oncocharge_billing_waitingline w ON w.entry_id = e.id
      JOIN oncocharge_billing_review r ON r.entry_id = e.id AND r.state = 'released'
      JOIN oncocharge_patients_coverage v ON v.patient_id = c.patient_id AND v.rank = 'primary'
       AND e.service_on BETWEEN v.effective_from AND COALESCE(v.effective_to, 'infinity')
     WHERE e.kind = 'charge' AND e.claim_kind = 'professional' AND e.amount > 0 AND v.payer_id = ANY(%s)
       AND NOT EXISTS (SELECT FROM oncocharge_billing_standingfinding f
                        WHERE f.entry_id = e.id AND f.severity = 'hold' AND f.source <> 'claim'
                          AND f.resolved_at IS NULL AND f.overridden_at IS NULL)
"""

_GROUPS = f"""
    SELECT course_id, coverage_id, place_of_service, encounter_id, count(*) AS line_count,
           array_agg(id ORDER BY service_on, id) AS entry_ids, array_agg(amount ORDER BY service_on, id) AS amounts,
           array_agg(body ORDER BY service_on, id) AS bodies
      FROM ({_LINES}) AS line
     GROUP BY course_id, coverage_id, place_of_service, encounter_id
"""

_GROUP = f"""
    CREATE TEMP TABLE export_claim ON COMMIT DROP AS
    SELECT nextval((SELECT pg_get_serial_sequence('oncocharge_billing_claim', 'id'))::regclass) AS claim_id, s.*,
           cardinality(s.entry_ids) AS line_count, (SELECT sum(amount) FROM unnest(s.amounts) AS amount) AS total
      FROM (
        SELECT g.course_id, g.coverage_id, g.place_of_service, g.encounter_id,
               g.entry_ids[part.first:part.first + {LINES_PER_CLAIM} - 1] AS entry_ids,
               g.amounts[part.first:part.first + {LINES_PER_CLAIM} - 1] AS amounts,
               array_to_string(g.bodies[part.first:part.first + {LINES_PER_CLAIM} - 1], E'\\x1e') AS lines,
               c.patient_id, c.facility_id, c.physician_id, v.payer_id,
               (SELECT array_agg(d.code ORDER BY d.position)
                  FROM oncocharge_courses_coursediagnosis d WHERE d.course_id = g.course_id) AS diagnoses
          FROM ({_GROUPS}) AS g
         CROSS JOIN LATERAL generate_series(1, g.line_count, {LINES_PER_CLAIM}) AS part(first)
          JOIN oncocharge_courses_course c ON c.id = g.course_id
          JOIN oncocharge_patients_coverage v ON v.id = g.coverage_id
         ORDER BY c.facility_id, v.payer_id, v.member_id, g.coverage_id, g.course_id, g.place_of_service,
                  g.encounter_id, part.first) AS s
"""

_COUNT = "SELECT count(*), COALESCE(sum(line_count), 0)::bigint FROM export_claim"


class Gathered(NamedTuple):
    """What stands in ``export_claim``; ``late`` lines stay behind, because their filing limit has passed."""

    claims: int
    lines: int
    late: int


def gather(*, payer_ids: Sequence[int], at: datetime) -> Gathered:
    """Lock the courses, pick the lines and group them; the same number of statements whatever there is.

    One claim is one patient, coverage, place of service, inpatient stay and course (and so one facility and one
    rendering provider) and has at most 50 lines. Lines that are held, reversed, unpriced or on a claim are
    left alone. Claims are numbered in the order of the file: facility, payer, subscriber, course.

    Args:
        payer_ids: the payers whose claims the partner takes.
        at: the moment of the export; it decides which lines are too late.
    """
    payers = list(payer_ids)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        cursor.execute(_SETTINGS)
        cursor.execute(_LOCK_COURSES, [payers])
        cursor.execute("ANALYZE export_course")
        late = hold_late(payer_ids=payers, at=at)
        cursor.execute(_GROUP, [payers])
        cursor.execute(_COUNT)
        claims, lines = cursor.fetchone()
    return Gathered(claims, lines, late)
