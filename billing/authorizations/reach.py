"""How far the units of a course reach today: its facts and its sessions to come, put before the rules.

Asked for one course by a page, for a whole list by the machine's day and the biller's list: the number of statements
is the same. Nothing is stored, so nothing can be out of date.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.utils import timezone

from billing.authorizations.ahead import Standing, sessions_ahead
from billing.capture.facts import load_courses
from billing.models import Authorization, AuthorizationStatus
from billing.reference.overlay import current_codebook
from billing.rules import load_codebook
from billing.rules.facts import SessionFacts, StayFacts
from billing.rules.lines import Family
from billing.rules.outlook import Outlook, course_outlook
from courses.models import Course, Fraction, Plan, Session
from courses.terms import Guidance, SessionStatus
from patients.models import PayerPolicy
from patients.terms import CoverageRank


@dataclass(frozen=True, slots=True)
class CourseReach:
    """The outlook of a course on the clinic's day, and since when a request waits for the payer's decision."""

    course_id: int
    today: date
    outlook: Outlook
    is_requested: bool = False
    requested_on: date | None = None


def reach_of(course: Course, *, at: datetime | None = None) -> CourseReach:
    """Return how far the units of one course reach."""
    return reach_of_many([course.pk], at=at)[course.pk]


def reach_of_many(course_ids: Collection[int], *, at: datetime | None = None) -> dict[int, CourseReach]:
    """Return how far the units of each course reach: seven statements, however many courses.

    A session that stands and is not signed yet earns no line, and will: it counts among those to come.
    """
    at = at or timezone.now()
    heads = {one.pk: one for one in Course.objects.filter(pk__in=course_ids).select_related("facility")}
    today = {pk: course.facility.day_of(at) for pk, course in heads.items()}
    loaded, codebook = load_courses(list(heads)), current_codebook()
    plans, standing, done = _plans(heads), _standing(heads), _done(heads, today)
    requests, unsigned = _requests(heads), _unsigned(heads)
    found = {}
    for pk, one in loaded.items():
        ahead: tuple = ()  # type: ignore[type-arg]
        if heads[pk].closed_on is None:
            ahead = sessions_ahead(plans[pk], standing[pk], today=today[pk], done_today=done[pk])
        waiting = (_in_stay(session, one.facts.stays) for session in unsigned[pk])
        outlook = course_outlook(one.facts, (*waiting, *ahead), codebook, today[pk])
        found[pk] = CourseReach(pk, today[pk], outlook, pk in requests, requests.get(pk))
    return found


def courses_asking(course_ids: Iterable[int] | None = None) -> list[int]:
    """Return the courses that have an authorization, or whose patient has a payer that asks for one (two queries).

    The others have nothing to say, and need not be counted.
    """
    courses = Course.objects.all() if course_ids is None else Course.objects.filter(pk__in=list(course_ids))
    asking = PayerPolicy.objects.filter(requires_authorization=True).values("payer_id")
    insured = courses.filter(
        patient__coverages__payer__in=asking, patient__coverages__rank=CoverageRank.PRIMARY
    ).values_list("pk", flat=True)
    entered = courses.filter(authorizations__isnull=False).values_list("pk", flat=True)
    return sorted({*insured, *entered})


def _plans(courses: Collection[int]) -> defaultdict[int, list[Plan]]:
    found: defaultdict[int, list[Plan]] = defaultdict(list)
    for plan in Plan.objects.filter(course_id__in=courses).order_by("pk"):
        found[plan.course_id].append(plan)
    return found


def _standing(courses: Collection[int]) -> defaultdict[int, Standing]:
    found: defaultdict[int, Standing] = defaultdict(dict)
    rows = Fraction.objects.filter(course_id__in=courses, is_standing=True)
    for course, plan, number in rows.values_list("course_id", "plan_id", "number"):
        found[course].setdefault(plan, []).append(number)
    return found


def _done(courses: Collection[int], today: dict[int, date]) -> Counter[int]:
    """Return how many sessions of the clinic's day stand: those with beam, a resumed pair once."""
    rows = Session.objects.filter(
        course_id__in=courses, treated_on__in=set(today.values()), cancelled_at=None, resumes=None
    ).exclude(status=SessionStatus.ABORTED)
    return Counter(course for course, day in rows.values_list("course_id", "treated_on") if day == today[course])


def _unsigned(courses: dict[int, Course]) -> defaultdict[int, list[SessionFacts]]:
    """Return the sessions with beam that wait for a signature, each as one to come on its own day."""
    rows = Session.objects.filter(course_id__in=courses, signed_at=None, cancelled_at=None, fractions__isnull=False)
    found: defaultdict[int, list[SessionFacts]] = defaultdict(list)
    for row in (
        rows.exclude(status=SessionStatus.ABORTED)
        .annotate(plan_ids=ArrayAgg("fractions__plan_id", order_by="fractions__plan_id"))
        .order_by("starts_at", "pk")
    ):
        found[row.course_id].append(
            SessionFacts(
                key=str(row.pk),
                at=row.starts_at.astimezone(courses[row.course_id].facility.zone).replace(tzinfo=None),
                plans=tuple(str(plan) for plan in row.plan_ids),
                status=SessionStatus(row.status),
                resumes=None if row.resumes_id is None else str(row.resumes_id),
                guidance=Guidance(row.guidance),
                guidance_reviewed=True,
                motion_record_complete=True,
                isocenters=row.isocenters,
                inpatient=row.is_inpatient,
                ordinal=row.pk,
            )
        )
    return found


def _in_stay(session: SessionFacts, stays: Iterable[StayFacts]) -> SessionFacts:
    """Return the session of an inpatient as one, as capture does: it takes no technical unit."""
    return replace(session, inpatient=session.inpatient or any(stay.covers(session.on) for stay in stays))


def _requests(courses: Collection[int]) -> dict[int, date | None]:
    """Return the courses for whose delivery a request waits, with its day."""
    delivery = sorted({row.code for row in load_codebook().procedures if row.family is Family.DELIVERY})
    rows = Authorization.objects.filter(
        course_id__in=courses, status=AuthorizationStatus.REQUESTED, codes__overlap=delivery
    )
    return dict(rows.order_by("requested_on").values_list("course_id", "requested_on"))
