"""A look at a changed policy as the page draws it: its figures, and course by course what would be otherwise."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.capture.foresight import CourseForesight, LineChange, PlacedLine, Totals, words_of_change
from billing.models import FeeSchedule
from billing.money import print_dollars
from billing.rules.lines import ChargeLine, Finding
from billing.views.answers import counted
from courses.models import Course

TURNS = {"added": ("open", "New"), "removed": ("reversed", "Gone"), "changed": ("amended", "Changed")}
MOST_LISTED = 400
"""So many changes are listed on a page; beyond, they are only counted."""


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One line that would come, go or read otherwise."""

    change: LineChange
    state: str
    word: str

    @property
    def on(self) -> date:
        """Return its day of service."""
        return self.change.on

    @property
    def code(self) -> str:
        """Return its code and modifiers, as they are and as they would be."""
        said = [_code(placed.line) for placed in (self.change.before, self.change.after) if placed is not None]
        return " → ".join(dict.fromkeys(said))

    @property
    def what(self) -> str:
        """Return what of it would be otherwise."""
        if self.change.before is not None and self.change.after is not None:
            return "; ".join(words_of_change(self.change.before, self.change.after))
        return "would be posted" + (", held" if self.change.shown.line.held else "") if self._is_new else "would go"

    @property
    def _is_new(self) -> bool:
        return self.change.before is None

    @property
    def amount(self) -> str:
        """Return what it adds, with its sign; a line without a price says so."""
        sides = (self.change.before, self.change.after)
        if any(placed is not None and placed.amount is None for placed in sides):
            return "no fee"
        return signed(self.change.difference)

    @property
    def facts(self) -> list[tuple[str, object]]:
        """Return the facts that decided, in words."""
        return [(name.replace("_", " "), value) for name, value in self.change.because.facts if name not in _IDS]


@dataclass(frozen=True, slots=True)
class ShownHold:
    """Findings of one code that would appear or vanish in a course: the first in words, and how many."""

    appears: bool
    finding: Finding
    count: int


@dataclass(frozen=True, slots=True)
class ShownCourse:
    """A course with all that would be otherwise in it."""

    course: Course
    changes: list[ShownChange]
    holds: list[ShownHold]
    error: str


_IDS = frozenset({"plan", "session", "event"})


def shown_courses(foreseen: Iterable[CourseForesight]) -> list[ShownCourse]:
    """Return the courses in which anything would change: one query for their patients."""
    loud = [one for one in foreseen if not one.is_quiet]
    courses = Course.objects.select_related("patient").in_bulk([one.course_id for one in loud])
    return [_shown(one, courses[one.course_id]) for one in loud if one.course_id in courses]


def _shown(one: CourseForesight, course: Course) -> ShownCourse:
    changes = [ShownChange(change, *TURNS[change.turn.value]) for change in one.changes]
    holds = [*_holds(one.appearing, appears=True), *_holds(one.vanishing, appears=False)]
    return ShownCourse(course, changes, holds, one.error)


def _holds(findings: Sequence[Finding], *, appears: bool) -> list[ShownHold]:
    counts = Counter(finding.code for finding in findings)
    firsts = {finding.code: finding for finding in reversed(findings)}
    return [ShownHold(appears, firsts[code], count) for code, count in sorted(counts.items())]


def tiles_of(totals: Totals) -> list[dict[str, object]]:
    """Return the look in a few figures."""
    turns = totals.turns
    by_turn = f"{turns['added']:,} new, {turns['removed']:,} gone, {turns['changed']:,} changed"
    holds = f"{counted(totals.held, 'line')} ({print_dollars(totals.held_amount)})"
    let_go = f"{totals.let_go:,} no longer held"
    corrections = "they go out as corrections" if totals.corrections else "no claim needs a correction"
    return [
        {"label": "Lines that change", "value": f"{totals.lines:,}", "note": by_turn},
        {"label": "Difference", "value": signed(totals.difference), "note": without_fee(totals.unpriced)},
        {"label": "Newly held", "value": holds, "note": let_go, "state": "held" if totals.held else ""},
        {"label": "Already on a claim", "value": f"{totals.corrections:,}", "note": corrections,
         "state": "correction" if totals.corrections else ""},
    ]  # fmt: skip


def without_fee(lines: int) -> str:
    """Say of how many lines the difference knows nothing."""
    return (
        f"without {counted(lines, 'line')} that {'has' if lines == 1 else 'have'} no fee"
        if lines
        else "every line has its fee"
    )


def schedules_of(totals: Totals) -> list[tuple[str, str, str, str]]:
    """Return name, before, after and difference of each fee schedule that prices a line of the look: one query."""
    names = {row.pk: str(row) for row in FeeSchedule.objects.filter(pk__in=totals.by_schedule)}
    return [
        (names.get(key, "no schedule serves the payer"), print_dollars(one.before), print_dollars(one.after),
         signed(one.after - one.before))
        for key, one in sorted(totals.by_schedule.items())
    ]  # fmt: skip


def codes_of(totals: Totals) -> list[tuple[str, int, int]]:
    """Return each finding that would appear or vanish, with both counts."""
    return [
        (code, totals.appearing[code], totals.vanishing[code])
        for code in sorted({*totals.appearing, *totals.vanishing})
    ]


def signed(amount: Decimal) -> str:
    """Write a difference in dollars with its sign."""
    return f"+{print_dollars(amount)}" if amount > 0 else print_dollars(amount)


def _code(line: ChargeLine) -> str:
    written = "-".join((line.code, *line.modifiers))
    return written if line.units == 1 else f"{written} x{line.units}"


def was_of(placed: PlacedLine | None) -> str:
    """Write a line as it is, or as it would be, for a spreadsheet; nothing where there is none."""
    return "" if placed is None else _code(placed.line)
