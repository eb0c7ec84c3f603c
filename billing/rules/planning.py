"""Which plan line an approved plan earns (P1, P2, P8, P9, E4).

Whether a plan may earn a line at all is a matter of its technique and stands in tables/planning.toml; which plans of
a course do is counted here. Devices, calculations and simulations beside the plan are other rules' matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from billing.rules.case import Case, Note, Said
from billing.rules.components import Earned, component_lines, inpatient_technical, no_code_in_force
from billing.rules.facts import PlanFacts
from billing.rules.lines import Because, ChargeLine, Family, Finding, Origin, Severity
from billing.rules.rows import PlanningRow
from courses.terms import PlanKind, PlanningMethod, Site
from patients.terms import PlanChargePer

IMRT_PLAN = "77301"


@dataclass(frozen=True, slots=True)
class PlanCharge:
    """An approved plan and what it earns: a row with a code, or the notes that stand in place of a line.

    ``because_of`` says in words why this plan of the course is one that earns, or is none.
    """

    plan: PlanFacts
    on: date
    row: PlanningRow
    is_earned: bool
    because_of: str
    notes: tuple[Note, ...] = ()


def plan_lines(case: Case) -> Said:
    """Return the plan line of every approved plan that earns one, dated the day of approval (P1)."""
    lines: list[ChargeLine] = []
    findings: list[Finding] = []
    for charge in plan_charges(case):
        said = _said_of(charge, case)
        lines += said.lines
        findings += said.findings
    return Said(tuple(lines), tuple(findings))


def plan_charges(case: Case) -> list[PlanCharge]:
    """Return what each approved plan of a course comes to, by date of approval, then file.

    1. The first initial plan of each site earns its line; another initial plan of that site earns none,
       whatever its side (P2).
    2. A replan, or a revision on a new planning CT, earns one more, held unless its necessity is documented (P2).
    3. A boost on a new planning CT earns one; on the same CT only where the payer charges by plan (P2).
    4. A technique without a plan code earns none and takes no other plan's place (P8, E5).
    """
    approved = [(plan.approved_on, plan) for plan in case.plans_in_order if plan.approved_on is not None]
    charges: list[PlanCharge] = []
    sites: set[Site] = set()
    for day, plan in sorted(approved, key=lambda pair: pair[0]):
        row = case.codebook.planning(plan.technique, plan.imrt_planned, day)
        if row is None:
            continue
        charges.append(_charge(plan, day, row, sites, case))
    return charges


def earned_plans(case: Case, code: str | None = None) -> list[PlanCharge]:
    """Return the approved plans that earn a line whose code was in force, by date, then file; of one code or of any."""
    return [
        charge
        for charge in plan_charges(case)
        if charge.is_earned and code in (None, charge.row.code) and case.shape(charge.row.code, charge.on) is not None
    ]


def _charge(plan: PlanFacts, day: date, row: PlanningRow, sites: set[Site], case: Case) -> PlanCharge:
    if not row.code:
        return PlanCharge(plan, day, row, False, "technique", (_no_plan_code(row.finding, plan),))
    if plan.kind is PlanKind.INITIAL:
        if plan.site in sites:
            return PlanCharge(plan, day, row, False, "second initial plan of the site", (_second_initial(plan),))
        sites.add(plan.site)
        return PlanCharge(plan, day, row, True, "first initial plan of the site")
    return _later_plan(plan, day, row, case)


def _later_plan(plan: PlanFacts, day: date, row: PlanningRow, case: Case) -> PlanCharge:
    """Return what a boost, replan or revision comes to."""
    if plan.kind is PlanKind.BOOST and not plan.new_planning_ct:
        per_plan = case.policy_on(day).plan_charge_per is PlanChargePer.PLAN
        return PlanCharge(plan, day, row, per_plan, "payer charges by plan" if per_plan else "boost on the same CT")
    if not plan.new_planning_ct:
        return PlanCharge(plan, day, row, False, f"{plan.kind} on the same CT")
    notes = () if plan.kind is PlanKind.BOOST or plan.necessity_documented else (_necessity_missing(plan),)
    return PlanCharge(plan, day, row, True, f"{plan.kind} on a new planning CT", notes)


def _said_of(charge: PlanCharge, case: Case) -> Said:
    """Return the lines of one plan, the findings that name them, and those that stand in place of a line."""
    plan, day = charge.plan, charge.on
    made: tuple[ChargeLine, ...] = ()
    naming: tuple[Note, ...] = ()
    instead: tuple[Note, ...] = ()
    shape = case.shape(charge.row.code, day, inpatient=case.is_inpatient_on(day))
    if not charge.is_earned:
        instead = charge.notes or (_no_new_ct(charge),)
    elif shape is None:
        instead = (no_code_in_force(f"the plan ({charge.row.code})", day),)
    else:
        made = component_lines(_earned(charge), shape)
        naming = (*charge.notes, *_documentation_notes(plan, charge.row.code, day, case)) if made else ()
        instead = (inpatient_technical(day),) if shape.forgoes_technical else ()
    findings = [note.about(Origin.PLAN, plan.key, day, made) for note in naming]
    findings += [note.about(Origin.PLAN, plan.key, day) for note in instead]
    return Said(made, tuple(findings))


def _earned(charge: PlanCharge) -> Earned:
    plan, row = charge.plan, charge.row
    rule = "P2" if plan.kind is not PlanKind.INITIAL else row.rule
    facts = (
        ("site", plan.site.value),
        ("technique", plan.technique.value),
        ("kind", plan.kind.value),
        ("earned as", charge.because_of),
    )
    return Earned(
        code=row.code,
        on=charge.on,
        family=Family.PLAN,
        earned_by=Origin.PLAN,
        subject=plan.key,
        because=Because(rule, row.table, row.row, row.source, facts),
        ordinal=plan.ordinal,
    )


# --- what a person should know of a plan --------------------------------------------------------------------------


def _documentation_notes(plan: PlanFacts, code: str, day: date, case: Case) -> Iterator[Note]:
    """Yield what an IMRT plan line lacks: histograms, inverse planning (P9)."""
    if code != IMRT_PLAN:
        return
    if not plan.dvh_documented:
        yield Note(
            Severity.HOLD,
            "dvh-missing",
            "An IMRT plan stands on dose-volume histograms for target and critical structures: document them.",
        )
    if plan.planning_method is PlanningMethod.FORWARD:
        required = case.policy_on(day).inverse_planning_required
        yield Note(
            Severity.HOLD if required else Severity.WARNING,
            "forward-planned",
            "Planned forward; "
            + ("this payer asks for inverse planning." if required else "some payers take it as 3D."),
        )


def _necessity_missing(plan: PlanFacts) -> Note:
    return Note(
        Severity.HOLD,
        "necessity-missing",
        f"The {plan.kind} is planned on a new CT and nothing says why it was needed. Document the necessity.",
    )


def _second_initial(plan: PlanFacts) -> Note:
    return Note(
        Severity.INFO,
        "plan-charge-by-hand",
        f"A second initial plan for the site {plan.site} of this course: no plan line. Key one if it is due.",
    )


def _no_plan_code(finding: str, plan: PlanFacts) -> Note:
    technique = plan.technique_words
    if finding == "no-rule-for-technique":
        return Note(Severity.HOLD, finding, f"No rule names a plan code for {technique}. Correct the technique.")
    return Note(Severity.INFO, finding, f"No rule makes a plan line for {technique} planned this way. Key one if due.")


def _no_new_ct(charge: PlanCharge) -> Note:
    return Note(
        Severity.INFO,
        "no-new-planning-ct",
        f"No plan line: {charge.because_of}. A new planning CT would earn one.",
    )
