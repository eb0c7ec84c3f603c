"""What the nightly proof found: sessions with beam against delivery lines, and claims against files."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Proof(models.Model):
    """One run of the proof, for good. ``sessions`` = ``lines`` + explained, or something is unreconciled.

    ``from_on`` and ``to_on`` are days of service, both inclusive; without the first all days were looked at.
    ``explained`` is how many sessions have no line for which reason. ``unreconciled`` counts every gap, also those
    beyond the number that is kept.
    """

    started_by = models.CharField(max_length=20, help_text="nightly, command or the user's id")
    proved_at = models.DateTimeField(db_default=Now(), editable=False)
    from_on = models.DateField(null=True)
    to_on = models.DateField()
    sessions = models.PositiveIntegerField()
    lines = models.PositiveIntegerField()
    explained = models.JSONField(default=dict)
    unreconciled = models.PositiveIntegerField()

    class Meta:
        ordering = ("-proved_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="proof_ends_after_it_begins", condition=Q(from_on__isnull=True) | Q(from_on__lte=models.F("to_on"))
            ),
        )
        indexes = (models.Index(fields=("-proved_at",), name="proof_by_moment"),)  # reader: the first page
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"proof {self.pk}"


class ProofGap(models.Model):
    """One thing that a proof could not reconcile. Its numbers are no keys: what they name may be gone.

    ``kind`` is a word of billing/reconciliation/proof.py, ``why`` what is known of it, without patient data.
    """

    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, related_name="gaps")
    kind = models.CharField(max_length=24)
    facility_number = models.BigIntegerField(null=True)
    course_number = models.BigIntegerField(null=True)
    session_number = models.BigIntegerField(null=True)
    entry_number = models.BigIntegerField(null=True)
    claim_number = models.BigIntegerField(null=True)
    on = models.DateField(null=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("proof", "id")
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
