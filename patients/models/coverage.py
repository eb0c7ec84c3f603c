"""A patient's insurance, and the practice system's visits."""

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from patients.models.base import Postal, choices_of
from patients.models.facility import Facility
from patients.models.payer import InclusiveDateRange, Payer
from patients.models.people import Patient
from patients.terms import CoverageRank, Relationship, Sex

_BUMP_PATIENT = """
    UPDATE oncocharge_patients_patient SET revision = revision + 1
     WHERE id IN (COALESCE(NEW.patient_id, OLD.patient_id), COALESCE(OLD.patient_id, NEW.patient_id));
    RETURN COALESCE(NEW, OLD);
"""


@pghistory.track()
class Coverage(Postal):
    """One policy of one patient at one payer.

    Name, birth date, sex and address are the subscriber's where that is not the patient.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="coverages")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="coverages")
    rank = models.CharField(max_length=10, choices=choices_of(CoverageRank), default=CoverageRank.PRIMARY)
    member_id = models.CharField(max_length=80)
    group_number = models.CharField(max_length=50, blank=True)
    relationship = models.CharField(max_length=8, choices=choices_of(Relationship), default=Relationship.SELF)
    subscriber_last_name = models.CharField(max_length=60, blank=True)
    subscriber_first_name = models.CharField(max_length=35, blank=True)
    subscriber_birth_date = models.DateField(null=True, blank=True)
    subscriber_sex = models.CharField(max_length=1, blank=True, choices=choices_of(Sex))
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("patient", "rank", "effective_from")
        constraints = (
            models.CheckConstraint(
                name="coverage_ends_after_it_starts",
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
            ),
            models.CheckConstraint(
                name="coverage_dependant_names_subscriber",
                condition=Q(relationship="self") | ~Q(subscriber_last_name=""),
            ),
            models.CheckConstraint(name="coverage_member_id_is_given", condition=~Q(member_id="")),
            ExclusionConstraint(
                name="coverage_ranks_do_not_overlap",
                expressions=[
                    ("patient", RangeOperators.EQUAL),
                    ("rank", RangeOperators.EQUAL),
                    (
                        InclusiveDateRange("effective_from", "effective_to"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="bumps_patient_revision",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_BUMP_PATIENT,
            ),
        )

    def __str__(self) -> str:
        return f"{self.rank} coverage {self.pk}"


@pghistory.track()
class Encounter(models.Model):
    """The practice system's visit; an inpatient stay rules technical lines out."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    facility = models.ForeignKey(Facility, on_delete=models.PROTECT, related_name="encounters")
    visit_number = models.CharField(max_length=40)
    is_inpatient = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("patient", "starts_on")
        constraints = (
            models.UniqueConstraint(
                name="encounter_visit_number_is_unique",
                fields=("facility", "visit_number"),
            ),
            models.CheckConstraint(
                name="encounter_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="bumps_patient_revision",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=_BUMP_PATIENT,
            ),
        )

    def __str__(self) -> str:
        return f"encounter {self.pk}"
