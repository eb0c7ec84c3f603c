"""What came back from partners: files as they came, what they say of our files and claims, and where claims stand.

Only stored here: how files are fetched and read, what an answer does to a claim, is for the rooms above.
"""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models.claim import Claim, ClaimLine
from billing.models.claim_file import ClaimFile
from billing.models.partner import TradingPartner

# Where a claim stands is the fold of all that was said of it: the level nearest to the money, and there what was said
# last. "Last" is told by what the files say of themselves, never by the order in which they happened to come. The
# claims are locked first, in order, and the fold is a statement of its own: it sees what a reading beside it committed.
_FOLDS = """
    PERFORM FROM oncocharge_billing_claim c
      WHERE c.id IN (SELECT claim_id FROM new_events) ORDER BY c.id FOR NO KEY UPDATE;
    INSERT INTO oncocharge_billing_claimstanding
           (claim_id, state, level, since, payer_claim_number, is_forwarded)
    SELECT claim_id, (array_agg(outcome ORDER BY place) FILTER (WHERE is_state))[1],
           (array_agg(level ORDER BY place) FILTER (WHERE is_state))[1],
           (array_agg(at ORDER BY place) FILTER (WHERE is_state))[1],
           COALESCE((array_agg(payer_claim_number ORDER BY place) FILTER (WHERE payer_claim_number <> ''))[1], ''),
           bool_or(is_forwarded)
      FROM (
        SELECT e.claim_id, e.outcome, e.level, e.at, e.payer_claim_number,
               e.outcome IN ('received', 'accepted', 'rejected', 'paid', 'denied', 'reversed') AS is_state,
               e.outcome = 'forwarded' OR (e.level = 'remittance' AND e.codes && '{19,20,21}') AS is_forwarded,
               row_number() OVER (PARTITION BY e.claim_id ORDER BY
                   array_position(ARRAY['person', 'remittance', 'payer', 'clearinghouse', 'set', 'interchange'],
                                  e.level::text),
                   e.said_on DESC NULLS LAST, r.written DESC NULLS LAST, r.sha256 DESC NULLS LAST,
                   e.position DESC, e.id DESC) AS place
          FROM oncocharge_billing_claimevent e
          LEFT JOIN oncocharge_billing_receipt r ON r.id = e.receipt_id
         WHERE e.claim_id IN (SELECT claim_id FROM new_events)) AS said
     GROUP BY claim_id
    HAVING bool_or(is_state)
        ON CONFLICT (claim_id) DO UPDATE
       SET state = EXCLUDED.state, level = EXCLUDED.level, since = EXCLUDED.since,
           payer_claim_number = EXCLUDED.payer_claim_number, is_forwarded = EXCLUDED.is_forwarded;
    RETURN NULL;
"""
# A line that stands on a claim again has been mended: why its last claim was refused is history.
_RESOLVES = """
    UPDATE oncocharge_billing_standingfinding f SET resolved_at = now()
      FROM new_lines n
     WHERE f.entry_id = n.entry_id AND n.sequence = 'P' AND f.source = 'payer' AND f.code = 'claim-rejected'
       AND f.resolved_at IS NULL;
    RETURN NULL;
"""


class Receipt(models.Model):
    """A file that a partner sent, as it came; its bytes stand in ``parts``. The same bytes are one receipt for ever.

    It is stored first and read afterwards: ``read_at`` is empty until everything of it was posted, and a reading that
    fails leaves ``error`` and is tried again. ``written`` orders what two files of one day say of one claim.
    """

    partner = models.ForeignKey(TradingPartner, on_delete=models.PROTECT, related_name="receipts")
    name = models.CharField(max_length=200, help_text="As the partner called it; may hold what we would not write.")
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    byte_count = models.BigIntegerField()
    received_at = models.DateTimeField(db_default=Now())
    written = models.CharField(
        max_length=40, blank=True, help_text="Moment and number of the first interchange, as text that sorts."
    )
    kinds = ArrayField(models.CharField(max_length=5), default=list, help_text="TA1, 999, 277CA, 835 as found in it.")
    warning_count = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-received_at", "-id")
        indexes = (
            models.Index(
                fields=("received_at",), name="receipt_to_read", condition=Q(read_at__isnull=True)
            ),  # reader: the task that reads
        )
        triggers = (pgtrigger.Protect(name="kept_for_ever", operation=pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"receipt {self.pk}"


class ReceiptPart(models.Model):
    """A stretch of a receipt's bytes; the parts in order are the file."""

    # The unique constraint below is its index too.
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ("receipt", "number")
        constraints = (models.UniqueConstraint(name="receipt_part_number_is_unique", fields=("receipt", "number")),)
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"part {self.number} of receipt {self.receipt_id}"


class ReceiptSighting(models.Model):
    """A name under which a file lay at the partner: what was fetched is not fetched again at every look.

    The same name with another size or moment is another sighting, and may be another receipt. One without a receipt
    was seen without an end, perhaps still being written: it is stored if it lies there unchanged at a later look.
    """

    partner = models.ForeignKey(TradingPartner, on_delete=models.PROTECT, related_name="sightings")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="sightings")
    name = models.CharField(max_length=200)
    byte_count = models.BigIntegerField()
    modified = models.CharField(max_length=40, help_text="As the partner's folder says it.")
    seen_at = models.DateTimeField(db_default=Now())
    put_away_at = models.DateTimeField(null=True, help_text="Moved or deleted there, where the partner wants it so.")

    class Meta:
        ordering = ("seen_at", "id")
        constraints = (
            models.UniqueConstraint(
                name="sighting_is_noted_once", fields=("partner", "name", "byte_count", "modified")
            ),
        )

    def __str__(self) -> str:
        return f"sighting {self.pk}"


class ReceiptWarning(models.Model):
    """One thing in a receipt that is not as it should be, or that found nothing of ours. Nothing is lost: it is here.

    ``found`` may be a patient's: shown to who mends it, never logged.
    """

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="warnings")
    code = models.CharField(max_length=40)
    position = models.PositiveIntegerField(help_text="Segment of the file, from 1.")
    offset = models.BigIntegerField(default=0, help_text="Byte of the file at which the segment begins.")
    transaction = models.CharField("ST02", max_length=20, blank=True)
    segment = models.CharField(max_length=20, blank=True)
    element = models.PositiveSmallIntegerField(default=0)
    found = models.TextField(blank=True)
    expected = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="settled_warnings"
    )

    class Meta:
        ordering = ("receipt", "position", "id")

    def __str__(self) -> str:
        return f"warning {self.code} {self.pk}"


