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
from patients.validators import (
    IdentifierValidator,
    validate_npi,
    validate_state,
    validate_tax_id,
    validate_taxonomy,
    validate_zip,
)

FACILITY_CODES = (("13", "13 hospital outpatient"), ("85", "85 critical access hospital"))
"""Which institutional bills a place writes: 0131 and 0851 with their corrections."""

_NEEDED_OF_LOCATION = ("service_name", "service_street", "service_city", "service_state", "service_zip_code")
_LOCATION = (*_NEEDED_OF_LOCATION, "service_npi", "service_street2")
_NO_LOCATION = Q(**dict.fromkeys(_LOCATION, ""))
_WHOLE_LOCATION = ~Q(service_name="") & ~Q(service_street="") & ~Q(service_city="")
_WHOLE_LOCATION &= ~Q(service_state="") & ~Q(service_zip_code="")

_NAMES = ", ".join(f"'{name}'" for name in _LOCATION)
# Where the service was given stands on claims alone: no charge is derived again for it.
_BUMP_ITSELF = f"""
    IF NEW IS NOT DISTINCT FROM OLD
       OR to_jsonb(NEW) - ARRAY[{_NAMES}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{_NAMES}] THEN
        NEW.revision := OLD.revision + 1;
    END IF;
    RETURN NEW;
"""


def validate_time_zone(value: str) -> None:
    """Refuse a name that the time zone database does not know."""
    if value not in available_timezones():
        raise ValidationError(
            f"'{value}' is not a time zone name such as America/New_York.",
            code="invalid_zone",
        )


def _location(
    name: str, length: int, *validators: IdentifierValidator, help_text: str = ""
) -> "models.CharField[str, str]":
    """Return a column of the service location: empty where the billing address is the place of treatment."""
    return models.CharField(
        f"location, {name}", max_length=length, blank=True, default="", db_default="", validators=validators,
        help_text=help_text,
    )  # fmt: skip


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
    service_name = _location("name", 60, help_text="Where patients are treated, if not at the address above.")
    service_npi = _location("NPI", 10, validate_npi, help_text="If the place has one of its own.")
    service_street = _location("street", 55)
    service_street2 = _location("street, second line", 55)
    service_city = _location("city", 30)
    service_state = _location("state", 2, validate_state)
    service_zip_code = _location("ZIP code", 10, validate_zip, help_text="All nine digits: claims want them here.")
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
            models.CheckConstraint(
                name="facility_service_location_is_whole_or_absent", condition=_NO_LOCATION | _WHOLE_LOCATION
            ),
            models.CheckConstraint(
                name="facility_service_npi_is_ten_digits",
                condition=Q(service_npi="") | Q(service_npi__regex=r"^[12]\d{9}$"),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="raises_own_revision",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_BUMP_ITSELF,
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse half a service location, each missing part at its field."""
        super().clean()
        if any(getattr(self, name) for name in _LOCATION):
            words = "The service location needs its name, street, city, state and ZIP code: all of them, or nothing."
            missing = {name: [words] for name in _NEEDED_OF_LOCATION if not getattr(self, name)}
            if missing:
                raise ValidationError(missing)

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose calendar decides the day of a session."""
        return ZoneInfo(self.time_zone)

    def day_of(self, moment: datetime) -> date:
        """Return the clinic-local day of an aware moment."""
        return moment.astimezone(self.zone).date()
