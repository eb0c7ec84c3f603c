"""What a plan that follows another begins with: a boost, a replan or a revision, filled in from the plan before it."""

from typing import cast

from courses.models import Plan
from courses.planning.plan import PlanFacts
from courses.terms import PlanKind

FOLLOWING = frozenset({PlanKind.BOOST, PlanKind.REPLAN, PlanKind.REVISION})
_KEPT = (
    "site", "laterality", "technique", "planning_method", "active_motion_management", "includes_nodes",
    "complex_delivery_documented", "has_compensator", "isocenters", "isocenter_group", "static_fields", "arcs",
    "imrt_planned", "respiratory_motion_simulation", "sessions_per_day", "weekdays", "usual_time", "machine",
    "default_guidance",
)  # fmt: skip


def facts_to_follow(*, plan: Plan, kind: PlanKind) -> PlanFacts:
    """Return what a plan that follows ``plan`` is filled in with (one query).

    A replan or revision treats what is left of the one before it; how long a boost is, nobody knows beforehand. A
    replan has its own planning CT, a revision and a boost have not, until somebody says so.
    """
    facts = {name: getattr(plan, name) for name in _KEPT}
    facts |= {"kind": kind.value, "follows": plan, "new_planning_ct": kind is PlanKind.REPLAN}
    if kind is not PlanKind.BOOST:
        facts["fractions"] = left_of(plan)
    return cast(PlanFacts, facts)


def left_of(plan: Plan) -> int | None:
    """Return how many fractions of a plan are still to be given (one query); None where nothing is left or known."""
    if plan.fractions is None:
        return None
    return max(plan.fractions - plan.delivered_fractions.filter(is_standing=True).count(), 0) or None
