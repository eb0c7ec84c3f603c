"""Claims and their lines, as they were sent."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from billing.models.claim_file import ClaimFile
from billing.models.ledger import LedgerEntry
from courses.models import Course
from patients.models import Coverage, Facility, Patient, Payer, Provider

# Counted, not looked for: of EXISTS the planner believes that it ends early, and looks up row by row what it should
# join; believing a table empty that has just been filled, it even read all claims for each line. Nothing wrong is the
# usual answer, and takes a look at every row.
_REFUSES_FOREIGN_CLAIM = """
    IF (SELECT count(*)
          FROM new_claims n
          LEFT JOIN oncocharge_billing_claimfile f ON f.id = n.file_id
          LEFT JOIN oncocharge_courses_course co ON co.id = n.course_id
          LEFT JOIN oncocharge_patients_coverage cv ON cv.id = n.coverage_id
          LEFT JOIN oncocharge_patients_provider pr ON pr.id = n.rendering_provider_id
         WHERE (f.id = n.file_id AND co.patient_id = n.patient_id AND cv.patient_id = n.patient_id
                AND cv.payer_id = n.payer_id AND co.facility_id = n.facility_id AND f.claim_kind = n.claim_kind
                AND (n.replaces_id IS NULL OR EXISTS (
                     SELECT FROM oncocharge_billing_claim o
                       JOIN oncocharge_billing_claimline ol ON ol.claim_id = o.id AND ol.ended_at IS NULL
                      WHERE o.id = n.replaces_id AND o.course_id = n.course_id AND o.payer_id = n.payer_id
                        AND o.claim_kind = n.claim_kind AND o.sequence = n.sequence AND o.frequency <> '8'))
                AND (n.rendering_provider_id IS NULL OR pr.id IS NOT NULL)) IS NOT TRUE) > 0
    THEN
        RAISE EXCEPTION 'file, course, facility, coverage, patient, payer and replaced claim do not belong together'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_is_of_one_patient_and_payer';
    END IF;
    RETURN NULL;
"""

_REFUSES_FOREIGN_LINE = """
    IF (SELECT count(*)
          FROM new_lines n
          LEFT JOIN oncocharge_billing_claim c ON c.id = n.claim_id
          LEFT JOIN oncocharge_billing_ledgerentry e ON e.id = n.entry_id
         WHERE (e.kind = 'charge' AND e.course_id = c.course_id AND e.claim_kind = c.claim_kind
                AND e.place_of_service = c.place_of_service AND e.amount = n.amount
                AND c.sequence = n.sequence) IS NOT TRUE) > 0
    THEN
        RAISE EXCEPTION 'a claim line is no charge of its claim: course, kind, sequence, place and amount must agree'
              USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_line_is_a_charge_of_its_claim';
    END IF;
    RETURN NULL;
