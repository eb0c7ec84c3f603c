"""Clinical events beside plans and sessions: simulations, notes, visits, physics checks, devices."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from courses.models.course import Course
from courses.models.revision import bumps_course_revision
from courses.terms import EventFamily, Performer, Site
from patients.models.base import choices_of


@pghistory.track()
class ClinicalEvent(models.Model):
    """Something done for the course on a day that may earn a charge, or that a charge needs."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="events")
    family = models.CharField(max_length=30, choices=choices_of(EventFamily))
    happened_on = models.DateField()
    site = models.CharField(max_length=20, blank=True, choices=choices_of(Site))
    performer = models.CharField(max_length=20, blank=True, choices=choices_of(Performer))
    units = models.PositiveSmallIntegerField(default=1)
    distinct_service = models.BooleanField(default=False)
    documented = models.BooleanField(default=True)
    reason = models.CharField(max_length=200, blank=True, help_text="Why a special service was needed.")
    source_key = models.CharField(max_length=128, null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entered_events",
    )
    entered_at = models.DateTimeField(auto_now_add=True)
    amended_at = models.DateTimeField(null=True, blank=True)
    amended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="amended_events",
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cancelled_events",
    )
    amendment_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("happened_on", "id")
        constraints = (
            models.UniqueConstraint(
                name="event_source_key_is_unique_in_course",
                fields=("course", "source_key"),
            ),
            models.CheckConstraint(name="event_units_are_positive", condition=Q(units__gte=1)),
            models.CheckConstraint(
                name="event_cancelled_has_reason_and_user",
                condition=Q(cancelled_at__isnull=True) | (~Q(amendment_reason="") & Q(cancelled_by__isnull=False)),
            ),
        )
        triggers = (bumps_course_revision("event_raises_revision"),)

    def __str__(self) -> str:
        return f"{self.family} event {self.pk}"
