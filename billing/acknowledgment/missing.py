"""Answers that should have come and did not: a partner's silence is told, never taken for consent.

Found by looking, each time: a delivered file that nobody acknowledged within the partner's days, and an acknowledged
one with claims of which nobody has said anything.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import connection

_MISSING = """
    SELECT f.id, f.name, p.name, f.delivered_at, p.answers_expected_within_days, f.claim_count, true
      FROM oncocharge_billing_claimfile f
      JOIN oncocharge_billing_tradingpartner p ON p.id = f.partner_id
     WHERE f.acknowledged_at IS NULL AND f.refused_at IS NULL
       AND f.delivered_at < now() - make_interval(days => p.answers_expected_within_days)
     UNION ALL
    SELECT f.id, f.name, p.name, f.acknowledged_at, p.answers_expected_within_days, m.claims, false
      FROM (SELECT c.file_id, count(*) AS claims
              FROM oncocharge_billing_claim c
             WHERE NOT EXISTS (SELECT FROM oncocharge_billing_claimstanding s WHERE s.claim_id = c.id)
             GROUP BY c.file_id) AS m
      JOIN oncocharge_billing_claimfile f ON f.id = m.file_id
      JOIN oncocharge_billing_tradingpartner p ON p.id = f.partner_id
     WHERE f.acknowledged_at < now() - make_interval(days => p.answers_expected_within_days)
     ORDER BY 4, 1
"""


class Missing(NamedTuple):
    """A file of which an answer is missing."""

    file_id: int
    name: str
    partner: str
    since: datetime
    """Delivered, or acknowledged."""
    days: int
    """Within which the partner should have answered."""
    claims: int
    """How many claims nobody has said anything of."""
    is_file: bool
    """No acknowledgment of the file at all; else claims of it are missing."""


def missing_answers() -> list[Missing]:
    """Return the files of which answers are missing, the longest first: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_MISSING)
        return [Missing(*row) for row in cursor.fetchall()]
