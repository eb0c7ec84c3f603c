"""The patients storey as a Django app; its label is prefixed so that a host project may have its own."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PatientsConfig(AppConfig):
    """App config with the label that migrations and permissions carry."""

    name = "patients"
    label = "oncocharge_patients"
    verbose_name = "Patients"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Keep the groups of the roles in place, also after a test flushed the tables."""
        post_migrate.connect(_ensure_groups, sender=self)


def _ensure_groups(**_: object) -> None:
    from patients.roles import ensure_groups  # the auth tables are ready only now

    ensure_groups()
