"""The worklists of physicists and physicians: what waits for them in all courses, what is due first on top.

Eight queries at most, however many patients there are. Courses in which nothing was treated for a month are left
out of what is due by fives: what they lack, the billers' lists name.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Sum

from courses.models import ClinicalEvent, Course, Fraction, Plan, Session
from courses.oversight.course import STEREOTACTIC, SessionSeen, counts_as_fraction, images_of, stands_for_five
from courses.oversight.due import Due, DueKind, Pattern, last_day_of, next_fraction, open_fives, pattern_of
from courses.picture.facts import ImagesMark
from courses.picture.fives import Five
from courses.terms import EventFamily, Guidance
from patients.models import Provider

RECENT = timedelta(days=30)
LATE_IMAGES = timedelta(days=14)
"""How long images that nobody reviewed in time are still listed."""
OF_FIVES = {DueKind.VISIT: EventFamily.VISIT, DueKind.PHYSICS: EventFamily.PHYSICS_CHECK}
FOR_PHYSICIST = (DueKind.CONFIRM, DueKind.PHYSICS)
FOR_PHYSICIAN = (DueKind.APPROVE, DueKind.IMAGES, DueKind.VISIT)
Days = Mapping[int, Collection[date]]
"""By course, the days on which something was done."""


@dataclass(frozen=True, slots=True)
class Worklist:
    """What is due by kind, each list in order."""

    lists: Mapping[DueKind, Sequence[Due]]

    @property
    def count(self) -> int:
        """How many things wait that are still in time."""
        return sum(not due.is_over for of_kind in self.lists.values() for due in of_kind)


def worklist_of(*, kinds: Collection[DueKind], now: datetime, physician: Provider | None = None) -> Worklist:
    """Return what is due of these kinds, of one physician's courses or of all.

    A course without a physician is on everybody's list.
    """
    mine = Q() if physician is None else Q(physician=physician) | Q(physician=None)
    found: dict[DueKind, list[Due]] = {kind: [] for kind in kinds}
    for due in (*_of_plans(kinds, mine, now), *_of_courses(kinds, mine, now)):
        found[due.kind].append(due)
    return Worklist({kind: sorted(found[kind], key=lambda due: (due.is_over, due.order)) for kind in kinds})


def state_of_worklists() -> str:
    """Return a word that changes whenever any worklist may: planning and doing raise a revision (one query)."""
    found = Course.objects.filter(closed_on=None).aggregate(courses=Sum("pk"), revisions=Sum("revision"))
    return f"{found['courses'] or 0}.{found['revisions'] or 0}"


# --- plans --------------------------------------------------------------------------------------------------------


def _of_plans(kinds: Collection[DueKind], mine: Q, now: datetime) -> Iterator[Due]:
    """Yield the plans that wait to be confirmed or approved; one that is delivered already is due since then."""
    if not {DueKind.APPROVE, DueKind.CONFIRM} & set(kinds):
        return
    of_mine = Q(course__in=Course.objects.filter(mine, closed_on=None))
    plans = Plan.objects.filter(of_mine, approved_on=None, retired_on=None)
    delivered = Min("delivered_fractions__session__treated_on", filter=Q(delivered_fractions__is_standing=True))
    rows = plans.select_related("course__patient", "course__facility", "course__physician", "follows")
    for plan in rows.annotate(delivered_on=delivered):
        waits_for_physicist = bool(plan.dicom_uid) and plan.confirmed_at is None
        kind = DueKind.CONFIRM if waits_for_physicist else DueKind.APPROVE
        if kind in kinds:
            yield _plan_due(kind, plan, plan.delivered_on, now)


def _plan_due(kind: DueKind, plan: Plan, delivered_on: date | None, now: datetime) -> Due:
    facility = plan.course.facility
    if delivered_on is not None:
        return Due(kind, plan.course, delivered_on, words="already delivered", plan=plan)
    if plan.starts_on is not None:
        return Due(kind, plan.course, plan.starts_on, plan.usual_time, "before its first fraction", plan=plan)
    return Due(kind, plan.course, facility.day_of(now), words="no first day is planned", plan=plan)


# --- what goes by fractions ---------------------------------------------------------------------------------------


def _of_courses(kinds: Collection[DueKind], mine: Q, now: datetime) -> Iterator[Due]:
    asked = set(kinds) & {DueKind.VISIT, DueKind.PHYSICS, DueKind.IMAGES}
    if not asked:
        return
    recent = Session.objects.filter(course=OuterRef("pk"), cancelled_at=None, treated_on__gte=(now - RECENT).date())
    found = Course.objects.filter(mine, Exists(recent), closed_on=None)
    courses = {course.pk: course for course in _with_plans(found)}
    sessions = _sessions(courses)
    precise = _stereotactic(courses) if DueKind.VISIT in asked else frozenset()
    done = {kind: _done(courses, family) for kind, family in OF_FIVES.items() if kind in asked}
    for key, course in courses.items():
        of_course = sessions[key]
        today = course.facility.day_of(now)
        pattern = pattern_of(list(course.plans.all()), today)
        for kind, days in done.items():
            for five in open_fives(_counted_days(kind, of_course, precise), days.get(key, ())):
                yield _five_due(kind, course, five, pattern, today)
        if DueKind.IMAGES in asked:
            yield from _images(course, of_course, pattern, today)


def _with_plans(courses: QuerySet[Course]) -> QuerySet[Course]:
    return courses.select_related("patient", "facility", "physician").prefetch_related("plans")


def _sessions(courses: Collection[int]) -> Mapping[int, list[SessionSeen]]:
    """Return the sessions of the courses in order of time, with no more than is counted by (one query)."""
    rows = Session.objects.filter(course__in=courses, cancelled_at=None).order_by("starts_at", "pk")
    found: defaultdict[int, list[SessionSeen]] = defaultdict(list)
    for row in rows.values_list(*SessionSeen._fields[:-1]):
        session = SessionSeen(*row)
        found[session.course_id].append(session)
    return found


def _stereotactic(courses: Collection[int]) -> frozenset[int]:
    """Return the sessions that delivered a stereotactic plan (one query)."""
    techniques = [str(one) for one in STEREOTACTIC]
    rows = Fraction.objects.filter(course__in=courses, plan__technique__in=techniques)
    return frozenset(rows.values_list("session_id", flat=True))


def _done(courses: Collection[int], family: EventFamily) -> Days:
    """Return the days on which a visit or a check stands that answers for its five (one query)."""
    rows = ClinicalEvent.objects.filter(course__in=courses, family=family, cancelled_at=None)
    days: defaultdict[int, set[date]] = defaultdict(set)
    for course, on, performer, documented in rows.values_list("course_id", "happened_on", "performer", "documented"):
        if stands_for_five(family, performer, documented):
            days[course].add(on)
    return days


def _counted_days(kind: DueKind, sessions: Iterable[SessionSeen], precise: Collection[int]) -> list[date]:
    """Return the days of the fractions by which a kind is counted: a visit is not asked of stereotactic ones."""
    leaves_out = precise if kind is DueKind.VISIT else ()
    return [one.treated_on for one in sessions if counts_as_fraction(one) and one.pk not in leaves_out]


def _five_due(kind: DueKind, course: Course, five: Five, pattern: Pattern, today: date) -> Due:
    by = five.last_on if five.is_full else last_day_of(five, pattern, today)
    return Due(kind, course, by, words=five.words, five=five, is_over=five.is_full and five.last_on < today)


def _images(course: Course, sessions: Sequence[SessionSeen], pattern: Pattern, today: date) -> Iterator[Due]:
    last_at = max((one.starts_at for one in sessions if counts_as_fraction(one)), default=None)
    for session in sessions:
        if session.guidance == Guidance.NONE:
            continue
        mark = images_of(session, last_at)
        if mark is ImagesMark.WAITING:
            by, at = next_fraction(pattern, session, today)
            yield Due(DueKind.IMAGES, course, by, at, "before the next fraction", session=session)
        elif mark is ImagesMark.MISSED and session.treated_on >= today - LATE_IMAGES:
            yield Due(
                DueKind.IMAGES, course, session.treated_on, words="the next fraction was treated", session=session,
                is_over=True,
            )  # fmt: skip
