"""What capture would post if the rules were asked today, or asked otherwise: held against what stands, by course.

The difference is capture's own (capture/difference.py): nothing shows that a capture would not post. The price of a
released line, for one, stays. Of it the lines are taken whose day of service lies within the days that are asked about.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing import ledger
from billing.capture.difference import Change, PricedLine, difference
from billing.capture.facts import LoadedCourse, load_courses
from billing.capture.foresight import Turn, compare_findings
from billing.capture.preview import AS_THINGS_ARE, World
from billing.ledger import NewCharge, PostedCharge
from billing.pricing import Fees, load_fees
from billing.reference.overlay import current_codebook
from billing.rules import charge_lines
from billing.rules.codebook import Codebook
from billing.rules.lines import Finding, Outcome

logger = logging.getLogger(__name__)

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Days:
    """Days of service, both inclusive."""

    first: date
    last: date

    def hold(self, day: date | None) -> bool:
        """Whether a day is one of them."""
        return day is not None and self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Side:
    """A line as it stands, or as it would."""

    code: str
    modifiers: tuple[str, ...]
    units: int
    on: date
    amount: Decimal | None

    @property
    def written(self) -> str:
        """Code, modifiers and units as people write them."""
        code = "-".join((self.code, *self.modifiers))
        return code if self.units == 1 else f"{code} x{self.units}"


@dataclass(frozen=True, slots=True)
class Differing:
    """A line that would come, go or read otherwise. ``entry_id`` is the one that stands; none for one to come."""

    turn: Turn
    entry_id: int | None
    before: Side | None
    after: Side | None
    is_claimed: bool
    what: str
    rule: str
    family: str

    @property
    def shown(self) -> Side:
        """The line as it would be; as it stands, where it goes."""
        side = self.after or self.before
        assert side is not None
        return side

    @property
    def difference(self) -> Decimal:
        """What it adds, in USD; a line without a price adds nothing."""
        return _amount(self.after) - _amount(self.before)

    @property
    def is_unpriced(self) -> bool:
        """Whether one of its sides has no price, so that the difference is none."""
        return any(side is not None and side.amount is None for side in (self.before, self.after))


@dataclass(frozen=True, slots=True)
class CourseDifference:
    """All that would differ in one course; ``error`` where the rules could not answer."""

    course_id: int
    lines: tuple[Differing, ...] = ()
    appearing: tuple[Finding, ...] = ()
    vanishing: tuple[Finding, ...] = ()
    error: str = ""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing would differ."""
        return not (self.lines or self.appearing or self.vanishing or self.error)


def compare(*, course_ids: Collection[int], days: Days, world: World = AS_THINGS_ARE) -> list[CourseDifference]:
    """Return what would differ in each course, by id: six statements, whatever their number. Call it reading only.

    A course of which the rules cannot answer says so and costs the others nothing. Findings are compared between the
    rules as they are and ``world``; without a change there are none to compare.
    """
    loaded = load_courses(course_ids)
    in_force = current_codebook()
    posted: defaultdict[int, list[PostedCharge]] = defaultdict(list)
    for charge in ledger.posted_charges(course_ids=loaded):
        posted[charge.course_id].append(charge)
    answers = {course_id: _asked(course_id, loaded[course_id], world, in_force) for course_id in sorted(loaded)}
    fees = world.fees(_fees_for(loaded, [answer for answer in answers.values() if not isinstance(answer, str)]))
    return [
        CourseDifference(course_id, error=answer)
        if isinstance(answer, str)
        else _compared(course_id, answer, posted[course_id], fees, days)
        for course_id, answer in answers.items()
    ]


@dataclass(frozen=True, slots=True)
class _Answer:
    """A course as it is asked about, what is said of it there, and what is said as things are."""

    course: LoadedCourse
    outcome: Outcome
    as_it_is: Outcome


def _asked(course_id: int, course: LoadedCourse, world: World, in_force: Codebook) -> _Answer | str:
    """Return the answers, or in short why there is none: the kind of the fault, never its message."""
    try:
        seen = world.course(course)
        outcome = charge_lines(seen.facts, world.codebook or in_force)
        is_changed = world.codebook is not None or seen is not course
        return _Answer(seen, outcome, charge_lines(course.facts, in_force) if is_changed else outcome)
    except Exception as fault:  # One course must not cost the others theirs.
        logger.error("look back at course %s failed: %s", course_id, type(fault).__name__)
        return type(fault).__name__


def _fees_for(loaded: Mapping[int, LoadedCourse], answers: Iterable[_Answer]) -> Fees:
    payers = {span.payer_id for course in loaded.values() for span in course.insurance.spans}
    return load_fees(payer_ids=payers, codes={line.code for answer in answers for line in answer.outcome.lines})


def _compared(
    course_id: int, answer: _Answer, posted: Iterable[PostedCharge], fees: Fees, days: Days
) -> CourseDifference:
    found = difference(course_id, _priced(answer, fees), posted)
    replaced = {change.instead_of.id for change in found.changes if change.instead_of is not None}
    lines = [_changed(change, dict(_reasons(found.reversals))) for change in found.changes]
    lines += [_gone(charge, reason) for charge, reason in found.reversals if charge.id not in replaced]
    within = [
        line for line in lines if any(side is not None and days.hold(side.on) for side in (line.before, line.after))
    ]
    appearing, vanishing = compare_findings(
        (one for one in answer.as_it_is.findings if days.hold(one.on)),
        (one for one in answer.outcome.findings if days.hold(one.on)),
    )
    within.sort(key=lambda line: (line.shown.on, line.family, line.shown.code, line.entry_id or 0))
    return CourseDifference(course_id, tuple(within), appearing, vanishing)


def _reasons(reversals: Iterable[tuple[PostedCharge, str]]) -> Iterator[tuple[int, str]]:
    for charge, reason in reversals:
        yield charge.id, reason


def _priced(answer: _Answer, fees: Fees) -> list[PricedLine]:
    payer_on, setting = answer.course.insurance.payer_on, answer.course.facts.practice.setting.value
    return [
        PricedLine(
            line,
            fees.price(
                payer_id=payer_on(line.on), setting=setting, code=line.code, modifiers=line.modifiers, on=line.on,
                units=line.units,
            ),
        )
        for line in answer.outcome.lines
    ]  # fmt: skip


def _changed(change: Change, reasons: Mapping[int, str]) -> Differing:
    old, new = change.instead_of, change.charge
    what = (
        "would be posted"
        if old is None
        else reasons[old.id].removeprefix("Changed: ").rstrip(".").replace(" -> ", " → ")
    )
    return Differing(
        Turn.ADDED if old is None else Turn.CHANGED,
        None if old is None else old.id,
        None if old is None else _side(old),
        _side(new),
        old is not None and old.is_claimed,
        what,
        str(json.loads(new.because).get("rule", new.rule)),
        new.family,
    )


def _gone(charge: PostedCharge, reason: str) -> Differing:
    return Differing(Turn.REMOVED, charge.id, _side(charge), None, charge.is_claimed, reason, "", charge.family)


def _side(charge: PostedCharge | NewCharge) -> Side:
    return Side(charge.code, tuple(charge.modifiers), charge.units, charge.service_on, charge.amount)


def _amount(side: Side | None) -> Decimal:
    return ZERO if side is None or side.amount is None else side.amount
