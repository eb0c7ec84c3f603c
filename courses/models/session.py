"""A session at the machine and the fractions that it delivered."""

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from courses.models.course import Course
from courses.models.machine import Machine
from courses.models.plan import Plan
from courses.models.revision import bumps_course_revision
from courses.terms import Guidance, MotionManagement, SessionStatus
from patients.models.base import choices_of


@pghistory.track()
class Session(models.Model):
    """One visit to the machine. It counts once signed, until cancelled; a correction keeps its history.

    ``treated_on`` is the clinic-local day of ``starts_at`` (aware UTC). ``source_key`` is the machine's own
    key of the session; ``entry_key`` is the form's or API's key of one submission: the same key twice is one session.
    ``entry_digest`` tells a repeated submission from a changed one under the same key.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="sessions")
    machine = models.ForeignKey(
        Machine,
        on_delete=models.PROTECT,
        related_name="sessions",
        null=True,
        blank=True,
    )
    starts_at = models.DateTimeField()
    treated_on = models.DateField()
    status = models.CharField(max_length=8, choices=choices_of(SessionStatus), default=SessionStatus.TREATED)
    status_reason = models.CharField("reason", max_length=200, blank=True)
    resumes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="resumptions",
    )
    second_session_reason = models.CharField(max_length=200, blank=True)
    guidance = models.CharField(max_length=12, choices=choices_of(Guidance), default=Guidance.NONE)
    guidance_reviewed = models.BooleanField(default=False, help_text="By the physician, before the next fraction.")
    guidance_reviewed_at = models.DateTimeField(null=True, blank=True)
    guidance_reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviewed_sessions",
    )
    active_motion_management = models.CharField(
        max_length=12,
        blank=True,
        choices=choices_of(MotionManagement),
        help_text="Empty: as the plan says.",
    )
    motion_record_complete = models.BooleanField(null=True, blank=True)
    motion_system = models.CharField(max_length=80, blank=True, help_text="What watched the motion.")
    motion_threshold = models.CharField(max_length=80, blank=True, help_text="The window or distance allowed.")
    motion_beam_hold = models.CharField("beam-hold rule", max_length=120, blank=True)
    isocenters = models.PositiveSmallIntegerField(
        "isocenters treated",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="Of photons. Empty: as the plans say.",
    )
    mixed_electrons = models.BooleanField(default=False)
    is_inpatient = models.BooleanField(default=False)
    adapted_online = models.BooleanField(default=False)
    source_key = models.CharField(max_length=128, null=True, blank=True)
    entry_key = models.UUIDField(null=True, blank=True, unique=True)
    entry_digest = models.CharField(max_length=64, blank=True, editable=False)
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="logged_sessions",
    )
    logged_at = models.DateTimeField(auto_now_add=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signed_sessions",
    )
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cancelled_sessions",
    )
    amended_at = models.DateTimeField(null=True, blank=True)
    amended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="amended_sessions",
    )
    amendment_reason = models.CharField(
        max_length=200,
        blank=True,
        help_text="Why the entry was last corrected or cancelled.",
    )

    class Meta:
        ordering = ("starts_at", "id")
        constraints = (
            models.UniqueConstraint(
                name="session_source_key_is_unique_in_course",
                fields=("course", "source_key"),
            ),
            models.CheckConstraint(
                name="session_signed_has_signer",
                condition=Q(signed_at__isnull=True) | Q(signed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="session_cancelled_has_reason_and_user",
                condition=Q(cancelled_at__isnull=True) | (~Q(amendment_reason="") & Q(cancelled_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="session_reviewed_has_reviewer",
                condition=Q(guidance_reviewed_at__isnull=True) | Q(guidance_reviewed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="session_amended_has_reason_and_user",
                condition=Q(amended_at__isnull=True) | (~Q(amendment_reason="") & Q(amended_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="session_interrupted_has_reason",
                condition=Q(status="treated") | ~Q(status_reason=""),
            ),
            models.CheckConstraint(
                name="session_isocenters_are_1_to_20",
                condition=Q(isocenters__isnull=True) | Q(isocenters__gte=1, isocenters__lte=20),
            ),
            models.CheckConstraint(
                name="session_does_not_resume_itself",
                condition=Q(resumes__isnull=True) | ~Q(resumes=F("id")),
            ),
        )
        indexes = (
            models.Index(fields=("machine", "treated_on"), name="session_machine_day"),  # reader: the machine's day
            models.Index(fields=("treated_on",), name="session_day"),  # reader: reconciliation by day
        )
        triggers = (bumps_course_revision("session_raises_revision"),)

    def __str__(self) -> str:
        return f"session {self.pk}"

    @property
    def counts(self) -> bool:
        """Whether the rules may see it: signed and not cancelled."""
        return self.signed_at is not None and self.cancelled_at is None


@pghistory.track()
class Fraction(models.Model):
    """The fraction of a plan that a session delivered or tried to deliver.

    ``number`` is the fraction of the plan (1..N), empty where the source gave none.
    ``is_standing`` is false for aborted, resumed and cancelled sessions: only standing
    fractions are unique, which is what keeps two therapists from logging the same one.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="delivered_fractions")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="fractions")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="delivered_fractions")
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    is_standing = models.BooleanField(default=True)

    class Meta:
        ordering = ("session", "plan")
        constraints = (
            models.UniqueConstraint(name="fraction_plan_once_per_session", fields=("session", "plan")),
            models.UniqueConstraint(
                name="fraction_is_delivered_once",
                fields=("plan", "number"),
                condition=Q(is_standing=True),
            ),
            models.CheckConstraint(
                name="fraction_number_is_positive",
                condition=Q(number__isnull=True) | Q(number__gte=1),
            ),
        )
        triggers = (bumps_course_revision("fraction_raises_revision"),)

    def __str__(self) -> str:
        return f"fraction {self.number} of plan {self.plan_id}"
