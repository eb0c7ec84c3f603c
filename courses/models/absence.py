"""A day on which a patient was due at the machine and did not come."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from courses.models.course import Course
from courses.models.revision import bumps_course_revision


@pghistory.track()
class Absence(models.Model):
    """A no-show with its reason: nothing was delivered, nothing is charged. Undone, never erased.

    ``missed_on`` is the clinic-local day.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="absences")
    missed_on = models.DateField()
    reason = models.CharField(max_length=140)
    noted_at = models.DateTimeField(auto_now_add=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="noted_absences")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="undone_absences",
    )

    class Meta:
        ordering = ("missed_on", "id")
        constraints = (
            models.UniqueConstraint(
                name="absence_is_noted_once_a_day",
                fields=("course", "missed_on"),
                condition=Q(undone_at__isnull=True),
            ),
            models.CheckConstraint(name="absence_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="absence_undone_has_user",
                condition=Q(undone_at__isnull=True) | Q(undone_by__isnull=False),
            ),
        )
        triggers = (bumps_course_revision("absence_raises_revision"),)

    def __str__(self) -> str:
        return f"absence {self.pk}"