class FileReply(models.Model):
    """What a TA1 or 999 says of one of our files, or of one transaction set of it. Append-only."""

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="file_replies")
    position = models.PositiveIntegerField(help_text="Segment of the receipt.")
    file = models.ForeignKey(ClaimFile, on_delete=models.PROTECT, related_name="replies")
    kind = models.CharField(max_length=3)
    set_number = models.CharField("AK202", max_length=9, blank=True, help_text="Empty: of the whole file.")
    outcome = models.CharField(max_length=20)
    codes = ArrayField(models.CharField(max_length=5), default=list)
    message = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("file", "id")
        constraints = (
            models.UniqueConstraint(name="file_reply_is_noted_once", fields=("receipt", "position", "file")),
            models.CheckConstraint(name="file_reply_kind_is_known", condition=Q(kind__in=("TA1", "999"))),
        )
        triggers = (pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.kind} of claim file {self.file_id}"


class ClaimEvent(models.Model):
    """Something that was said of one claim, by a partner's file or by a person. Append-only: the claim's story.

    Where a claim stands is the fold of its events by ``level``, never by the order in which files happened to come.
    """

    class Level(models.TextChoices):
        """Who says it, the nearer to the money the weightier."""

        INTERCHANGE = "interchange", "TA1"
        SET = "set", "999"
        CLEARINGHOUSE = "clearinghouse", "277CA, clearinghouse"
        PAYER = "payer", "277CA, payer"
        REMITTANCE = "remittance", "835"
        PERSON = "person", "entered here"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="events")
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="claim_events")
    position = models.PositiveIntegerField(default=0, help_text="Segment of the receipt that says it.")
    level = models.CharField(max_length=13, choices=Level.choices)
    outcome = models.CharField(max_length=12)
    codes = ArrayField(models.CharField(max_length=12), default=list)
    message = models.CharField(max_length=600, blank=True)
    where = models.CharField(max_length=120, blank=True, help_text="Segment and element of our claim, if it is said.")
    payer_claim_number = models.CharField(max_length=50, blank=True)
    said_on = models.DateField(null=True, help_text="The day that the partner gives.")
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="claim_events")

    class Meta:
        ordering = ("claim", "id")
        constraints = (
            models.UniqueConstraint(
                name="claim_event_is_noted_once",
                fields=("receipt", "position", "claim"),
                condition=Q(receipt__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_event_outcome_is_known",
                condition=Q(
                    outcome__in=("received", "accepted", "rejected", "paid", "denied", "reversed", "forwarded", "noted")
                ),
            ),
            models.CheckConstraint(
                name="claim_event_is_of_a_receipt_or_a_person",
                condition=Q(receipt__isnull=False) | Q(by__isnull=False),
            ),
        )
        triggers = (
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="says_where_claims_stand",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_events"),
                func=_FOLDS,
            ),
        )

    def __str__(self) -> str:
        return f"{self.outcome} of claim {self.claim_id}"


class ClaimStanding(models.Model):
    """Where a claim stands: the fold of its events, kept for counting. Without a row it waits for an answer.

    A trigger of the events writes it, nobody else does. The events are its history.
    ``rejected`` claims are over: their lines are open again. ``payer_claim_number`` is what a correction must name.
    """

    class State(models.TextChoices):
        """What the weightiest answer says."""

        RECEIVED = "received"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        PAID = "paid"
        DENIED = "denied"
        REVERSED = "reversed", "payment taken back"

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, primary_key=True, related_name="standing")
    state = models.CharField(max_length=8, choices=State.choices)
    level = models.CharField(max_length=13, choices=ClaimEvent.Level.choices)
    since = models.DateTimeField(db_default=Now())
    payer_claim_number = models.CharField(max_length=50, blank=True)
    is_forwarded = models.BooleanField(default=False, help_text="The payer sent it on to the next payer itself.")

    class Meta:
        ordering = ("claim",)
        constraints = (
            models.CheckConstraint(
                name="claim_standing_state_is_known",
                condition=Q(state__in=("received", "accepted", "rejected", "paid", "denied", "reversed")),
            ),
        )
        indexes = (models.Index(fields=("state",), name="claim_standing_by_state"),)  # reader: the counts

    def __str__(self) -> str:
        return f"standing of claim {self.claim_id}"


pgtrigger.register(
    pgtrigger.Trigger(
        name="mends_what_was_rejected",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_lines"),
        func=_RESOLVES,
    )
)(ClaimLine)
