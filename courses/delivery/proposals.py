"""What comes next: which plans are due, which fraction of each, and all that a form can know beforehand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from courses.models import Course, Fraction, Plan, Session
from courses.terms import Guidance, MotionManagement, PlanKind, SessionStatus, Technique

REPLACING = frozenset({PlanKind.REPLAN, PlanKind.REVISION})
FRACTIONS = Prefetch("fractions", Fraction.objects.select_related("plan"))
ELECTRONS = frozenset({Technique.ELECTRON, Technique.TOTAL_SKIN_ELECTRON})
Standing = Mapping[int, Sequence[int | None]]
"""By plan id, the numbers of its standing fractions; None where the source gave none."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """All that an entry form is filled in with."""

    numbers: Mapping[Plan, int]
    guidance: str
    resumes: Session | None
    previous: Session | None
    """The last session of that day in which beam was delivered."""


def standing_numbers(course: Course, *, leaving_out: Session | None = None) -> Standing:
    """Return the standing fractions of a course by plan (one query)."""
    rows = Fraction.objects.filter(course=course, is_standing=True).order_by()
    if leaving_out is not None:
        rows = rows.exclude(session=leaving_out)
    standing: dict[int, list[int | None]] = {}
    for plan_id, number in rows.values_list("plan_id", "number"):
        standing.setdefault(plan_id, []).append(number)
    return standing


def next_number(taken: Iterable[int | None]) -> int:
    """Return the first fraction that nothing stands for; unnumbered ones count from the front.

    >>> next_number([1, 2, 3]), next_number([1, 3]), next_number([None, None]), next_number([])
    (4, 2, 3, 1)
    """
    found = list(taken)
    numbers = {number for number in found if number is not None}
    unnumbered = len(found) - sum(number is not None for number in found)
    candidate = 0
    while True:
        candidate += 1
        if candidate not in numbers:
            if unnumbered == 0:
                return candidate
            unnumbered -= 1


def due_plans(plans: Iterable[Plan], standing: Standing, day: date) -> list[Plan]:
    """Return the plans that the next session of this course delivers: for each site the first that is not complete.

    A replan or revision takes the place of the plan that it follows, or of every earlier one of its site where it says
    none; a boost waits its turn. Plans that nobody approved come in only where the course has no living approved one.
    """
    every = list(plans)
    approved = [plan for plan in every if plan.is_approved]
    chosen = approved if any(_is_living(plan, day) for plan in approved) else every
    by_site: dict[tuple[str, str], list[list[Plan]]] = {}
    for plan in sorted(chosen, key=lambda plan: (plan.approved_on or date.max, plan.pk)):
        phases = by_site.setdefault((plan.site, plan.laterality), [])
        if plan.kind in REPLACING:
            followed = _phase_of(plan, by_site.values())
            if followed is not None:
                followed.append(plan)
                continue
            phases.clear()
        phases.append([plan])
    return [due for phases in by_site.values() if (due := _first_incomplete(phases, standing, day))]


def _is_living(plan: Plan, day: date) -> bool:
    return plan.retired_on is None or plan.retired_on >= day


def _phase_of(plan: Plan, sites: Iterable[list[list[Plan]]]) -> list[Plan] | None:
    """Return the plans of which this one replaces one, as it says itself; None where it says none that is here."""
    every = (phase for phases in sites for phase in phases)
    return next((phase for phase in every if any(one.pk == plan.follows_id for one in phase)), None)


def _first_incomplete(phases: Iterable[Sequence[Plan]], standing: Standing, day: date) -> Plan | None:
    """Return the plan in force of the first phase that is not complete; a phase all of whose plans rest is over."""
    in_force = (next((plan for plan in reversed(phase) if _is_living(plan, day)), None) for phase in phases)
    for plan in in_force:
        if plan is not None and (plan.fractions is None or next_number(standing.get(plan.pk, ())) <= plan.fractions):
            return plan if plan.starts_on is None or plan.starts_on <= day else None
    return None


def propose_session(*, course: Course, day: date, plans: Sequence[Plan] | None = None) -> Proposal:
    """Return what the next session of the course on that day would be (three queries).

    After a partial session of the same day the proposal resumes it: the same plans and numbers.
    """
    every = list(course.plans.all())
    standing = standing_numbers(course)
    today = sessions_of_day(course, day)
    partial = next((one for one in reversed(today) if is_open_partial(one, today)), None)
    if partial is not None:
        numbers = {fraction.plan: fraction.number or 1 for fraction in partial.fractions.all()}
    else:
        chosen = due_plans(every, standing, day) if plans is None else plans
        numbers = {plan: next_number(standing.get(plan.pk, ())) for plan in chosen}
    guidance = next((plan.default_guidance for plan in numbers if plan.default_guidance), Guidance.NONE.value)
    beamed = [one for one in today if one.status != SessionStatus.ABORTED]
    return Proposal(numbers, guidance, partial, beamed[-1] if beamed else None)


def motion_of_last(plans: Sequence[Plan]) -> dict[str, str]:
    """Return system, threshold and beam-hold rule as last recorded for these plans (one query, none without motion)."""
    if all(plan.active_motion_management == MotionManagement.NONE for plan in plans):
        return {}
    rows = Session.objects.filter(fractions__plan__in=plans, cancelled_at__isnull=True).exclude(motion_system="")
    names = ("motion_system", "motion_threshold", "motion_beam_hold")
    return dict(rows.order_by("-starts_at", "-pk").values(*names).first() or {})


def isocenters_of(plans: Iterable[Plan]) -> int | None:
    """Return how many isocenters of photons these plans have together; None if nobody counted those of one.

    Plans of one group share theirs, others add up; electrons have none.
    """
    groups: dict[str, list[Plan]] = {}
    for plan in plans:
        if plan.technique not in ELECTRONS:
            groups.setdefault(
                f"group {plan.isocenter_group}" if plan.isocenter_group else f"plan {plan.pk}", []
            ).append(plan)
    counts = [max((one.isocenters for one in group if one.isocenters), default=None) for group in groups.values()]
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def sessions_of_day(course: Course, day: date) -> list[Session]:
    """Return the sessions that stand on that day in order of time, with fractions and plans (two queries)."""
    rows = Session.objects.filter(course=course, treated_on=day, cancelled_at__isnull=True)
    return list(rows.select_related("logged_by").prefetch_related(FRACTIONS).order_by("starts_at", "pk"))


def is_open_partial(session: Session, others: Iterable[Session]) -> bool:
    """Whether the session was partial and none of the others completed it."""
    completed = any(one.resumes_id == session.pk and one.status != SessionStatus.ABORTED for one in others)
    return session.status == SessionStatus.PARTIAL and not completed
