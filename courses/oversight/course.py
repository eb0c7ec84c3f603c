"""The rows of a course as the facts of its picture. Days and times are the clinic's own."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from courses.delivery.proposals import FRACTIONS
from courses.models import Absence, ClinicalEvent, Course, Plan, Session
from courses.picture import CoursePictured
from courses.picture.facts import AbsenceDrawn, EventDrawn, ImagesMark, PlanDrawn, Row, SessionDrawn, SessionMark
from courses.planning import kind_of
from courses.terms import EventFamily, Guidance, Performer, PlanKind, SessionStatus, Technique

STEREOTACTIC = frozenset({Technique.SBRT, Technique.SRS})
ROWS = {EventFamily.VISIT: Row.VISIT, EventFamily.PHYSICS_CHECK: Row.PHYSICS}


class SessionSeen(NamedTuple):
    """As much of a session that was not cancelled as the worklists count by: thousands of them are read at once."""

    pk: int
    course_id: int
    starts_at: datetime
    treated_on: date
    status: str
    resumes_id: int | None
    signed_at: datetime | None
    guidance: str
    guidance_reviewed: bool
    guidance_reviewed_at: datetime | None
    cancelled_at: datetime | None = None

    @property
    def counts(self) -> bool:
        """Whether it is signed and not cancelled."""
        return self.signed_at is not None and self.cancelled_at is None


def pictured(
    course: Course,
    *,
    now: datetime,
    plans: Iterable[Plan] | None = None,
    sessions: Iterable[Session] | None = None,
    events: Iterable[ClinicalEvent] | None = None,
) -> CoursePictured:
    """Return the facts of a course's picture (five queries; one for rows that were read before, in any order)."""
    facility = course.facility
    rows = sorted(
        Session.objects.filter(course=course).prefetch_related(FRACTIONS) if sessions is None else sessions,
        key=lambda one: (one.starts_at, one.pk),
    )
    last_at = max((one.starts_at for one in rows if counts_as_fraction(one)), default=None)
    found = course.events.all() if events is None else events
    return CoursePictured(
        today=facility.day_of(now),
        closed_on=course.closed_on,
        plans=tuple(_plan(plan) for plan in sorted(course.plans.all() if plans is None else plans, key=_by_approval)),
        sessions=tuple(_session(one, last_at, course) for one in rows),
        events=tuple(
            _event(one) for one in sorted(found, key=lambda one: (one.happened_on, one.pk)) if one.cancelled_at is None
        ),
        absences=tuple(_absences(course)),
    )


def _absences(course: Course) -> Iterator[AbsenceDrawn]:
    rows = Absence.objects.filter(course=course, undone_at__isnull=True).order_by("missed_on")
    for on, reason in rows.values_list("missed_on", "reason"):
        yield AbsenceDrawn(on, reason)


def counts_as_fraction(session: Session | SessionSeen) -> bool:
    """Whether a session is one of the fractions counted by fives: signed, with beam, not the rest of another."""
    return session.counts and session.status != SessionStatus.ABORTED and session.resumes_id is None


def images_of(session: Session | SessionSeen, last_at: datetime | None) -> ImagesMark:
    """Return how the review of a session's images stands; ``last_at`` is when the course's last fraction began."""
    if session.cancelled_at or session.guidance == Guidance.NONE or session.status == SessionStatus.ABORTED:
        return ImagesMark.NONE
    if session.guidance_reviewed:
        return ImagesMark.REVIEWED
    if session.guidance_reviewed_at is not None:
        return ImagesMark.LATE
    return ImagesMark.MISSED if last_at is not None and last_at > session.starts_at else ImagesMark.WAITING


def _by_approval(plan: Plan) -> tuple[bool, str, int]:
    return (plan.approved_on is None, str(plan.approved_on or ""), plan.pk)


def _plan(plan: Plan) -> PlanDrawn:
    return PlanDrawn(
        key=plan.pk,
        name=plan.key,
        kind=PlanKind(plan.kind),
        line=f"{plan.site} {plan.laterality}",
        words=plan.technique,
        approved_on=plan.approved_on,
        retired_on=plan.retired_on,
        fractions=plan.fractions,
        sessions_per_day=plan.sessions_per_day,
        weekdays=plan.weekdays,
        starts_on=plan.starts_on,
        follows=plan.follows_id,
    )


def _session(session: Session, last_at: datetime | None, course: Course) -> SessionDrawn:
    fractions = list(session.fractions.all())
    numbers = [str(one.number) for one in fractions if one.number]
    local = session.starts_at.astimezone(course.facility.zone)
    given = [one for one in fractions if one.is_standing and session.signed_at is not None]
    said = ", ".join(
        f"fraction {one.number or 'not numbered'} of {one.plan.fractions or '?'}, {one.plan.key}" for one in fractions
    )
    mark = _mark(session)
    reason = session.amendment_reason if session.cancelled_at else session.status_reason
    return SessionDrawn(
        key=session.pk,
        on=session.treated_on,
        at=local.time(),
        mark=mark,
        shown=numbers[0] if numbers else "?",
        words=f"{said or 'no fraction'}, {MARK_WORDS[mark]}{f': {reason}' if reason else ''}",
        given=tuple(one.plan_id for one in given),
        images=images_of(session, last_at),
        counts=counts_as_fraction(session),
        is_stereotactic=any(one.plan.technique in STEREOTACTIC for one in fractions),
        completes=session.resumes_id is not None,
    )


MARK_WORDS = {
    SessionMark.TREATED: "treated",
    SessionMark.PARTIAL: "partial",
    SessionMark.ABORTED: "no beam",
    SessionMark.UNSIGNED: "not signed",
    SessionMark.CANCELLED: "cancelled",
}


def _mark(session: Session) -> SessionMark:
    if session.cancelled_at is not None:
        return SessionMark.CANCELLED
    return SessionMark.UNSIGNED if session.signed_at is None else SessionMark(session.status)


def _event(event: ClinicalEvent) -> EventDrawn:
    kind = kind_of(event.family)
    row = ROWS.get(EventFamily(event.family), Row.OTHER)
    by = event.get_performer_display().lower()
    return EventDrawn(
        key=event.pk,
        on=event.happened_on,
        row=row,
        words=f"{kind.name if kind else event.family}{f' by {by}' if by else ''}",
        stands=stands_for_five(event.family, event.performer, event.documented),
    )


def stands_for_five(family: str, performer: str, documented: bool) -> bool:
    """Whether an event answers for the five in which it lies: documented, a visit by the physician herself."""
    return documented and (family != EventFamily.VISIT or performer == Performer.PHYSICIAN)
