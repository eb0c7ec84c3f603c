"""Posts what was gathered: answers become events of claims, refused claims are opened again, replies go on files.

A fixed number of statements, however many claims are answered. Everything is keyed by receipt and segment: posting the
same receipt a second time changes nothing.
"""

from typing import NamedTuple

from django.db import connection

from billing import claims, ledger
from billing.acknowledgment.answers import ANSWER_COLUMNS, Answers, WholeFile
from billing.acknowledgment.files import note_delivered, note_replies, note_taken
from billing.acknowledgment.reopening import ACCEPTED_AND_OPEN, LATE, contradicted_claims, reopen_refused
from billing.claims.standing_again import stand_again
from billing.x12.reading import Deviation

MOST_NAMED = 1000
"""Warnings of one kind that are named; the rest is counted."""

_MAKE = """
    DROP TABLE IF EXISTS pg_temp.answer, pg_temp.said;
    CREATE TEMP TABLE answer (
        position integer, control_number text, file_id bigint, level text, outcome text, codes varchar(12)[],
        message text, place text, payer_claim_number text, said_on date, entry_id bigint, is_general boolean,
        charge numeric, is_for_us boolean
    ) ON COMMIT DROP
"""
_WHOLE_FILES = """
    INSERT INTO answer
    SELECT w.position, c.control_number, c.file_id, w.level, 'rejected', string_to_array(w.codes, ' '), w.message,
           '', '', w.said_on, NULL, true, NULL, true
      FROM unnest(%s::bigint[], %s::integer[], %s::text[], %s::text[], %s::text[], %s::date[])
           AS w(file_id, position, level, codes, message, said_on)
      JOIN oncocharge_billing_claim c ON c.file_id = w.file_id
"""
# Claim numbers are short: another practice has the same ones. An answer that came astray gives itself away by what the
# claim charges, unless it answers the very batch in which we sent it.
_IS_OURS = "(a.charge IS NULL OR a.charge = c.total_amount OR (a.is_for_us AND a.file_id = c.file_id))"
_FIND_CLAIMS = f"""
    CREATE TEMP TABLE said ON COMMIT DROP AS
    SELECT a.position, a.level, a.outcome, a.codes, a.message, a.payer_claim_number, a.said_on, a.entry_id,
           CASE WHEN l.number IS NULL THEN a.place ELSE 'line ' || l.number END AS place,
           a.file_id AS batch_file_id, c.id AS claim_id, c.file_id, c.course_id
      FROM answer a
      JOIN oncocharge_billing_claim c ON c.control_number = a.control_number
      LEFT JOIN oncocharge_billing_claimline l ON l.claim_id = c.id AND l.entry_id = a.entry_id
     WHERE {_IS_OURS}
       AND (NOT a.is_general
            OR NOT EXISTS (SELECT FROM answer o
                            WHERE o.control_number = a.control_number AND o.level = a.level AND NOT o.is_general
                              AND o.outcome <> 'noted'))
"""
_UNKNOWN = """
    SELECT a.position, a.control_number, count(*) OVER () FROM answer a
     WHERE a.outcome <> 'noted' AND NOT EXISTS (
           SELECT FROM oncocharge_billing_claim c WHERE c.control_number = a.control_number)
     ORDER BY a.position LIMIT %s
"""
_OTHER_CHARGE = f"""
    SELECT a.position, a.control_number, count(*) OVER ()
      FROM answer a JOIN oncocharge_billing_claim c ON c.control_number = a.control_number
     WHERE a.entry_id IS NULL AND a.outcome <> 'noted' AND NOT {_IS_OURS}
     ORDER BY a.position LIMIT %s
"""
_OTHER_BATCH = """
    SELECT s.position, c.control_number, count(*) OVER ()
      FROM said s JOIN oncocharge_billing_claim c ON c.id = s.claim_id
     WHERE s.batch_file_id <> s.file_id
     ORDER BY s.position LIMIT %s
"""
# Courses of which a claim may lose its lines, or get them back.
_COURSES = """
    SELECT DISTINCT s.course_id FROM said s
      JOIN oncocharge_billing_claim c ON c.id = s.claim_id
      LEFT JOIN oncocharge_billing_claimstanding t ON t.claim_id = s.claim_id
     WHERE s.outcome = 'rejected' OR t.state = 'rejected' OR c.frequency = '8'
"""
_EVENTS = """
    INSERT INTO oncocharge_billing_claimevent
           (receipt_id, position, claim_id, level, outcome, codes, message, "where", payer_claim_number, said_on)
    SELECT %s, position, claim_id, level, outcome, codes, message, left(place, 120), payer_claim_number, said_on
      FROM said
     ORDER BY claim_id, position
        ON CONFLICT DO NOTHING
"""
_FILES = "SELECT DISTINCT file_id FROM said WHERE level IN ('clearinghouse', 'payer')"


