"""Fee schedules: what the practice charges for a code, by payer, setting and date of service.

Which schedule prices a line is for pricing.py to say; how rows change without changing the past, for the
fees room.
"""

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Now

from patients.models import Payer
from patients.models.base import choices_of
from patients.models.payer import InclusiveDateRange
from patients.terms import Setting

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
    """A price list for a payer, a setting, both, or (with neither) the practice's own that serves all others.

    An empty first or last day leaves that side open. ``revision`` rises with every change of it or its
    lines, so that open charges can be priced again.
    """

    name = models.CharField(max_length=60, unique=True)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, blank=True, related_name="fee_schedules")
    setting = models.CharField(max_length=12, blank=True, choices=choices_of(Setting))
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="fee_schedule_ends_after_it_starts",
                condition=Q(effective_from__isnull=True)
                | Q(effective_to__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
            ),
            models.CheckConstraint(
                name="fee_schedule_setting_is_known", condition=Q(setting__in=("", *(one.value for one in Setting)))
            ),
            ExclusionConstraint(
                name="fee_schedules_of_a_payer_and_setting_do_not_overlap",
                expressions=[
                    (Coalesce(F("payer"), Value(0), output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    ("setting", RangeOperators.EQUAL),
                    (InclusiveDateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another schedule of the same payer and setting covers some of these days.",
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

    @property
    def serves(self) -> str:
        """For whom it is, in words."""
        whom = self.payer.name if self.payer else "every payer without one of its own"
        return f"{whom}, {self.setting}" if self.setting else whom


@pghistory.track()
class FeeLine(models.Model):
    """The price of one unit of a code, with or without the modifier that changes it (26, TC, 52).

    A price that a later one takes back is withdrawn, not changed: ledger entries keep naming the row that made
    their amount. ``computation`` says how the amount was computed; empty where somebody entered it.
    """

    schedule = models.ForeignKey(FeeSchedule, on_delete=models.CASCADE, related_name="lines")
    code = models.CharField(max_length=5)
    modifier = models.CharField(max_length=2, blank=True)
    amount = models.DecimalField("amount (USD)", max_digits=12, decimal_places=2)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    computation = models.JSONField[dict[str, str], dict[str, str]](default=dict, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("schedule", "code", "modifier", "effective_from")
        constraints = (
            models.CheckConstraint(name="fee_line_amount_is_positive", condition=Q(amount__gt=0, amount__lte=999999)),
            models.CheckConstraint(
                name="fee_line_ends_after_it_starts",
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
            ),
            models.CheckConstraint(name="fee_line_code_has_five_characters", condition=Q(code__regex=r"^[0-9A-Z]{5}$")),
            models.CheckConstraint(
                name="fee_line_modifier_has_two_characters", condition=Q(modifier__regex=r"^([0-9A-Z]{2})?$")
            ),
            ExclusionConstraint(
                name="fee_line_periods_do_not_overlap",
                expressions=[
                    ("schedule", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("modifier", RangeOperators.EQUAL),
                    (InclusiveDateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
        )
        indexes = (
            models.Index(fields=("schedule", "code"), name="fee_lines_by_code"),  # reader: pricing.load_fees
        )
        triggers = (
            _raises_revision(pgtrigger.Insert, _NEW, new="new_lines"),
            _raises_revision(pgtrigger.Update, f"{_NEW} UNION {_OLD}", new="new_lines", old="old_lines"),
            _raises_revision(pgtrigger.Delete, _OLD, old="old_lines"),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.modifier} from {self.effective_from}"

    @property
    def written(self) -> str:
        """Code and modifier as a claim writes them."""
        return f"{self.code}-{self.modifier}" if self.modifier else self.code


class FeeDraft(models.Model):
    """Prices that somebody loaded or computed: what the preview shows before saving, and after it the record.

    ``prices`` are rows of code, modifier, amount, first and last day, computation; ``notes`` what should be
    looked at. ``ends_others_on`` asks that every price that the draft does not name ends the day before.
    """

    schedule = models.ForeignKey(FeeSchedule, on_delete=models.CASCADE, related_name="drafts")
    origin = models.CharField(max_length=120)
    prices = models.JSONField[list[dict[str, Any]], list[dict[str, Any]]]()
    notes = models.JSONField[list[str], list[str]](default=list)
    ends_others_on = models.DateField(null=True, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)
    saved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"draft {self.pk}"
