"""What payers paid: each remittance as it was read, its claims and lines, and what of ours they were found to be.

What a payer says never changes here; only what we make of it does: whose claim it is, and whether it counts. Payments
are no entries of the charge ledger. What was paid of an entry is the sum over the lines of posted remittances;
``EntryBalance`` gives it. See docs/decisions/0042.
"""

from decimal import Decimal

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from billing.models.claim import Claim
from billing.models.ledger import LedgerEntry
from billing.models.receipt import Receipt

AMOUNT_DIGITS = 20
"""A payer's number may be absurd, and is stored all the same: the remittance is held."""


def _checked(name: str, func: str) -> pgtrigger.Trigger:
    """Check all new rows of a statement at once: a remittance has very many, and a foreign key asks row by row."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),
        func=func,
    )


_REFUSES_FOREIGN_CLAIM = """
    IF EXISTS (
        SELECT FROM new_rows n
          LEFT JOIN oncocharge_billing_remittance r ON r.id = n.remittance_id
          LEFT JOIN oncocharge_billing_claim c ON c.id = n.claim_id
         WHERE r.id IS NULL OR r.state = 'repeated' OR (n.claim_id IS NOT NULL AND c.id IS NULL))
    THEN
        RAISE EXCEPTION 'a paid claim is of no remittance that has claims, or is matched with a claim that is not there'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'remittance_claim_is_of_a_remittance';
    END IF;
    RETURN NULL;
"""

_REFUSES_FOREIGN_LINE = """
    IF EXISTS (
        SELECT FROM new_rows n
          LEFT JOIN oncocharge_billing_remittanceclaim p ON p.id = n.remittance_claim_id
         WHERE p.id IS NULL OR (n.entry_id IS NOT NULL AND NOT EXISTS (
               SELECT FROM oncocharge_billing_claimline l
                WHERE l.claim_id = p.claim_id AND l.entry_id = n.entry_id)))
    THEN
        RAISE EXCEPTION 'a paid line is of no paid claim, or is matched with a charge that its claim does not have'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'remittance_line_is_of_its_claim';
    END IF;
    RETURN NULL;
"""


class Remittance(models.Model):
    """One 835 transaction of a receipt, or one that was keyed from paper (without a receipt).

    ``posted``: its claims and lines count. ``held``: stored whole, but nothing of it counts until a billing manager
    posts it, or for ever. ``repeated``: the same content as ``repeats``; stored by this row alone.
    ``fingerprint`` is over what was read, so that neither white space nor delimiters, names or envelopes change it.
    """

    class State(models.TextChoices):
        """Whether it counts."""

        POSTED = "posted"
        HELD = "held"
        REPEATED = "repeated"

    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, null=True, related_name="remittances")
    position = models.PositiveIntegerField(default=0, help_text="Segment of the receipt at which it begins (ST).")
    payer_identifier = models.CharField("TRN03", max_length=80, blank=True)
    trace_number = models.CharField("TRN02", max_length=80, blank=True, help_text="Number of the check or transfer.")
    amount = models.DecimalField(
        max_digits=AMOUNT_DIGITS,
        decimal_places=2,
        help_text="BPR02; negative where the payer takes money (BPR03 is D).",
    )
    method = models.CharField("BPR04", max_length=10, blank=True, help_text="ACH, CHK, NON, FWT, BOP.")
    handling = models.CharField("BPR01", max_length=10, blank=True)
    paid_on = models.DateField("BPR16", null=True)
    produced_on = models.DateField("DTM*405", null=True)
    payer_name = models.CharField(max_length=120, blank=True)
    payer_number = models.CharField("payer's N104", max_length=80, blank=True)
    payee_name = models.CharField(max_length=120, blank=True)
    payee_npi = models.CharField("payee's NPI", max_length=80, blank=True)
    payee_tax_id = models.CharField(max_length=80, blank=True)
    claims_paid = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2, help_text="Sum of CLP04.")
    adjusted_outside = models.DecimalField(
        max_digits=AMOUNT_DIGITS, decimal_places=2, help_text="Sum of PLB; a positive amount lowers the payment."
    )
    claim_count = models.PositiveIntegerField()
    line_count = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices)
    why_held = ArrayField(models.CharField(max_length=300), default=list, help_text="In words; kept after release.")
    repeats = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="repetitions")
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="released_remittances"
    )
    released_at = models.DateTimeField(null=True)
    release_reason = models.CharField(max_length=200, blank=True)
    keyed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="keyed_remittances"
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.UniqueConstraint(
                name="remittance_is_read_once", fields=("receipt", "position"), condition=Q(receipt__isnull=False)
            ),
            models.UniqueConstraint(
                name="remittance_content_counts_once", fields=("fingerprint",), condition=~Q(state="repeated")
            ),
            models.UniqueConstraint(
                name="remittance_payment_is_posted_once_unless_released",
                fields=("payer_identifier", "trace_number"),
                condition=Q(state="posted", released_at__isnull=True),
            ),
            models.CheckConstraint(
                name="remittance_state_is_known", condition=Q(state__in=("posted", "held", "repeated"))
            ),
            models.CheckConstraint(
                name="remittance_is_held_for_a_reason", condition=~Q(state="held") | Q(why_held__len__gt=0)
            ),
            models.CheckConstraint(
                name="remittance_repeats_another", condition=Q(state="repeated", repeats__isnull=False)
                | (~Q(state="repeated") & Q(repeats__isnull=True)),
            ),
            models.CheckConstraint(
                name="remittance_release_has_user_and_reason",
                condition=Q(released_at__isnull=True, released_by__isnull=True)
                | (Q(state="posted", released_at__isnull=False, released_by__isnull=False) & ~Q(release_reason="")),
            ),
            models.CheckConstraint(
                name="remittance_is_received_or_keyed",
                condition=Q(receipt__isnull=False, keyed_by__isnull=True)
                | Q(receipt__isnull=True, keyed_by__isnull=False),
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=("payer_identifier", "trace_number"), name="remittance_by_payment"),
            # reader: the page's held ones
            models.Index(fields=("at",), name="remittance_held", condition=Q(state="held")),
        )
        triggers = (
            pgtrigger.Protect(name="kept_for_ever", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_its_release_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'held' OR NEW.state <> 'posted' OR NEW.released_at IS NULL"
                    " OR (to_jsonb(OLD) - '{state,released_by_id,released_at,release_reason}'::text[])"
                    " IS DISTINCT FROM (to_jsonb(NEW) - '{state,released_by_id,released_at,release_reason}'::text[])"
                ),
            ),
        )

    def __str__(self) -> str:
        return f"remittance {self.pk}"

    @property
    def expected(self) -> Decimal:
        """What the claims and the provider's adjustments give."""
        return self.claims_paid - self.adjusted_outside


