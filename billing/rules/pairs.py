"""Which lines of one day, and of one course, may stand together: code pairs, once per course (M7, M8, M9).

The only step that takes lines away again or adds a modifier to them. It goes through the days in order, because
whether a note is the first of its course turns on whether an earlier one has a line.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import permutations

from billing.rules.case import Case, Note, Said
from billing.rules.edits import by_time
from billing.rules.lines import ChargeLine, ClaimKind, Family, Finding, Origin, Severity
from billing.rules.pair_rows import NEVER, Pair
from courses.terms import EventFamily

DISTINCT = "59"
DISTINCT_MODIFIERS = frozenset({DISTINCT, "XE", "XP", "XS", "XU"})
OF_SESSIONS = frozenset({Family.DELIVERY, Family.GUIDANCE})
"""Two lines of one such family, made of two sessions, are two services by their modifiers (S5, G4)."""


@dataclass(frozen=True, slots=True)
class Together:
    """Two lines of one day and one claim whose codes are a pair."""

    first: ChargeLine
    second: ChargeLine
    pair: Pair


@dataclass(frozen=True, slots=True)
class _Day:
    """The lines of one day and claim by code, in their order, and for each second code the first codes it meets.

    Pairs are asked code by code and not line by line: a feed that repeats itself can fill one day with any number.
    """

    by_code: Mapping[str, Sequence[ChargeLine]]
    place: Mapping[str, int]
    met_by: Mapping[str, Mapping[str, Pair]]

    def taken_by(self, code: str) -> tuple[str, ...]:
        """Return the codes whose lines take those of ``code``, whatever their modifiers."""
        met = self.met_by.get(code, {}).items()
        on = self.by_code[code][0].on
        return tuple(first for first, pair in met if pair.indicator == NEVER and pair.holds_on(on))

    def beside(self, line: ChargeLine, gone: Collection[str], first_codes: Collection[str]) -> list[Together]:
        """Return the earliest line of each first code that stands beside a line, in their order."""
        found = []
        for code in first_codes:
            first = next((one for one in self.by_code[code] if one.key not in gone and not _is_exempt(one, line)), None)
            if first is not None:
                found.append(Together(first, line, self.met_by[line.code][code]))
        return sorted(found, key=lambda one: self.place[one.first.key])


@dataclass(slots=True)
class _Standing:
    """What has been decided so far: the lines that stand, what was said, and which once-only codes have their line."""

    lines: list[ChargeLine] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    charged_once: set[tuple[ClaimKind, str]] = field(default_factory=set)


def standing_lines(case: Case, lines: Sequence[ChargeLine]) -> Said:
    """Return the lines that may stand, some with 59 now, and a finding for each that may not or is in doubt.

    1. A line whose code is column 2 of another line's, indicator 0, gives none (M9).
    2. Of a service that is charged once a course the first line that is left stands alone (M7, M8).
    3. A line with indicator 1 stands with 59 where it is distinct, else it is held (M9).
    A line that gives none is no column 1 for others.
    """
    by_day: defaultdict[tuple[date, ClaimKind], list[ChargeLine]] = defaultdict(list)
    for line in lines:
        by_day[line.on, line.claim].append(line)
    standing = _Standing()
    for day_and_claim in sorted(by_day):
        _decide(sorted(by_day[day_and_claim], key=by_time), standing, case)
    # A line that gives way on both claims is told once.
    return Said(tuple(standing.lines), tuple(dict.fromkeys(standing.findings)))


def _decide(of_day: Sequence[ChargeLine], standing: _Standing, case: Case) -> None:
    """Decide the lines of one day and claim."""
    repeated = _repeated(of_day, standing.charged_once, case)
    day = _day(of_day, case)
    fallen = _fallen(day, repeated)
    gone = fallen.keys() | repeated
    for line in of_day:
        if line.key in fallen:
            standing.findings.append(_never_together(fallen[line.key]))
        elif line.key in repeated:
            standing.findings.append(_once_per_course(line))
        else:
            _keep(line, day.beside(line, gone, day.met_by.get(line.code, ())), standing, case)
            if _is_once_per_course(line, case):
                standing.charged_once.add((line.claim, line.code))


def _keep(line: ChargeLine, beside: Sequence[Together], standing: _Standing, case: Case) -> None:
    """Let a line stand beside the column 1 lines of its day: with 59, held, or with a warning."""
    needs_modifier = [one for one in beside if one.pair.indicator != NEVER]
    only_warned = [one for one in beside if one.pair.indicator == NEVER]
    if needs_modifier and line.edit is None and _is_distinct(line, case):
        line = _with_distinct(line)
    elif needs_modifier and not DISTINCT_MODIFIERS.intersection(_keyed_modifiers(line)):
        standing.findings.append(_needs_modifier(line, needs_modifier))
    if only_warned:
        standing.findings.append(_warned_of(line, only_warned))
    standing.lines.append(line)


# --- which pairs are met ------------------------------------------------------------------------------------------


def _day(of_day: Sequence[ChargeLine], case: Case) -> _Day:
    by_code: defaultdict[str, list[ChargeLine]] = defaultdict(list)
    for line in of_day:
        by_code[line.code].append(line)
    met_by: defaultdict[str, dict[str, Pair]] = defaultdict(dict)
    for first, second in permutations(by_code, 2):
        pair = case.codebook.pair(of_day[0].claim, first, second, of_day[0].on)
        if pair is not None:
            met_by[second][first] = pair
    return _Day(by_code, {line.key: place for place, line in enumerate(of_day)}, met_by)


def _is_exempt(first: ChargeLine, second: ChargeLine) -> bool:
    """Return whether no pair is asked: lines of one plan approval; delivery, or guidance, of two sessions."""
    if first.earned_by is not second.earned_by:
        return False
    if first.earned_by is Origin.PLAN:
        return first.subject == second.subject
    return first.earned_by is Origin.SESSION and first.family is second.family and first.family in OF_SESSIONS


def _fallen(day: _Day, repeated: Set[str]) -> dict[str, Together]:
    """Return the lines that give none, each with the pair that took it.

    A line falls by one that stands, so those that nothing can take are decided first. Where pairs go in a circle,
    which no publication should have, the earliest line stands.
    """
    taken_by = {code: day.taken_by(code) for code in day.by_code}
    undecided = list(day.by_code)
    fallen: dict[str, Together] = {}
    while undecided:
        code = next((code for code in undecided if not set(undecided).intersection(taken_by[code])), undecided[0])
        undecided.remove(code)
        decided = [first for first in taken_by[code] if first not in undecided]
        gone = fallen.keys() | repeated
        for line in day.by_code[code]:
            beside = day.beside(line, gone, decided)
            if beside:
                fallen[line.key] = beside[0]
    return fallen


# --- once per course ----------------------------------------------------------------------------------------------


def _repeated(of_day: Sequence[ChargeLine], charged: Set[tuple[ClaimKind, str]], case: Case) -> set[str]:
    """Return the lines of services that have their line already, or have it by an earlier line of this day."""
    seen = set(charged)
    repeated: set[str] = set()
    for line in of_day:
        if _is_once_per_course(line, case):
            if (line.claim, line.code) in seen:
                repeated.add(line.key)
            seen.add((line.claim, line.code))
    return repeated


def _is_once_per_course(line: ChargeLine, case: Case) -> bool:
    if line.earned_by is not Origin.EVENT:
        return False
    row = case.codebook.event(case.events[line.subject].code_family, line.on)
    return row is not None and row.once_per_course


# --- modifiers ----------------------------------------------------------------------------------------------------


def _is_distinct(line: ChargeLine, case: Case) -> bool:
    """Return whether the event behind a line is marked as a service of its own; for physics, the check of that day."""
    if line.earned_by is Origin.EVENT:
        return case.events[line.subject].distinct_service
    return line.family is Family.PHYSICS and any(
        event.distinct_service
        for event in case.facts.events
        if event.code_family is EventFamily.PHYSICS_CHECK and event.on == line.on
    )


def _keyed_modifiers(line: ChargeLine) -> Set[str]:
    """Return the modifiers that a biller keyed or edited; those that rules wrote say nothing of a pair."""
    return set(line.modifiers) if line.family is Family.MANUAL or line.edit is not None else set()


def _with_distinct(line: ChargeLine) -> ChargeLine:
    return line if DISTINCT in line.modifiers else replace(line, modifiers=(*line.modifiers, DISTINCT))


# --- what a person should know ------------------------------------------------------------------------------------


def _never_together(met: Together) -> Finding:
    line, first = met.second, met.first
    note = Note(
        Severity.HOLD,
        "pair-never-together",
        f"{line.code} never stands beside {first.code} on one day ({met.pair.rationale}), and both are of {line.on}: "
        f"no line for {line.code}. Correct the date if one was on another day.",
    )
    return note.about(line.earned_by, line.subject, line.on)


def _needs_modifier(line: ChargeLine, met: Sequence[Together]) -> Finding:
    holds = any(one.pair.holds_on(line.on) for one in met)
    first = ", ".join(dict.fromkeys(one.first.code for one in met))
    if line.edit is not None:
        remedy = "Edit it to carry 59 or an X modifier if it was a service of its own, or take the edit back."
    elif line.family is Family.MANUAL:
        remedy = "Key it with 59 or an X modifier if it was a service of its own, or cancel it."
    elif line.earned_by is Origin.EVENT or line.family is Family.PHYSICS:
        remedy = "Mark the event as a service of its own if it was one; the line then carries 59."
    else:
        remedy = "Cancel one of the two, or edit the line to carry 59 if it was a service of its own."
    note = Note(
        Severity.HOLD if holds else Severity.WARNING,
        "pair-needs-modifier",
        f"{line.code} stands beside {first} of the same day only as a service of its own. {remedy}",
    )
    return note.about(line.earned_by, line.subject, line.on, (line,))


def _warned_of(line: ChargeLine, met: Sequence[Together]) -> Finding:
    first = ", ".join(dict.fromkeys(one.first.code for one in met))
    note = Note(
        Severity.WARNING,
        "pair-never-together",
        f"{line.code} did not stand beside {first} on one day as these codes were published on "
        f"{met[0].pair.published}; one of them means another thing since. Check it, or load the pairs of today.",
    )
    return note.about(line.earned_by, line.subject, line.on, (line,))


def _once_per_course(line: ChargeLine) -> Finding:
    note = Note(
        Severity.INFO,
        "once-per-course",
        f"{line.code} is charged once a course, and an earlier event of this course has its line: no line.",
    )
    return note.about(line.earned_by, line.subject, line.on)
