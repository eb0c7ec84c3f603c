"""A treatment plan and its approval."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from courses.models.course import Course
from courses.models.machine import Machine
from courses.models.revision import bumps_course_revision
from courses.terms import (
    Laterality,
    MotionManagement,
    PlanKind,
    PlanningMethod,
    Site,
    Technique,
)
from patients.models.base import choices_of

SIGNED_COLUMNS = (
    "course_id", "key", "kind", "follows_id", "site", "laterality", "includes_nodes", "complex_delivery_documented",
    "technique", "has_compensator", "isocenters", "isocenter_group", "static_fields", "arcs", "dvh_documented",
    "planning_method", "imrt_planned", "active_motion_management", "respiratory_motion_simulation", "fractions",
    "sessions_per_day", "weekdays", "default_guidance", "new_planning_ct", "planning_ct_on", "necessity_documented",
    "necessity_note", "dicom_uid", "evidence",
)  # fmt: skip
"""What a physician signs, in the order of the page. The rest (machine, time, first day) only says when."""

CHANGED_AFTER_SIGNING = "Changed after it was signed: it needs a new signature."
_NEW, _OLD = (", ".join(f"{row}.{name}" for name in SIGNED_COLUMNS) for row in ("NEW", "OLD"))
# In the database, so that a bulk write or a hand-typed UPDATE cannot change what a physician signed either.
_TAKES_APPROVAL_BACK = f"""
    IF NEW.approved_at IS NOT DISTINCT FROM OLD.approved_at AND ROW({_NEW}) IS DISTINCT FROM ROW({_OLD}) THEN
        NEW.approved_on := NULL;
        NEW.approved_at := NULL;
        NEW.approved_by_id := NULL;
        NEW.amendment_reason := '{CHANGED_AFTER_SIGNING}';
    END IF;
    RETURN NEW;
"""


@pghistory.track()
class Plan(models.Model):
    """What is to be delivered. A proposal until it is approved: ``approved_on`` is the clinic-local day."""

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="plans")
    key = models.CharField("plan", max_length=40, help_text="The plan's label, unique in the course.")
    site = models.CharField(max_length=20, choices=choices_of(Site))
    laterality = models.CharField(max_length=10, blank=True, choices=choices_of(Laterality))
    includes_nodes = models.BooleanField(default=False)
    complex_delivery_documented = models.BooleanField(default=False)
    technique = models.CharField(max_length=20, choices=choices_of(Technique))
    has_compensator = models.BooleanField(default=False)
    isocenters = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty: not recorded.")
    isocenter_group = models.CharField(max_length=20, blank=True, help_text="Plans of one group share their isocenter.")
    static_fields = models.PositiveSmallIntegerField(null=True, blank=True)
    arcs = models.PositiveSmallIntegerField(null=True, blank=True)
    dvh_documented = models.BooleanField("dose-volume histograms documented", default=True)
    planning_method = models.CharField(max_length=8, choices=choices_of(PlanningMethod), default=PlanningMethod.INVERSE)
    imrt_planned = models.BooleanField(null=True, blank=True, help_text="Empty: by technique.")
    active_motion_management = models.CharField(
        max_length=12,
        choices=choices_of(MotionManagement),
        default=MotionManagement.NONE,
    )
    kind = models.CharField(max_length=10, choices=choices_of(PlanKind), default=PlanKind.INITIAL)
    follows = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        help_text="The plan that it boosts, replaces or revises.",
    )
    new_planning_ct = models.BooleanField("new planning CT", default=True)
    planning_ct_on = models.DateField("day of the new planning CT", null=True, blank=True)
    necessity_documented = models.BooleanField(default=False)
    necessity_note = models.TextField(
        max_length=500, blank=True, help_text="Why another plan is necessary, as the chart says it."
    )
    respiratory_motion_simulation = models.BooleanField(default=False)
    fractions = models.PositiveSmallIntegerField("prescribed fractions", null=True, blank=True)
    sessions_per_day = models.PositiveSmallIntegerField(default=1)
    weekdays = models.CharField(max_length=7, default="12345", help_text="Days of treatment: 1 is Monday, 7 is Sunday.")
    starts_on = models.DateField("first treatment day", null=True, blank=True)
    usual_time = models.TimeField(null=True, blank=True, help_text="Of the first session of the day; clinic's clock.")
    machine = models.ForeignKey(Machine, on_delete=models.PROTECT, null=True, blank=True, related_name="plans")
    default_guidance = models.CharField(
        max_length=12, blank=True, help_text="Image guidance proposed for each session."
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="confirmed_plans",
        help_text="Who vouches that the entries are right, where a file proposed them.",
    )
    approved_on = models.DateField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="approved_plans",
    )
    retired_on = models.DateField(null=True, blank=True, help_text="No fraction is proposed after this day.")
    amendment_reason = models.CharField(
        max_length=200, blank=True, help_text="Why its approval was withdrawn, or why it was retired."
    )
    dicom_uid = models.CharField("DICOM SOP instance UID", max_length=64, null=True, blank=True, unique=True)
    evidence = models.JSONField(
        default=dict,
        blank=True,
        help_text="What a DICOM plan showed: beams, shapes, isocenters.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("course", "approved_on", "id")
        constraints = (
            models.UniqueConstraint(name="plan_key_is_unique_in_course", fields=("course", "key")),
            models.CheckConstraint(
                name="plan_isocenters_are_positive",
                condition=Q(isocenters__isnull=True) | Q(isocenters__gte=1),
            ),
            models.CheckConstraint(
                name="plan_fractions_are_1_to_100",
                condition=Q(fractions__isnull=True) | Q(fractions__gte=1, fractions__lte=100),
            ),
            models.CheckConstraint(
                name="plan_sessions_per_day_are_1_to_4",
                condition=Q(sessions_per_day__gte=1, sessions_per_day__lte=4),
            ),
            models.CheckConstraint(
                name="plan_weekdays_are_days_of_the_week",
                condition=Q(weekdays__regex=r"^1?2?3?4?5?6?7?$") & ~Q(weekdays=""),
            ),
            models.CheckConstraint(
                name="plan_fields_or_arcs_not_both",
                condition=Q(static_fields__isnull=True) | Q(arcs__isnull=True),
            ),
            models.CheckConstraint(
                name="plan_confirmed_has_signer",
                condition=Q(confirmed_at__isnull=True) | Q(confirmed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_approval_moment_has_day_and_signer",
                condition=Q(approved_at__isnull=True) | Q(approved_on__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_does_not_follow_itself",
                condition=Q(follows__isnull=True) | ~Q(follows=F("id")),
            ),
        )
        triggers = (
            bumps_course_revision("plan_raises_revision"),
            pgtrigger.Trigger(
                name="signed_content_keeps_its_signature",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__approved_at__isnull=False),
                func=_TAKES_APPROVAL_BACK,
            ),
        )

    def __str__(self) -> str:
        return f"plan {self.pk}"

    @property
    def is_approved(self) -> bool:
        """Whether a physician approved the plan."""
        return self.approved_on is not None
