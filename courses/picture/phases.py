"""The phases of a prescription, as its plans tell them: how many fractions each has, and how many are left.

A phase begins with an initial plan or a boost; a replan or a revision takes the place of the plan that it follows,
and the fractions given by that one stay given.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from courses.picture.facts import PlanDrawn
from courses.terms import PlanKind

REPLACING = frozenset({PlanKind.REPLAN, PlanKind.REVISION})
Given = Mapping[int, int]
"""By plan, how many of its fractions are given."""


@dataclass(frozen=True, slots=True)
class Phase:
    """The plans of a phase in the order of their approval; the last one is delivered."""

    plans: tuple[PlanDrawn, ...]

    @property
    def name(self) -> str:
        """The names of its plans."""
        return " \N{RIGHTWARDS ARROW} ".join(plan.name for plan in self.plans)

    @property
    def line(self) -> str:
        """Site and side."""
        return self.plans[0].line

    def plan_on(self, day: date) -> PlanDrawn:
        """Return the plan in force on a day: the last one approved by then, else the first."""
        return next(
            (p for p in reversed(self.plans) if p.approved_on is not None and p.approved_on <= day), self.plans[0]
        )

    def prescribed(self, given: Given) -> int | None:
        """Return its fractions: what its replaced plans gave, and what the last one prescribes.

        >>> first = PlanDrawn(1, "P1", PlanKind.INITIAL, "lung", "", None, None, 35, 1, "12345", None)
        >>> second = PlanDrawn(2, "P2", PlanKind.REPLAN, "lung", "", None, None, 20, 1, "12345", None)
        >>> Phase((first, second)).prescribed({1: 15, 2: 3})
        35
        """
        last = self.plans[-1].fractions
        return None if last is None else last + sum(given.get(plan.key, 0) for plan in self.plans[:-1])

    def done(self, given: Given) -> int:
        """Return how many of its fractions are given."""
        return sum(given.get(plan.key, 0) for plan in self.plans)

    def is_over(self, given: Given, day: date) -> bool:
        """Whether nothing more of it is due on ``day``: all is given, or its plan rests."""
        last = self.plans[-1]
        return not last.is_living(day) or (last.fractions is not None and given.get(last.key, 0) >= last.fractions)


def phases_of(plans: Iterable[PlanDrawn]) -> tuple[Phase, ...]:
    """Return the phases of the approved plans; where none is approved, of all, as they were entered."""
    every = list(plans)
    approved = [plan for plan in every if plan.approved_on is not None]
    chains: list[list[PlanDrawn]] = []
    for plan in sorted(approved or every, key=lambda plan: (plan.approved_on or date.max, plan.key)):
        chain = _chain_of(plan, chains) if plan.kind in REPLACING else None
        if chain is None:
            chains.append([plan])
        else:
            chain.append(plan)
    return tuple(Phase(tuple(chain)) for chain in chains)


def _chain_of(plan: PlanDrawn, chains: Sequence[list[PlanDrawn]]) -> list[PlanDrawn] | None:
    """Return the phase whose plan this one replaces: as it says itself, else the last of its line."""
    named = (chain for chain in chains if any(one.key == plan.follows for one in chain))
    of_line = (chain for chain in reversed(chains) if chain[0].line == plan.line)
    return next(named, None) or next(of_line, None)


def due_phases(phases: Iterable[Phase], given: Given, day: date) -> list[Phase]:
    """Return the phases of which a fraction is due next: of each line the first that is not over."""
    due: dict[str, Phase] = {}
    for phase in phases:
        if phase.line not in due and not phase.is_over(given, day):
            due[phase.line] = phase
    return list(due.values())


def count_given(keys: Iterable[int]) -> Counter[int]:
    """Return how many fractions of each plan are given."""
    return Counter(keys)
