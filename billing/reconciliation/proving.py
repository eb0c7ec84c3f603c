"""The proof: sessions with beam = delivery lines, and every line on its way. Counted in SQL, without asking the rules.

One statement reads everything, so that all of it is of one moment; its cost grows with the days asked for, not with
the number of courses. Nothing is mended here: what does not agree is listed and kept.
"""

import json
import logging
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from billing.models import Proof, ProofGap
from billing.reconciliation.gaps import NO_LINE_CODES, NO_TECHNICAL_PART, RESUMED, GapKind

logger = logging.getLogger(__name__)

MOST_KEPT = 1000
"""How many gaps are kept with a proof; the number of all is kept in any case."""
FIRST_DAY = date(1900, 1, 1)

_FACTS = f"""
    sessions AS MATERIALIZED (
        SELECT s.id, s.course_id, c.facility_id, s.treated_on, f.bills = 'professional' AS has_no_technical_part,
               p.id IS NOT NULL AS is_resumption
          FROM oncocharge_courses_session s
          LEFT JOIN oncocharge_courses_course c ON c.id = s.course_id
          LEFT JOIN oncocharge_patients_facility f ON f.id = c.facility_id
          LEFT JOIN oncocharge_courses_session p
            ON p.id = s.resumes_id AND p.status = 'partial' AND p.signed_at IS NOT NULL AND p.cancelled_at IS NULL
           AND (p.starts_at, p.id) < (s.starts_at, s.id)
         WHERE s.signed_at IS NOT NULL AND s.cancelled_at IS NULL AND s.status <> 'aborted'
           AND s.treated_on BETWEEN %(first)s AND %(last)s AND (%(all)s OR c.facility_id = %(facility)s)),
    entries AS MATERIALIZED (
        SELECT e.id, e.course_id, c.facility_id, e.session_id, e.service_on, e.family
          FROM oncocharge_billing_ledgerentry e
          LEFT JOIN oncocharge_courses_course c ON c.id = e.course_id
          LEFT JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = e.id
         WHERE e.kind = 'charge' AND v.id IS NULL
           AND e.service_on BETWEEN %(first)s AND %(last)s AND (%(all)s OR c.facility_id = %(facility)s)),
    lines AS MATERIALIZED (SELECT * FROM entries WHERE family = 'delivery'),
    counted AS (
        SELECT l.session_id, count(*) AS lines, min(l.id) AS first_id,
               bool_or(l.service_on <> s.treated_on OR l.course_id <> s.course_id) AS is_elsewhere
          FROM lines l JOIN sessions s ON s.id = l.session_id GROUP BY l.session_id),
    said AS (
        SELECT subject, min(code) AS code FROM oncocharge_billing_standingfinding
         WHERE resolved_at IS NULL AND entry_id IS NULL AND code = ANY(%(codes)s) GROUP BY subject),
    judged AS MATERIALIZED (
        SELECT s.*, COALESCE(n.lines, 0) AS lines, n.first_id, n.is_elsewhere,
               CASE WHEN s.is_resumption THEN '{RESUMED}'
                    WHEN n.lines IS NOT NULL THEN NULL
                    WHEN s.has_no_technical_part THEN '{NO_TECHNICAL_PART}' ELSE f.code END AS reason
          FROM sessions s
          LEFT JOIN counted n ON n.session_id = s.id
          LEFT JOIN said f ON f.subject = 'session:' || s.id)
"""
_OF_SESSIONS = f"""
        SELECT '{GapKind.TREATED_NOT_CHARGED}' AS kind, j.facility_id, j.course_id, j.id AS session_id,
               NULL::bigint AS entry_id, NULL::bigint AS claim_id, j.treated_on AS "on",
               CASE WHEN m.error <> '' THEN 'The charges of the course could not be derived: ' || m.error
                    WHEN m.course_id IS NULL OR m.course_revision <> c.revision
                    THEN 'The course changed and its charges are not derived yet; that takes a minute at most.'
                    WHEN EXISTS (SELECT FROM oncocharge_billing_ledgerentry e
                                  WHERE e.session_id = j.id AND e.family = 'delivery' AND e.kind = 'charge')
                    THEN 'Its line was reversed, and nothing came in its place.'
                    WHEN EXISTS (SELECT FROM oncocharge_billing_standingfinding g
                                  WHERE g.subject = 'session:' || j.id AND g.code = 'pair-never-together'
                                    AND g.entry_id IS NULL AND g.resolved_at IS NULL)
                    THEN 'A finding says that a line of it never stands beside another of the day. Look which.'
                    ELSE 'No finding says why.' END AS why
          FROM judged j
          LEFT JOIN oncocharge_courses_course c ON c.id = j.course_id
          LEFT JOIN oncocharge_billing_capturemark m ON m.course_id = j.course_id
         WHERE j.lines = 0 AND j.reason IS NULL
         UNION ALL
        SELECT '{GapKind.DOUBLE}', facility_id, course_id, id, first_id, NULL, treated_on,
               CASE WHEN is_resumption THEN 'It completes another session, which has the line of both.'
                    ELSE lines || ' delivery lines stand for it.' END
          FROM judged WHERE lines > 1 OR (is_resumption AND lines > 0)
         UNION ALL
        SELECT '{GapKind.OTHER_DAY}', facility_id, course_id, id, first_id, NULL, treated_on,
               'Session and line differ in day or course.'
          FROM judged WHERE lines = 1 AND is_elsewhere AND NOT is_resumption
         UNION ALL
        SELECT '{GapKind.CHARGED_NOT_TREATED}', l.facility_id, l.course_id, l.session_id, l.id, NULL, l.service_on,
               CASE WHEN l.session_id IS NULL THEN 'The line names no session.'
                    WHEN s.id IS NULL THEN 'Its session is no longer in the database.'
                    WHEN s.cancelled_at IS NOT NULL THEN 'Its session is cancelled.'
                    WHEN s.signed_at IS NULL THEN 'Its session is not signed.'
                    ELSE 'Its session was aborted before beam.' END
          FROM lines l LEFT JOIN oncocharge_courses_session s ON s.id = l.session_id
         WHERE s.id IS NULL OR s.cancelled_at IS NOT NULL OR s.signed_at IS NULL OR s.status = 'aborted'
"""
# A session that is gone from its table is asked of its history, which triggers write and nothing deletes.
_OF_HISTORY = f"""
        SELECT '{GapKind.VANISHED}', c.facility_id, h.course_id, h.pgh_obj_id, NULL, NULL, h.treated_on,
               'Known from the history alone, as session of this day.'
          FROM (SELECT DISTINCT ON (v.pgh_obj_id) v.* FROM oncocharge_courses_sessionevent v
                 WHERE v.treated_on BETWEEN %(first)s AND %(last)s
                   AND NOT EXISTS (SELECT FROM oncocharge_courses_session s WHERE s.id = v.pgh_obj_id)
                 ORDER BY v.pgh_obj_id, v.pgh_id DESC) AS h
          LEFT JOIN oncocharge_courses_course c ON c.id = h.course_id
         WHERE h.signed_at IS NOT NULL AND h.cancelled_at IS NULL AND (%(all)s OR c.facility_id = %(facility)s)
           AND NOT EXISTS (SELECT FROM lines l WHERE l.session_id = h.pgh_obj_id)
"""
# An export that was asked of one partner alone says nothing of the others' lines.
_OF_LINES = f"""
        SELECT CASE WHEN w.entry_id IS NULL THEN '{GapKind.OUT_OF_SIGHT}' ELSE '{GapKind.NOT_EXPORTED}' END,
               e.facility_id, e.course_id, e.session_id, e.id, NULL, e.service_on,
               CASE WHEN w.entry_id IS NULL THEN 'It is missing in the list of waiting lines.'
                    ELSE 'Released before the export of ' || to_char(x.at, 'YYYY-MM-DD') || ', which left it.' END
          FROM entries e
          LEFT JOIN oncocharge_billing_claimline k ON k.entry_id = e.id AND k.sequence = 'P' AND k.ended_at IS NULL
          LEFT JOIN oncocharge_billing_waitingline w ON w.entry_id = e.id
          LEFT JOIN oncocharge_billing_review r ON r.entry_id = e.id AND r.state = 'released'
          LEFT JOIN (SELECT max(started_at) AS at FROM oncocharge_billing_exportrun
                      WHERE finished_at IS NOT NULL AND started_by <> 'command') AS x ON x.at > r.at
         WHERE k.entry_id IS NULL AND (w.entry_id IS NULL OR x.at IS NOT NULL)
           AND NOT EXISTS (SELECT FROM oncocharge_billing_standingfinding f
                            WHERE f.entry_id = e.id AND f.code = 'replaces-claimed-line' AND f.resolved_at IS NULL
                              AND w.entry_id IS NOT NULL)
         UNION ALL
        SELECT '{GapKind.IN_NO_FILE}', o.facility_id, n.course_id, n.session_id, n.id, k.claim_id, n.service_on,
               CASE WHEN c.id IS NULL THEN 'Its claim is gone.'
                    WHEN f.id IS NULL THEN 'The file of its claim is gone.'
                    WHEN f.sha256 = '' THEN 'The file of its claim was never sealed.'
                    ELSE 'The file of its claim has lost its bytes.' END
          FROM oncocharge_billing_ledgerentry n
          JOIN oncocharge_billing_claimline k ON k.entry_id = n.id AND k.ended_at IS NULL
          LEFT JOIN oncocharge_courses_course o ON o.id = n.course_id
          LEFT JOIN oncocharge_billing_claim c ON c.id = k.claim_id
          LEFT JOIN oncocharge_billing_claimfile f ON f.id = c.file_id
         WHERE n.service_on BETWEEN %(first)s AND %(last)s AND (%(all)s OR o.facility_id = %(facility)s)
           AND (f.id IS NULL OR f.sha256 = ''
                OR NOT EXISTS (SELECT FROM oncocharge_billing_claimfilepart p WHERE p.file_id = f.id))
         UNION ALL
        SELECT '{GapKind.CLAIMED_NOT_CHARGED}', c.facility_id, c.course_id, NULL, k.entry_id, k.claim_id, NULL,
               'The line of the ledger is gone, and its day with it.'
          FROM oncocharge_billing_claimline k
          LEFT JOIN oncocharge_billing_claim c ON c.id = k.claim_id
         WHERE %(is_whole)s AND k.ended_at IS NULL
           AND NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry n WHERE n.id = k.entry_id)
"""
_COUNT = """
    WITH {facts},
    gaps AS MATERIALIZED ({gaps}),
    kept AS (SELECT * FROM gaps ORDER BY "on" DESC NULLS FIRST, kind, course_id, session_id, entry_id LIMIT {most})
    SELECT (SELECT count(*) FROM sessions), (SELECT count(*) FROM lines), (SELECT count(*) FROM gaps),
           (SELECT COALESCE(json_object_agg(reason, many), '{{}}')::text
              FROM (SELECT reason, count(*) AS many FROM judged WHERE reason IS NOT NULL GROUP BY reason) AS r),
           (SELECT COALESCE(json_agg(json_build_array(
                     kind, facility_id, course_id, session_id, entry_id, claim_id, "on", why)), '[]')::text FROM kept)
"""
_PROVE = _COUNT.format(facts=_FACTS, gaps=" UNION ALL ".join((_OF_SESSIONS, _OF_HISTORY, _OF_LINES)), most=MOST_KEPT)
_PROVE_SESSIONS = _COUNT.format(facts=_FACTS, gaps=_OF_SESSIONS, most=MOST_KEPT)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that does not agree, by the numbers of what is concerned; what they name may be gone."""

    kind: GapKind
    facility_id: int | None
    course_id: int | None
    session_id: int | None
    entry_id: int | None
    claim_id: int | None
    on: date | None
    why: str


@dataclass(frozen=True, slots=True)
class Proved:
    """What was counted. ``gaps`` are the first of ``unreconciled``, those of the latest days first."""

    from_on: date | None
    to_on: date
    sessions: int
    lines: int
    explained: dict[str, int]
    unreconciled: int
    gaps: tuple[Gap, ...]

    @property
    def is_reconciled(self) -> bool:
        """Whether everything agrees."""
        return self.unreconciled == 0


def prove(
    *, to_on: date, from_on: date | None = None, facility_id: int | None = None, sessions_alone: bool = False
) -> Proved:
    """Count sessions, lines and claims of these days of service, both inclusive, and compare. One statement; no write.

    1. A signed session with beam has one delivery line; it has none where it completes a partial session, where the
       practice bills no technical part, or where a finding stands in place of the line.
    2. A delivery line has a signed session with beam behind it, of its day and course.
    3. A session that the history knows has not vanished.
    4. A line that was released before an export ran is on a claim, or waits for the correction of one; and a line
       on no claim waits on the worklist.
    5. A line on a claim is in the ledger, and its claim in a sealed file.

    Args:
        from_on: without it all days up to ``to_on`` are looked at.
        facility_id: only this facility's courses.
        sessions_alone: asks no more than 1 and 2, at the cost of the days alone.
    """
    asked: dict[str, date | bool | int | list[str] | None] = {
        "first": from_on or FIRST_DAY, "last": to_on, "all": facility_id is None, "facility": facility_id,
        "codes": list(NO_LINE_CODES), "is_whole": from_on is None and facility_id is None,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        # Years of sessions must join in memory; and the statement is not worth compiling.
        cursor.execute("SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)")
        cursor.execute(_PROVE_SESSIONS if sessions_alone else _PROVE, asked)
        ((sessions, lines, unreconciled, explained, gaps),) = cursor.fetchall()
    return Proved(
        from_on, to_on, sessions, lines, json.loads(explained), unreconciled, tuple(map(_gap, json.loads(gaps)))
    )


def prove_and_keep(*, to_on: date, started_by: str, from_on: date | None = None) -> Proof:
    """Prove, and keep what was found for good. A second run is another proof.

    Args:
        started_by: ``nightly``, ``command`` or the user's id.
    """
    with transaction.atomic():
        found = prove(to_on=to_on, from_on=from_on)
        kept = Proof.objects.create(
            started_by=started_by,
            from_on=from_on,
            to_on=to_on,
            sessions=found.sessions,
            lines=found.lines,
            explained=found.explained,
            unreconciled=found.unreconciled,
        )
        ProofGap.objects.bulk_create(_row(kept, gap) for gap in found.gaps)
    kept.refresh_from_db()
    logger.info(
        "proof %s: %d sessions, %d lines, %d unreconciled", kept.pk, kept.sessions, kept.lines, found.unreconciled
    )
    return kept


def _gap(told: list[Any]) -> Gap:
    kind, facility, course, session, entry, claim, on, why = told
    return Gap(GapKind(kind), facility, course, session, entry, claim, date.fromisoformat(on) if on else None, why)


def _row(proof: Proof, gap: Gap) -> ProofGap:
    return ProofGap(
        proof=proof,
        kind=gap.kind.value,
        facility_number=gap.facility_id,
        course_number=gap.course_id,
        session_number=gap.session_id,
        entry_number=gap.entry_id,
        claim_number=gap.claim_id,
        on=gap.on,
        why=gap.why[:200],
    )
