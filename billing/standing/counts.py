"""How much stands where: lines in hand, claims on their way, and what they come to. Three statements in all.

What waits here is counted by line, out of the list of waiting lines; what went out is counted by claim, so that
the years behind us cost a look at their claims, not at every line that was ever sent.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from billing.standing.words import ANSWERED, Standing


@dataclass(frozen=True, slots=True)
class StandingCount:
    """How many stand so, and what they come to as charged (USD). ``is_of_claims``: claims are counted, not lines."""

    standing: Standing
    count: int = 0
    amount: Decimal = Decimal("0.00")

    @property
    def is_of_claims(self) -> bool:
        """Whether claims are counted, not lines."""
        return self.standing in _OF_CLAIMS


_OF_CLAIMS = frozenset(
    (Standing.ON_CLAIM, Standing.SENT, Standing.ACKNOWLEDGED, Standing.ACCEPTED, Standing.PAID, Standing.DENIED)
)

_WAITING = """
    SELECT CASE WHEN COALESCE(r.state, 'open') = 'open' AND x.entry_id IS NOT NULL THEN 'rejected'
                ELSE COALESCE(r.state, 'open') END,
           count(*), COALESCE(sum(e.amount), 0)
      FROM oncocharge_billing_waitingline w
      JOIN oncocharge_billing_ledgerentry e ON e.id = w.entry_id
      LEFT JOIN oncocharge_billing_review r ON r.entry_id = w.entry_id
      LEFT JOIN (SELECT DISTINCT l.entry_id FROM oncocharge_billing_claimline l
                   JOIN oncocharge_billing_claimstanding s ON s.claim_id = l.claim_id AND s.state = 'rejected'
                  WHERE l.ended_at IS NOT NULL AND l.sequence = 'P') x ON x.entry_id = w.entry_id
     GROUP BY 1
"""

# A claim is over when its last line ended. Few claims have ended lines at all, and a partial index lists those lines;
# only of those claims is it asked, one by one, whether a line is left.
_SAID = " ".join(f"WHEN '{answer}' THEN '{standing.value}'" for answer, standing in ANSWERED.items())
_CLAIMS = f"""
    WITH over AS MATERIALIZED (
        SELECT touched.claim_id
          FROM (SELECT DISTINCT l.claim_id FROM oncocharge_billing_claimline l WHERE l.ended_at IS NOT NULL) AS touched
         WHERE (SELECT count(*) FROM oncocharge_billing_claimline l
                 WHERE l.claim_id = touched.claim_id AND l.ended_at IS NULL) = 0)
    SELECT CASE s.state {_SAID} END, count(*), sum(c.total_amount)
      FROM oncocharge_billing_claimstanding s JOIN oncocharge_billing_claim c ON c.id = s.claim_id
     WHERE s.state <> 'rejected' AND s.claim_id NOT IN (SELECT claim_id FROM over)
     GROUP BY 1
     UNION ALL
    SELECT CASE WHEN f.acknowledged_at IS NOT NULL THEN 'acknowledged'
                WHEN f.delivered_at IS NOT NULL THEN 'sent' ELSE 'claimed' END, count(*), sum(c.total_amount)
      FROM oncocharge_billing_claim c JOIN oncocharge_billing_claimfile f ON f.id = c.file_id
     WHERE NOT EXISTS (SELECT FROM oncocharge_billing_claimstanding s WHERE s.claim_id = c.id)
       AND c.id NOT IN (SELECT claim_id FROM over)
     GROUP BY 1
"""
_REVERSED = """
    SELECT 'reversed', count(*), COALESCE(-sum(amount), 0)
      FROM oncocharge_billing_ledgerentry WHERE reverses_id IS NOT NULL
"""


def standing_counts() -> list[StandingCount]:
    """Return every standing in the order of the way, with its count; those without any too. Three statements."""
    found = {standing: StandingCount(standing) for standing in Standing}
    with connection.cursor() as cursor:
        for statement in (_WAITING, _CLAIMS, _REVERSED):
            cursor.execute(statement)
            for said, count, amount in cursor.fetchall():
                before = found[Standing(said)]
                found[before.standing] = StandingCount(before.standing, before.count + count, before.amount + amount)
    return list(found.values())
