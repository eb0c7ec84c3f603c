"""Where patients are treated, and what that practice bills."""

from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from patients.models.base import Postal, choices_of
from patients.terms import Bills, Setting
from patients.validators import validate_npi, validate_tax_id, validate_taxonomy

FACILITY_CODES = (("13", "13 hospital outpatient"), ("85", "85 critical access hospital"))
"""Which institutional bills a place writes: 0131 and 0851 with their corrections."""


def validate_time_zone(value: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if value not in available_timezones():
        raise ValidationError(
            f"'{value}' is not a time zone name such as America/New_York.",
            code="invalid_zone",
        )


@pghistory.track(exclude=["revision"])
class Facility(Postal):
    """A place with treatment machines; also the billing provider of its claims.

    ``revision`` rises with every change, so that charges can be derived again.
    """

    name = models.CharField(max_length=60, unique=True)
    setting = models.CharField(max_length=12, choices=choices_of(Setting))
    bills = models.CharField(max_length=12, choices=choices_of(Bills))
    place_of_service = models.CharField(
        max_length=2,
        blank=True,
        help_text="Leave empty for the usual one of the setting.",
    )
    time_zone = models.CharField(max_length=40, default="America/New_York", validators=[validate_time_zone])
    npi = models.CharField("NPI", max_length=10, blank=True, validators=[validate_npi])
    tax_id = models.CharField("tax id (EIN)", max_length=10, blank=True, validators=[validate_tax_id])
    taxonomy = models.CharField(max_length=10, blank=True, default="2085R0001X", validators=[validate_taxonomy])
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=10, blank=True, help_text="Ten digits.")
    facility_code = models.CharField(
        "type of bill",
        max_length=2,
        choices=FACILITY_CODES,
        default="13",
        db_default="13",
        help_text="First two digits of the type of bill on institutional claims.",
    )
    revision = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name_plural = "facilities"
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                name="facility_global_is_freestanding",
                condition=~Q(bills="global") | Q(setting="freestanding"),
            ),
            models.CheckConstraint(
                name="facility_both_is_hospital",
                condition=~Q(bills="both") | Q(setting="hospital"),
            ),
            models.CheckConstraint(
                name="facility_place_of_service_is_known",
                condition=Q(place_of_service__in=("", "11", "19", "21", "22", "24")),
            ),
            models.CheckConstraint(
                name="facility_code_is_known",
                condition=Q(facility_code__in=[code for code, _ in FACILITY_CODES]),
            ),
            models.CheckConstraint(
                name="facility_npi_is_ten_digits",
                condition=Q(npi="") | Q(npi__regex=r"^[12]\d{9}$"),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="raises_own_revision",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="NEW.revision := OLD.revision + 1; RETURN NEW;",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose calendar decides the day of a session."""
        return ZoneInfo(self.time_zone)

    def day_of(self, moment: datetime) -> date:
        """Return the clinic-local day of an aware moment."""
        return moment.astimezone(self.zone).date()
