"""What a plan would change on the sessions of the last ninety days, a batch of courses at a time. Writes nothing.

However many courses a payer has, one step looks at a bounded number of them with a fixed number of statements; the
caller asks again from where the last step ended. The difference itself is found by billing/capture.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypedDict

from django.db.models import F, Q, QuerySet

from billing.capture.facts import LoadedCourse
from billing.capture.foresight import CourseForesight
from billing.capture.insurance import insurance_of, load_policies
from billing.capture.preview import World, foresee, reading_only
from billing.policies.timeline import Plan
from billing.rules.facts import PolicyPeriod
from courses.models import Session
from patients.models import Payer
from patients.terms import CoverageRank

WINDOW = timedelta(days=90)
BATCH = 50


class CourseId(TypedDict):
    """A row of a query that asks for courses alone."""

    course_id: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: sessions since a day, and the periods as they would be.

    ``is_trial``: no day of the window is touched, so the settings are tried on all of it, as if they had held.
    """

    payer_id: int
    since: date
    periods: tuple[PolicyPeriod, ...]
    is_trial: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One batch: what would be otherwise in its courses; ``last_id`` is where the next begins, none at the end."""

    foreseen: Sequence[CourseForesight]
    last_id: int | None


def scope_of(plan: Plan, *, payer_id: int, today: date) -> Scope:
    """Return what to look at so that a plan's consequences show."""
    since = today - WINDOW
    touched = any(stretch.first <= today and stretch.last >= since for stretch in plan.stretches)
    if touched or plan.placed is None:
        return Scope(payer_id, since, tuple(period.facts for period in plan.after))
    return Scope(payer_id, since, (PolicyPeriod(plan.placed.settings.policy),), is_trial=True)


def count_courses(scope: Scope) -> int:
    """Return how many courses there are to look at: one statement."""
    return _courses(scope.payer_id, Q(treated_on__gte=scope.since)).count()


def count_older_courses(plan: Plan, scope: Scope) -> int:
    """Return how many courses without a session in the window have one on a day that the plan touches."""
    days = Q(pk=None)
    for stretch in plan.stretches:
        days |= Q(treated_on__gte=stretch.first, treated_on__lte=min(stretch.last, scope.since - timedelta(days=1)))
    looked_at = _courses(scope.payer_id, Q(treated_on__gte=scope.since)).values("course_id")
    return _courses(scope.payer_id, days).exclude(course_id__in=looked_at).count()


def look(scope: Scope, *, after_id: int = 0, most: int = BATCH) -> Step:
    """Look at the next courses: seventeen statements, whatever their number.

    Args:
        after_id: the last course that was looked at; 0 begins.
    """
    with reading_only():
        asked = _courses(scope.payer_id, Q(treated_on__gte=scope.since, course_id__gt=after_id))
        found = list(asked.order_by("course_id").values_list("course_id", flat=True)[: most + 1])
        ids = found[:most]
        payers = list(Payer.objects.values_list("pk", flat=True))
        policies = {**load_policies(payers), scope.payer_id: scope.periods}
        foreseen = foresee(course_ids=ids, after=World(course=lambda course: insured_by(course, policies)))
    return Step(foreseen, ids[-1] if len(found) > most else None)


def insured_by(course: LoadedCourse, policies: Mapping[int, Sequence[PolicyPeriod]]) -> LoadedCourse:
    """Return the course as the rules would see it with these policies."""
    insurance = insurance_of(course.insurance.spans, policies)
    return replace(course, facts=replace(course.facts, payer=insurance.payer), insurance=insurance)


def _courses(payer_id: int, sessions: Q) -> QuerySet[Session, CourseId]:
    """Return the courses with such a session on a day on which the payer is asked first."""
    return (
        Session.objects.filter(
            sessions,
            Q(course__patient__coverages__effective_to=None)
            | Q(course__patient__coverages__effective_to__gte=F("treated_on")),
            signed_at__isnull=False,
            cancelled_at=None,
            course__patient__coverages__payer=payer_id,
            course__patient__coverages__rank=CoverageRank.PRIMARY,
            course__patient__coverages__effective_from__lte=F("treated_on"),
        )
        .order_by()
        .values("course_id")
        .distinct()
    )
