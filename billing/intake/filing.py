"""Store course files, each whole or not at all, once every one of them is known to be sound.

All files are rehearsed first: stored and rolled back. So the faults that only the database knows (a session in the
future, a patient with another birth date) are found for all files together, before anything stands.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pghistory
from django.contrib.auth.models import User
from django.db import connection, transaction

from billing.intake.besides import bring_authorizations, bring_events, bring_keyed_lines
from billing.intake.notes import AMENDED, COMMAND, SOURCE, Notes, is_persons
from billing.intake.parties import Wishes, cover, facility_of, is_such_practice, mrn_of, patient_of
from billing.intake.plans import bring_plans
from billing.intake.sessions import SessionIntake
from billing.rules.course_fields import CourseFileError
from billing.rules.course_file import CourseFile
from courses.models import Course
from courses.planning import close_course, open_course, reopen_course, set_diagnoses
from patients.models import Facility, Patient

NamedFile = tuple[str, CourseFile]
TURNSTILE = "oncocharge import_course"
LONGEST_KEY = 75  # with its source before it, of the column's 80


class IntakeRefused(Exception):
    """Some files cannot be stored, and none was; ``faults`` holds every fault of all of them."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file: what it changed, and what it left as a person had corrected it."""

    name: str
    course_id: int
    is_new: bool
    changes: tuple[str, ...]
    kept: tuple[str, ...]


def import_course_files(
    files: Sequence[NamedFile], *, by: User, wishes: Wishes, is_trial: bool = False
) -> list[Imported]:
    """Store the files, each in its own transaction. Again, they change nothing.

    Args:
        is_trial: only look for faults; nothing is stored.

    Raises:
        IntakeRefused: every fault of all files; nothing is stored.
    """
    faults = _repeated(files)
    for name, file in files:
        try:
            with _rehearsal():
                _store(name, file, by, wishes)
        except CourseFileError as error:
            faults += error.faults
    if faults:
        raise IntakeRefused(faults)
    return [] if is_trial else [_store(name, file, by, wishes) for name, file in files]


def _repeated(files: Sequence[NamedFile]) -> list[str]:
    ids = [file.facts.id for _, file in files]
    return [
        f'{name}: id: found "{file.facts.id}", which another of these files has. Import one of them.'
        for place, (name, file) in enumerate(files)
        if file.facts.id in ids[:place]
    ]


@contextmanager
def _rehearsal() -> Iterator[None]:
    """Roll back whatever is done inside; nothing that waits for the commit happens."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _store(name: str, file: CourseFile, by: User, wishes: Wishes) -> Imported:
    """Store one file.

    Raises:
        CourseFileError: its faults; nothing of it is stored.
    """
    notes = Notes(name)
    with pghistory.context(user=by.pk, command=COMMAND), transaction.atomic():
        _take_turns()
        known = _known_course(file)
        course = _opened(file, wishes, notes) if known is None else _compared(known, file, wishes, notes)
        notes.refuse_if_faulty()
        assert course is not None  # A course that could not be opened left a fault.
        facts = file.facts
        plans = bring_plans(course, facts.plans, by, notes)
        SessionIntake(course, plans, by, notes).bring(facts.sessions)
        bring_events(course, facts.events, by, notes)
        bring_authorizations(course, facts.authorizations, notes)
        bring_keyed_lines(course, facts.manual_lines, by, notes)
        _close(course, file, notes)
        notes.refuse_if_faulty()
    return Imported(name, course.pk, known is None, tuple(notes.changes), tuple(notes.kept))


def _take_turns() -> None:
    """Let imports of course files follow one another: they make facilities and payers that others look for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TURNSTILE])


def source_key_of(file: CourseFile) -> str:
    """Return the key under which the file's course is known again."""
    return f"{SOURCE}{file.facts.id}"


def _known_course(file: CourseFile) -> Course | None:
    # Patient before course, as every import takes its locks.
    Patient.objects.select_for_update(no_key=True).filter(mrn=mrn_of(file)).first()
    rows = Course.objects.select_for_update(of=("self",), no_key=True).select_related("facility", "patient")
    return rows.filter(source_key=source_key_of(file)).first()


def _opened(file: CourseFile, wishes: Wishes, notes: Notes) -> Course | None:
    if len(file.facts.id) > LONGEST_KEY:
        notes.fault("id", f"has {len(file.facts.id)} characters. A stored course's has at most {LONGEST_KEY}.")
        return None
    parties = _parties(file, wishes, notes)
    if parties is None:
        return None
    patient, facility = parties
    course = None
    with notes.part("course"):
        course = open_course(
            patient=patient,
            facility=facility,
            title=file.title or file.facts.id,
            opened_on=file.facts.opened_on,
            diagnoses=file.facts.diagnoses,
            source_key=source_key_of(file),
        )
        notes.changed("course opened")
    return course


def _parties(file: CourseFile, wishes: Wishes, notes: Notes) -> tuple[Patient, Facility] | None:
    facility = facility_of(file.facts.practice, wishes, notes)
    with notes.part("patient"):
        patient = patient_of(file, notes)
        if patient is not None:
            cover(patient, file, wishes, notes)
            return (patient, facility) if facility is not None else None
    return None


def _compared(course: Course, file: CourseFile, wishes: Wishes, notes: Notes) -> Course:
    """See that a stored course is still the file's, and bring its own row up to it."""
    facts = file.facts
    if course.patient.mrn != mrn_of(file):
        notes.fault("patient.mrn", f"is not that of course {course.pk}, which has this id. Give the file another id.")
        return course
    is_such_practice(course.facility, facts.practice, notes)
    if course.opened_on != facts.opened_on:
        notes.fault("course.opened_on", f"found {facts.opened_on}, but the course was opened on {course.opened_on}.")
        return course
    with notes.part("patient"):
        if patient_of(file, notes) is not None:
            cover(course.patient, file, wishes, notes)
    _diagnose(course, facts.diagnoses, notes)
    if file.title and course.title != file.title:
        course.title = file.title
        with notes.part("title"):
            course.clean_fields(exclude=["patient", "facility", "physician"])
            course.save(update_fields=["title"])
            notes.changed("title")
    return course


def _diagnose(course: Course, codes: Sequence[str], notes: Notes) -> None:
    standing = list(course.diagnoses.all())
    if [row.code for row in standing] == list(codes):
        return
    if any(is_persons(row, "code") for row in standing):
        notes.keep("diagnoses: as a person entered them")
        return
    with notes.part("course"):
        set_diagnoses(course=course, codes=codes)
        notes.changed("diagnoses")


def _close(course: Course, file: CourseFile, notes: Notes) -> None:
    wanted = file.facts.closed_on
    course.refresh_from_db(fields=["closed_on"])
    if course.closed_on == wanted:
        return
    if is_persons(course, "closed_on"):
        notes.keep(f"course {f'closed on {course.closed_on}' if course.closed_on else 'open'}: as a person left it")
        return
    with notes.part("course", on="closed_on"):
        if wanted is None:
            reopen_course(course=course, reason=AMENDED)
            notes.changed("course opened again")
        else:
            close_course(course=course, on=wanted)
            notes.changed(f"course closed on {wanted}")
