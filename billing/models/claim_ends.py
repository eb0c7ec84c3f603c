"""What follows when a line leaves its claim, or comes back to one: the findings of its course are derived again.

A reversed charge asks for a correction as long as it stands on a claim, and keeps back what came instead. Whoever ends
a claim line (a refusal, a correction that was sent, a person) need not know of those findings: the next sweep does.
"""

import pgtrigger

from billing.models.claim import ClaimLine

_ASKS_FOR_CAPTURE = """
    PERFORM FROM oncocharge_billing_capturemark m
      WHERE m.course_id IN (
            SELECT v.course_id FROM new_claim_lines n
              JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = n.entry_id)
      ORDER BY m.course_id FOR UPDATE;
    UPDATE oncocharge_billing_capturemark m SET basis = ''
      WHERE m.course_id IN (
            SELECT v.course_id FROM new_claim_lines n
              JOIN oncocharge_billing_ledgerentry v ON v.reverses_id = n.entry_id);
    RETURN NULL;
"""

pgtrigger.register(
    pgtrigger.Trigger(
        name="asks_for_capture",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(new="new_claim_lines"),
        func=_ASKS_FOR_CAPTURE,
    )
)(ClaimLine)
