"""The roof as a Django app: base templates, static files, pages that belong to no storey."""

from django.apps import AppConfig


class OncochargeConfig(AppConfig):
    """Wiring only; it has no tables of its own."""

    name = "oncocharge"
    label = "oncocharge"
    verbose_name = "oncocharge"

    def ready(self) -> None:
        """Load the Celery app, so that a task enqueued by a web page finds the broker."""
        import oncocharge.celery  # noqa: F401
