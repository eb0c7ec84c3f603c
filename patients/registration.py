"""Register patients and their coverages: admit, correct, add a coverage, end it.

The steps behind the patient pages and every import of patients. Charges that a changed coverage
touches are found by the patient's revision, which the database raises itself.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypedDict, TypeVar, Unpack

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from patients.identifiers import compact_mrn
from patients.models import Coverage, Patient, Payer
from patients.seen import refuse_superseded
from patients.terms import Relationship
from patients.validators import LAST_DAY


class PatientFacts(TypedDict, total=False):
    """What a patient's row says beside MRN and last name, by the names of its columns."""

    first_name: str
    middle_name: str
    birth_date: date | None
    sex: str
    phone: str
    street: str
    street2: str
    city: str
    state: str
    zip_code: str


class CoverageFacts(TypedDict, total=False):
    """What a coverage says beside payer, member id and first day, by the names of its columns."""

    rank: str
    group_number: str
    relationship: str
    subscriber_last_name: str
    subscriber_first_name: str
    subscriber_birth_date: date | None
    subscriber_sex: str
    street: str
    street2: str
    city: str
    state: str
    zip_code: str
    effective_to: date | None


def admit_patient(*, mrn: str, last_name: str, **facts: Unpack[PatientFacts]) -> Patient:
    """Register a patient.

    Raises:
        ValidationError: every faulty field at once, or the MRN belongs to a registered patient.
    """
    return _save(Patient(mrn=compact_mrn(mrn), last_name=last_name.strip(), **facts))


def correct_patient(
    *, patient: Patient, mrn: str, last_name: str, seen: str | None = None, **facts: Unpack[PatientFacts]
) -> Patient:
    """Correct what a patient's row says; what is not named stays.

    Args:
        seen: ``state_of`` the row that the correction was made from.

    Raises:
        ValidationError: every faulty field at once, or the MRN belongs to another patient, or the row changed since.
    """
    named = {"mrn": compact_mrn(mrn), "last_name": last_name.strip(), **facts}
    with transaction.atomic():
        refuse_superseded(Patient.objects.select_for_update(no_key=True).get(pk=patient.pk), seen, named)
        return _save(_with(patient, named))


def add_coverage(
    *,
    patient: Patient,
    payer: Payer,
    member_id: str,
    effective_from: date,
    ends_previous: bool = False,
    **facts: Unpack[CoverageFacts],
) -> Coverage:
    """Add a coverage from a day on.

    Args:
        ends_previous: end the open coverage of the same rank the day before; otherwise an overlap is refused.

    Raises:
        ValidationError: every faulty field at once; nothing is stored.
    """
    coverage = Coverage(
        patient=patient, payer=payer, member_id=member_id.strip(), effective_from=effective_from, **facts
    )
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        if ends_previous and effective_from > EARLIEST_COVERAGE:
            open_ones = patient.coverages.filter(rank=coverage.rank, effective_from__lt=effective_from)
            open_ones.filter(effective_to__isnull=True).update(effective_to=effective_from - timedelta(days=1))
        return _save(coverage)


def correct_coverage(
    *,
    coverage: Coverage,
    payer: Payer,
    member_id: str,
    effective_from: date,
    seen: str | None = None,
    **facts: Unpack[CoverageFacts],
) -> Coverage:
    """Correct or end a coverage; what is not named stays.

    Args:
        seen: ``state_of`` the row that the correction was made from.

    Raises:
        ValidationError: every faulty field at once, or the row changed since; nothing is stored.
    """
    named = {"payer": payer, "member_id": member_id.strip(), "effective_from": effective_from, **facts}
    with transaction.atomic():
        Patient.objects.select_for_update(no_key=True).get(pk=coverage.patient_id)
        refuse_superseded(Coverage.objects.get(pk=coverage.pk), seen, named)
        return _save(_with(coverage, named))


EARLIEST_BIRTH = date(1890, 1, 1)
EARLIEST_COVERAGE = date(1920, 1, 1)
"""Before there was health insurance to speak of."""
R = TypeVar("R", Patient, Coverage)


def _with(row: R, values: Mapping[str, object]) -> R:
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _save(row: R) -> R:
    """Check the row and store it; the database's constraints speak last, in the same words."""
    faults = _faults_of_columns(row) | (
        _faults_of_coverage(row) if isinstance(row, Coverage) else _faults_of_person(row)
    )
    if faults:
        raise ValidationError(faults)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        faults = _faults_of_coverage(row) if isinstance(row, Coverage) else _faults_of_person(row)
        raise ValidationError(faults or "The database refused this entry. Nothing was stored.") from error
    return row


def _faults_of_columns(row: models.Model) -> dict[str, list[str]]:
    try:
        row.clean_fields(exclude=["patient", "payer"])
    except ValidationError as error:
        return error.message_dict
    return {}


def _faults_of_person(patient: Patient) -> dict[str, list[str]]:
    faults = {}
    if not _may_be_born(patient.birth_date):
        faults["birth_date"] = [
            f"{patient.birth_date} is no birth date of a patient; wanted is {EARLIEST_BIRTH} to today."
        ]
    others = Patient.objects.filter(mrn=patient.mrn).exclude(pk__in=[patient.pk])
    if others.exists():
        faults["mrn"] = ["A patient with this MRN is registered. Look the patient up instead."]
    return faults


def _may_be_born(day: date | None) -> bool:
    return day is None or EARLIEST_BIRTH <= day <= timezone.localdate()


def _faults_of_coverage(coverage: Coverage) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    first, last = coverage.effective_from, coverage.effective_to
    if coverage.relationship != Relationship.SELF and not coverage.subscriber_last_name:
        faults["subscriber_last_name"] = ["Name the subscriber, as the patient is not."]
    if not _may_be_born(coverage.subscriber_birth_date):
        faults["subscriber_birth_date"] = [
            f"{coverage.subscriber_birth_date} is no birth date of a subscriber; wanted is {EARLIEST_BIRTH} to today."
        ]
    if not EARLIEST_COVERAGE <= first <= LAST_DAY:
        faults["effective_from"] = [
            f"No coverage begins in the year {first.year}; wanted is {EARLIEST_COVERAGE.year} to {LAST_DAY.year}. "
            "Type the year in four figures."
        ]
    if last is not None and last < first:
        faults["effective_to"] = [f"The coverage would end before it begins, on {first}."]
    if faults.keys() & {"effective_from", "effective_to"}:
        return faults
    others = Coverage.objects.filter(patient=coverage.patient, rank=coverage.rank).exclude(pk__in=[coverage.pk])
    others = others.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=first))
    overlap = others.filter(effective_from__lte=last).first() if last else others.first()
    if overlap is not None:
        until = f"to {overlap.effective_to}" if overlap.effective_to else "on, without an end"
        faults["effective_from"] = [
            f"A {overlap.rank} coverage stands from {overlap.effective_from} {until}. End it the day before this one."
        ]
    return faults
