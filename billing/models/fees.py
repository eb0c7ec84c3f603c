"""Fee schedules: what the practice charges for a code, by date of service."""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from patients.models import Payer
from patients.models.payer import InclusiveDateRange


@pghistory.track()
class FeeSchedule(models.Model):
    """A price list. One without a payer is the practice's own and serves every payer that has none."""

    name = models.CharField(max_length=60, unique=True)
    payer = models.OneToOneField(Payer, on_delete=models.PROTECT, null=True, blank=True, related_name="fee_schedule")

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

    def __str__(self) -> str:
        return f"{self.code} {self.modifier} from {self.effective_from}"
