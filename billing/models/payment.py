"""What else remittances say: money outside of claims, adjustments row by row, and what is left open of a charge."""

import pgtrigger
from django.db import models

from billing.models.claim import Claim
from billing.models.ledger import LedgerEntry
from billing.models.remittance import AMOUNT_DIGITS, Remittance, RemittanceClaim


class ProviderAdjustment(models.Model):
    """One pair of a PLB: money that belongs to no line. A positive amount lowers the payment. Append-only.

    ``claim`` is the paid claim that the reference names, if it names one of ours: a takeback says whose it is.
    """

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="provider_adjustments")
    number = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    provider_identifier = models.CharField(max_length=80, blank=True)
    fiscal_year_end = models.DateField(null=True)
    reason = models.CharField("PLB03-1", max_length=12, blank=True)
    reference = models.CharField("PLB03-2", max_length=80, blank=True)
    amount = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="provider_adjustments")

    class Meta:
        ordering = ("remittance", "number")
        constraints = (
            models.UniqueConstraint(name="provider_adjustment_number_is_unique", fields=("remittance", "number")),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"adjustment {self.number} of remittance {self.remittance_id}"


class RemittanceAdjustment(models.Model):
    """One triplet of a CAS: the arrays of claims and lines, row by row. A view of the database; nothing is written.

    ``line_number`` is 0 for an adjustment of the claim itself; ``state`` is its remittance's.
    """

    pk = models.CompositePrimaryKey("remittance_claim", "line_number", "number")
    remittance_claim = models.ForeignKey(RemittanceClaim, on_delete=models.DO_NOTHING, related_name="adjustments")
    line_number = models.IntegerField()
    number = models.IntegerField()
    claim = models.ForeignKey(Claim, on_delete=models.DO_NOTHING, null=True, related_name="adjustments")
    entry = models.ForeignKey(LedgerEntry, on_delete=models.DO_NOTHING, null=True, related_name="adjustments")
    state = models.CharField(max_length=8)
    group = models.CharField(max_length=5)
    reason = models.CharField(max_length=12)
    amount = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    quantity = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2, null=True)

    class Meta:
        managed = False
        db_table = "oncocharge_billing_remittanceadjustment"
        ordering = ("remittance_claim", "line_number", "number")

    def __str__(self) -> str:
        return f"{self.group} {self.reason}"


class EntryBalance(models.Model):
    """What became of the money of one charge, over all posted remittances. A view of the database.

    ``contract``: what the first payer's contract forgives. ``patient``: the patient's part by the last payer that
    decided. ``open`` is neither paid nor forgiven; of it ``patient`` is the patient's. A reversed charge asks nothing.
    """

    entry = models.OneToOneField(LedgerEntry, on_delete=models.DO_NOTHING, primary_key=True, related_name="balance")
    charged = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    paid = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    contract = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    patient = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    open = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)

    class Meta:
        managed = False
        db_table = "oncocharge_billing_entrybalance"
        ordering = ("entry",)

    def __str__(self) -> str:
        return f"balance of entry {self.entry_id}"
