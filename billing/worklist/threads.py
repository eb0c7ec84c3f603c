"""What becomes of the questions on lines when something else is decided about them: closed, read, or carried on.

Each is one statement for any number of lines, and runs under the lock of the step that calls it. Asking and
answering is billing/worklist/questions.py.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection

REASON_LENGTH = 200
_CLOSE = """
    UPDATE oncocharge_billing_question SET closed_at = %s, closed_by_id = %s, closed_reason = %s
     WHERE entry_id = ANY(%s) AND answered_at IS NULL AND closed_at IS NULL
"""
_READ = """
    UPDATE oncocharge_billing_question SET seen_at = %s, seen_by_id = %s
     WHERE entry_id = ANY(%s) AND answered_at IS NOT NULL AND seen_at IS NULL
"""
# What nobody waits for any more stays with the line about which it was asked.
_CARRY = """
    UPDATE oncocharge_billing_question q SET entry_id = w.new_id
      FROM unnest(%s::bigint[], %s::bigint[]) AS w(old_id, new_id)
     WHERE q.entry_id = w.old_id AND q.closed_at IS NULL AND q.seen_at IS NULL
"""
_CLOSE_REVERSED = """
    UPDATE oncocharge_billing_question q SET closed_at = now(), closed_reason = w.reason
      FROM unnest(%s::bigint[], %s::text[]) AS w(entry_id, reason)
     WHERE q.entry_id = w.entry_id AND q.answered_at IS NULL AND q.closed_at IS NULL
"""


def close_questions(*, entry_ids: Collection[int], reason: str, by: User, at: datetime) -> None:
    """Close what is asked about lines and not answered yet, with words for whoever was asked."""
    _write(_CLOSE, entry_ids, [at, by.pk, reason[:REASON_LENGTH]])


def note_answers_read(*, entry_ids: Collection[int], by: User, at: datetime) -> None:
    """Note that somebody who decides about lines has read the answers that stand on them."""
    _write(_READ, entry_ids, [at, by.pk])


def _write(statement: str, entry_ids: Collection[int], values: list[datetime | int | str]) -> None:
    if entry_ids:
        with connection.cursor() as cursor:
            cursor.execute(statement, [*values, list(entry_ids)])


def carry_questions(*, successors: Mapping[int, int], reversals: Mapping[int, str]) -> None:
    """Let questions and unread answers follow reversed lines to what stands in their place; close the others.

    Args:
        successors: the new entry by the old one.
        reversals: why each entry was reversed, by entry, those with a successor too.
    """
    gone = {entry: f"The line was reversed. {reason}" for entry, reason in reversals.items() if entry not in successors}
    with connection.cursor() as cursor:
        if successors:
            cursor.execute(_CARRY, [list(successors), list(successors.values())])
        if gone:
            cursor.execute(_CLOSE_REVERSED, [list(gone), [reason[:REASON_LENGTH] for reason in gone.values()]])
