"""A course of treatment and its diagnoses."""

import pghistory
import pgtrigger
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from courses.models.revision import bumps_course_revision
from patients.models import Facility, Patient, Provider
from patients.validators import validate_icd10

_ON_CLAIMS_ALONE = ("referring_provider_id", "supervising_provider_id", "ordering_provider_id", "referral_number")
"""What changes the claims of a course, and none of its charges."""

_NAMES = ", ".join(f"'{name}'" for name in _ON_CLAIMS_ALONE)
# A claim is read when it is written: naming somebody on it must not send every line of the course to a new capture.
_BUMP_ITSELF = f"""
    IF NEW.revision = OLD.revision AND (NEW IS NOT DISTINCT FROM OLD
       OR to_jsonb(NEW) - ARRAY[{_NAMES}] IS DISTINCT FROM to_jsonb(OLD) - ARRAY[{_NAMES}]) THEN
        NEW.revision := OLD.revision + 1;
    END IF;
    RETURN NEW;
"""

REFERRAL_FORM = r"^[0-9A-Za-z]([0-9A-Za-z ._/#-]{0,48}[0-9A-Za-z])$"
"""2 to 50 characters that the files of every partner carry."""


@pghistory.track(exclude=["revision"])
class Course(models.Model):
    """One course of treatment of one patient at one facility.

    ``revision`` rises by trigger with every change of the course, its plans, sessions, fractions,
    diagnoses and events; not with what only its claims say (``_ON_CLAIMS_ALONE``). ``source_key`` is the id under
    which a course file brought it in.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="courses")
    physician = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        related_name="courses",
        null=True,
        blank=True,
        help_text="Renders the professional lines.",
    )
    referring_provider = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        related_name="referred_courses",
        null=True,
        blank=True,
        help_text="Sent the patient here.",
    )
    supervising_provider = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        related_name="supervised_courses",
        null=True,
        blank=True,
        help_text="Supervises, where the physician above does not.",
    )
    ordering_provider = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        related_name="ordered_courses",
        null=True,
        blank=True,
        help_text="Ordered the image guidance, if not the physician above.",
    )
    referral_number = models.CharField(
        max_length=50,
        blank=True,
        default="",
        db_default="",
        validators=[
            RegexValidator(
                REFERRAL_FORM,
                "It takes 2 to 50 letters, digits, blanks and . _ / # -, and begins and ends with a letter or digit.",
            )
        ],
        help_text="Given by the payer that pays first; empty if it asks for none.",
    )
    title = models.CharField(max_length=120)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    amendment_reason = models.CharField(max_length=200, blank=True, help_text="Why it was opened again.")
    source_key = models.CharField(max_length=80, null=True, blank=True, unique=True, editable=False)
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-opened_on", "-id")
        constraints = (
            models.CheckConstraint(
                name="course_closes_after_it_opens",
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
            ),
            models.CheckConstraint(
                name="course_referral_number_is_well_formed",
                condition=Q(referral_number="") | Q(referral_number__regex=REFERRAL_FORM),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="raises_own_revision",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_BUMP_ITSELF,
            ),
        )

    def __str__(self) -> str:
        return f"course {self.pk}"


@pghistory.track()
class CourseDiagnosis(models.Model):
    """An ICD-10-CM code of a course; position 1 is the principal diagnosis."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="diagnoses")
    position = models.PositiveSmallIntegerField()
    code = models.CharField("ICD-10-CM code", max_length=8, validators=[validate_icd10])

    class Meta:
        verbose_name_plural = "course diagnoses"
        ordering = ("course", "position")
        constraints = (
            models.UniqueConstraint(
                name="course_diagnosis_position_is_unique",
                fields=("course", "position"),
            ),
            models.UniqueConstraint(name="course_diagnosis_is_not_repeated", fields=("course", "code")),
            models.CheckConstraint(
                name="course_diagnosis_position_is_1_to_12",
                condition=Q(position__gte=1, position__lte=12),
            ),
            models.CheckConstraint(
                name="course_diagnosis_has_the_form_of_icd10",
                condition=Q(code__regex=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?$"),
            ),
        )
        triggers = (bumps_course_revision("diagnosis_raises_revision"),)

    def __str__(self) -> str:
        return f"diagnosis {self.position} of course {self.course_id}"
