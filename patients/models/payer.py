"""Payers and their policies: the settings in which payers differ, each with its dates."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from patients.models.base import Postal, choices_of
from patients.terms import (
    DeliveryCodeSet,
    ManagementDate,
    NodesLevel,
    PayerKind,
    PhysicsTail,
    PlanChargePer,
    SecondSessionModifier,
)


class InclusiveDateRange(Func):
    """daterange(from, to, '[]'): both days inclusive; no end means for ever."""

    function = "DATERANGE"
    output_field = DateRangeField()

    def __init__(self, lower: str, upper: str) -> None:
        super().__init__(F(lower), F(upper), Value("[]"))


@pghistory.track(exclude=["revision"])
class Payer(Postal):
    """Who pays. ``revision`` rises with every change of it or its policies, so that charges can be derived again."""

    name = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=20, choices=choices_of(PayerKind))
    payer_id = models.CharField(
        "payer id",
        max_length=80,
        help_text="The id by which the clearinghouse knows this payer.",
    )
    filing_indicator = models.CharField(
        max_length=2,
        default="CI",
        help_text="Claim filing indicator: MB, MA, MC, CI, BL, 16 ...",
    )
    is_active = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ("name",)
        constraints = (models.CheckConstraint(name="payer_id_is_given", condition=~Q(payer_id="")),)
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


_BUMP_PAYER = """
    UPDATE oncocharge_patients_payer SET revision = revision + 1
     WHERE id IN (COALESCE(NEW.payer_id, OLD.payer_id), COALESCE(OLD.payer_id, NEW.payer_id));
    RETURN COALESCE(NEW, OLD);
"""


@pghistory.track()
class PayerPolicy(models.Model):
    """A payer's settings over a span of dates of service; defaults as the charge rules state them.

    ``filing_limit_days`` counts from the day of service to the day on which an original claim must have arrived;
    empty is the limit of the payer's kind (Medicare: one calendar year), or none known. ``takes_corrections``: a sent
    claim is replaced or voided by another claim of frequency 7 or 8; otherwise the payer is told by hand.
    ``appeal_days`` count from the day of a denial; empty is the limit of the payer's kind (Medicare: 120), or none
    known.
    """

    payer = models.ForeignKey(Payer, on_delete=models.CASCADE, related_name="policies")
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    delivery_code_set = models.CharField(max_length=8, blank=True, choices=choices_of(DeliveryCodeSet))
    nodes_level = models.CharField(max_length=8, blank=True, choices=choices_of(NodesLevel))
    left_breast_complex = models.BooleanField(default=False)
    second_session_modifier = models.CharField(
        max_length=4,
        choices=choices_of(SecondSessionModifier),
        default=SecondSessionModifier.REPEAT,
    )
    minimum_hours_between_sessions = models.DecimalField(max_digits=4, decimal_places=2, default=6)
    plan_charge_per = models.CharField(
        max_length=12,
        choices=choices_of(PlanChargePer),
        default=PlanChargePer.PLANNING_CT,
    )
    management_date = models.CharField(
        max_length=14,
        choices=choices_of(ManagementDate),
        default=ManagementDate.FIFTH_FRACTION,
    )
    physics_tail = models.CharField(max_length=14, choices=choices_of(PhysicsTail), default=PhysicsTail.NONE)
    guidance_professional = models.BooleanField(default=True)
    requires_authorization = models.BooleanField(default=False)
    inverse_planning_required = models.BooleanField(default=False)
    filing_limit_days = models.PositiveSmallIntegerField(null=True, blank=True)
    takes_corrections = models.BooleanField(default=True)
    appeal_days = models.PositiveSmallIntegerField(null=True, blank=True)
    amendment_reason = models.CharField(max_length=200, blank=True, help_text="Why the period was entered or changed.")

    class Meta:
        verbose_name_plural = "payer policies"
        ordering = ("payer", "effective_from")
        constraints = (
            models.CheckConstraint(
                name="payer_policy_ends_after_it_starts",
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
            ),
            models.CheckConstraint(
                name="payer_policy_hours_are_within_a_day",
                condition=Q(
                    minimum_hours_between_sessions__gte=0,
                    minimum_hours_between_sessions__lte=24,
                ),
            ),
            models.CheckConstraint(
                name="payer_policy_filing_limit_is_within_five_years",
                condition=Q(filing_limit_days__isnull=True) | Q(filing_limit_days__gte=1, filing_limit_days__lte=1827),
            ),
            models.CheckConstraint(
                name="payer_policy_appeal_limit_is_within_five_years",
                condition=Q(appeal_days__isnull=True) | Q(appeal_days__gte=1, appeal_days__lte=1827),
            ),
            ExclusionConstraint(
                name="payer_policy_periods_do_not_overlap",
                expressions=[
                    ("payer", RangeOperators.EQUAL),
                    (
                        InclusiveDateRange("effective_from", "effective_to"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="bumps_payer_revision",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_BUMP_PAYER,
            ),
        )

    def __str__(self) -> str:
        return f"policy of payer {self.payer_id} from {self.effective_from}"
