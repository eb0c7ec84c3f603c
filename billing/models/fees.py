"""Fee schedules: what the practice charges for a code, by date of service."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from patients.models import Payer
from patients.models.payer import InclusiveDateRange

_RAISE_REVISION = """
    UPDATE oncocharge_billing_feeschedule SET revision = revision + 1
     WHERE id IN ({schedules});
    RETURN NULL;
"""
_NEW, _OLD = "SELECT schedule_id FROM new_lines", "SELECT schedule_id FROM old_lines"


def _raises_revision(operation: pgtrigger.Operation, schedules: str, **rows: str) -> pgtrigger.Trigger:
    """Return the trigger that raises a schedule's revision once a statement: a price list has thousands of lines."""
    return pgtrigger.Trigger(
        name=f"{str(operation).lower()}_raises_revision",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**rows),
        func=_RAISE_REVISION.format(schedules=schedules),
    )


@pghistory.track(exclude=["revision"])
class FeeSchedule(models.Model):
    """A price list. One without a payer is the practice's own and serves every payer that has none.

    ``revision`` rises with every change of it or its lines, so that open charges can be priced again.
    """

    name = models.CharField(max_length=60, unique=True)
    payer = models.OneToOneField(Payer, on_delete=models.PROTECT, null=True, blank=True, related_name="fee_schedule")
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                name="fee_schedule_has_one_default",
                fields=("payer",),
                condition=Q(payer__isnull=True),
                nulls_distinct=False,
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="raises_own_revision",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="IF NEW.revision = OLD.revision THEN NEW.revision := OLD.revision + 1; END IF; RETURN NEW;",
            ),
        )

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class FeeLine(models.Model):
    """The price of one unit of a code, with or without the modifier that changes it (26, TC, 52)."""

    schedule = models.ForeignKey(FeeSchedule, on_delete=models.CASCADE, related_name="lines")
    code = models.CharField(max_length=5)
    modifier = models.CharField(max_length=2, blank=True)
    amount = models.DecimalField("amount (USD)", max_digits=12, decimal_places=2)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("schedule", "code", "modifier", "effective_from")
        constraints = (
            models.CheckConstraint(name="fee_line_amount_is_positive", condition=Q(amount__gt=0, amount__lte=999999)),
            models.CheckConstraint(
                name="fee_line_ends_after_it_starts",
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
            ),
            models.CheckConstraint(name="fee_line_code_has_five_characters", condition=Q(code__regex=r"^[0-9A-Z]{5}$")),
            ExclusionConstraint(
                name="fee_line_periods_do_not_overlap",
                expressions=[
                    ("schedule", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("modifier", RangeOperators.EQUAL),
                    (InclusiveDateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
            ),
        )
        triggers = (
            _raises_revision(pgtrigger.Insert, _NEW, new="new_lines"),
            _raises_revision(pgtrigger.Update, f"{_NEW} UNION {_OLD}", new="new_lines", old="old_lines"),
            _raises_revision(pgtrigger.Delete, _OLD, old="old_lines"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.modifier} from {self.effective_from}"
