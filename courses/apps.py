"""The courses storey as a Django app; its label is prefixed so that a host project may have its own."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """App config with the label that migrations and permissions carry."""

    name = "courses"
    label = "oncocharge_courses"
    verbose_name = "Courses"
    default_auto_field = "django.db.models.BigAutoField"
