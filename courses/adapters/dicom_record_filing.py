"""Turn treatment records into sessions of their courses.

A record never makes a session by itself: all beams known of a visit do, old and new, so that the order and the
number of imports change nothing. This file says which records come in; dicom_session_filing.py makes the sessions.
"""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from courses.adapters.dicom_answer import Answer, ignored, refused
from courses.adapters.dicom_course_beams import CourseBeams, pieces_of
from courses.adapters.dicom_file import DicomRefused
from courses.adapters.dicom_plan_filing import refuse_another_patient
from courses.adapters.dicom_record import TreatmentRecord
from courses.adapters.dicom_session_filing import SessionFiling
from courses.adapters.dicom_sessions import Piece, gather
from courses.models import Course, Plan

Placed = tuple[TreatmentRecord, Plan]
Answers = dict[str, Answer]
"""By the UID of the record."""


def file_records(records: Sequence[TreatmentRecord], *, by: User) -> list[Answer]:
    """File the records, all of a course together; return what became of each, in their order."""
    first_of: dict[str, TreatmentRecord] = {}
    for record in records:
        first_of.setdefault(record.uid, record)
    answers: Answers = {}
    by_course: dict[int, list[Placed]] = {}
    for record in sorted(first_of.values(), key=lambda one: (one.beams[0].begins_at, one.uid)):
        try:
            plan = _plan_of(record)
        except DicomRefused as refusal:
            answers[record.uid] = refused(str(refusal))
        else:
            by_course.setdefault(plan.course_id, []).append((record, plan))
    for placed in by_course.values():
        answers |= _file_into_course(placed, by)
    return [
        answers[record.uid] if record is first_of[record.uid] else _of_copy(record, first_of[record.uid])
        for record in records
    ]


def _of_copy(record: TreatmentRecord, first: TreatmentRecord) -> Answer:
    """Return what became of a second record of one identity."""
    if record == first:
        return ignored("the same record as another of these files.")
    return refused("Another of these files has the same SOPInstanceUID and other content. Find out which is right.")


def _plan_of(record: TreatmentRecord) -> Plan:
    plans = Plan.objects.select_related("course__patient", "course__facility")
    plan = plans.filter(dicom_uid=record.plan_uid).first()
    if plan is None:
        raise DicomRefused("Its plan is not here. Import the RT Plan, then this record again.")
    refuse_another_patient(record.patient, plan)
    return plan


def _file_into_course(placed: Sequence[Placed], by: User) -> Answers:
    """File the records of one course, which stays locked meanwhile: two imports at once take turns."""
    answers: Answers = {}
    with transaction.atomic():
        locked = Course.objects.select_for_update(of=("self",), no_key=True).select_related("facility")
        course = locked.get(pk=placed[0][1].course_id)
        beams = CourseBeams(course)
        filing = SessionFiling(course, beams, by)
        fresh: list[Piece] = []
        for record, plan in placed:
            try:
                pieces = pieces_of(record, plan, course.facility.zone)
                known = beams.filed_before(pieces)
                if known is None:
                    beams.accept(pieces)
                    fresh += pieces
                else:
                    since = ", which was cancelled since" if known.cancelled_at else ""
                    answers[record.uid] = ignored(f"filed before, session {known.pk}{since}.")
            except DicomRefused as refusal:
                answers[record.uid] = refused(str(refusal))
        answers |= filing.file(gather(fresh, beams.sittings), fresh)
    return answers
