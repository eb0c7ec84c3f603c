"""What a biller decided about a line. No row: the line is open."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from billing.models.ledger import LedgerEntry
from patients.roles import Role

OTHER = "other"
"""The reason that says nothing by itself: what was typed is the reason."""
QUESTION = "question"
"""The reason of a line that went back with a question; it is set by asking, never picked."""
ASKED = frozenset({Role.THERAPIST, Role.PHYSICIST, Role.PHYSICIAN})
"""The roles that a question may be put to."""
OWNING_ROLES = (Role.THERAPIST, Role.PHYSICIST, Role.PHYSICIAN, Role.BILLER, Role.BILLING_MANAGER)

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


# Whoever opens or releases a line (capture, a refused claim, the filing limit) ends its hold, knowing nothing of holds.
_LEAVES_NO_HOLD = """
    NEW.code_id := NULL;
    NEW.owner_id := NULL;
    NEW.owner_role := '';
    NEW.due_on := NULL;
    NEW.held_since := NULL;
    RETURN NEW;
"""


@pghistory.track()
class HoldReason(models.Model):
    """Why lines are held: the practice's own list. ``days``: when a hold comes back unless another day is named."""

    code = models.SlugField(max_length=20, primary_key=True)
    words = models.CharField(max_length=60, unique=True)
    days = models.PositiveSmallIntegerField(help_text="Days until a line held for it comes back.")
    place = models.PositiveSmallIntegerField(default=50, help_text="Where it stands in the list.")
    is_active = models.BooleanField(default=True, help_text="Off: no longer offered. Lines held for it stay held.")

    class Meta:
        ordering = ("place", "code")
        constraints = (
            models.CheckConstraint(name="hold_reason_days_are_1_to_365", condition=Q(days__gte=1, days__lte=365)),
            models.CheckConstraint(name="hold_reason_has_words", condition=~Q(words="")),
        )

    def __str__(self) -> str:
        return self.words


@pghistory.track()
class Review(models.Model):
    """A line released for claims, or held by a person with a reason. Undo until the line is on a claim.

    A hold has a reason code, an owner (a person, or a role) and the clinic's day on which it comes back; ``reason`` is
    what is read: the code's words and what was typed. ``held_since`` is when it was first held, however often the day
    was moved. A line whose claim the payer refused is open again.
    """

    class State(models.TextChoices):
        """What was decided."""

        OPEN = "open"
        HELD = "held"
        RELEASED = "released"

    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="review")
    state = models.CharField(max_length=8, choices=State.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="reviews")
    at = models.DateTimeField()
    code = models.ForeignKey(HoldReason, on_delete=models.PROTECT, null=True, related_name="reviews")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="owned_holds")
    owner_role = models.CharField(max_length=20, blank=True, default="", db_default="")
    due_on = models.DateField(null=True)
    held_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ("entry",)
        constraints = (
            models.CheckConstraint(name="review_hold_has_reason", condition=~Q(state="held") | ~Q(reason="")),
            models.CheckConstraint(name="review_state_is_known", condition=Q(state__in=("open", "held", "released"))),
            models.CheckConstraint(
                name="review_hold_has_code_and_day",
                condition=~Q(state="held") | Q(code__isnull=False, due_on__isnull=False, held_since__isnull=False),
            ),
            models.CheckConstraint(
                name="review_hold_has_one_owner",
                condition=~Q(state="held")
                | Q(owner__isnull=False, owner_role="")
                | Q(owner__isnull=True, owner_role__in=[role.value for role in OWNING_ROLES]),
            ),
            models.CheckConstraint(
                name="review_only_a_hold_has_code_owner_and_day",
                condition=Q(state="held")
                | Q(code__isnull=True, owner__isnull=True, owner_role="", due_on__isnull=True, held_since__isnull=True),
            ),
        )
        indexes = (
            models.Index(
                fields=("entry",), name="review_released", condition=Q(state="released")
            ),  # reader: the export
            models.Index(fields=("code",), name="review_held", condition=Q(state="held")),  # reader: the page of holds
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
            pgtrigger.Trigger(
                name="leaves_no_hold",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="held") & ~pgtrigger.Q(new__state="held"),
                func=_LEAVES_NO_HOLD,
            ),
        )

    def __str__(self) -> str:
        return f"review {self.pk}"
