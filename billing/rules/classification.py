"""Which row of delivery.toml a session earns, whatever its place in the day (E1-E3, E5, L2, L7-L10).

Each plan of a session answers the question that its rows ask on that day; the highest row earns the one line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from billing.rules.case import Case, Classified, Note
from billing.rules.components import no_code_in_force
from billing.rules.facts import PlanFacts
from billing.rules.levels import SessionLevel, session_level, site_level
from billing.rules.lines import Because, FactValue, Severity
from billing.rules.rows import DeliveryRow
from billing.rules.sessions import DeliveredSession
from courses.terms import Technique
from patients.terms import DeliveryCodeSet

FactPairs = tuple[tuple[str, FactValue], ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What one plan answers to its rows. ``row`` ``None``: none of them; ``finding`` says why no code is earned."""

    plan: PlanFacts
    row: DeliveryRow | None
    rule: str
    facts: FactPairs = ()
    nodes_unsettled: bool = False
    finding: str = ""


def classify(session: DeliveredSession, case: Case) -> Classified:
    """Return the highest row among the plans of a session.

    1. An unknown technique leaves no line, whatever else was treated (E5, L10).
    2. A plan whose technique has no code takes nothing from the others (L10).
    3. A level that turns on uncounted isocenters leaves no line (L8); a stereotactic plan stands above
       every level, so it earns its code all the same (L9).
    4. Where no plan has a code there is no line, and each reason is told once (E1, E2).

    Most sessions of a course are alike, so a row found for one is remembered in the case for the next.
    """
    code_set = case.code_set_on(session.on)
    likeness = (session.likeness, case.codebook.era(session.on), case.policy_on(session.on), code_set)
    classified = case.classified.get(likeness)
    if classified is None:
        classified = _classify(session, code_set, case)
        if classified.row is not None:
            case.classified[likeness] = classified
    return classified


def _classify(session: DeliveredSession, code_set: DeliveryCodeSet, case: Case) -> Classified:
    asked = [(plan, case.codebook.delivery(plan.technique, code_set, session.on)) for plan in session.plans]
    by_level = any(row.question == "level" for _, rows in asked for row in rows)
    level = session_level(session, case) if by_level else None
    answers = [_answer(plan, rows, session, level, case) for plan, rows in asked]
    unnamed = [answer for answer in answers if answer.plan.technique is Technique.UNKNOWN]
    earning = [
        (answer, answer.row)
        for answer in answers
        if answer.row is not None and not answer.finding and case.codebook.procedure(answer.row.code, session.on)
    ]
    if unnamed or not earning:
        return Classified(None, notes=tuple(_reasons(unnamed or answers, session.on)))
    # Of equal ranks the first in the file: max keeps the first that it meets.
    best, row = max(earning, key=lambda pair: pair[1].rank)
    because = Because(best.rule, row.table, row.row, row.source, (*_plan_facts(best.plan), *best.facts))
    return Classified(row, because, tuple(_doubts(row, answers, level)))


def _plan_facts(plan: PlanFacts) -> FactPairs:
    return ("plan", plan.key), ("site", plan.site.value), ("technique", plan.technique.value)


def _answer(
    plan: PlanFacts,
    rows: Sequence[DeliveryRow],
    session: DeliveredSession,
    level: SessionLevel | None,
    case: Case,
) -> _Answer:
    question = rows[0].question if rows else ""
    if question == "site":
        site = site_level(plan, session, case)
        return _matched(plan, rows, site.level, site.facts, site.rule, nodes_unsettled=site.nodes_unsettled)
    if question == "level" and level is not None:
        if level.level is None:
            return _Answer(plan, None, "L8", finding="level-unknown")
        return _matched(plan, rows, str(level.level), level.facts)
    if question == "compensator":
        return _matched(plan, rows, "yes" if plan.compensator else "no", (("compensator", plan.compensator),))
    return _matched(plan, rows, "")


def _matched(
    plan: PlanFacts,
    rows: Sequence[DeliveryRow],
    answer: str,
    facts: FactPairs = (),
    rule: str = "",
    *,
    nodes_unsettled: bool = False,
) -> _Answer:
    row = next((row for row in rows if row.answer == answer), None)
    if row is None:
        return _Answer(plan, None, "E1", facts, finding="no-code-in-force")
    return _Answer(plan, row, rule or row.rule, facts, nodes_unsettled, row.finding)


# --- what is told of it -------------------------------------------------------------------------------------------


def _reasons(answers: Sequence[_Answer], day: date) -> Iterator[Note]:
    """Yield each reason for no line once, with the techniques that it concerns."""
    for finding in dict.fromkeys(answer.finding for answer in answers):
        techniques = dict.fromkeys(answer.plan.technique_words for answer in answers if answer.finding == finding)
        yield _reason(finding, ", ".join(techniques), day)


def _reason(finding: str, techniques: str, day: date) -> Note:
    if finding == "level-unknown":
        return Note(
            Severity.HOLD,
            finding,
            f"The level of {day} turns on the isocenters, and their number is not recorded. Record it with the plan.",
        )
    if finding == "no-rule-for-technique":
        return Note(
            Severity.HOLD,
            finding,
            f"No rule names a delivery code for {techniques} on {day}. Correct the technique, or key the line.",
        )
    return no_code_in_force(f"delivery by {techniques}", day)


def _doubts(row: DeliveryRow, answers: Sequence[_Answer], level: SessionLevel | None) -> Iterator[Note]:
    """Yield what is unsettled about the row that was earned: nodes at a simple site (L2), the motion record (L7)."""
    if row.question == "site" and row.answer == "simple":
        sites = dict.fromkeys(answer.plan.site.value for answer in answers if answer.nodes_unsettled)
        if sites:
            yield Note(
                Severity.HOLD,
                "nodes-unsettled",
                f"{', '.join(sites)} with nodes: no policy of the payer says whether this is simple or complex. "
                "Set nodes_level in the payer's policy.",
            )
    if row.question == "level" and level is not None and "motion" in level.grounds and not level.motion_record_complete:
        only = level.grounds == ("motion",)
        yield Note(
            Severity.HOLD if only else Severity.INFO,
            "motion-record-incomplete",
            "The record of motion management is not complete"
            + (
                ", and nothing else makes this level 3. Complete the record."
                if only
                else "; the level stands without it."
            ),
        )
