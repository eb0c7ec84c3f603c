"""Charge lines keyed by a biller, as facts for the rules."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from courses.models import Course
from courses.models.revision import bumps_course_revision
from patients.models import Provider


@pghistory.track()
class ManualLine(models.Model):
    """A line as a biller would key it; the rules take or refuse it.

    ``diagnoses`` are those that it points to, the first one first, none the usual ones of the claim; ``provider`` is
    who renders it, nobody the course's physician. An amended line keeps its key, so that its charge is reversed
    and posted anew; the history keeps each state, ``amendment_reason`` says why it is as it is.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="manual_lines")
    code = models.CharField(max_length=5)
    service_on = models.DateField()
    units = models.PositiveSmallIntegerField(default=1)
    modifiers = ArrayField(models.CharField(max_length=2), size=4, default=list, blank=True)
    narrative = models.CharField(max_length=400, blank=True)
    attachment = models.CharField("attachment reference", max_length=50, blank=True)
    diagnoses = ArrayField(models.CharField(max_length=8), size=4, default=list, db_default=[], blank=True)
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="Who renders it."
    )
    source_key = models.CharField(max_length=128, null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="manual_lines"
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    amendment_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("service_on", "id")
        constraints = (
            models.UniqueConstraint(name="manual_line_source_key_is_unique_in_course", fields=("course", "source_key")),
            models.CheckConstraint(name="manual_line_units_are_positive", condition=Q(units__gte=1)),
            models.CheckConstraint(
                name="manual_line_code_has_five_characters", condition=Q(code__regex=r"^[0-9A-Z]{5}$")
            ),
        )
        triggers = (bumps_course_revision("manual_line_raises_revision"),)

    def __str__(self) -> str:
        return f"manual line {self.pk}"
