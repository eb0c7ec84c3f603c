"""The roof as a Django app: base templates, static files, pages that belong to no storey."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class OncochargeConfig(AppConfig):
    """Wiring only; it has no tables of its own."""

    name = "oncocharge"
    label = "oncocharge"
    verbose_name = "oncocharge"

    def ready(self) -> None:
        """Load the Celery app, so that a task enqueued by a web page finds the broker, and let tokens end."""
        import oncocharge.celery  # noqa: F401
        from oncocharge.sign_in import watch_passwords

        watch_passwords()


class SettingsConfig(AdminConfig):
    """Django's admin with the site that admits by role."""

    default_site = "oncocharge.admin_site.AdminSite"
