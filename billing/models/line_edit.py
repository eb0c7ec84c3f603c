"""What a biller made of a line that the rules generate: kept beside the original, never in its place."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from courses.models import Course
from courses.models.revision import bumps_course_revision
from patients.models import Provider

_SAYS_THE_SAME = Q(units=F("was_units"), modifiers=F("was_modifiers"), diagnoses=F("was_diagnoses")) & (
    Q(provider=F("was_provider")) | Q(provider__isnull=True, was_provider__isnull=True)
)


@pghistory.track()
class LineEdit(models.Model):
    """Other modifiers, units, diagnoses or another provider than the rules give a line, and why.

    ``line_key`` is the rules' identity of the line. ``code``, ``service_on`` and the ``was_`` columns are the line as
    it was generated when it was edited: the edit holds for exactly that line. Once the rules say otherwise it
    no longer applies, and a finding asks a person. ``diagnoses`` are those that the line points to, the
    first one first; ``provider`` is who renders it, nobody the course's physician. Institutional
    lines have neither.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="line_edits")
    line_key = models.CharField(max_length=160)
    code = models.CharField(max_length=5)
    service_on = models.DateField()
    was_units = models.PositiveSmallIntegerField()
    was_modifiers = ArrayField(models.CharField(max_length=2), size=4, default=list, blank=True)
    was_diagnoses = ArrayField(models.CharField(max_length=8), size=4, default=list, blank=True)
    was_provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    units = models.PositiveSmallIntegerField()
    modifiers = ArrayField(models.CharField(max_length=2), size=4, default=list, blank=True)
    diagnoses = ArrayField(models.CharField(max_length=8), size=4, default=list, blank=True)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200)
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="line_edits")
    edited_at = models.DateTimeField()
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("course", "service_on", "id")
        constraints = (
            models.UniqueConstraint(
                name="line_edit_stands_once", fields=("course", "line_key"), condition=Q(taken_back_at__isnull=True)
            ),
            models.CheckConstraint(name="line_edit_changes_something", condition=~_SAYS_THE_SAME),
            models.CheckConstraint(name="line_edit_units_are_positive", condition=Q(units__gte=1)),
            models.CheckConstraint(name="line_edit_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="line_edit_taken_back_has_user_and_reason",
                condition=Q(taken_back_at__isnull=True) | (Q(taken_back_by__isnull=False) & ~Q(taken_back_reason="")),
            ),
        )
        triggers = (bumps_course_revision("line_edit_raises_revision"),)

    def __str__(self) -> str:
        return f"edit {self.pk}"
