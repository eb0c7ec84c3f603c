"""Prior authorizations of a course."""

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from courses.models import Course
from courses.models.revision import bumps_course_revision


@pghistory.track()
class Authorization(models.Model):
    """Units of the named codes that the payer approved between two days, both inclusive."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="authorizations")
    number = models.CharField("authorization number", max_length=50, blank=True)
    codes = ArrayField(models.CharField(max_length=5), size=20)
    units = models.PositiveSmallIntegerField()
    effective_from = models.DateField()
    effective_to = models.DateField()
    source_key = models.CharField(max_length=128, null=True, blank=True)

    class Meta:
        ordering = ("effective_to", "id")
        constraints = (
            models.UniqueConstraint(
                name="authorization_source_key_is_unique_in_course", fields=("course", "source_key")
            ),
            models.CheckConstraint(
                name="authorization_ends_after_it_starts", condition=Q(effective_to__gte=F("effective_from"))
            ),
            models.CheckConstraint(name="authorization_units_are_positive", condition=Q(units__gte=1)),
        )
        triggers = (bumps_course_revision("authorization_raises_revision"),)

    def __str__(self) -> str:
        return f"authorization {self.pk}"
