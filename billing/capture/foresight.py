"""How two answers of the rules to the same facts differ: lines, prices, holds. Pure; nothing is posted.

What a change of policy, of prices or of rules would do is shown with this before anybody saves it. The difference
is between what the rules say and what they would say, not between them and the ledger: a capture that is still
to come does not blur it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from billing.rules.lines import Because, ChargeLine, Finding, Severity

ZERO = Decimal("0.00")


class Turn(StrEnum):
    """What becomes of a line."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """A line with its price and the schedule that was asked for it; none where no schedule serves the payer."""

    line: ChargeLine
    amount: Decimal | None
    schedule_id: int | None


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that would come, go or read otherwise. ``is_claimed``: it is on a claim, so a correction would follow."""

    before: PlacedLine | None
    after: PlacedLine | None
    is_claimed: bool

    @property
    def turn(self) -> Turn:
        """Return what becomes of the line."""
        if self.before is None:
            return Turn.ADDED
        return Turn.REMOVED if self.after is None else Turn.CHANGED

    @property
    def shown(self) -> PlacedLine:
        """Return the line as it would be; as it is, where it goes."""
        placed = self.after or self.before
        assert placed is not None
        return placed

    @property
    def because(self) -> Because:
        """Return why the line would be as it would be."""
        return self.shown.line.because

    @property
    def on(self) -> date:
        """Return the day of service by which it is listed."""
        return self.shown.line.on

    @property
    def difference(self) -> Decimal:
        """Return what it adds, in USD; a line without a price adds nothing."""
        return _amount(self.after) - _amount(self.before)

    @property
    def is_newly_held(self) -> bool:
        """Whether it would be held and is not now."""
        return self.after is not None and self.after.line.held and not (self.before and self.before.line.held)

    @property
    def is_let_go(self) -> bool:
        """Whether it is held now and would not be."""
        return self.before is not None and self.before.line.held and not (self.after and self.after.line.held)


@dataclass(frozen=True, slots=True)
class CourseForesight:
    """What would be otherwise in one course; ``error`` where the rules could not answer."""

    course_id: int
    changes: tuple[LineChange, ...] = ()
    appearing: tuple[Finding, ...] = ()
    vanishing: tuple[Finding, ...] = ()
    error: str = ""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing would change."""
        return not (self.changes or self.appearing or self.vanishing or self.error)


@dataclass(slots=True)
class Sum:
    """Dollars of one fee schedule, before and after, of the lines that change."""

    before: Decimal = ZERO
    after: Decimal = ZERO


def _amount(placed: PlacedLine | None) -> Decimal:
    return ZERO if placed is None or placed.amount is None else placed.amount


# --- comparing --------------------------------------------------------------------------------------------------------

_SAID = (
    ("code", "code"),
    ("modifiers", "modifiers"),
    ("units", "units"),
    ("on", "day of service"),
    ("claim", "claim"),
    ("place_of_service", "place of service"),
    ("narrative", "narrative"),
    ("attachment", "attachment"),
    ("diagnoses", "diagnoses"),
    ("provider", "provider"),
)


def compare_lines(
    before: Iterable[PlacedLine], after: Iterable[PlacedLine], claimed: Collection[str]
) -> tuple[LineChange, ...]:
    """Return the lines that would come, go or read otherwise, by day.

    Args:
        claimed: keys of the lines that stand on a claim.
    """
    old = {placed.line.key: placed for placed in before}
    new = {placed.line.key: placed for placed in after}
    changes = [
        LineChange(old.get(key), new.get(key), key in claimed)
        for key in dict.fromkeys((*old, *new))
        if key not in old or key not in new or words_of_change(old[key], new[key])
    ]
    return tuple(sorted(changes, key=lambda change: (change.on, change.shown.line.family, change.shown.line.key)))


def words_of_change(before: PlacedLine, after: PlacedLine) -> list[str]:
    """Return, in words, what a line would say otherwise: code, modifiers, units, day, held, price ..."""
    changed = [
        f"{word} {_said(getattr(before.line, name))} → {_said(getattr(after.line, name))}"
        for name, word in _SAID
        if getattr(before.line, name) != getattr(after.line, name)
    ]
    if before.line.held != after.line.held:
        changed.append("would be held" if after.line.held else "would no longer be held")
    if before.amount != after.amount and not changed:
        changed.append(f"price {_said(before.amount)} → {_said(after.amount)}")
    return changed


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return "-".join(value) or "none"
    return "none" if value in (None, "") else str(value)


def compare_findings(
    before: Iterable[Finding], after: Iterable[Finding]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the holds and warnings that would appear, and those that would vanish; notes are left out."""
    old, new = _by_place(before), _by_place(after)
    return (
        tuple(finding for place, finding in new.items() if place not in old),
        tuple(finding for place, finding in old.items() if place not in new),
    )


def _by_place(findings: Iterable[Finding]) -> dict[tuple[str, ...], Finding]:
    return {
        (finding.severity, finding.code, finding.about, finding.subject, *finding.lines): finding
        for finding in findings
        if finding.severity is not Severity.INFO
    }


# --- adding up --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Totals:
    """What came of all the courses looked at so far; can be told as plain values and made of them again."""

    courses: int = 0
    touched: int = 0
    failed: int = 0
    turns: Counter[str] = field(default_factory=Counter)
    held: int = 0
    let_go: int = 0
    held_amount: Decimal = ZERO
    let_go_amount: Decimal = ZERO
    corrections: int = 0
    unpriced: int = 0
    by_schedule: dict[int, Sum] = field(default_factory=dict)
    """By the number of the schedule; 0 stands for none."""
    appearing: Counter[str] = field(default_factory=Counter)
    vanishing: Counter[str] = field(default_factory=Counter)

    @property
    def lines(self) -> int:
        """How many lines would come, go or read otherwise."""
        return self.turns.total()

    @property
    def difference(self) -> Decimal:
        """What all of it adds, in USD."""
        return sum((one.after - one.before for one in self.by_schedule.values()), ZERO)

    def add(self, foreseen: Sequence[CourseForesight]) -> None:
        """Count more courses."""
        self.courses += len(foreseen)
        for course in foreseen:
            self.touched += not course.is_quiet
            self.failed += bool(course.error)
            self.appearing.update(finding.code for finding in course.appearing)
            self.vanishing.update(finding.code for finding in course.vanishing)
            for change in course.changes:
                self._add_line(change)

    def _add_line(self, change: LineChange) -> None:
        self.turns[change.turn] += 1
        self.corrections += change.is_claimed
        self.unpriced += change.shown.amount is None
        if change.is_newly_held:
            self.held, self.held_amount = self.held + 1, self.held_amount + _amount(change.after)
        if change.is_let_go:
            self.let_go, self.let_go_amount = self.let_go + 1, self.let_go_amount + _amount(change.after)
        if change.before is not None:
            self._schedule(change.before).before += _amount(change.before)
        if change.after is not None:
            self._schedule(change.after).after += _amount(change.after)

    def _schedule(self, placed: PlacedLine) -> Sum:
        return self.by_schedule.setdefault(placed.schedule_id or 0, Sum())
