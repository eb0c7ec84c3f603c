"""What goes with an approved plan: its device, its dose calculations, respiratory simulation (P3, P4, P5).

Which code stands for which of them is tables/companions.toml; here is counted which plans earn one, and how many
units. A companion whose code was not in force on the plan's day has neither line nor finding (E1).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from billing.rules.case import Case, Note, Said
from billing.rules.components import Earned, component_lines, inpatient_technical
from billing.rules.course_services import together
from billing.rules.event_rows import Companion, CompanionRow, CountedBy
from billing.rules.lines import Because, FactValue, Finding, Origin, Severity
from billing.rules.planning import PlanCharge, earned_plans, plan_charges
from courses.terms import EventFamily, PlanKind, Site

Facts = tuple[tuple[str, FactValue], ...]

ALWAYS_WITH_A_DEVICE = frozenset({PlanKind.BOOST, PlanKind.REPLAN})
"""A plan of these kinds has its device even where it earns no plan line (P3)."""


def companion_lines(case: Case) -> Said:
    """Return the lines that go with the approved plans of a course, and what they lack."""
    charges = plan_charges(case)
    of_plans = [_said_of(charge, case) for charge in charges if charge.row.code]
    return together([*of_plans, _respiratory_simulation(case)])


def _said_of(charge: PlanCharge, case: Case) -> Said:
    parts = [said for said in (_device(charge, case), _calculation(charge, case)) if said is not None]
    lines = tuple(line for part in parts for line in part.lines)
    # A plan with a line of its own has said already that its technical part falls away.
    findings = dict.fromkeys(finding for part in parts for finding in part.findings)
    return Said(lines, tuple(finding for finding in findings if not (charge.is_earned and _is_of_inpatients(finding))))


def _is_of_inpatients(finding: Finding) -> bool:
    return finding.code == "inpatient-technical"


# --- P3: the device -----------------------------------------------------------------------------------------------


def _device(charge: PlanCharge, case: Case) -> Said | None:
    """Return the device of an IMRT plan line, or of an approved boost or replan planned as IMRT (P3)."""
    row = _row(Companion.DEVICE, charge, case)
    if row is None or not (charge.is_earned or charge.plan.kind in ALWAYS_WITH_A_DEVICE):
        return None
    plan = charge.plan
    units = plan.static_fields if row.counted_by is CountedBy.STATIC_FIELD else 1
    facts = (*_plan_facts(charge), ("compensator", plan.compensator), ("static fields", plan.static_fields))
    return _made(charge, row, units, facts, case)


# --- P4: dose calculations ----------------------------------------------------------------------------------------


def _calculation(charge: PlanCharge, case: Case) -> Said | None:
    """Return the calculations of a plan: one unit for each static field or arc, none for a split carriage (P4)."""
    row, plan = _row(Companion.CALCULATION, charge, case), charge.plan
    if row is None or (plan.kind is PlanKind.REVISION and not charge.is_earned):
        return None
    facts = (*_plan_facts(charge), ("static fields", plan.static_fields), ("arcs", plan.arcs))
    return _made(charge, row, (plan.static_fields or 0) + (plan.arcs or 0), facts, case)


# --- lines --------------------------------------------------------------------------------------------------------


def _row(companion: Companion, charge: PlanCharge, case: Case) -> CompanionRow | None:
    return case.codebook.companion(companion, charge.row.code, charge.plan.compensator, charge.on)


def _plan_facts(charge: PlanCharge) -> Facts:
    return ("plan code", charge.row.code), ("kind", charge.plan.kind.value), ("earned as", charge.because_of)


def _made(charge: PlanCharge, row: CompanionRow, units: int | None, facts: Facts, case: Case) -> Said:
    """Return the line of a companion, dated and keyed with its plan."""
    shape = case.shape(row.code, charge.on, inpatient=case.is_inpatient_on(charge.on))
    if shape is None:
        return Said()
    plan = charge.plan
    if not units:
        missing = (_not_counted(row).about(Origin.PLAN, plan.key, charge.on),) if shape.forms else ()
        return Said(findings=missing)
    earned = Earned(
        code=row.code,
        on=charge.on,
        family=shape.procedure.family,
        earned_by=Origin.PLAN,
        subject=plan.key,
        because=Because(row.rule, row.table, row.row, row.source, facts),
        units=units,
        ordinal=plan.ordinal,
    )
    lost = (inpatient_technical(charge.on).about(Origin.PLAN, plan.key, charge.on),) if shape.forgoes_technical else ()
    return Said(component_lines(earned, shape), lost)


def _not_counted(row: CompanionRow) -> Note:
    counted = "static fields" if row.counted_by is CountedBy.STATIC_FIELD else "static fields or arcs"
    return Note(
        Severity.WARNING,
        "fields-not-counted",
        f"The plan names no {counted}, so nothing says how many units of {row.code} it earns: no line. Enter them.",
    )


# --- P5: respiratory simulation -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Respiratory motion simulation, as a plan or an event records it. Without a site it is for the first plan."""

    origin: Origin
    key: str
    on: date | None
    site: Site | None


def _respiratory_simulation(case: Case) -> Said:
    """Return the one line of a course, beside the first plan line of the site that recorded it, or its hold (P5)."""
    records = list(_records(case))
    if not records:
        return Said()
    beside = _first_beside(records, case)
    if beside is None:
        return _without_primary(records[0], case)
    charge, row, record = beside
    recorded_by = f"{record.origin.replace('_', ' ')} {record.key}"
    facts = (("plan code", charge.row.code), ("site", charge.plan.site.value), ("recorded by", recorded_by))
    made = _made(charge, row, 1, facts, case)
    return Said(made.lines)


def _records(case: Case) -> Iterator[_Recorded]:
    """Yield what records the simulation: plans first, then events, in the order of the file."""
    for plan in case.plans_in_order:
        if plan.respiratory_motion_simulation:
            yield _Recorded(Origin.PLAN, plan.key, plan.approved_on, plan.site)
    for event in sorted(case.facts.events, key=lambda event: (event.on, event.ordinal, event.key)):
        if event.code_family is EventFamily.RESPIRATORY_SIMULATION:
            yield _Recorded(Origin.EVENT, event.key, event.on, event.site)


def _first_beside(records: Sequence[_Recorded], case: Case) -> tuple[PlanCharge, CompanionRow, _Recorded] | None:
    """Return the first plan line that a record can be added to."""
    for charge in earned_plans(case):
        row = _row(Companion.RESPIRATORY_SIMULATION, charge, case)
        for record in records:
            if row is not None and record.site in (None, charge.plan.site):
                return charge, row, record
    return None


def _without_primary(record: _Recorded, case: Case) -> Said:
    code = _respiratory_code(record.on, case)
    if code is None:
        return Said()
    note = Note(
        Severity.HOLD,
        "addon-without-primary",
        f"Respiratory motion simulation ({code}) is added to an IMRT or 3D plan of its site, and none is charged: "
        "no line. Have the plan approved, or the record corrected.",
    )
    return Said(findings=(note.about(record.origin, record.key, record.on),))


def _respiratory_code(day: date | None, case: Case) -> str | None:
    """Return the code that would have stood on a day; of a plan that waits for approval, the code of today's tables."""
    rows = [row for row in case.codebook.companions if row.companion is Companion.RESPIRATORY_SIMULATION]
    for row in rows:
        if day is None or (row.covers(day) and case.codebook.procedure(row.code, day)):
            return row.code
    return None
