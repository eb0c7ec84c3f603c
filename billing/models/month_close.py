"""Months that were signed off, and the lines that came after.

The database itself notes which lines come late, and keeps two promises about them: such a line is released only
after a person let it pass, and that person is none of those who entered it.
"""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models.findings import StandingFinding
from billing.models.ledger import LedgerEntry
from billing.models.review import Review
from patients.models import Facility

AFTER_CLOSE = "after-close"
"""The finding that holds a line which came after its month was signed off."""
TURN = 7_203_645
"""The advisory lock between postings, which share it, and sign-offs, of which each waits until it has it alone."""

_SIGNED = ["facility_id", "month", "signed_by_id", "signed_at", "note", "content", "digest"]
_CHANGES_WHAT_WAS_SIGNED = "OLD.reopened_at IS NOT NULL OR ({}) IS DISTINCT FROM ({})".format(
    ", ".join(f"OLD.{column}" for column in _SIGNED), ", ".join(f"NEW.{column}" for column in _SIGNED)
)


class MonthClose(models.Model):
    """A month of a facility, signed off by name; it stands until it is opened again, with a reason, and stays then too.

    ``month`` is its first day. ``content`` is what the page showed when it was signed: the numbers, and what was still
    open; ``digest`` is the SHA-256 of its canonical text.
    """

    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="month_closes")
    month = models.DateField()
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="closed_months")
    signed_at = models.DateTimeField(db_default=Now(), editable=False)
    note = models.CharField(max_length=400, blank=True)
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    reopened_at = models.DateTimeField(null=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="reopened_months"
    )
    reopen_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-month", "facility", "-id")
        constraints = (
            models.UniqueConstraint(
                name="month_is_closed_once", fields=("facility", "month"), condition=Q(reopened_at__isnull=True)
            ),
            models.CheckConstraint(name="month_close_names_the_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(name="month_close_digest_is_sha256", condition=Q(digest__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="month_reopened_has_user_and_reason",
                condition=Q(reopened_at__isnull=True, reopened_by__isnull=True, reopen_reason="")
                | Q(reopened_at__isnull=False, reopened_by__isnull=False) & ~Q(reopen_reason=""),
            ),
        )
        triggers = (
            pgtrigger.Protect(name="kept_for_ever", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_its_reopening_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_CHANGES_WHAT_WAS_SIGNED),
            ),
        )

    def __str__(self) -> str:
        return f"close {self.pk}"


class LateLine(models.Model):
    """An entry that was posted for a day of a closed month; the trigger of the ledger writes it, nobody else.

    A charge counts as late as long as its close stands; a reversal holds nothing, and is noted to be told.
    """

    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, primary_key=True, related_name="late")
    close = models.ForeignKey(MonthClose, on_delete=models.PROTECT, related_name="late_lines")

    class Meta:
        ordering = ("entry",)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"late line {self.entry_id}"


# Who signs off waits for every posting that is under way, and a posting for whoever signs off: so each line
# either stands in what was signed, or is late. The lock is one for all facilities, or two of them could wait for
# each other. Each statement of a trigger sees what was committed when it began.
_NOTES_LATE_LINES = f"""
    PERFORM pg_advisory_xact_lock_shared({TURN});
    INSERT INTO oncocharge_billing_lateline (entry_id, close_id)
    SELECT n.id, m.id FROM new_entries n
      JOIN oncocharge_courses_course c ON c.id = n.course_id
      JOIN oncocharge_billing_monthclose m ON m.facility_id = c.facility_id AND m.reopened_at IS NULL
       AND m.month = date_trunc('month', n.service_on)::date;
    RETURN NULL;
"""

