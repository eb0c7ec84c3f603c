"""Field validators: the pure checks of identifiers.py, and days that can be meant, as Django's errors."""

from collections.abc import Callable
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.utils.deconstruct import deconstructible

from patients import identifiers


@deconstructible
class IdentifierValidator:
    """Refuse a value that the named check of ``identifiers`` refuses, in its words."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __call__(self, value: str) -> None:
        check: Callable[[str], str] = getattr(identifiers, f"validate_{self.kind}")
        try:
            check(value)
        except identifiers.IdentifierError as error:
            raise ValidationError(str(error), code=f"invalid_{self.kind}") from error

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IdentifierValidator) and other.kind == self.kind

    def __hash__(self) -> int:
        return hash(self.kind)


validate_npi = IdentifierValidator("npi")
validate_tax_id = IdentifierValidator("tax_id")
validate_zip = IdentifierValidator("zip")
validate_state = IdentifierValidator("state")
validate_taxonomy = IdentifierValidator("taxonomy")
validate_mrn = IdentifierValidator("mrn")
validate_icd10 = IdentifierValidator("icd10")

FIRST_DAY, LAST_DAY = date(1992, 1, 1), date(2099, 12, 31)
"""The days that a course file takes, too: since Medicare's first fee schedule."""


def validate_day(day: date) -> None:
    """Refuse a day that nobody means: in a date field the year '26' is the year 26."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(
            f"The year {day.year} cannot be meant: days lie between {FIRST_DAY.year} and {LAST_DAY.year}. "
            "Type the year in four figures.",
            code="day_out_of_range",
        )


def validate_moment(at: datetime) -> None:
    """Refuse a moment of a day that nobody means."""
    validate_day(at.date())
