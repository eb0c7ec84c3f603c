"""The billing storey as a Django app; its label is prefixed so that a host project may have its own."""

from django.apps import AppConfig
from django.apps import apps as installed_apps
from django.apps.registry import Apps
from django.db.models.signals import post_migrate


class BillingConfig(AppConfig):
    """App config with the label that migrations and permissions carry; connects the house's one doorbell."""

    name = "billing"
    label = "oncocharge_billing"
    verbose_name = "Billing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Ask for a capture whenever a course changed; begin the list of reasons for holds."""
        from billing.tasks import announce_capture
        from courses.signals import course_changed

        course_changed.connect(announce_capture, dispatch_uid="billing.announce_capture")
        post_migrate.connect(_ensure_hold_reasons, sender=self)


def _ensure_hold_reasons(apps: Apps = installed_apps, **_: object) -> None:
    """Keep the list of reasons in place, also after a test flushed the tables."""
    from billing.worklist.hold_reasons import ensure_hold_reasons  # models are ready only now

    ensure_hold_reasons(apps)
