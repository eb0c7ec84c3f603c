"""Which released lines a partner's next file takes, and how they group into claims. All of it in SQL.

The result stands in temporary tables for the rest of the transaction: ``export_course`` (locked) and
``export_claim``. Nothing is written to the house's own tables here, but that lines which have become too late are
held, so that a claim found incomplete afterwards costs nothing but its number.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import connection

from billing.claims.batch import BATCHES, FIRST, Batch
from billing.claims.chains import WAITS_FOR_CORRECTION
from billing.claims.late import hold_late
from billing.claims.printing import AUTHORIZATION, ENCOUNTER, NAMED, REVENUE_CODE, line_body
from billing.ledger import IS_CAPTURED

FORGET = """
    DROP TABLE IF EXISTS pg_temp.export_fault, pg_temp.export_claim, pg_temp.export_follow_up_claim,
                         pg_temp.export_follow_up_line,
                         pg_temp.export_follow_up, pg_temp.export_course
"""

# A large night must sort and join in memory; no plan of these few statements is worth compiling; and the days in a
# line's text are read back by us.
SETTINGS = """
    SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true),
           set_config('lock_timeout', '300s', true), set_config('datestyle', 'ISO', true)
"""

# The mark is the mutex of a course's money (billing/ledger.py): under its lock neither the lines, nor the reviews,
# nor the findings of the course change until we commit. A course whose facts changed since its last capture waits:
# what it shows may no longer be what it earns. Both kinds of lines are looked for at once: a partner without
# institutional lines is asked about them only here.
_LOCK_COURSES = """
    CREATE TEMP TABLE export_course ON COMMIT DROP AS
    WITH waiting AS MATERIALIZED (
        SELECT e.course_id, bool_or(e.claim_kind = 'institutional') AS is_institutional
          FROM oncocharge_billing_waitingline w
          JOIN oncocharge_billing_review r ON r.entry_id = w.entry_id AND r.state = 'released'
          JOIN oncocharge_billing_ledgerentry e ON e.id = w.entry_id
         GROUP BY e.course_id)
    SELECT m.course_id, w.is_institutional
      FROM waiting w
      JOIN oncocharge_billing_capturemark m ON m.course_id = w.course_id
      JOIN oncocharge_courses_course c ON c.id = m.course_id AND c.revision = m.course_revision
     WHERE m.error = ''
       AND EXISTS (SELECT FROM oncocharge_patients_coverage v
                    WHERE v.patient_id = c.patient_id AND v.payer_id = ANY(%s))
     ORDER BY m.course_id
       FOR UPDATE OF m
"""

# Asked where the coverages are read, so that no coverage is met that the lines were not derived from. COALESCE around
# conditions keeps PostgreSQL from believing that hardly a line meets them, and from looking each up.
_LINES = """
    SELECT e.id, e.course_id, v.id AS coverage_id, e.place_of_service, e.service_on, e.amount,
           {apart}, {revenue_code} AS revenue_code, {body} AS body
      FROM export_course x
      JOIN oncocharge_billing_capturemark m ON m.course_id = x.course_id
      JOIN oncocharge_courses_course c ON c.id = x.course_id AND COALESCE({captured}, false)
      JOIN oncocharge_billing_ledgerentry e ON e.course_id = c.id
      JOIN oncocharge_patients_coverage v ON v.patient_id = c.patient_id AND v.rank = 'primary'
       AND COALESCE(e.service_on BETWEEN v.effective_from AND COALESCE(v.effective_to, 'infinity'), false)
     WHERE e.id IN (SELECT w.entry_id FROM oncocharge_billing_waitingline w
                      JOIN oncocharge_billing_review r ON r.entry_id = w.entry_id AND r.state = 'released')
       AND e.kind = 'charge' AND e.claim_kind = '{kind}' AND e.amount > 0 AND v.payer_id = ANY(%s)
       AND NOT EXISTS (SELECT FROM oncocharge_billing_standingfinding f
                        WHERE f.entry_id = e.id AND f.severity = 'hold' AND f.source <> 'claim'
                          AND f.resolved_at IS NULL AND f.overridden_at IS NULL)
       AND NOT ({waits})
"""

_GROUPS = """
    SELECT course_id, coverage_id, place_of_service, encounter_id, authorization_number, month, count(*) AS line_count,
           sum(amount) AS total, array_agg(id ORDER BY service_on, id) AS entry_ids,
           array_agg(amount ORDER BY service_on, id) AS amounts,
           string_agg(body, E'\\x1e' ORDER BY service_on, id) AS lines {revenue_codes}
      FROM ({lines}) AS line
     GROUP BY course_id, coverage_id, place_of_service, encounter_id, authorization_number, month