_ONLY_THE_MATCH = """
    ((to_jsonb(OLD) - '{claim_id,matched_by,matched_user_id,matched_at}'::text[])
    IS DISTINCT FROM (to_jsonb(NEW) - '{claim_id,matched_by,matched_user_id,matched_at}'::text[])
    OR (OLD.claim_id IS NOT NULL) OR (NEW.claim_id IS NOT NULL AND NEW.matched_user_id IS NULL))
"""

TAKEN_BACK = "22"
"""The status (CLP02) of a claim whose earlier payment is taken back."""


class RemittanceClaim(models.Model):
    """One CLP: what the payer decided about one claim. Adjustments of the claim itself stand in four arrays, in order.

    ``claim`` is ours, ``matched_by`` says how it was found; without one it stands in the queue of unmatched claims
    until a person finds it, or says that it is none of ours (``set_aside``). Not a guess in any case.
    """

    class Match(models.TextChoices):
        """How our claim was found."""

        CONTROL_NUMBER = "control", "our claim number"
        PAYER_NUMBER = "payer", "the payer's claim number"
        PERSON = "person", "matched by hand"
        ASIDE = "aside", "not one of ours"
        NONE = "", "not matched"

    # The unique constraint below is its index too.
    remittance = models.ForeignKey(
        Remittance, on_delete=models.PROTECT, related_name="claims", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField(help_text="In the remittance, from 1.")
    position = models.PositiveIntegerField(help_text="Segment of the receipt.")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, related_name="paid_by", db_constraint=False)
    matched_by = models.CharField(max_length=7, choices=Match.choices, blank=True)
    matched_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    matched_at = models.DateTimeField(null=True)
    control_number = models.CharField("CLP01", max_length=80, blank=True, help_text="As the payer gives it.")
    status = models.CharField("CLP02", max_length=5, blank=True)
    charge = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    paid = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    patient_amount = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2, help_text="CLP05.")
    filing_indicator = models.CharField("CLP06", max_length=5, blank=True)
    payer_claim_number = models.CharField("CLP07", max_length=80, blank=True)
    facility_type = models.CharField("CLP08", max_length=5, blank=True)
    frequency = models.CharField("CLP09", max_length=5, blank=True)
    groups = ArrayField(models.CharField(max_length=5), default=list)
    reasons = ArrayField(models.CharField(max_length=12), default=list)
    adjusted = ArrayField(models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2), default=list)
    quantities = ArrayField(models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2, null=True), default=list)
    remarks = ArrayField(models.CharField(max_length=12), default=list)
    served_from = models.DateField(null=True)
    served_to = models.DateField(null=True)
    received_on = models.DateField("DTM*050", null=True)
    patient_last_name = models.CharField(max_length=80, blank=True)
    patient_first_name = models.CharField(max_length=60, blank=True)
    patient_identifier = models.CharField(max_length=80, blank=True)
    crossover_name = models.CharField(max_length=80, blank=True, help_text="To whom the payer sent the claim on.")
    crossover_identifier = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("remittance", "number")
        constraints = (
            models.UniqueConstraint(name="remittance_claim_number_is_unique", fields=("remittance", "number")),
            models.CheckConstraint(
                name="remittance_claim_match_is_explained",
                condition=Q(claim__isnull=True, matched_by__in=("", "aside"))
                | Q(claim__isnull=False, matched_by__in=("control", "payer", "person")),
            ),
            models.CheckConstraint(
                name="remittance_claim_match_by_hand_names_user",
                condition=Q(matched_by__in=("", "control", "payer"), matched_user__isnull=True)
                | Q(matched_by__in=("person", "aside"), matched_user__isnull=False, matched_at__isnull=False),
            ),
            models.CheckConstraint(
                name="remittance_claim_adjustments_are_whole",
                condition=Q(groups__len=models.F("reasons__len"), adjusted__len=models.F("reasons__len"))
                & Q(quantities__len=models.F("reasons__len")),
            ),
        )
        indexes = (
            # reader: the queue of unmatched claims
            models.Index(fields=("remittance",), name="remittance_claim_unmatched", condition=Q(matched_by="")),
            # reader: matching by the payer's number, and takebacks that name one
            models.Index(
                fields=("payer_claim_number",),
                name="remittance_claim_by_payer_no",
                condition=~Q(payer_claim_number="") & Q(claim__isnull=False),
            ),
        )
        triggers = (
            pgtrigger.Protect(name="kept_for_ever", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_its_match_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_ONLY_THE_MATCH),
            ),
            _checked("is_of_a_remittance", _REFUSES_FOREIGN_CLAIM),
        )

    def __str__(self) -> str:
        return f"claim {self.number} of remittance {self.remittance_id}"


