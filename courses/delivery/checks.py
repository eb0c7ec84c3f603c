"""What makes an entry impossible, all faults at once; and how an entry's words become columns.

Impossible is only what cannot have happened. What a department may have its reasons for
(a fraction beyond the prescription, a plan not yet approved) is a caution, see cautions.py.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone

from courses.delivery.entries import Faults, Particulars
from courses.delivery.proposals import is_open_partial
from courses.models import Course, Machine, Plan, Session
from courses.terms import Guidance, SessionStatus
from patients.prepared import read_prepared
from patients.validators import FIRST_DAY

CLOCKS_DIFFER = timedelta(minutes=5)
MOST_FRACTIONS = 200
FOREIGN_KEYS = (
    "course",
    "machine",
    "resumes",
    "logged_by",
    "signed_by",
    "cancelled_by",
    "amended_by",
    "guidance_reviewed_by",
)


_HOLD = "SELECT id FROM oncocharge_courses_course WHERE id = %s FOR NO KEY UPDATE"


def lock(course: Course) -> Course:
    """Return the course with its facility, locked against other steps until the transaction ends."""
    rows = Course.objects.select_for_update(of=("self",), no_key=True).select_related("facility")
    return rows.get(pk=course.pk)


def hold(course: Course) -> None:
    """Lock the course as ``lock`` does, without reading it again: for steps that change nothing of the course itself.

    Raises:
        Course.DoesNotExist: it is gone.
    """
    if not read_prepared(_HOLD, [course.pk]):
        raise Course.DoesNotExist


def faults_of(session: Session, *, plans: Sequence[Plan], numbers: Mapping[Plan, int | None] | None) -> Faults:
    """Return every fault of an entry by field; the session has the entry's words in its columns, unsaved."""
    faults = _faults_of_columns(session)
    faults["plans"] = _faults_of_plans(session.course, plans)
    faults["numbers"] = _faults_of_numbers(plans, numbers)
    faults.setdefault("at", []).extend(_faults_of_moment(session.starts_at))
    if session.status != SessionStatus.TREATED and not session.status_reason:
        faults.setdefault("status_reason", []).append(f"Say why the session was {session.status}.")
    machine, facility = session.machine, session.course.facility
    if machine is not None and machine.facility_id != facility.pk:
        faults["machine"] = [f"{machine.name} does not stand at {facility.name}, where this course is."]
    if session.resumes is not None:
        faults["resumes"] = _faults_of_resumption(session, session.resumes)
    return {field: messages for field, messages in faults.items() if messages}


def _faults_of_columns(session: Session) -> Faults:
    try:
        session.clean_fields(exclude=FOREIGN_KEYS)
    except ValidationError as error:
        return error.message_dict
    return {}


def _faults_of_plans(course: Course, plans: Sequence[Plan]) -> list[str]:
    if not plans:
        return ["Choose at least one plan."]
    faults = [f"Plan {plan.key} belongs to another course." for plan in plans if plan.course_id != course.pk]
    if len({plan.pk for plan in plans}) < len(plans):
        faults.append("A plan is named twice.")
    return faults


def _faults_of_numbers(plans: Sequence[Plan], numbers: Mapping[Plan, int | None] | None) -> list[str]:
    faults = [
        f"Plan {plan.key} has a fraction number but is not chosen." for plan in numbers or () if plan not in plans
    ]
    for plan, number in (numbers or {}).items():
        if number is not None and not 1 <= number <= MOST_FRACTIONS:
            faults.append(f"{number} is not a fraction of {plan.key}; wanted is 1 to {MOST_FRACTIONS}.")
    return faults


def _faults_of_moment(at: datetime) -> list[str]:
    if at.tzinfo is None:
        return ["The time lacks its zone."]
    if at.year < FIRST_DAY.year:
        return [
            f"The year {at.year} cannot be meant: sessions lie after {FIRST_DAY.year}. Give the year in four figures."
        ]
    if at > timezone.now() + CLOCKS_DIFFER:
        return ["The session lies in the future; it can be logged once it was treated."]
    return []


def _faults_of_resumption(session: Session, resumes: Session) -> list[str]:
    if resumes.course_id != session.course_id or resumes.cancelled_at is not None:
        return ["The session to resume does not stand in this course."]
    others = Session.objects.filter(resumes=resumes, cancelled_at__isnull=True).exclude(pk__in=[session.pk])
    faults = []
    if not is_open_partial(resumes, others):
        faults.append("The session to resume was not partial, or was resumed already.")
    if session.starts_at.tzinfo is not None and resumes.starts_at >= session.starts_at:
        faults.append("A session resumes one that began before it.")
    # It may resume with other plans than the first had: what was left of the visit may be a plan not yet begun.
    return faults


def written_session(
    session: Session,
    *,
    at: datetime,
    status: SessionStatus | str,
    machine: Machine | None,
    plans: Sequence[Plan],
    said: Particulars,
) -> Session:
    """Return the session with the entry's words in its columns, unsaved and unchecked."""
    proposed = next((plan.default_guidance for plan in plans if plan.default_guidance), Guidance.NONE.value)
    # Kept in UTC: moments of one zone are compared by the wall clock, which twice a year is wrong.
    session.starts_at = at.astimezone(UTC) if at.tzinfo is not None else at
    session.treated_on = session.course.facility.day_of(at)
    session.status, session.machine = str(status), machine
    session.resumes = said.get("resumes")
    session.guidance = str(said.get("guidance", proposed))
    session.status_reason = said.get("status_reason", "").strip() if status != SessionStatus.TREATED else ""
    session.second_session_reason = said.get("second_session_reason", "").strip()
    session.guidance_reviewed = said.get("guidance_reviewed", False)
    session.active_motion_management = str(said.get("active_motion_management", ""))
    session.motion_record_complete = said.get("motion_record_complete")
    session.motion_system = said.get("motion_system", "").strip()
    session.motion_threshold = said.get("motion_threshold", "").strip()
    session.motion_beam_hold = said.get("motion_beam_hold", "").strip()
    session.isocenters = said.get("isocenters")
    session.mixed_electrons = said.get("mixed_electrons", False)
    session.is_inpatient = said.get("is_inpatient", False)
    session.adapted_online = said.get("adapted_online", False)
    return session