"""

# Hardly a group has more lines than one claim takes, so only such a one is taken apart.
_CUT = "CASE WHEN g.line_count <= {most} THEN {whole} ELSE {part} END"

_GROUP = """
    CREATE TEMP TABLE export_claim ON COMMIT DROP AS
    SELECT nextval((SELECT pg_get_serial_sequence('oncocharge_billing_claim', 'id'))::regclass) AS claim_id, s.*
      FROM (
        SELECT g.course_id, g.coverage_id, g.place_of_service, g.encounter_id, g.authorization_number,
               {cut_entry_ids} AS entry_ids, {cut_amounts} AS amounts, {cut_lines} AS lines, {cut_total} AS total,
               {cut_revenue_codes} AS revenue_codes, LEAST({most}, g.line_count - g.first + 1)::int AS line_count,
               c.patient_id, c.facility_id, c.physician_id, {named} AS named, v.payer_id,
               (SELECT array_agg(d.code ORDER BY d.position)
                  FROM oncocharge_courses_coursediagnosis d WHERE d.course_id = g.course_id) AS diagnoses
          FROM (SELECT g.*, generate_series(1, g.line_count, {most}) AS first FROM ({groups}) AS g) AS g
          JOIN oncocharge_courses_course c ON c.id = g.course_id
          JOIN oncocharge_patients_coverage v ON v.id = g.coverage_id
         ORDER BY c.facility_id, v.payer_id, v.member_id COLLATE "C", g.coverage_id, g.course_id, g.place_of_service,
                  g.encounter_id, g.month, g.authorization_number, g.first) AS s
"""

_COUNT = """
    SELECT count(*), COALESCE(sum(line_count), 0)::bigint,
           EXISTS (SELECT FROM export_course WHERE is_institutional),
           ARRAY(SELECT DISTINCT c.claim_kind FROM oncocharge_billing_followup f
                   JOIN oncocharge_billing_claim c ON c.id = f.claim_id
                   LEFT JOIN oncocharge_patients_coverage v ON v.id = f.coverage_id
                  WHERE f.sent_as_id IS NULL AND f.done_at IS NULL AND f.cancelled_at IS NULL
                    AND COALESCE(v.payer_id, c.payer_id) = ANY(%s))
      FROM export_claim
"""


class Gathered(NamedTuple):
    """What stands in ``export_claim``, what stays behind, and what else waits for the partner."""

    claims: int
    lines: int
    late: int = 0
    """Lines that stay behind, because their filing limit has passed."""
    left: int = 0
    """Follow-ups that cannot be sent as things are; each says why."""
    also_waiting: tuple[Batch, ...] = ()
    """Other batches of which something may wait; told by the first batch alone."""


def gather_lines(*, batch: Batch, payer_ids: Sequence[int], at: datetime) -> Gathered:
    """Lock the courses, pick the lines and group them; the same number of statements whatever there is.

    One claim is one patient, coverage, place of service and course (and so one facility and one physician). On an
    837P also one inpatient stay, and at most 50 lines; on an 837I one calendar month, by which recurring services are
    billed, one authorization, which has no place at its lines, and at most 999. Lines that are held, reversed,
    unpriced, on a claim or waiting for a correction are left alone. Claims are numbered in the order of the file:
    facility, payer, subscriber, course.

    Args:
        batch: first claims of a kind.
        payer_ids: the payers whose claims the partner takes.
        at: the moment of the export; it decides which lines are too late.
    """
    payers = list(payer_ids)
    with connection.cursor() as cursor:
        cursor.execute(FORGET)
        cursor.execute(SETTINGS)
        cursor.execute(_LOCK_COURSES, [payers])
        cursor.execute("ANALYZE export_course")
        late = hold_late(payer_ids=payers, claim_kind=batch.claim_kind, at=at)
        cursor.execute(_group_statement(batch), [payers])
        cursor.execute(_COUNT, [payers])
        claims, lines, has_institutional, follow_up_kinds = cursor.fetchone()
    also = _also_waiting(has_institutional, follow_up_kinds) if batch == FIRST else ()
    return Gathered(claims, lines, late, also_waiting=also)


def _also_waiting(has_institutional: bool, follow_up_kinds: Sequence[str]) -> tuple[Batch, ...]:
    return tuple(
        batch
        for batch in BATCHES[1:]
        if (batch.claim_kind.value in follow_up_kinds if batch.is_follow_up else has_institutional)
    )


@cache
def _group_statement(batch: Batch) -> str:
    """Return the statement that picks and groups the lines of a kind."""
    lines = _LINES.format(
        kind=batch.claim_kind,
        body=line_body(batch.claim_kind),
        captured=IS_CAPTURED,
        waits=WAITS_FOR_CORRECTION,
        **(
            {
                "apart": f"NULL::bigint AS encounter_id, {AUTHORIZATION} AS authorization_number,"
                " date_trunc('month', e.service_on) AS month",
                "revenue_code": REVENUE_CODE,
            }
            if batch.is_institutional
            else {
                "apart": f"{ENCOUNTER} AS encounter_id, '' AS authorization_number, NULL::date AS month",
                "revenue_code": "''",
            }
        ),
    )
    revenue_codes = ", array_agg(revenue_code ORDER BY service_on, id) AS revenue_codes"
    most = batch.lines_per_claim
    part = f"[g.first:g.first + {most} - 1]"
    cut = {
        "entry_ids": f"g.entry_ids{part}",
        "amounts": f"g.amounts{part}",
        "lines": f"array_to_string((string_to_array(g.lines, E'\\x1e')){part}, E'\\x1e')",
        "total": f"(SELECT sum(amount) FROM unnest(g.amounts{part}) AS amount)",
    }
    if batch.is_institutional:
        cut["revenue_codes"] = f"g.revenue_codes{part}"
    cuts = {f"cut_{name}": _CUT.format(most=most, whole=f"g.{name}", part=of_it) for name, of_it in cut.items()}
    return _GROUP.format(
        groups=_GROUPS.format(lines=lines, revenue_codes=revenue_codes if batch.is_institutional else ""),
        most=most,
        named=NAMED,
        **{"cut_revenue_codes": "NULL::text[]", **cuts},
    )