ENTERED_BY = """
    SELECT p.user_id FROM oncocharge_billing_lateline l
      JOIN oncocharge_billing_monthclose m ON m.id = l.close_id
      JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
     CROSS JOIN LATERAL (
           SELECT unnest(ARRAY[s.logged_by_id, s.signed_by_id, s.amended_by_id, s.cancelled_by_id]) AS user_id
             FROM oncocharge_courses_session s
            WHERE s.course_id = e.course_id AND (s.id = e.session_id
               OR greatest(s.logged_at, s.signed_at, s.amended_at, s.cancelled_at) > m.signed_at)
            UNION ALL
           SELECT s.guidance_reviewed_by_id FROM oncocharge_courses_session s
            WHERE s.course_id = e.course_id AND s.guidance_reviewed_at > m.signed_at
            UNION ALL
           SELECT unnest(ARRAY[v.entered_by_id, v.amended_by_id, v.cancelled_by_id])
             FROM oncocharge_courses_clinicalevent v
            WHERE v.course_id = e.course_id AND (split_part(e.line_key, '/', 2) = 'event:' || v.id
               OR greatest(v.entered_at, v.amended_at, v.cancelled_at) > m.signed_at)
            UNION ALL
           SELECT unnest(ARRAY[t.confirmed_by_id, t.approved_by_id]) FROM oncocharge_courses_plan t
            WHERE t.course_id = e.course_id AND (t.id = e.plan_id
               OR greatest(t.confirmed_at, t.approved_at) > m.signed_at)
            UNION ALL
           SELECT k.entered_by_id FROM oncocharge_billing_manualline k
            WHERE k.course_id = e.course_id AND (split_part(e.line_key, '/', 2) = 'manual_line:' || k.id
               OR greatest(k.entered_at, k.cancelled_at) > m.signed_at)
            UNION ALL
           SELECT unnest(ARRAY[d.edited_by_id, d.taken_back_by_id]) FROM oncocharge_billing_lineedit d
            WHERE d.course_id = e.course_id AND greatest(d.edited_at, d.taken_back_at) > m.signed_at) AS p
     WHERE l.entry_id = {entry} AND p.user_id IS NOT NULL
"""
"""Everybody who entered what a late line rests on, or anything of its course since the month was signed off."""

# Who let a line pass and entered something later need not have his word questioned again.
_REFUSES_WHO_ENTERED_IT = f"""
    IF TG_OP = 'UPDATE' THEN
        IF NEW.overridden_by_id = OLD.overridden_by_id THEN
            RETURN NEW;
        END IF;
    END IF;
    IF NEW.overridden_by_id IN ({ENTERED_BY.format(entry="NEW.entry_id")}) THEN
        RAISE EXCEPTION 'user % entered what late ledger entry % rests on', NEW.overridden_by_id, NEW.entry_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'late_line_passes_by_a_second_person';
    END IF;
    RETURN NEW;
"""
_REFUSES_UNSEEN = f"""
    IF EXISTS (SELECT FROM oncocharge_billing_lateline l
                 JOIN oncocharge_billing_monthclose m ON m.id = l.close_id AND m.reopened_at IS NULL
                WHERE l.entry_id = NEW.entry_id)
       AND NOT EXISTS (SELECT FROM oncocharge_billing_standingfinding f
                        WHERE f.entry_id = NEW.entry_id AND f.code = '{AFTER_CLOSE}'
                          AND f.resolved_at IS NULL AND f.overridden_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'ledger entry % came after its month was signed off; nobody let it pass', NEW.entry_id
              USING ERRCODE = 'check_violation', CONSTRAINT = 'late_line_is_seen_by_two';
    END IF;
    RETURN NEW;
"""

pgtrigger.register(
    pgtrigger.Trigger(
        name="notes_late_lines",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_entries"),
        func=_NOTES_LATE_LINES,
    )
)(LedgerEntry)
pgtrigger.register(
    pgtrigger.Trigger(
        name="late_line_needs_a_second_person",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__code=AFTER_CLOSE, new__overridden_at__isnull=False),
        func=_REFUSES_WHO_ENTERED_IT,
    )
)(StandingFinding)
pgtrigger.register(
    pgtrigger.Trigger(
        name="late_line_is_not_released_unseen",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__state="released"),
        func=_REFUSES_UNSEEN,
    )
)(Review)
