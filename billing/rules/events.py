"""What the events of a course earn: simulations, devices, calculations, notes, consults (P6, M7, M8).

An event earns the code that tables/events.toml gives it, unless it is part of a plan (tables/bundles.toml), lacks its
record, or falls on the day of a plan that it may not stand beside. Which of two lines of one day, or of one course,
may stand is not seen here: pairs.py. Visits, physics checks, port images and respiratory simulation have rooms of
their own.
"""

from collections.abc import Sequence

from billing.rules.case import Case, Note, Said, Shape
from billing.rules.components import Earned, component_lines, inpatient_technical, no_code_in_force
from billing.rules.course_services import together
from billing.rules.event_rows import EventRow
from billing.rules.facts import EventFacts
from billing.rules.lines import Because, FactValue, Family, Origin, Severity
from billing.rules.planning import PlanCharge, earned_plans
from patients.terms import SecondSessionModifier

DISTINCT = SecondSessionModifier.DISTINCT.value


def event_lines(case: Case) -> Said:
    """Return the lines that events earn by themselves, and a finding for each that stands in place of one."""
    said: list[Said] = []
    for event in sorted(case.facts.events, key=lambda event: (event.on, event.ordinal, event.key)):
        row = case.codebook.event(event.code_family, event.on)
        if row is not None:
            said.append(_said_of(event, row, case))
    return together(said)


def _said_of(event: EventFacts, row: EventRow, case: Case) -> Said:
    """Return the line of an event. One that this practice does not bill has neither line nor finding."""
    shape = case.shape(row.code, event.on, inpatient=case.is_inpatient_on(event.on))
    if shape is not None and not shape.forms and not shape.forgoes_technical:
        return Said()
    inside = _plans_around(row.code, event, case)
    instead = _instead(event, row, inside, case)
    if instead is None and shape is None:
        instead = no_code_in_force(f"the event {_in_words(event)} ({row.code})", event.on)
    if instead is not None or shape is None:
        return Said(findings=(instead.about(Origin.EVENT, event.key, event.on),) if instead else ())
    lost = (inpatient_technical(event.on),) if shape.forgoes_technical else ()
    return Said(
        component_lines(_earned(event, row, shape, inside), shape),
        tuple(note.about(Origin.EVENT, event.key, event.on) for note in lost),
    )


def _in_words(event: EventFacts) -> str:
    return event.code_family.value.replace("_", " ")


# --- in place of a line -------------------------------------------------------------------------------------------


def _instead(event: EventFacts, row: EventRow, inside: Sequence[PlanCharge], case: Case) -> Note | None:
    """Return what leaves an event without a line: part of a plan, no record, the day of a plan; in this order (M7)."""
    if bundling := _bundling(event, inside):
        return _bundled(event, row, bundling)
    if row.needs_record and not event.documented:
        return _undocumented(event, row)
    if row.never_beside and any(charge.on == event.on for charge in earned_plans(case, row.never_beside)):
        return _never_beside(event, row)
    return None


def _plans_around(code: str, event: EventFacts, case: Case) -> list[PlanCharge]:
    """Return the charged plans of the course that an event with this code may be a part of; none for most codes."""
    bundle = case.codebook.bundle(code, event.on)
    return earned_plans(case, bundle.plan_code) if bundle is not None else []


def _bundling(event: EventFacts, inside: Sequence[PlanCharge]) -> PlanCharge | None:
    """Return the plan that an event is part of: the first of its site, or of the course where it names no site (P6)."""
    return next((charge for charge in inside if event.site in (None, charge.plan.site)), None)


def _bundled(event: EventFacts, row: EventRow, charge: PlanCharge) -> Note:
    where = f"the site {event.site.replace('_', ' ')}" if event.site is not None else "no site of its own"
    return Note(
        Severity.INFO,
        "bundled-into-plan",
        f"{_in_words(event).capitalize()} ({row.code}) of {event.on}, {where}, is part of the plan of {charge.on} "
        f"({charge.row.code}): no line of its own.",
    )


def _undocumented(event: EventFacts, row: EventRow) -> Note:
    return Note(
        Severity.HOLD,
        "documentation-missing",
        f"{_in_words(event).capitalize()} ({row.code}) of {event.on} is not documented: no line. Document the reason, "
        "with order and report where they are due, and mark the event.",
    )


def _never_beside(event: EventFacts, row: EventRow) -> Note:
    return Note(
        Severity.HOLD,
        "pair-never-together",
        f"{_in_words(event).capitalize()} ({row.code}) on {event.on}, the day of the plan line {row.never_beside}: "
        "never charged beside it, so no line. Correct the date if the service was on another day.",
    )


# --- the line -----------------------------------------------------------------------------------------------------


def _earned(event: EventFacts, row: EventRow, shape: Shape, inside: Sequence[PlanCharge]) -> Earned:
    """Return what an event earns; a simulation of another site, on another day than the plan's, with 59 (P6)."""
    is_of_another_site = (
        shape.procedure.family is Family.SIMULATION and bool(inside) and all(charge.on != event.on for charge in inside)
    )
    facts: tuple[tuple[str, FactValue], ...] = (
        ("event", event.code_family.value),
        ("site", event.site.value if event.site is not None else None),
        ("documented", event.documented),
    )
    if inside:
        facts += (("sites with the plan", ", ".join(sorted({charge.plan.site.value for charge in inside}))),)
    return Earned(
        code=row.code,
        on=event.on,
        family=shape.procedure.family,
        earned_by=Origin.EVENT,
        subject=event.key,
        because=Because(row.rule, row.table, row.row, row.source, facts),
        units=1 if row.once_per_course else event.units,
        modifiers=(DISTINCT,) if is_of_another_site else (),
        ordinal=event.ordinal,
    )
