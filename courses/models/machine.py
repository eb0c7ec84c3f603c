"""A treatment machine."""

import pghistory
from django.db import models

from patients.models import Facility


@pghistory.track()
class Machine(models.Model):
    """A linear accelerator at a facility; ``name`` as its own files spell it."""

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="machines")
    name = models.CharField(max_length=30)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("facility", "name")
        constraints = (models.UniqueConstraint(name="machine_name_is_unique_in_facility", fields=("facility", "name")),)

    def __str__(self) -> str:
        return self.name
