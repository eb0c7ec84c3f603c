"""The ledger: every charge line that was ever posted, and every reversal. Nothing in it changes."""

from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models.fees import FeeLine
from courses.models import Course, Plan, Session
from patients.models import Provider

if TYPE_CHECKING:
    from billing.models.claim import ClaimLine

_REFUSES_SECOND_STANDING_LINE = """
    IF NOT EXISTS (
        SELECT 1 FROM oncocharge_billing_ledgerentry r
         WHERE r.course_id = NEW.course_id AND r.line_key = NEW.line_key
           AND r.generation = NEW.generation - 1 AND r.kind = 'reversal')
    THEN
        RAISE EXCEPTION 'generation % of a line of course % is posted before generation % is reversed',
              NEW.generation, NEW.course_id, NEW.generation - 1
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_line_stands_once';
    END IF;
    RETURN NEW;
"""

_REFUSES_CROOKED_REVERSAL = """
    IF NOT EXISTS (
        SELECT 1 FROM oncocharge_billing_ledgerentry c
         WHERE c.id = NEW.reverses_id AND c.kind = 'charge'
           AND c.course_id = NEW.course_id AND c.line_key = NEW.line_key AND c.generation = NEW.generation
           AND c.code = NEW.code AND c.service_on = NEW.service_on AND c.units = NEW.units
           AND c.amount IS NOT DISTINCT FROM -NEW.amount)
    THEN
        RAISE EXCEPTION 'the reversal of ledger entry % does not mirror it', NEW.reverses_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_reversal_mirrors_its_charge';
    END IF;
    RETURN NEW;
"""


class LedgerEntry(models.Model):
    """One posted charge line (amount above zero, or empty while no fee is known) or the reversal of one.

    ``line_key`` is the rules' identity of what earned the line; ``generation`` counts the charges
    posted under it, so that two captures at once cannot both post the same line. A reversal
    carries the key and generation of the charge that it undoes, with negated amounts. ``narrative`` is
    what fits on a claim; the whole text stands with the keyed line, ``attachment`` refers to the paper. ``diagnoses``
    are those that the line points to, none the first four of its claim; ``provider`` renders it, nobody the
    course's physician: both stand only on what a person edited or keyed.
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
    attachment = models.CharField("attachment reference", max_length=50, blank=True)
    diagnoses = ArrayField(models.CharField(max_length=8), size=4, default=list, db_default=[], blank=True)
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, null=True, related_name="ledger_entries", db_index=False
    )
    rule = models.CharField(max_length=8)
    because = models.JSONField(default=dict)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="reversal")
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replacements")
    posted_at = models.DateTimeField(db_default=Now(), editable=False)
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
                name="ledger_only_a_charge_replaces", condition=Q(replaces__isnull=True) | Q(kind="charge")
            ),
            models.CheckConstraint(
                name="ledger_claim_kind_is_known", condition=Q(claim_kind__in=("professional", "institutional"))
            ),
        )
        indexes = (
            models.Index(fields=("service_on", "id"), name="ledger_by_day"),  # reader: the worklist, by day
            # reader: the export, which asks whom lines name beside the courses' physicians
            models.Index(fields=("provider",), name="ledger_by_provider", condition=Q(provider__isnull=False)),
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
            pgtrigger.Trigger(
                name="line_stands_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__kind="charge", new__generation__gt=1),
                func=_REFUSES_SECOND_STANDING_LINE,
            ),
            pgtrigger.Trigger(
                name="reversal_mirrors_its_charge",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__kind="reversal"),
                func=_REFUSES_CROOKED_REVERSAL,
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def claim_line(self) -> "ClaimLine | None":
        """The claim line to the patient's first payer on which it stands now, if any. Prefetch ``claim_lines``."""
        return next((line for line in self.claim_lines.all() if line.ended_at is None and line.sequence == "P"), None)
