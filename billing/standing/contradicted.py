"""Claims that were refused, gave their lines up, and are with the payer after all: SQL for who must not send twice.

A line that left its claim because a person told the payer of it was not given up by a refusal.
"""

from typing import Final

TAKEN: Final = ("accepted", "paid", "denied")
"""Where a claim stands that the payer has."""

CODE: Final = "taken-after-refusal"
"""The hold of an open line whose refused claim is in after all."""

IS_GIVEN_UP: Final = """
    (l.ended_at IS NOT NULL AND l.successor_id IS NULL
     AND EXISTS (SELECT FROM oncocharge_billing_claimevent x WHERE x.claim_id = l.claim_id AND x.outcome = 'rejected')
     AND NOT EXISTS (SELECT FROM oncocharge_billing_followup h
                      WHERE h.claim_id = l.claim_id AND h.done_at = l.ended_at))
"""
"""SQL: whether a refusal ended ``l``, a claim line."""

WORDS: Final = """
    ('Claim ' || c.control_number || ' was refused and gave this line back; it is with the payer after all.'
     ' Do not send the line again: ask the payer what it has. A billing manager may override this if it has nothing.')
"""
"""SQL: what is said of a line of ``c``, such a claim."""

WHY_NOT_AGAIN: Final = f"""
    (SELECT {WORDS} FROM oncocharge_billing_claimline l
       JOIN oncocharge_billing_claim c ON c.id = l.claim_id AND c.frequency <> '8'
       JOIN oncocharge_billing_claimstanding t ON t.claim_id = c.id AND t.state IN {TAKEN}
      WHERE l.entry_id = e.id AND l.sequence = 'P' AND {IS_GIVEN_UP}
      ORDER BY c.id DESC LIMIT 1)
"""
"""SQL: why ``e``, an open line, must not go out again; null if it may."""
