"""Which lines are on no claim yet: the worklist's index, kept by the database itself."""

import pgtrigger
from django.db import models

from billing.models.claim import ClaimLine
from billing.models.ledger import LedgerEntry


class WaitingLine(models.Model):
    """A charge that is neither reversed nor on a claim.

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
_LEAVES = """
    DELETE FROM oncocharge_billing_waitingline w USING new_claim_lines n WHERE w.entry_id = n.entry_id;
    RETURN NULL;
"""


def _after_insert(name: str, rows: str, func: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new=rows),
        func=func,
    )


pgtrigger.register(_after_insert("keeps_waiting_lines", "new_entries", _ENTERS))(LedgerEntry)
pgtrigger.register(_after_insert("takes_waiting_lines", "new_claim_lines", _LEAVES))(ClaimLine)
