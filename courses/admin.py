"""What an administrator keeps of the clinical side: the machines."""

from django.contrib import admin

from courses.models import Machine
from patients.admin import AdministratorsAlone


@admin.register(Machine)
class MachineAdmin(AdministratorsAlone, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """A machine; its name as its own files spell it."""

    list_display = ("name", "facility", "is_active")
    list_filter = ("facility", "is_active")
