"""A stage on which the export sees one course alone, as if all its open lines were released.

The export's statements read the lists of waiting lines and reviews by their plain names; PostgreSQL looks for a name
among the temporary tables first. So two temporary tables of those names, of this transaction alone, are the stage: the
real lists are neither written nor locked, and the statements are the export's own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

_PATIENCE = "SET LOCAL lock_timeout = '3s'"
_LOCK = "SELECT FROM oncocharge_billing_capturemark WHERE course_id = %s FOR UPDATE"
_WAITING = """
    CREATE TEMP TABLE oncocharge_billing_waitingline ON COMMIT DROP AS
    SELECT w.entry_id
      FROM oncocharge_billing_ledgerentry e
      JOIN oncocharge_billing_waitingline w ON w.entry_id = e.id
      LEFT JOIN oncocharge_billing_review r ON r.entry_id = e.id
     WHERE e.course_id = %s AND COALESCE(r.state, 'open') <> 'held'
"""
_REVIEWS = """
    CREATE TEMP TABLE oncocharge_billing_review ON COMMIT DROP AS
    SELECT entry_id AS id, entry_id, 'released'::varchar(8) AS state, ''::varchar(200) AS reason,
           NULL::int AS by_id, now() AS at
      FROM oncocharge_billing_waitingline
"""


class StageTaken(Exception):
    """Somebody is working on the course just now."""


@contextmanager
def staged(course_id: int) -> Iterator[None]:
    """Let the body see the course alone; take everything back at its end.

    Raises:
        StageTaken: an export or a capture holds the course; nobody waits for it here.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        try:
            cursor.execute(_PATIENCE)
            cursor.execute(_LOCK, [course_id])
        except OperationalError as error:
            transaction.set_rollback(True)
            raise StageTaken from error
        cursor.execute(_WAITING, [course_id])
        cursor.execute(_REVIEWS)
        try:
            yield
        finally:
            transaction.set_rollback(True)
