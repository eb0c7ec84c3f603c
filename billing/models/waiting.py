"""Which lines stand on no claim: the worklist's index, kept by the database itself."""

import pgtrigger
from django.db import models

from billing.models.claim import ClaimLine
from billing.models.ledger import LedgerEntry


class WaitingLine(models.Model):
    """A charge that is neither reversed nor standing on a claim to the patient's first payer.

    Triggers of ledger and claim lines put it in and take it out; nobody else writes here. It says nothing that the
    ledger does not say, but says it at the cost of what is waiting, not of all that was ever posted.
    """

    entry = models.OneToOneField(LedgerEntry, on_delete=models.CASCADE, primary_key=True, related_name="waiting")

    class Meta:
        ordering = ("entry",)

    def __str__(self) -> str:
        return f"waiting line {self.entry_id}"


_ENTERS = """
    INSERT INTO oncocharge_billing_waitingline (entry_id) SELECT id FROM new_entries WHERE kind = 'charge';
    DELETE FROM oncocharge_billing_waitingline w USING new_entries n WHERE w.entry_id = n.reverses_id;
    RETURN NULL;
"""
# COALESCE keeps PostgreSQL from believing that hardly a new line is one to the first payer, and from looking each up.
_LEAVES = """
    DELETE FROM oncocharge_billing_waitingline w USING new_claim_lines n
     WHERE w.entry_id = n.entry_id AND COALESCE(n.sequence = 'P' AND n.ended_at IS NULL, false);
    RETURN NULL;
"""
# A claim was refused, or taken out of the way of its correction; or the correction was refused.
_RETURNS = """
    INSERT INTO oncocharge_billing_waitingline (entry_id)
    SELECT n.entry_id FROM new_claim_lines n
     WHERE n.sequence = 'P' AND n.ended_at IS NOT NULL
       AND NOT EXISTS (SELECT FROM oncocharge_billing_ledgerentry v WHERE v.reverses_id = n.entry_id)
       AND NOT EXISTS (SELECT FROM oncocharge_billing_claimline l
                        WHERE l.entry_id = n.entry_id AND l.sequence = 'P' AND l.ended_at IS NULL)
        ON CONFLICT (entry_id) DO NOTHING;
    DELETE FROM oncocharge_billing_waitingline w USING new_claim_lines n
     WHERE w.entry_id = n.entry_id AND n.sequence = 'P' AND n.ended_at IS NULL;
    RETURN NULL;
"""


def _after(operation: pgtrigger.Operation, name: str, rows: str, func: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(new=rows),
        func=func,
    )


pgtrigger.register(_after(pgtrigger.Insert, "keeps_waiting_lines", "new_entries", _ENTERS))(LedgerEntry)
pgtrigger.register(_after(pgtrigger.Insert, "takes_waiting_lines", "new_claim_lines", _LEAVES))(ClaimLine)
pgtrigger.register(_after(pgtrigger.Update, "gives_back_waiting_lines", "new_claim_lines", _RETURNS))(ClaimLine)
