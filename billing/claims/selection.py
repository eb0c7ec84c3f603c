"""Which released lines a partner's next file takes, and how they group into claims. All of it in SQL.

The result stands in temporary tables for the rest of the transaction: ``export_course`` (locked), ``export_line``,
``export_claim``. Nothing is written to the house's own tables here, so that a claim found incomplete
afterwards costs nothing but its number.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

LINES_PER_CLAIM = 50
FIELD, LINE = "\x1f", "\x1e"
"""What stands between the fields of a line and between the lines of a claim, in ``export_claim.lines``."""

_FORGET = "DROP TABLE IF EXISTS pg_temp.export_fault, pg_temp.export_claim, pg_temp.export_line, pg_temp.export_course"

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
             FROM oncocharge_billing_review r
             JOIN oncocharge_billing_ledgerentry e ON e.id = r.entry_id AND e.claim_kind = 'professional'
            WHERE r.state = 'released'
              AND NOT EXISTS (SELECT FROM oncocharge_billing_claimline l WHERE l.entry_id = r.entry_id))
       AND EXISTS (SELECT FROM oncocharge_patients_coverage v
                    WHERE v.patient_id = c.patient_id AND v.payer_id = ANY(%s))
     ORDER BY m.course_id
       FOR UPDATE OF m
"""

# The text of a line is finished here: PostgreSQL prints numbers and dates several times faster than Python.
_SELECT_LINES = """
    CREATE TEMP TABLE export_line ON COMMIT DROP AS
    SELECT entry_id, course_id, coverage_id, place_of_service, encounter_id, service_on, amount, body,
           row_number() OVER (PARTITION BY course_id, coverage_id, place_of_service, encounter_id
                                  ORDER BY service_on, entry_id) - 1 AS place
      FROM (
        SELECT e.id AS entry_id, e.course_id, v.id AS coverage_id, e.place_of_service, e.service_on, e.amount,
               CASE WHEN e.place_of_service = '21' THEN (
                    SELECT n.id FROM oncocharge_patients_encounter n
                     WHERE n.patient_id = c.patient_id AND n.is_inpatient
                       AND e.service_on BETWEEN n.starts_on AND COALESCE(n.ends_on, 'infinity')
                     ORDER BY n.starts_on, n.id LIMIT 1) END AS encounter_id,
               'L' || e.id || E'\\x1f' || e.code || E'\\x1f' || trim_scale(e.amount) || E'\\x1f' || e.units
               || E'\\x1f' || to_char(e.service_on, 'YYYYMMDD') || E'\\x1f' || array_to_string(e.modifiers, ':')
               || E'\\x1f' || translate(e.narrative, E'\\x1e\\x1f', '  ') || E'\\x1f'
               || CASE WHEN e.course_id IN (SELECT course_id FROM oncocharge_billing_authorization) THEN COALESCE((
                    SELECT a.number FROM oncocharge_billing_authorization a
                     WHERE a.course_id = e.course_id AND e.code = ANY(a.codes)
                       AND e.service_on BETWEEN a.effective_from AND a.effective_to
                     ORDER BY a.effective_to, a.id LIMIT 1), '') ELSE '' END AS body
          FROM export_course x
          JOIN oncocharge_courses_course c ON c.id = x.course_id
          JOIN oncocharge_billing_ledgerentry e ON e.course_id = c.id
          JOIN oncocharge_billing_review r ON r.entry_id = e.id AND r.state = 'released'
          JOIN oncocharge_patients_coverage v ON v.patient_id = c.patient_id AND v.rank = 'primary'
           AND e.service_on BETWEEN v.effective_from AND COALESCE(v.effective_to, 'infinity')
         WHERE e.kind = 'charge' AND e.claim_kind = 'professional' AND e.amount > 0 AND v.payer_id = ANY(%s)
           AND NOT EXISTS (SELECT FROM oncocharge_billing_claimline l WHERE l.entry_id = e.id)
           AND NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry u WHERE u.reverses_id = e.id)
           AND NOT EXISTS (SELECT FROM oncocharge_billing_standingfinding f
                            WHERE f.entry_id = e.id AND f.severity = 'hold' AND f.source <> 'claim'
                              AND f.resolved_at IS NULL AND f.overridden_at IS NULL)
      ) AS released
"""

_GROUP = f"""
    CREATE TEMP TABLE export_claim ON COMMIT DROP AS
    SELECT nextval((SELECT pg_get_serial_sequence('oncocharge_billing_claim', 'id'))::regclass) AS claim_id, g.*
      FROM (
        SELECT l.course_id, l.coverage_id, l.place_of_service, l.encounter_id, l.part, l.total, l.line_count, l.lines,
               c.patient_id, c.facility_id, c.physician_id, v.payer_id, d.codes AS diagnoses
          FROM (
            SELECT course_id, coverage_id, place_of_service, encounter_id, place / {LINES_PER_CLAIM} AS part,
                   sum(amount) AS total, count(*) AS line_count, string_agg(body, E'\\x1e' ORDER BY place) AS lines
              FROM export_line
             GROUP BY course_id, coverage_id, place_of_service, encounter_id, part) AS l
          JOIN oncocharge_courses_course c ON c.id = l.course_id
          JOIN oncocharge_patients_coverage v ON v.id = l.coverage_id
          LEFT JOIN (
            SELECT course_id, array_agg(code ORDER BY position) AS codes
              FROM oncocharge_courses_coursediagnosis
             WHERE course_id IN (SELECT course_id FROM export_line)
             GROUP BY course_id) AS d ON d.course_id = l.course_id
         ORDER BY c.facility_id, v.payer_id, v.member_id, l.coverage_id, l.course_id, l.place_of_service,
                  l.encounter_id, l.part) AS g
"""

LINE_IS_OF_CLAIM = f"""
    l.course_id = c.course_id AND l.coverage_id = c.coverage_id AND l.place_of_service = c.place_of_service
    AND l.encounter_id IS NOT DISTINCT FROM c.encounter_id AND l.place / {LINES_PER_CLAIM} = c.part
"""
"""Joins ``export_line l`` to ``export_claim c``."""

_COUNT = "SELECT count(*), COALESCE(sum(line_count), 0)::bigint FROM export_claim"


class Gathered(NamedTuple):
    """What stands in ``export_claim``."""

    claims: int
    lines: int


def gather(*, payer_ids: Sequence[int]) -> Gathered:
    """Lock the courses, pick the lines and group them; the same number of statements whatever there is.

    One claim is one patient, coverage, place of service, inpatient stay and course (and so one facility and one
    rendering provider) and has at most 50 lines. Lines that are held, reversed, unpriced or on a claim are
    left alone. Claims are numbered in the order of the file: facility, payer, subscriber, course.

    Args:
        payer_ids: the payers whose claims the partner takes.
    """
    payers = list(payer_ids)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET)
        cursor.execute(_SETTINGS)
        cursor.execute(_LOCK_COURSES, [payers])
        cursor.execute("ANALYZE export_course")
        cursor.execute(_SELECT_LINES, [payers])
        cursor.execute("ANALYZE export_line")
        cursor.execute(_GROUP)
        cursor.execute("ANALYZE export_claim")
        cursor.execute(_COUNT)
        return Gathered(*cursor.fetchone())
