"""Open and close a course, and say what it treats."""

from collections.abc import Sequence
from datetime import date
from typing import Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.models import Course, CourseDiagnosis
from courses.planning.faults import faults_of_columns, lock, raise_faults, stated_reason
from courses.planning.naming import ClaimNames, give_names
from courses.signals import ring
from patients.identifiers import IdentifierError, validate_icd10
from patients.models import Facility, Patient, Provider
from patients.validators import validate_day

MOST_DIAGNOSES = 12


def open_course(
    *,
    patient: Patient,
    facility: Facility,
    title: str,
    opened_on: date,
    physician: Provider | None = None,
    diagnoses: Sequence[str] = (),
    source_key: str | None = None,
    **names: Unpack[ClaimNames],
) -> Course:
    """Open a course with its diagnoses, principal first. The same ``source_key`` gives the course that it made.

    Raises:
        ValidationError: every faulty field at once; nothing is stored.
    """
    with transaction.atomic():
        known = Course.objects.filter(source_key=source_key).first() if source_key else None
        if known is not None:
            return known
        course = Course(
            patient=patient, facility=facility, physician=physician, title=title, opened_on=opened_on,
            source_key=source_key,
        )  # fmt: skip
        give_names(course, names)
        raise_faults(
            faults_of_columns(course),
            {"opened_on": _faults_of_opening(opened_on), "diagnoses": _faults_of_diagnoses(diagnoses)},
        )
        course.save()
        _write_diagnoses(course, diagnoses)
        ring(course.pk)
    return course


def close_course(*, course: Course, on: date) -> Course:
    """Close a course on a day; closing it on the same day again changes nothing.

    Raises:
        ValidationError: the day lies before the course, or is still to come.
    """
    with transaction.atomic():
        course = lock(course)
        if course.closed_on == on:
            return course
        if on < course.opened_on:
            raise ValidationError({"on": [f"The course was opened on {course.opened_on}; it closes on or after."]})
        if on > course.facility.day_of(timezone.now()):
            raise ValidationError({"on": [f"{on} is still to come. A course is closed once it is over."]})
        course.closed_on = on
        course.save(update_fields=["closed_on"])
        ring(course.pk)
    return course


def reopen_course(*, course: Course, reason: str) -> Course:
    """Open a closed course again, with a reason; an open one stays as it is.

    Raises:
        ValidationError: there is no reason.
    """
    with transaction.atomic():
        course = lock(course)
        if course.closed_on is not None:
            course.amendment_reason = stated_reason(reason)
            course.closed_on = None
            course.save(update_fields=["closed_on", "amendment_reason"])
            ring(course.pk)
    return course


def set_diagnoses(*, course: Course, codes: Sequence[str]) -> None:
    """Give the course these ICD-10-CM codes, principal first; the same ones again change nothing.

    Raises:
        ValidationError: under ``diagnoses``, every faulty code.
    """
    with transaction.atomic():
        course = lock(course)
        raise_faults({"diagnoses": _faults_of_diagnoses(codes)})
        if [_pointed(code) for code in codes] == list(course.diagnoses.values_list("code", flat=True)):
            return
        course.diagnoses.all().delete()
        _write_diagnoses(course, codes)
        ring(course.pk)


def _faults_of_opening(on: date) -> list[str]:
    try:
        validate_day(on)
    except ValidationError as error:
        return error.messages
    return []


def _faults_of_diagnoses(codes: Sequence[str]) -> list[str]:
    faults = [] if codes else ["A course needs at least its principal diagnosis."]
    if len(codes) > MOST_DIAGNOSES:
        faults.append(f"{len(codes)} diagnoses; a claim carries at most {MOST_DIAGNOSES}.")
    found = []
    for code in codes:
        try:
            found.append(_pointed(code))
        except IdentifierError as error:
            faults.append(str(error))
    repeated = {code for code in found if found.count(code) > 1}
    return faults + [f"{code} is named twice." for code in sorted(repeated)]


def _write_diagnoses(course: Course, codes: Sequence[str]) -> None:
    CourseDiagnosis.objects.bulk_create(
        CourseDiagnosis(course=course, position=position, code=_pointed(code))
        for position, code in enumerate(codes, start=1)
    )


def _pointed(code: str) -> str:
    """Return the code with its point, as the chart and the database write it."""
    compact = validate_icd10(code)
    return f"{compact[:3]}.{compact[3:]}" if compact[3:] else compact
