"""How the prescription burns down: of each phase, the fractions that are left after each column of the picture."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from courses.picture.days import Column
from courses.picture.facts import CoursePictured
from courses.picture.phases import Given, Phase, phases_of


@dataclass(frozen=True, slots=True)
class Burn:
    """A phase. ``left`` and ``planned`` have a value before the first column and one after each.

    ``left`` ends with the last day that is over; ``planned`` is what would be left had no day been missed.
    """

    name: str
    prescribed: int
    done: int
    left: tuple[int, ...]
    planned: tuple[int, ...]

    @property
    def still_left(self) -> int:
        """How many fractions are still to be given."""
        return max(self.prescribed - self.done, 0)


def burns_of(course: CoursePictured, columns: Sequence[Column]) -> tuple[Burn, ...]:
    """Return the phases that have a number of fractions, in their order."""
    phases = phases_of(course.plans)
    given = Counter(key for session in course.sessions for key in session.given)
    planned = _planned(phases, columns, given)
    found = []
    for phase in phases:
        prescribed = phase.prescribed(given)
        if prescribed is None:
            continue
        left = _left({plan.key for plan in phase.plans}, prescribed, columns)
        found.append(Burn(phase.name, prescribed, phase.done(given), left, planned[phase]))
    return tuple(found)


def days_missed(columns: Sequence[Column]) -> int:
    """Return on how many days a session was expected and none, or too few, were given."""
    return sum(max(column.folded, 1) for column in columns if column.missed)


def _left(keys: set[int], prescribed: int, columns: Sequence[Column]) -> tuple[int, ...]:
    left = [prescribed]
    for column in columns:
        if column.is_ahead:
            break
        given = sum(key in keys for session in column.sessions for key in session.given)
        left.append(max(left[-1] - given, 0))
    return tuple(left)


def _planned(phases: Sequence[Phase], columns: Sequence[Column], given: Given) -> dict[Phase, tuple[int, ...]]:
    """Return what would be left of each phase after each column had every expected session been given."""
    left = {phase: [phase.prescribed(given) or 0] for phase in phases}
    for column in columns:
        steps = {phase: _step(phase, column) for phase in _running(left)} if column.expected else {}
        for phase, values in left.items():
            values.append(max(values[-1] - steps.get(phase, 0), 0))
    return {phase: tuple(values) for phase, values in left.items()}


def _running(left: Mapping[Phase, Sequence[int]]) -> Iterator[Phase]:
    """Yield of each line the first phase of which something is left."""
    lines: set[str] = set()
    for phase, values in left.items():
        if values[-1] > 0 and phase.line not in lines:
            lines.add(phase.line)
            yield phase


def _step(phase: Phase, column: Column) -> int:
    plan = phase.plan_on(column.day)
    if str(column.day.isoweekday()) not in plan.weekdays:
        return 0
    return plan.sessions_per_day * max(column.folded, 1)
