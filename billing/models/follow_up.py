"""What is to be done about a claim that was sent: correct it, void it, or ask the patient's next payer."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models.claim import Claim
from patients.models import Coverage


@pghistory.track()
class FollowUp(models.Model):
    """A biller's decision about a sent claim: send a replacement (7), a void (8), or the claim of the next payer.

    The next export sends it (``sent_as``); a payer that takes no corrections is told by hand, with a note. One that is
    neither sent, done nor cancelled stands, and a claim has one standing follow-up of a kind at most. ``reason_code``
    is the condition code of an institutional correction, or says why Medicare is not the first (SBR05).
    """

    class Kind(models.TextChoices):
        """What goes out."""

        REPLACEMENT = "7", "replacement"
        VOID = "8", "void"
        NEXT_PAYER = "next", "claim to the next payer"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    coverage = models.ForeignKey(
        Coverage, on_delete=models.PROTECT, null=True, related_name="follow_ups", help_text="Of the next payer."
    )
    payer_claim_number = models.CharField(max_length=50, blank=True)
    reason_code = models.CharField("condition code", max_length=2, blank=True, help_text="Institutional corrections.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="follow_ups")
    decided_at = models.DateTimeField(db_default=Now())
    sent_as = models.OneToOneField(Claim, on_delete=models.PROTECT, null=True, related_name="sent_for")
    error = models.CharField(max_length=400, blank=True, help_text="Why the last export left it.")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="follow_ups_done"
    )
    done_note = models.CharField(max_length=200, blank=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("decided_at", "id")
        constraints = (
            models.UniqueConstraint(
                name="follow_up_stands_once",
                fields=("claim", "kind"),
                condition=Q(sent_as__isnull=True, done_at__isnull=True, cancelled_at__isnull=True),
            ),
            models.CheckConstraint(
                name="follow_up_to_next_payer_names_coverage",
                condition=Q(kind="next", coverage__isnull=False) | Q(kind__in=("7", "8"), coverage__isnull=True),
            ),
            models.CheckConstraint(
                name="follow_up_done_by_hand_has_note",
                condition=Q(done_at__isnull=True) | (Q(done_by__isnull=False) & ~Q(done_note="")),
            ),
        )

    def __str__(self) -> str:
        return f"follow-up {self.kind} of claim {self.claim_id}"
