"""Claims and their lines, as they were sent."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from billing.models.claim_file import ClaimFile
from billing.models.ledger import LedgerEntry
from courses.models import Course
from patients.models import Coverage, Facility, Patient, Payer, Provider


class Claim(models.Model):
    """One claim: one patient, payer, billing and rendering provider and place of service.

    ``control_number`` is CLM01, ours alone and unique for ever; it carries no patient data.
    Where the claim stands in its file is read back from the sealed bytes when an acknowledgment asks for it.
    """

    file = models.ForeignKey(ClaimFile, on_delete=models.PROTECT, related_name="claims")
    control_number = models.CharField(max_length=20, unique=True)
    claim_kind = models.CharField(max_length=13, default="professional")
    frequency = models.CharField(max_length=1, default="1")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="claims")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="claims")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="claims")
    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="claims")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="claims")
    rendering_provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, related_name="claims")
    place_of_service = models.CharField(max_length=2)
    diagnoses = ArrayField(models.CharField(max_length=8), size=12)
    total_amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="claim_has_1_to_12_diagnoses", condition=Q(diagnoses__len__gte=1, diagnoses__len__lte=12)
            ),
            models.CheckConstraint(name="claim_total_is_positive", condition=Q(total_amount__gt=0)),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"claim {self.pk}"


class ClaimLine(models.Model):
    """A ledger entry on a claim. An entry is on one claim at most: that is what keeps it from being sent twice."""

    # The unique constraint on (claim, number) is its index too.
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="lines", db_index=False)
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="claim_line")
    number = models.PositiveSmallIntegerField("LX")
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        ordering = ("claim", "number")
        constraints = (
            models.UniqueConstraint(name="claim_line_number_is_unique", fields=("claim", "number")),
            models.CheckConstraint(name="claim_line_number_is_1_to_50", condition=Q(number__gte=1, number__lte=50)),
            models.CheckConstraint(name="claim_line_amount_is_positive", condition=Q(amount__gt=0)),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"line {self.number} of claim {self.claim_id}"