class Posted(NamedTuple):
    """What came of the acknowledgments of a receipt."""

    answers: int
    reopened: int


def post_answers(*, answers: Answers) -> Posted:
    """Post all that was gathered; to be called last, after the receipt's remittances.

    Courses are locked before anything is written; where another transaction was in the way the database may end ours,
    and the receipt is read again.
    """
    is_of_claims = answers.rows.count or answers.whole_files
    posted = _post_claims(answers) if is_of_claims else Posted(0, 0)
    claims.end_taken_voids(claim_ids=claims.claims_told_of(receipt_id=answers.receipt.pk))
    if answers.replies:
        note_replies(receipt_id=answers.receipt.pk, replies=answers.replies)
    if contradicted := contradicted_claims(receipt_id=answers.receipt.pk):
        stand_again(claim_ids=contradicted)
        _warn(answers, "accepted-after-rejection", ACCEPTED_AND_OPEN, answers.receipt.pk)
    return posted


def _post_claims(answers: Answers) -> Posted:
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        answers.rows.copy_into("answer", ANSWER_COLUMNS)
        cursor.execute(_WHOLE_FILES, _columns_of(answers.whole_files))
        cursor.execute("ANALYZE answer")
        cursor.execute(_FIND_CLAIMS)
        cursor.execute("ANALYZE said")
        cursor.execute(_COURSES)
        ledger.lock_courses(course_ids=[row[0] for row in cursor.fetchall()])
        cursor.execute(_EVENTS, [answers.receipt.pk])
        cursor.execute(_FILES)
        answered = {row[0] for row in cursor.fetchall()}
    _warn(answers, "unknown-claim", _UNKNOWN)
    _warn(answers, "claim-of-another-charge", _OTHER_CHARGE)
    _warn(answers, "claim-of-another-batch", _OTHER_BATCH)
    note_taken(file_ids=answered)
    note_delivered(file_ids=answered)
    reopened = reopen_refused(receipt_id=answers.receipt.pk)
    _warn(answers, "late-rejection", LATE)
    return Posted(answers.rows.count, reopened)


def _columns_of(whole: list[WholeFile]) -> list[list[object]]:
    """Return what is said of whole files by column, as ``unnest`` takes it."""
    rows = [(row.file_id, row.position, row.level, " ".join(row.codes), row.message, row.said_on) for row in whole]
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(6)]


def _warn(answers: Answers, code: str, query: str, *asked: int) -> None:
    """Warn of each claim that a query finds; of the first thousand by name."""
    with connection.cursor() as cursor:
        cursor.execute(query, [*asked, MOST_NAMED])
        rows = cursor.fetchall()
    for position, number, _ in rows:
        answers.note(Deviation(code, position, 0, "", "", 0, number))
    if rows and rows[0][2] > len(rows):
        answers.note(Deviation(code, rows[-1][0], 0, "", "", 0, f"and {rows[0][2] - len(rows):,} more"))
