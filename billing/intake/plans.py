"""The plans of a course file, entered, corrected and approved as the file has them.

An approved plan is not corrected by a file, and one that a person confirmed or approved is left as it stands.
"""

from typing import cast

from django.contrib.auth.models import User

from billing.intake.notes import Notes
from billing.rules.facts import PlanFacts
from courses.models import Course, Plan
from courses.planning import PlanFacts as PlanColumns
from courses.planning import confirm_plan, propose_plan, record_approval


def bring_plans(course: Course, wanted: tuple[PlanFacts, ...], by: User, notes: Notes) -> dict[str, Plan]:
    """Bring the plans of the course up to the file; return them by key."""
    standing = {plan.key: plan for plan in course.plans.all()}
    for facts in wanted:
        with notes.part(f"plan {facts.key}"):
            plan = standing.get(facts.key)
            if plan is None:
                standing[facts.key] = _entered(course, facts, by, notes)
            else:
                standing[facts.key] = _approved(_corrected(plan, facts, by, notes), facts, notes)
    _note_missing(standing, {facts.key for facts in wanted}, by, notes)
    return standing


def _entered(course: Course, facts: PlanFacts, by: User, notes: Notes) -> Plan:
    plan = propose_plan(course=course, key=facts.key, by=by, **_columns(facts))
    notes.changed(f"plan {facts.key} entered")
    return plan if facts.approved_on is None else record_approval(plan=plan, on=facts.approved_on)


def _corrected(plan: Plan, facts: PlanFacts, by: User, notes: Notes) -> Plan:
    columns = _columns(facts)
    differing = [name for name, value in columns.items() if getattr(plan, name) != value]
    if not differing:
        return plan
    if plan.confirmed_by_id != by.pk:
        notes.keep(f"plan {plan.key}: {', '.join(differing)} as a person entered it")
        return plan
    if plan.is_approved:
        notes.fault(
            f"plan {plan.key}",
            f"differs in {', '.join(differing)} from the approved plan that was imported. Have its approval "
            "withdrawn, then import the file again; or enter a revision.",
        )
        return plan
    notes.changed(f"plan {plan.key}: {', '.join(differing)}")
    return confirm_plan(plan=plan, by=by, **columns)


def _approved(plan: Plan, facts: PlanFacts, notes: Notes) -> Plan:
    """Take over the file's day of approval; a physician's own signature stands against it."""
    if plan.approved_on == facts.approved_on:
        return plan
    if plan.approved_by_id is not None or plan.amendment_reason:
        notes.keep(f"plan {plan.key}: approval as a physician left it")
        return plan
    if facts.approved_on is None:
        notes.fault(
            f"plan {plan.key}.approved_on", "is gone from the file. Have the approval withdrawn on the plan's page."
        )
        return plan
    notes.changed(f"plan {plan.key} approved on {facts.approved_on}")
    return record_approval(plan=plan, on=facts.approved_on)


def _note_missing(standing: dict[str, Plan], wanted: set[str], by: User, notes: Notes) -> None:
    """A plan that came of the file and is gone from it cannot vanish: what it delivered stays."""
    for plan in standing.values():
        if plan.key not in wanted and plan.confirmed_by_id == by.pk and plan.retired_on is None:
            notes.fault("plan", f"{plan.key} is gone from the file. Put it back, or retire it on its page first.")


def _columns(facts: PlanFacts) -> PlanColumns:
    """Return what the file says of a plan, by the columns of its table."""
    return cast(
        PlanColumns,
        {
            "site": str(facts.site),
            "technique": str(facts.technique),
            "laterality": str(facts.laterality or ""),
            "kind": str(facts.kind),
            "planning_method": str(facts.planning_method),
            "active_motion_management": str(facts.active_motion_management),
            "includes_nodes": facts.includes_nodes,
            "complex_delivery_documented": facts.complex_delivery_documented,
            "has_compensator": facts.compensator,
            "isocenters": facts.isocenters,
            "isocenter_group": facts.isocenter_group or "",
            "static_fields": facts.static_fields,
            "arcs": facts.arcs,
            "dvh_documented": facts.dvh_documented,
            "imrt_planned": facts.imrt_planned,
            "new_planning_ct": facts.new_planning_ct,
            "necessity_documented": facts.necessity_documented,
            "respiratory_motion_simulation": facts.respiratory_motion_simulation,
            "fractions": facts.fractions,
            "sessions_per_day": facts.sessions_per_day,
        },
    )
