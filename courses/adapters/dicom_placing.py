"""Whose file it is, at which facility and in which course: found, never guessed; or refused with what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User

from courses.adapters.dicom_file import DicomRefused, PatientIdentity
from courses.adapters.dicom_proposal import PlanProposal
from courses.models import Course, Machine
from courses.planning import open_course
from patients.identifiers import IdentifierError, validate_mrn
from patients.models import Facility, Patient
from patients.registration import admit_patient
from patients.terms import Sex


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person who imports has said.

    Args of the person: ``course`` and ``facility`` where they must not be found; ``registers`` lets unknown patients
    and machines in from the file; ``diagnoses`` opens a course where none is open.
    """

    by: User
    course: Course | None = None
    facility: Facility | None = None
    registers: bool = False
    diagnoses: Sequence[str] = ()


def patient_of(identity: PatientIdentity, *, registers: bool) -> Patient:
    """Return the patient, locked, whose MRN the file has.

    Raises:
        DicomRefused: unknown and not to be registered, or registered with another birth date.
    """
    try:
        mrn = validate_mrn(identity.mrn)
    except IdentifierError:
        # The value stays out of the message: it is a patient's.
        raise DicomRefused("PatientID is no MRN of this practice's form. Correct it at its source.") from None
    found = Patient.objects.select_for_update(no_key=True).filter(mrn=mrn).first()
    if found is None and registers:
        return admit_patient(
            mrn=mrn,
            last_name=identity.last_name[:60] or "Unknown",
            first_name=identity.first_name[:35],
            birth_date=identity.birth_date,
            sex=identity.sex if identity.sex in set(Sex) else Sex.UNKNOWN,
        )
    if found is None:
        raise DicomRefused("No patient has this PatientID as MRN. Register the patient, or repeat with --register.")
    if found.birth_date and identity.birth_date and found.birth_date != identity.birth_date:
        raise DicomRefused(f"The birth date is not that of patient {found.pk}. Check whose file this is.")
    return found


def facility_of(machine: str, wishes: Wishes) -> Facility:
    """Return where the plan is treated: as said, else where the machine stands, else the only facility.

    Raises:
        DicomRefused: it cannot be told.
    """
    if wishes.course is not None:
        return wishes.course.facility
    if wishes.facility is not None:
        return wishes.facility
    standing = list(Facility.objects.filter(machines__name=machine)[:2]) if machine else []
    every = list(Facility.objects.all()[:2])
    for found in (standing, every):
        if len(found) == 1:
            return found[0]
    raise DicomRefused("It cannot be told at which facility. Repeat with --facility and its name.")


def course_of(patient: Patient, facility: Facility, wishes: Wishes, opened_on: date) -> tuple[Course, bool]:
    """Return the course that the plan belongs to, and whether it was opened for it.

    Raises:
        DicomRefused: the named course is another patient's, several are open, or none is and no diagnosis is given.
    """
    if wishes.course is not None:
        if wishes.course.patient_id != patient.pk:
            raise DicomRefused(f"Course {wishes.course.pk} is another patient's. Name a course of this one.")
        return wishes.course, False
    courses = Course.objects.filter(patient=patient, facility=facility).order_by("pk")
    still_open = list(courses.filter(closed_on__isnull=True))
    if len(still_open) == 1:
        return still_open[0], False
    if still_open:
        named = ", ".join(str(course.pk) for course in still_open)
        raise DicomRefused(f"Courses {named} are open. Repeat with --course and the one that the plan belongs to.")
    if not wishes.diagnoses:
        raise DicomRefused("No course is open. Open one, or repeat with --diagnosis and its ICD-10-CM codes.")
    title = f"Course {courses.count() + 1}"
    return open_course(
        patient=patient, facility=facility, title=title, opened_on=opened_on, diagnoses=wishes.diagnoses
    ), True


def machine_of(proposal: PlanProposal, facility: Facility, wishes: Wishes) -> Machine | None:
    """Return the machine that the plan names; None where the facility has none of that name."""
    found = Machine.objects.filter(facility=facility, name=proposal.machine).first()
    if found is None and proposal.machine and wishes.registers:
        return Machine.objects.create(facility=facility, name=proposal.machine[:30])
    return found
