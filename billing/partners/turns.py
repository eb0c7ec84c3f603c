"""One run at a time delivers to a partner: a slow one must not hold up every worker, each waiting behind the other."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

PATIENCE_S = 20.0
"""How long somebody who asked waits for a run that is under way."""
BUSY = "Another run is delivering to this partner; its page shows what becomes of the files."
_DELIVERY = 837  # our corner of PostgreSQL's advisory locks
_BETWEEN_LOOKS_S = 0.2


@contextmanager
def delivery_turn(*, partner_id: int, patience_s: float = 0) -> Iterator[bool]:
    """Take the turn of delivering to a partner, and give it back; yield whether it was free in time.

    It ends with the connection to the database too, so that a killed run keeps nobody.
    """
    until = time.monotonic() + patience_s
    while not (is_mine := _ask("pg_try_advisory_lock", partner_id)) and time.monotonic() < until:
        time.sleep(_BETWEEN_LOOKS_S)
    try:
        yield is_mine
    finally:
        if is_mine:
            _ask("pg_advisory_unlock", partner_id)


def _ask(function: str, partner_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_DELIVERY, partner_id])
        row = cursor.fetchone()
    return bool(row and row[0])
