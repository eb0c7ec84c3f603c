"""Prior authorizations of a course: what was asked of a payer, and what it approved."""

from datetime import date
from enum import StrEnum

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from billing.models.ledger import LedgerEntry
from courses.models import Course
from courses.models.revision import bumps_course_revision
from courses.terms import Technique
from patients.models import Coverage
from patients.models.base import choices_of


class AuthorizationStatus(StrEnum):
    """Where a request stands with the payer. That an approval has run out is a matter of the day, never stored."""

    REQUESTED = "requested"
    APPROVED = "approved"
    APPROVED_WITH_CHANGES = "approved_with_changes"
    DENIED = "denied"
    VOIDED = "voided"


COUNTING = (AuthorizationStatus.APPROVED.value, AuthorizationStatus.APPROVED_WITH_CHANGES.value)
"""The statuses whose units count (R1) and whose number goes on a claim."""
EXPIRED = "expired"


@pghistory.track()
class Authorization(models.Model):
    """Units of the named codes that the payer was asked for, or approved, between two days, both inclusive.

    It counts on the days of its coverage alone; without one, whoever the payer of the day is.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="authorizations")
    coverage = models.ForeignKey(
        Coverage, on_delete=models.PROTECT, null=True, blank=True, related_name="authorizations"
    )
    status = models.CharField(
        max_length=21, choices=choices_of(AuthorizationStatus), default=AuthorizationStatus.APPROVED
    )
    number = models.CharField("authorization number", max_length=50, blank=True)
    technique = models.CharField(
        "approved technique", max_length=20, blank=True, choices=choices_of(Technique), help_text="Empty: not named."
    )
    codes = ArrayField(models.CharField(max_length=5), size=20)
    units = models.PositiveSmallIntegerField()
    effective_from = models.DateField()
    effective_to = models.DateField()
    requested_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    contact = models.CharField("payer's contact or reference", max_length=120, blank=True)
    amendment_reason = models.CharField(max_length=200, blank=True, help_text="Why it was last changed or ended.")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="entered_authorizations"
    )
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
            models.CheckConstraint(name="authorization_names_a_code", condition=Q(codes__len__gte=1)),
            models.CheckConstraint(
                name="authorization_status_is_known", condition=Q(status__in=[one.value for one in AuthorizationStatus])
            ),
            models.CheckConstraint(
                name="authorization_decided_after_requested",
                condition=Q(requested_on__isnull=True)
                | Q(decided_on__isnull=True)
                | Q(decided_on__gte=F("requested_on")),
            ),
        )
        triggers = (bumps_course_revision("authorization_raises_revision"),)

    def __str__(self) -> str:
        return f"authorization {self.pk}"

    @property
    def counts(self) -> bool:
        """Whether its units count and its number goes on claims: only an approval does."""
        return self.status in COUNTING

    def state_on(self, day: date) -> str:
        """Return the status as it is read on a day: an approval whose last day has passed is expired."""
        return EXPIRED if self.counts and self.effective_to < day else self.status


class AuthorizedLine(models.Model):
    """Which approval a charge uses, where several cover its day: that one's number goes on its claim.

    Kept by capture, for these charges alone; of the others the authorization's own days tell it.
    """

    entry = models.OneToOneField(LedgerEntry, on_delete=models.CASCADE, primary_key=True, related_name="authorized")
    authorization = models.ForeignKey(Authorization, on_delete=models.CASCADE, related_name="lines")

    def __str__(self) -> str:
        return f"authorization {self.authorization_id} of entry {self.entry_id}"
