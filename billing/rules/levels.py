"""How demanding a delivery was: simple or complex by site until 2025 (L1-L3), level 1 to 3 from 2026 (L4-L8).

Answers the questions that delivery.toml asks; which code the answer earns stands there. Beams, arcs, segments
and minutes never matter, and guidance of any sort lifts nothing (L5).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.rules.case import Case
from billing.rules.facts import PlanFacts
from billing.rules.lines import FactValue
from billing.rules.rows import LevelRow
from billing.rules.sessions import DeliveredSession
from courses.terms import Laterality
from patients.terms import NodesLevel

LEVEL_3 = 3


@dataclass(frozen=True, slots=True)
class SiteLevel:
    """Simple or complex, the rule that said so, and whether nodes leave it unsettled."""

    level: str
    rule: str
    facts: tuple[tuple[str, FactValue], ...]
    nodes_unsettled: bool = False


@dataclass(frozen=True, slots=True)
class SessionLevel:
    """Level of a session from 2026; ``None`` where it turns on a count of isocenters that nobody recorded."""

    level: int | None
    grounds: tuple[str, ...]
    motion_record_complete: bool

    @property
    def facts(self) -> tuple[tuple[str, FactValue], ...]:
        """The facts that decided."""
        return (("level", self.level), ("grounds", ", ".join(self.grounds) or "technique"))


def site_level(plan: PlanFacts, session: DeliveredSession, case: Case) -> SiteLevel:
    """Return the level of one plan, 2015 to 2025, code set cpt.

    1. A physical compensator is simple at any site, whatever the nodes (L1).
    2. The left breast is complex where the payer takes it and the plan documents it (L3).
    3. A simple site with nodes is what the payer's policy says; unset, simple and unsettled (L2).
    4. Every other plan has the level of its treated site (L1).
    """
    policy = case.policy_on(session.on)
    if plan.compensator:
        return SiteLevel("simple", "L1", (("compensator", True),))
    row = case.codebook.site(plan.site, session.on)
    if row is None:
        return SiteLevel("", "L1", ())
    facts = (("site_row", row.place),)
    documented = policy.left_breast_complex and plan.complex_delivery_documented
    if row.left_documented and documented and plan.laterality is Laterality.LEFT:
        return SiteLevel(row.left_documented, "L3", (*facts, ("laterality", "left"), ("documented", True)))
    if row.nodes_settle and plan.includes_nodes:
        nodes = policy.nodes_level
        level = (nodes or NodesLevel.SIMPLE).value
        return SiteLevel(level, "L2", (*facts, ("nodes", True), ("nodes_level", nodes)), nodes_unsettled=nodes is None)
    return SiteLevel(row.level, "L1", facts)


def session_level(session: DeliveredSession, case: Case) -> SessionLevel:
    """Return the level of a session from 2026.

    1. Level 3 on any of these grounds: more than one photon isocenter, motion managed during the beam,
       photons mixed with electrons, total skin electrons (L4).
    2. How many isocenters were treated is a fact of the session where it says so, else of its plans.
    3. On no ground, and with a photon plan whose isocenters nobody counted: unknown (L8).
    4. Otherwise the highest level that a technique of the session has by itself (L4).
    """
    found = [(plan, case.codebook.level(plan.technique, session.on)) for plan in session.plans]
    rows = [(plan, row) for plan, row in found if row is not None]
    photons = [plan for plan, row in rows if row.radiation == "photon"]
    least, is_counted = treated_isocenters([part.isocenters for part in session.parts], photons)
    moved = session.parts_with_motion()
    grounds = (
        *(("isocenters",) if least > 1 else ()),
        *(("motion",) if moved else ()),
        *(("photons with electrons",) if session.mixes_electrons or 0 < len(photons) < len(rows) else ()),
        *(("total skin electrons",) if _has_level_3(rows) else ()),
    )
    complete = all(part.motion_record_complete for part in moved)
    if grounds:
        return SessionLevel(LEVEL_3, grounds, complete)
    if not is_counted:
        return SessionLevel(None, (), complete)
    return SessionLevel(max((row.level for _, row in rows), default=None), (), complete)


def _has_level_3(rows: Sequence[tuple[PlanFacts, LevelRow]]) -> bool:
    return any(row.level == LEVEL_3 for _, row in rows)


def treated_isocenters(stated: Sequence[int | None], photons: Sequence[PlanFacts]) -> tuple[int, bool]:
    """Return the least count of photon isocenters of a session, and whether that is the true count.

    Each part of the session states what it treated, or leaves it to the plans. The parts of a resumed pair may have
    treated the same isocenters or each its own: together as many as the plans have.
    """
    planned, is_counted = count_isocenters(photons)
    if not photons:
        return planned, is_counted
    each = [planned if count is None else count for count in stated]
    return max(*each, min(sum(each), planned)), is_counted or None not in stated


def count_isocenters(plans: Sequence[PlanFacts]) -> tuple[int, bool]:
    """Return the least count of isocenters of photon plans together, and whether that is the true count.

    Plans of one group share their isocenter, others add up; a plan that nobody counted has at least one. A count
    that any plan of a group gives settles the group.
    """
    least, is_counted = 0, True
    groups: dict[str, list[PlanFacts]] = {}
    for number, plan in enumerate(plans):
        groups.setdefault(f"group {plan.isocenter_group}" if plan.isocenter_group else f"plan {number}", []).append(
            plan
        )
    for group in groups.values():
        counts = [plan.isocenters for plan in group if plan.isocenters is not None]
        least += max(counts, default=1)
        is_counted = is_counted and bool(counts)
    return least, is_counted
