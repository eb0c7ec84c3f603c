"""The patients storey as a Django app; its label is prefixed so that a host project may have its own."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """App config with the label that migrations and permissions carry."""

    name = "patients"
    label = "oncocharge_patients"
    verbose_name = "Patients"
    default_auto_field = "django.db.models.BigAutoField"
