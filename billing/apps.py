"""The billing storey as a Django app; its label is prefixed so that a host project may have its own."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """App config with the label that migrations and permissions carry."""

    name = "billing"
    label = "oncocharge_billing"
    verbose_name = "Billing"
    default_auto_field = "django.db.models.BigAutoField"
