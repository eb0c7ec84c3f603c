"""Lines that take the place of one that a payer has on a claim: they wait for that claim's correction.

A line of the ledger names what it ``replaces``, and so on back. While any of those stands on a claim, the new line is
no claim of its own: sent as one it would be the same service twice. It goes out with the replacement of that claim; or
by itself, once the claim was voided, refused or replaced without it.
"""

# Asked once a statement, and only if a line is looked at that replaces another: a night without any pays nothing.
WAITS_FOR_CORRECTION = """
    e.replaces_id IS NOT NULL AND e.id IN (
        WITH RECURSIVE earlier(line_id, id) AS (
            SELECT n.id, n.replaces_id FROM export_course x
              JOIN oncocharge_billing_ledgerentry n ON n.course_id = x.course_id AND n.replaces_id IS NOT NULL
              JOIN oncocharge_billing_waitingline w ON w.entry_id = n.id
             UNION
            SELECT t.line_id, o.replaces_id FROM earlier t
              JOIN oncocharge_billing_ledgerentry o ON o.id = t.id AND o.replaces_id IS NOT NULL)
        SELECT t.line_id FROM earlier t
          JOIN oncocharge_billing_claimline k ON k.entry_id = t.id AND k.sequence = 'P' AND k.ended_at IS NULL)
"""
"""SQL that tells whether ``e``, a waiting line of ``export_course``, waits so."""