"""


class Claim(models.Model):
    """One claim: one patient, payer, billing and rendering provider and place of service.

    ``control_number`` is CLM01, ours alone and unique for ever; it carries no patient data.
    Where the claim stands in its file is read back from the sealed bytes when an acknowledgment asks for it.
    ``sequence`` is SBR01, which of the patient's payers is asked: primary, secondary, tertiary. A claim of frequency 7
    or 8 ``replaces`` the one that it corrects, under the number that the payer gave that one.
    That its file, course, facility, coverage, patient, payer and physician exist and belong together is checked
    for all new claims at once by a trigger, which asks more of them than seven foreign keys a row would.
    """

    file = models.ForeignKey(ClaimFile, on_delete=models.PROTECT, related_name="claims", db_constraint=False)
    control_number = models.CharField(max_length=20)
    claim_kind = models.CharField(max_length=13, default="professional")
    frequency = models.CharField(max_length=1, default="1")
    sequence = models.CharField("SBR01", max_length=1, default="P")
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="corrections", db_constraint=False
    )
    payer_claim_number = models.CharField("REF*F8", max_length=50, blank=True)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="claims", db_constraint=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="claims", db_constraint=False)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="claims", db_constraint=False)
    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="claims", db_index=False)
    facility = models.ForeignKey(
        Facility, on_delete=models.PROTECT, related_name="claims", db_constraint=False, db_index=False
    )
    rendering_provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, null=True, related_name="claims", db_constraint=False, db_index=False
    )
    place_of_service = models.CharField(max_length=2)
    diagnoses = ArrayField(models.CharField(max_length=8), size=12)
    total_amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(name="claim_control_number_is_unique", fields=("control_number",)),
            models.CheckConstraint(
                name="claim_has_1_to_12_diagnoses", condition=Q(diagnoses__len__gte=1, diagnoses__len__lte=12)
            ),
            models.CheckConstraint(name="claim_total_is_positive", condition=Q(total_amount__gt=0)),
            models.CheckConstraint(name="claim_sequence_is_known", condition=Q(sequence__in=("P", "S", "T"))),
            models.CheckConstraint(
                name="claim_correction_names_what_it_replaces",
                condition=Q(frequency="1", replaces__isnull=True)
                | (Q(frequency__in=("7", "8"), replaces__isnull=False) & ~Q(payer_claim_number="")),
            ),
        )
        triggers = (
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="is_of_one_patient_and_payer",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_claims"),
                func=_REFUSES_FOREIGN_CLAIM,
            ),
        )

    def __str__(self) -> str:
        return f"claim {self.pk}"


_ENDING_ALONE = """
    ((OLD.claim_id, OLD.number, OLD.entry_id, OLD.sequence, OLD.amount, OLD.revenue_code)
     IS DISTINCT FROM (NEW.claim_id, NEW.number, NEW.entry_id, NEW.sequence, NEW.amount, NEW.revenue_code))
"""


class ClaimLine(models.Model):
    """A ledger entry on a claim. It stands on one claim of each sequence at most, and so cannot be sent twice.

    ``ended_at``: the payer refused the claim, or ``successor`` took its place; from then on the entry may stand on
    another. A successor that is refused itself gives the line back its place.
    """

    pk = models.CompositePrimaryKey("claim", "number")
    entry = models.ForeignKey(
        LedgerEntry, on_delete=models.PROTECT, related_name="claim_lines", db_constraint=False, db_index=False
    )
    claim = models.ForeignKey(
        Claim, on_delete=models.PROTECT, related_name="lines", db_constraint=False, db_index=False
    )
    number = models.PositiveSmallIntegerField("LX")
    sequence = models.CharField(max_length=1, default="P")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    revenue_code = models.CharField("SV201", max_length=4, blank=True, help_text="Institutional lines only.")
    ended_at = models.DateTimeField(null=True)
    successor = models.ForeignKey(
        Claim, on_delete=models.PROTECT, null=True, related_name="ended_lines", db_constraint=False, db_index=False
    )

    class Meta:
        ordering = ("claim", "number")
        constraints = (
            models.UniqueConstraint(
                name="claim_line_stands_once", fields=("entry", "sequence"), condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="claim_line_number_is_1_to_999", condition=Q(number__gte=1, number__lte=999)),
            models.CheckConstraint(name="claim_line_amount_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="claim_line_successor_ended_it", condition=Q(successor__isnull=True) | Q(ended_at__isnull=False)
            ),
        )
        indexes = (
            # reader: the story of a line, and what a remittance pays
            models.Index(fields=("entry",), name="claim_line_ended", condition=Q(ended_at__isnull=False)),
            # reader: the refusal of a correction, which gives the lines back
            models.Index(fields=("successor",), name="claim_line_succeeded", condition=Q(successor__isnull=False)),
        )
        triggers = (
            pgtrigger.Protect(name="kept_for_ever", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_its_end_changes", operation=pgtrigger.Update, condition=pgtrigger.Condition(_ENDING_ALONE)
            ),
            pgtrigger.Trigger(
                name="is_a_charge_of_its_claim",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="new_lines"),
                func=_REFUSES_FOREIGN_LINE,
            ),
        )

    def __str__(self) -> str:
        return f"line {self.number} of claim {self.claim_id}"
