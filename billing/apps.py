"""The billing storey as a Django app; its label is prefixed so that a host project may have its own."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """App config with the label that migrations and permissions carry; connects the house's one doorbell."""

    name = "billing"
    label = "oncocharge_billing"
    verbose_name = "Billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Ask for a capture whenever a course changed."""
        from billing.tasks import announce_capture
        from courses.signals import course_changed

        course_changed.connect(announce_capture, dispatch_uid="billing.announce_capture")
