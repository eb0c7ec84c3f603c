"""What stands on the worklist: the findings that the last capture or a claim check left open."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models.ledger import LedgerEntry
from courses.models import Course


@pghistory.track()
class StandingFinding(models.Model):
    """A problem that a person should see. It stands until the facts no longer give it; a hold may be overridden.

    ``entry`` is the line that it is about, empty where the rules made no line; ``service_on`` the day, where
    there is one. ``source`` tells who found it and who withdraws it: ``rules``, ``fees`` and ``capture`` the next
    capture, ``release`` the next try to release the line, ``claim`` the checks of the claim, ``payer`` the line's next
    claim.
    """

    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="findings")
    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="findings")
    source = models.CharField(max_length=8, default="rules")
    severity = models.CharField(max_length=8)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=400)
    subject = models.CharField(max_length=160, blank=True)
    service_on = models.DateField(null=True, blank=True)
    found_at = models.DateTimeField(db_default=Now(), editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True)
    overridden_at = models.DateTimeField(null=True, blank=True)
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="overridden_findings"
    )
    override_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("course", "id")
        constraints = (
            models.UniqueConstraint(
                name="finding_stands_once",
                fields=("course", "entry", "code", "subject"),
                condition=Q(resolved_at__isnull=True),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="finding_severity_is_known", condition=Q(severity__in=("hold", "warning", "info", "refused"))
            ),
            models.CheckConstraint(
                name="finding_source_is_known",
                condition=Q(source__in=("rules", "fees", "capture", "release", "claim", "payer")),
            ),
            models.CheckConstraint(
                name="finding_override_has_user_and_reason",
                condition=Q(overridden_at__isnull=True) | (Q(overridden_by__isnull=False) & ~Q(override_reason="")),
            ),
        )
        indexes = (
            # reader: the worklist and the export, which both leave out held lines
            models.Index(
                fields=("entry",),
                name="finding_holds_entry",
                condition=Q(resolved_at__isnull=True, overridden_at__isnull=True, severity="hold"),
            ),
            # reader: a line that stands on a claim again
            models.Index(
                fields=("entry",),
                name="finding_of_payer",
                condition=Q(resolved_at__isnull=True, source="payer"),
            ),
            # reader: the worklist's findings without a line
            models.Index(
                fields=("service_on",),
                name="finding_stands_alone",
                condition=Q(resolved_at__isnull=True, entry__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.severity} {self.code} {self.pk}"
