"""Lines that take the place of one that a payer has on a claim: they wait for that claim's correction.

A line of the ledger names what it ``replaces``, and so on back. While any of those stands on a claim, the new line is
no claim of its own: sent as one it would be the same service twice. It goes out with the replacement of that claim; or
by itself, once the claim was voided, refused or replaced without it.
"""

WAITS_FOR_CORRECTION = """
    e.replaces_id IS NOT NULL AND EXISTS (
        WITH RECURSIVE earlier(id) AS (
            SELECT e.replaces_id
             UNION
            SELECT o.replaces_id FROM earlier
              JOIN oncocharge_billing_ledgerentry o ON o.id = earlier.id AND o.replaces_id IS NOT NULL)
        SELECT FROM earlier
          JOIN oncocharge_billing_claimline k ON k.entry_id = earlier.id AND k.sequence = 'P' AND k.ended_at IS NULL)
"""
"""SQL that tells whether ``e``, a ledger entry, waits so."""
