"""Patients and providers."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from patients.models.base import Postal, choices_of
from patients.terms import Sex
from patients.validators import validate_mrn, validate_npi, validate_taxonomy


@pghistory.track(exclude=["revision"])
class Patient(Postal):
    """A person under treatment. ``__str__`` gives no name: it may end up in a log.

    ``revision`` rises with every change of the coverages and encounters, so that charges can be derived again.
    """

    mrn = models.CharField("MRN", max_length=30, unique=True, validators=[validate_mrn])
    last_name = models.CharField(max_length=60)
    first_name = models.CharField(max_length=35, blank=True)
    middle_name = models.CharField(max_length=25, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, choices=choices_of(Sex), default=Sex.UNKNOWN)
    phone = models.CharField(max_length=20, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("last_name", "first_name", "id")
        constraints = (
            models.CheckConstraint(name="patient_mrn_is_given", condition=~Q(mrn="")),
            models.CheckConstraint(
                name="patient_birth_date_is_plausible",
                condition=Q(birth_date__isnull=True) | Q(birth_date__gte="1890-01-01"),
            ),
        )
        indexes = (models.Index(Lower("last_name"), name="patient_by_last_name"),)  # reader: patient search

    def __str__(self) -> str:
        return f"patient {self.pk}"

    @property
    def full_name(self) -> str:
        """Last name, first name: for screens only, never for logs."""
        return f"{self.last_name}, {self.first_name}" if self.first_name else self.last_name


@pghistory.track()
class Provider(models.Model):
    """A physician or other clinician whose NPI a claim may carry."""

    last_name = models.CharField(max_length=60)
    first_name = models.CharField(max_length=35, blank=True)
    npi = models.CharField("NPI", max_length=10, unique=True, validators=[validate_npi])
    taxonomy = models.CharField(max_length=10, blank=True, default="2085R0001X", validators=[validate_taxonomy])
    is_physician = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="provider",
    )

    class Meta:
        ordering = ("last_name", "first_name")
        constraints = (
            models.CheckConstraint(
                name="provider_npi_is_ten_digits",
                condition=Q(npi__regex=r"^[12]\d{9}$"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.last_name}, {self.first_name}" if self.first_name else self.last_name
