"""Where the claims of delivered files are: sent = accepted + rejected + waiting, in all and file by file.

Counted from the claims each time; nothing is kept that could drift.
"""

from collections.abc import Collection
from typing import NamedTuple

from django.db import connection

_COUNT = """
    SELECT c.file_id, count(*),
           count(*) FILTER (WHERE s.state IN ('accepted', 'paid', 'denied', 'reversed')),
           count(*) FILTER (WHERE s.state = 'rejected'),
           count(*) FILTER (WHERE s.state IS NULL OR s.state = 'received')
      FROM oncocharge_billing_claim c
      JOIN oncocharge_billing_claimfile f ON f.id = c.file_id AND f.delivered_at IS NOT NULL
      LEFT JOIN oncocharge_billing_claimstanding s ON s.claim_id = c.id
"""


class Tally(NamedTuple):
    """Claims by where they are. Accepted are also those that were paid, denied or taken back: the payer had them."""

    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    waiting: int = 0


def claims_by_file(*, file_ids: Collection[int]) -> dict[int, Tally]:
    """Return the tally of each of the files that is delivered: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_COUNT} WHERE c.file_id = ANY(%s) GROUP BY c.file_id", [list(file_ids)])
        return {row[0]: Tally(*row[1:]) for row in cursor.fetchall()}


def all_claims() -> Tally:
    """Return the tally of all claims that were ever delivered: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 0, {_COUNT.split('c.file_id,', 1)[1]}")
        return Tally(*cursor.fetchone()[1:])
