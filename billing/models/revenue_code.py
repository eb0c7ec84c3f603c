"""The practice's table of revenue codes: under which code of the hospital's accounts a line is billed (SV201).

Which row a line takes is for billing/claims to say (the payer's own before everybody's, then the narrower).
"""

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from billing.rules.lines import Family
from patients.models import Payer
from patients.models.base import choices_of
from patients.models.payer import InclusiveDateRange

USUAL_REVENUE_CODE = "0333"
"""Radiation therapy: what a line is billed under where no row says otherwise (NUBC)."""


@pghistory.track()
class RevenueCode(models.Model):
    """The revenue code of a procedure, of a range of procedures, of a family, or (with none of them) of all lines.

    A range runs from ``code`` to ``last_code``, both inclusive, in the order of the code book; a single code has no
    ``last_code``. Without a payer the row serves every payer that has none of its own.
    """

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, null=True, blank=True, related_name="revenue_codes")
    family = models.CharField(max_length=12, blank=True, choices=choices_of(Family))
    code = models.CharField("procedure", max_length=5, blank=True)
    last_code = models.CharField("last procedure of a range", max_length=5, blank=True)
    revenue_code = models.CharField(max_length=4, default=USUAL_REVENUE_CODE, db_default=USUAL_REVENUE_CODE)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("payer__name", "code", "family", "effective_from")
        constraints = (
            models.CheckConstraint(
                name="revenue_code_has_four_digits",
                condition=Q(revenue_code__regex=r"^[0-9]{4}$") & ~Q(revenue_code="0001"),
            ),
            models.CheckConstraint(
                name="revenue_code_serves_codes_or_a_family",
                condition=Q(family="") | Q(code="", last_code=""),
            ),
            models.CheckConstraint(
                name="revenue_code_procedures_have_five_characters",
                condition=Q(code__regex=r"^([0-9A-Z]{5})?$", last_code__regex=r"^([0-9A-Z]{5})?$"),
            ),
            models.CheckConstraint(
                name="revenue_code_range_ends_after_it_starts",
                condition=Q(last_code="") | (~Q(code="") & Q(last_code__gt=F("code"))),
            ),
            models.CheckConstraint(
                name="revenue_code_family_is_known", condition=Q(family__in=("", *(one.value for one in Family)))
            ),
            models.CheckConstraint(
                name="revenue_code_ends_after_it_starts",
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
            ),
            ExclusionConstraint(
                name="revenue_codes_of_the_same_do_not_overlap",
                expressions=[
                    (Coalesce(F("payer"), Value(0), output_field=models.BigIntegerField()), RangeOperators.EQUAL),
                    ("family", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    ("last_code", RangeOperators.EQUAL),
                    (InclusiveDateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
                violation_error_message="Another row says the same procedures' revenue code on some of these days.",
            ),
        )

    def __str__(self) -> str:
        return f"revenue code {self.revenue_code} of {self.serves}"

    @property
    def serves(self) -> str:
        """Which lines it is for, in words."""
        return lines_served(self.code, self.last_code, self.family)


def lines_served(code: str, last_code: str, family: str) -> str:
    """Return in words which lines a row with these is for."""
    if code:
        return f"{code} to {last_code}" if last_code else code
    return f"every {family} line" if family else "every other line"
