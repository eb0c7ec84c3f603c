"""Who looked at which patient: an append-only log, as 45 CFR 164.312(b) asks."""

import pgtrigger
from django.conf import settings
from django.db import models

from patients.models.people import Patient


class PatientAccess(models.Model):
    """One look at a patient's page or API object. Changes are in the history tables, not here."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="accesses")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="patient_accesses",
    )
    at = models.DateTimeField(auto_now_add=True)
    what = models.CharField(max_length=60, help_text="The page or endpoint, by its url name.")

    class Meta:
        verbose_name_plural = "patient accesses"
        indexes = (models.Index(fields=("patient", "at"), name="access_by_patient"),)  # reader: who looked at a patient
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"access {self.pk}"
