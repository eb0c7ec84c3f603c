"""Field shapes that several tables of this storey share: postal address, choices from a StrEnum."""

from enum import StrEnum

from django.db import models

from patients.validators import validate_state, validate_zip


def choices_of(terms: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the (value, label) pairs of a vocabulary, labels in words."""
    return [(term.value, term.value.replace("_", " ")) for term in terms]


class Postal(models.Model):
    """A US postal address, in the parts that a claim wants."""

    street = models.CharField(max_length=55, blank=True)
    street2 = models.CharField("street, second line", max_length=55, blank=True)
    city = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=2, blank=True, validators=[validate_state])
    zip_code = models.CharField("ZIP code", max_length=10, blank=True, validators=[validate_zip])

    class Meta:
        abstract = True
