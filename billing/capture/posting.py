"""Writes what a capture found: reversals, charges, findings, reviews and marks, each kind in one statement.

Called inside the transaction that locked the courses; decides nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from billing import ledger
from billing.capture.difference import Difference
from billing.capture.notes import Notes, Posted
from billing.findings import raise_findings, resolve_findings, withdraw_claim_checks
from billing.worklist.threads import carry_questions

REASON_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """What the mark of a course is to say after this capture."""

    course_id: int
    revision: int
    basis: str
    lines: int
    error: str = ""


def post(differences: Mapping[int, Difference]) -> dict[int, Posted]:
    """Append the reversals, then the charges, of all courses; return them with their new ids. Three statements."""
    reasons = {charge.id: reason for found in differences.values() for charge, reason in found.reversals}
    reversals = ledger.reverse(reasons=reasons)
    changes = [(course, change) for course, found in differences.items() for change in found.changes]
    new_ids = ledger.append(charges=[change.charge for _course, change in changes])
    entries = {course: {key: charge.id for key, charge in found.kept.items()} for course, found in differences.items()}
    for (course, change), new_id in zip(changes, new_ids, strict=True):
        entries[course][change.charge.line_key] = new_id
    return {
        course: Posted(found, entries[course], {charge.id: reversals[charge.id] for charge, _ in found.reversals})
        for course, found in differences.items()
    }


def write_notes(notes: Sequence[Notes]) -> None:
    """Resolve findings, open reviews, raise findings, in this order: a new finding may repeat a resolved one."""
    resolve_findings(finding_ids=[finding for note in notes for finding in note.resolved])
    _reopen({entry: reason for note in notes for entry, reason in note.reopened.items()})
    raise_findings(findings=[finding for note in notes for finding in note.raised])


def _reopen(reasons: Mapping[int, str]) -> None:
    if not reasons:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE oncocharge_billing_review r SET state = 'open', reason = w.reason, by_id = NULL, at = now()"
            "  FROM unnest(%s::bigint[], %s::text[]) AS w(entry_id, reason)"
            " WHERE r.entry_id = w.entry_id AND r.state <> 'open'",
            [list(reasons), [reason[:REASON_LENGTH] for reason in reasons.values()]],
        )
    withdraw_claim_checks(entry_ids=list(reasons))


def carry_holds(posted: Sequence[Posted]) -> None:
    """Let a person's hold, and what is asked about a line, follow it to the charge that takes its place.

    Three statements at most, none for none.
    """
    carry_questions(
        successors={
            change.instead_of.id: found.entries[change.charge.line_key]
            for found in posted
            for change in found.difference.changes
            if change.instead_of is not None
        },
        reversals={charge.id: reason for found in posted for charge, reason in found.difference.reversals},
    )
    pairs = [
        (found.entries[change.charge.line_key], change.instead_of.id)
        for found in posted
        for change in found.difference.changes
        if change.instead_of is not None and change.instead_of.state == "held"
    ]
    if not pairs:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO oncocharge_billing_review"
            "       (entry_id, state, reason, by_id, at, code_id, owner_id, owner_role, due_on, held_since)"
            " SELECT w.new_id, r.state, r.reason, r.by_id, r.at, r.code_id, r.owner_id, r.owner_role, r.due_on,"
            "        r.held_since"
            "   FROM unnest(%s::bigint[], %s::bigint[]) AS w(new_id, old_id)"
            "   JOIN oncocharge_billing_review r ON r.entry_id = w.old_id",
            [[new for new, _old in pairs], [old for _new, old in pairs]],
        )


def write_marks(marks: Sequence[Mark]) -> None:
    """Note what each course's ledger rests on now: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE oncocharge_billing_capturemark m SET basis = w.basis, course_revision = w.revision,"
            "       captured_at = now(), lines = w.lines, error = w.error"
            "  FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::text[])"
            "       AS w(course_id, basis, revision, lines, error)"
            " WHERE m.course_id = w.course_id",
            [
                [mark.course_id for mark in marks],
                [mark.basis for mark in marks],
                [mark.revision for mark in marks],
                [mark.lines for mark in marks],
                [mark.error[:REASON_LENGTH] for mark in marks],
            ],
        )