_ONLY_THE_MATCH_OF_LINE = (
    "((to_jsonb(OLD) - '{entry_id,matched_by}'::text[])"
    " IS DISTINCT FROM (to_jsonb(NEW) - '{entry_id,matched_by}'::text[])\n    OR OLD.entry_id IS NOT NULL)"
)


class RemittanceLine(models.Model):
    """One SVC: what the payer decided about one line. Its adjustments stand in four arrays, in the order of the file.

    ``entry`` is the charge that it pays, ``matched_by`` how it was found. Without one the line belongs to its claim
    alone: its money counts there, and stands on the claim's page as not told apart.
    """

    class Match(models.TextChoices):
        """How the charge was found."""

        NUMBER = "number", "our line number"
        SERVICE = "service", "code, modifiers, day and charge"
        PERSON = "person", "matched by hand"
        NONE = "", "claim level"

    pk = models.CompositePrimaryKey("remittance_claim", "number")
    remittance_claim = models.ForeignKey(
        RemittanceClaim, on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    number = models.PositiveIntegerField(help_text="In its claim, from 1.")
    position = models.PositiveIntegerField(help_text="Segment of the receipt.")
    entry = models.ForeignKey(
        LedgerEntry, on_delete=models.PROTECT, null=True, related_name="paid_by", db_index=False, db_constraint=False
    )
    matched_by = models.CharField(max_length=7, choices=Match.choices, blank=True)
    control_number = models.CharField("REF*6R", max_length=80, blank=True, help_text="As the payer gives it.")
    code = models.CharField("SVC01", max_length=48, blank=True, help_text="As paid.")
    modifiers = ArrayField(models.CharField(max_length=12), default=list)
    submitted_code = models.CharField("SVC06", max_length=48, blank=True, help_text="As sent, where another was paid.")
    submitted_modifiers = ArrayField(models.CharField(max_length=12), default=list)
    revenue_code = models.CharField(max_length=48, blank=True)
    charge = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    paid = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2)
    allowed = models.DecimalField(
        max_digits=AMOUNT_DIGITS, decimal_places=2, null=True, help_text="AMT*B6, where the payer gives it."
    )
    units = models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=3, null=True)
    served_on = models.DateField(null=True)
    groups = ArrayField(models.CharField(max_length=5), default=list)
    reasons = ArrayField(models.CharField(max_length=12), default=list)
    adjusted = ArrayField(models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2), default=list)
    quantities = ArrayField(models.DecimalField(max_digits=AMOUNT_DIGITS, decimal_places=2, null=True), default=list)
    remarks = ArrayField(models.CharField(max_length=12), default=list)

    class Meta:
        ordering = ("remittance_claim", "number")
        constraints = (
            models.CheckConstraint(
                name="remittance_line_match_is_explained",
                condition=Q(entry__isnull=True, matched_by="")
                | Q(entry__isnull=False, matched_by__in=("number", "service", "person")),
            ),
            models.CheckConstraint(
                name="remittance_line_adjustments_are_whole",
                condition=Q(groups__len=models.F("reasons__len"), adjusted__len=models.F("reasons__len"))
                & Q(quantities__len=models.F("reasons__len")),
            ),
        )
        indexes = (
            # reader: what was paid of an entry, and its story
            models.Index(fields=("entry",), name="remittance_line_by_entry", condition=Q(entry__isnull=False)),
        )
        triggers = (
            pgtrigger.Protect(name="kept_for_ever", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_its_match_changes",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(_ONLY_THE_MATCH_OF_LINE),
            ),
            _checked("is_of_its_claim", _REFUSES_FOREIGN_LINE),
        )

    def __str__(self) -> str:
        return f"line {self.number} of paid claim {self.remittance_claim_id}"
