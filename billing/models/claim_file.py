"""Sealed claim files and the runs that made them."""

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from billing.models.partner import TradingPartner

# The file's row stands before its claims do, while its bytes are still being written; from its hash on it is final.
_SEAL = (
    "partner_id", "run_id", "usage", "claim_kind", "control_number", "batch_id", "name", "sealed_at", "byte_count",
    "sha256", "claim_count", "line_count", "total_amount",
)  # fmt: skip
_SEAL_CHANGES = "OLD.sha256 <> '' AND ({}) IS DISTINCT FROM ({})".format(
    ", ".join(f"OLD.{column}" for column in _SEAL), ", ".join(f"NEW.{column}" for column in _SEAL)
)
_REFUSES_UNSEALED = """
    IF EXISTS (SELECT FROM oncocharge_billing_claimfile f WHERE f.id = NEW.id AND f.sha256 = '') THEN
        RAISE EXCEPTION 'claim file % was not sealed', NEW.id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_file_is_sealed';
    END IF;
    RETURN NULL;
"""


class ExportRun(models.Model):
    """One run of the export: when, what came of it, why it stopped."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    started_by = models.CharField(max_length=20, help_text="nightly, command or the user's id")
    claims = models.PositiveIntegerField(default=0)
    lines = models.PositiveIntegerField(default=0)
    held_back = models.PositiveIntegerField(default=0, help_text="Released lines that a claim check sent back.")
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-started_at",)

    def __str__(self) -> str:
        return f"export run {self.pk}"


@pghistory.track()
class ClaimFile(models.Model):
    """One interchange, sealed: its bytes stand in ``parts`` and never change. No unsealed one is ever committed.

    Delivery is two steps, each noted when it is done: ``staged_at``, the whole file lies under a hidden name in
    the partner's folder; ``delivered_at``, it has got its own name there and the partner may take it.
    ``acknowledged_at``: a 999 (or TA1) took it in, whole or in part. ``refused_at``: one refused it, whole or in part.
    """

    partner = models.ForeignKey(TradingPartner, on_delete=models.PROTECT, related_name="files")
    run = models.ForeignKey(ExportRun, on_delete=models.PROTECT, null=True, related_name="files")
    usage = models.CharField(max_length=1)
    claim_kind = models.CharField(max_length=13, default="professional")
    control_number = models.PositiveIntegerField("ISA13")
    batch_id = models.CharField("BHT03", max_length=30, unique=True)
    name = models.CharField(max_length=100)
    sealed_at = models.DateTimeField()
    byte_count = models.BigIntegerField()
    sha256 = models.CharField("SHA-256", max_length=64)
    claim_count = models.PositiveIntegerField()
    line_count = models.PositiveIntegerField()
    total_amount = models.DecimalField(max_digits=14, decimal_places=2)
    staged_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    delivery_error = models.CharField(max_length=200, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-sealed_at", "-id")
        constraints = (
            models.UniqueConstraint(name="claim_file_name_is_unique_at_its_partner", fields=("partner", "name")),
            models.UniqueConstraint(
                name="claim_file_control_number_is_unique", fields=("partner", "usage", "control_number")
            ),
            models.CheckConstraint(name="claim_file_has_claims", condition=Q(claim_count__gte=1)),
            models.CheckConstraint(
                name="claim_file_is_staged_before_it_is_delivered",
                condition=Q(delivered_at__isnull=True) | Q(staged_at__isnull=False),
            ),
        )
        indexes = (
            models.Index(
                fields=("sealed_at",), name="claim_file_to_deliver", condition=Q(delivered_at__isnull=True)
            ),  # reader: delivery
            models.Index(
                fields=("delivered_at",), name="claim_file_to_acknowledge", condition=Q(acknowledged_at__isnull=True)
            ),  # reader: the alert about files without an answer
        )
        triggers = (
            pgtrigger.Protect(name="kept_for_ever", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="seal_is_final", operation=pgtrigger.Update, condition=pgtrigger.Condition(_SEAL_CHANGES)
            ),
            pgtrigger.Trigger(
                name="is_sealed_before_commit",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=_REFUSES_UNSEALED,
            ),
            pgtrigger.Protect(
                name="delivered_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__delivered_at__isnull=False, old__delivered_at__df=pgtrigger.F("new__delivered_at")
                ),
            ),
        )

    def __str__(self) -> str:
        return f"claim file {self.pk}"


class ClaimFilePart(models.Model):
    """A stretch of a sealed file's bytes; the parts in order are the file."""

    # The unique constraint below is its index too.
    file = models.ForeignKey(ClaimFile, on_delete=models.PROTECT, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ("file", "number")
        constraints = (models.UniqueConstraint(name="claim_file_part_number_is_unique", fields=("file", "number")),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"part {self.number} of claim file {self.file_id}"
