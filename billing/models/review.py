"""What a biller decided about a line. No row: the line is open."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.models.ledger import LedgerEntry

_REFUSES_HELD = """
    IF NEW.state = 'released' AND EXISTS (
        SELECT 1 FROM oncocharge_billing_standingfinding f
         WHERE f.entry_id = NEW.entry_id AND f.severity = 'hold'
           AND f.resolved_at IS NULL AND f.overridden_at IS NULL)
    THEN
        RAISE EXCEPTION 'ledger entry % has an open hold finding and cannot be released', NEW.entry_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'review_held_line_is_not_released';
    END IF;
    RETURN NEW;
"""

_REFUSES_CLAIMED = """
    IF EXISTS (SELECT 1 FROM oncocharge_billing_claimline c
                WHERE c.entry_id = OLD.entry_id AND c.sequence = 'P' AND c.ended_at IS NULL) THEN
        RAISE EXCEPTION 'ledger entry % is on a claim; its review no longer changes', OLD.entry_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'review_of_claimed_line_is_final';
    END IF;
    RETURN COALESCE(NEW, OLD);
"""


@pghistory.track()
class Review(models.Model):
    """A line released for claims, or held by a person with a reason. Undo until the line is on a claim.

    A line whose claim the payer refused is open again.
    """

    class State(models.TextChoices):
        """What was decided."""

        OPEN = "open"
        HELD = "held"
        RELEASED = "released"

    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="review")
    state = models.CharField(max_length=8, choices=State.choices)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="reviews")
    at = models.DateTimeField()

    class Meta:
        ordering = ("entry",)
        constraints = (
            models.CheckConstraint(name="review_hold_has_reason", condition=~Q(state="held") | ~Q(reason="")),
            models.CheckConstraint(name="review_state_is_known", condition=Q(state__in=("open", "held", "released"))),
        )
        indexes = (
            models.Index(
                fields=("entry",), name="review_released", condition=Q(state="released")
            ),  # reader: the export
        )
        triggers = (
            pgtrigger.Trigger(
                name="held_line_is_not_released",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_REFUSES_HELD,
            ),
            pgtrigger.Trigger(
                name="claimed_line_is_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=_REFUSES_CLAIMED,
            ),
        )

    def __str__(self) -> str:
        return f"review {self.pk}"
