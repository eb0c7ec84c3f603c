"""Denials: what a payer refused to pay, what is done about it, and until when."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models.claim import Claim
from billing.models.ledger import LedgerEntry
from billing.models.remittance import TAKEN_BACK, RemittanceClaim


@pghistory.track(pghistory.UpdateEvent())  # how it began, its remittance says
class Denial(models.Model):
    """A line, or a claim as a whole (``line_number`` 0), for which a payer paid nothing and no contract explains it.

    So is a claim whose payment was taken back, with nothing decided instead.

    It stands until a person says what became of it, or the payer pays after all. Nothing is ever written off but by a
    billing manager, who says why. The words of the reason are looked up when it is shown: lists of codes change.
    """

    class State(models.TextChoices):
        """What is being done."""

        OPEN = "open"
        APPEALED = "appealed"
        CORRECTED = "corrected"
        PAID = "paid", "paid after all"
        WRITTEN_OFF = "written_off", "written off"

    remittance_claim = models.ForeignKey(RemittanceClaim, on_delete=models.PROTECT, related_name="denials")
    line_number = models.PositiveIntegerField(default=0)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="denials")
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, null=True, related_name="denials")
    amount = models.DecimalField(max_digits=20, decimal_places=2, help_text="What was charged and refused.")
    group = models.CharField(max_length=5, blank=True)
    reason = models.CharField(max_length=12, blank=True)
    denied_on = models.DateField()
    appeal_until = models.DateField(null=True, help_text="The last day; empty where the payer's limit is not known.")
    state = models.CharField(max_length=11, choices=State.choices, default=State.OPEN)
    worked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="denials_worked"
    )
    note = models.CharField(max_length=400, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="denials_decided"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("appeal_until", "id")
        constraints = (
            models.UniqueConstraint(name="denial_stands_once", fields=("remittance_claim", "line_number")),
            models.CheckConstraint(
                name="denial_state_is_known",
                condition=Q(state__in=("open", "appealed", "corrected", "paid", "written_off")),
            ),
            models.CheckConstraint(
                name="denial_write_off_has_user_and_reason",
                condition=~Q(state="written_off") | (Q(decided_by__isnull=False) & ~Q(note="")),
            ),
        )
        indexes = (
            # reader: the worklist's tab
            models.Index(fields=("appeal_until",), name="denial_to_work", condition=Q(state__in=("open", "appealed"))),
            # reader: a payment that settles it
            models.Index(fields=("entry",), name="denial_of_entry", condition=Q(entry__isnull=False)),
        )

    def __str__(self) -> str:
        return f"denial {self.pk}"

    @property
    def is_taken_back(self) -> bool:
        """Whether it was paid and taken back, not refused at first. Select ``remittance_claim``."""
        return self.remittance_claim.status == TAKEN_BACK
