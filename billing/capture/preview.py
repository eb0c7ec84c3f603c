"""What the rules say of courses as things are, and what they would say if something were otherwise. Writes nothing.

Two worlds are asked about the same facts: each may see another policy, another codebook, other prices. The
transaction is read-only, so that PostgreSQL itself refuses a write; one snapshot serves a whole batch. The number of
statements does not depend on the number of courses.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import connection, transaction

from billing import ledger
from billing.capture.facts import LoadedCourse, load_courses
from billing.capture.foresight import CourseForesight, PlacedLine, compare_findings, compare_lines
from billing.pricing import Fees, load_fees
from billing.reference.overlay import current_codebook
from billing.rules import charge_lines
from billing.rules.codebook import Codebook
from billing.rules.lines import Outcome

logger = logging.getLogger(__name__)


def _as_it_is(course: LoadedCourse) -> LoadedCourse:
    return course


def _same_fees(fees: Fees) -> Fees:
    return fees


@dataclass(frozen=True, slots=True)
class World:
    """What the rules are asked in: facts as somebody would have them, a codebook (none: the one in force), prices."""

    course: Callable[[LoadedCourse], LoadedCourse] = _as_it_is
    codebook: Codebook | None = None
    fees: Callable[[Fees], Fees] = _same_fees


AS_THINGS_ARE = World()


@contextmanager
def reading_only() -> Iterator[None]:
    """Let nothing be written until the block ends, whoever tries; the outermost block reads one snapshot."""
    snapshot = "ISOLATION LEVEL REPEATABLE READ, " if not connection.in_atomic_block else ""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET TRANSACTION {snapshot}READ ONLY")
        yield


def foresee(*, course_ids: Collection[int], before: World = AS_THINGS_ARE, after: World) -> list[CourseForesight]:
    """Return what would be otherwise in each course, by id: five statements, whatever their number.

    A course of which the rules cannot answer says so and costs the others nothing. Call it for a few hundred
    courses at most: all their facts are in memory at once.
    """
    with reading_only():
        loaded = load_courses(course_ids)
        claimed = _claimed_lines(loaded)
        in_force = current_codebook()
        before, after = (replace(world, codebook=world.codebook or in_force) for world in (before, after))
        asked = {course: _asked(course, loaded[course], before, after) for course in sorted(loaded)}
        answers = {course: answer for course, answer in asked.items() if not isinstance(answer, str)}
        fees = _fees_for(loaded, answers)
    prices = before.fees(fees), after.fees(fees)
    return [
        CourseForesight(course, error=answer)
        if isinstance(answer, str)
        else _compared(course, answer, prices, claimed.get(course, frozenset()))
        for course, answer in asked.items()
    ]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A course in one world, and what the rules say of it there."""

    course: LoadedCourse
    outcome: Outcome


_Both = tuple[_Answer, _Answer]


def _asked(course_id: int, course: LoadedCourse, before: World, after: World) -> _Both | str:
    """Return both answers, or in short why there is none: the kind of the fault, never its message."""
    try:
        return _answer(course, before), _answer(course, after)
    except Exception as fault:  # One course must not cost the others theirs.
        logger.error("preview of course %s failed: %s", course_id, type(fault).__name__)
        return type(fault).__name__


def _answer(course: LoadedCourse, world: World) -> _Answer:
    seen = world.course(course)
    return _Answer(seen, charge_lines(seen.facts, world.codebook or current_codebook()))


def _fees_for(loaded: Mapping[int, LoadedCourse], answers: Mapping[int, _Both]) -> Fees:
    payers = {span.payer_id for course in answers for span in loaded[course].insurance.spans}
    codes = {line.code for both in answers.values() for answer in both for line in answer.outcome.lines}
    return load_fees(payer_ids=payers, codes=codes)


def _claimed_lines(course_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Return the keys of the lines that stand on a claim, by course."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for charge in ledger.posted_charges(course_ids=course_ids):
        if charge.is_claimed and not charge.is_reversed:
            found[charge.course_id].add(charge.line_key)
    return {course: frozenset(keys) for course, keys in found.items()}


def _compared(course_id: int, both: _Both, prices: tuple[Fees, Fees], claimed: frozenset[str]) -> CourseForesight:
    old, new = (_placed(answer, fees) for answer, fees in zip(both, prices, strict=True))
    appearing, vanishing = compare_findings(both[0].outcome.findings, both[1].outcome.findings)
    return CourseForesight(course_id, compare_lines(old, new, claimed), appearing, vanishing)


def _placed(answer: _Answer, fees: Fees) -> list[PlacedLine]:
    payer_on, setting = answer.course.insurance.payer_on, answer.course.facts.practice.setting.value
    placed = []
    for line in answer.outcome.lines:
        payer = payer_on(line.on)
        price = fees.price(
            payer_id=payer, setting=setting, code=line.code, modifiers=line.modifiers, on=line.on, units=line.units
        )
        schedule = fees.schedule_id(payer_id=payer, setting=setting, on=line.on)
        placed.append(PlacedLine(line, None if price is None else price.amount, schedule))
    return placed
