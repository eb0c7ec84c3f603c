"""The ledger: every charge line that was ever posted, and every reversal. Nothing in it changes."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from billing.models.fees import FeeLine
from courses.models import Course, Plan, Session


class LedgerEntry(models.Model):
    """One posted charge line (amount above zero, or empty while no fee is known) or the reversal of one.

    ``line_key`` is the rules' identity of what earned the line; ``generation`` counts the charges
    posted under it, so that two captures at once cannot both post the same line. A reversal
    carries the key and generation of the charge that it undoes, with negated amounts.
    """

    class Kind(models.TextChoices):
        """What an entry does to the balance."""

        CHARGE = "charge"
        REVERSAL = "reversal"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="ledger_entries")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="ledger_entries")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, related_name="ledger_entries")
    line_key = models.CharField(max_length=160)
    generation = models.PositiveSmallIntegerField(default=1)
    family = models.CharField(max_length=12)
    code = models.CharField(max_length=5)
    modifiers = ArrayField(models.CharField(max_length=2), size=4, default=list)
    service_on = models.DateField()
    units = models.PositiveSmallIntegerField()
    claim_kind = models.CharField(max_length=13)
    place_of_service = models.CharField(max_length=2)
    unit_amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    fee_line = models.ForeignKey(FeeLine, on_delete=models.PROTECT, null=True, related_name="ledger_entries")
    narrative = models.CharField(max_length=80, blank=True)
    rule = models.CharField(max_length=8)
    because = models.JSONField(default=dict)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversal")
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replacements")
    posted_at = models.DateTimeField(auto_now_add=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="ledger_entries"
    )

    class Meta:
        verbose_name_plural = "ledger entries"
        ordering = ("service_on", "id")
        constraints = (
            models.UniqueConstraint(
                name="ledger_line_is_posted_once", fields=("course", "line_key", "generation", "kind")
            ),
            models.CheckConstraint(
                name="ledger_reversal_names_what_it_reverses",
                condition=Q(kind="charge", reverses__isnull=True) | Q(kind="reversal", reverses__isnull=False),
            ),
            models.CheckConstraint(
                name="ledger_amount_has_the_sign_of_its_kind",
                condition=Q(amount__isnull=True) | Q(kind="charge", amount__gt=0) | Q(kind="reversal", amount__lt=0),
            ),
            models.CheckConstraint(name="ledger_units_are_positive", condition=Q(units__gte=1)),
            models.CheckConstraint(
                name="ledger_claim_kind_is_known", condition=Q(claim_kind__in=("professional", "institutional"))
            ),
        )
        indexes = (
            models.Index(fields=("service_on", "id"), name="ledger_by_day"),  # reader: the worklist, by day
        )
        triggers = (
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="not_truncated",
                level=pgtrigger.Statement,
                when=pgtrigger.Before,
                operation=pgtrigger.Truncate,
                func="RAISE EXCEPTION 'the ledger is append-only: it cannot be truncated';",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
