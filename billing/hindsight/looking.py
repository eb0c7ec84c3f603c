"""Which courses the days touch, a batch at a time, and how far a look has come: sealed, with whoever asks.

What is asked about (days, changed tables, a payer's changed settings) travels with the figures under one signature,
so that the end of a look is of the same question as its beginning. Nothing of it is stored.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core import signing
from django.db import connection

from billing import policies
from billing.capture.facts import LoadedCourse
from billing.capture.insurance import load_policies
from billing.capture.preview import World, reading_only
from billing.hindsight.comparing import ZERO, CourseDifference, Days, Differing, compare
from billing.hindsight.tables import changed_codebook
from billing.policies import Wanted
from billing.policies.looking import insured_by
from billing.policies.words import SETTINGS, YES_NO
from billing.reference.overlay import with_loaded_files
from patients.models import Payer

BATCH = 50
_SALT = "oncocharge.hindsight.look"
_HOURS = 12

# Whatever can earn a line on a day, and whatever stands on one.
_TOUCHED = """
    SELECT course_id FROM (
        SELECT course_id FROM oncocharge_billing_ledgerentry
         WHERE service_on BETWEEN %(first)s AND %(last)s AND kind = 'charge'
        UNION SELECT course_id FROM oncocharge_courses_session
         WHERE treated_on BETWEEN %(first)s AND %(last)s AND signed_at IS NOT NULL AND cancelled_at IS NULL
        UNION SELECT course_id FROM oncocharge_courses_plan WHERE approved_on BETWEEN %(first)s AND %(last)s
        UNION SELECT course_id FROM oncocharge_courses_clinicalevent
         WHERE happened_on BETWEEN %(first)s AND %(last)s AND cancelled_at IS NULL
        UNION SELECT course_id FROM oncocharge_billing_manualline
         WHERE service_on BETWEEN %(first)s AND %(last)s AND cancelled_at IS NULL) touched
"""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the days, the changed tables by name, and the changed settings of one payer (by column)."""

    days: Days
    tables: Mapping[str, str] = field(default_factory=dict)
    payer_id: int | None = None
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        """Whether anything is asked otherwise than it is."""
        return bool(self.tables or self.payer_id)


@dataclass(slots=True)
class CodeSum:
    """Lines and dollars of one code: as they stand, and as they would."""

    lines: int = 0
    before: Decimal = ZERO
    after: Decimal = ZERO


@dataclass(slots=True)
class Figures:
    """What came of all the courses looked at so far."""

    courses: int = 0
    touched: int = 0
    failed: int = 0
    claimed: int = 0
    unpriced: int = 0
    turns: Counter[str] = field(default_factory=Counter)
    codes: dict[str, CodeSum] = field(default_factory=dict)
    appearing: Counter[str] = field(default_factory=Counter)
    vanishing: Counter[str] = field(default_factory=Counter)

    @property
    def lines(self) -> int:
        """How many lines would differ."""
        return self.turns.total()

    @property
    def difference(self) -> Decimal:
        """What all of it adds, in USD."""
        return sum((one.after - one.before for one in self.codes.values()), ZERO)

    def add(self, found: Sequence[CourseDifference]) -> None:
        """Count more courses."""
        self.courses += len(found)
        for course in found:
            self.touched += not course.is_quiet
            self.failed += bool(course.error)
            self.appearing.update(finding.code for finding in course.appearing)
            self.vanishing.update(finding.code for finding in course.vanishing)
            for line in course.lines:
                self._add_line(line)

    def _add_line(self, line: Differing) -> None:
        self.turns[line.turn.value] += 1
        self.claimed += line.is_claimed
        self.unpriced += line.is_unpriced
        for code in dict.fromkeys(side.code for side in (line.before, line.after) if side is not None):
            self.codes.setdefault(code, CodeSum()).lines += 1
        if line.before is not None:
            self.codes[line.before.code].before += line.before.amount or ZERO
        if line.after is not None:
            self.codes[line.after.code].after += line.after.amount or ZERO


@dataclass(slots=True)
class Look:
    """A question and how far it has come; ``all_courses`` is how many there were when it began."""

    question: Question
    all_courses: int
    after_id: int = 0
    is_done: bool = False
    listed: int = 0
    figures: Figures = field(default_factory=Figures)

    def sealed(self) -> str:
        """Return the text that ``opened`` reads."""
        return signing.dumps(_plain(self), salt=_SALT, compress=True)


def begun(question: Question) -> Look:
    """Return the beginning of a look: one statement."""
    with reading_only(), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({_TOUCHED}) asked", _asked(question))
        return Look(question, int(cursor.fetchone()[0]))


def opened(text: str) -> Look | None:
    """Return the look that a sealed text holds; none where it is not ours, or too old."""
    try:
        return _look(signing.loads(text, salt=_SALT, max_age=_HOURS * 3600))
    except signing.BadSignature:
        return None


def go_on(look: Look, *, most: int = BATCH) -> list[CourseDifference]:
    """Look at the next courses and count them: a fixed number of statements, in one read-only snapshot.

    Raises:
        TableError: the changed tables have faults.
    """
    with reading_only():
        ids = _next_courses(look, most + 1)
        found = compare(course_ids=ids[:most], days=look.question.days, world=world_of(look.question))
    look.figures.add(found)
    look.is_done = len(ids) <= most
    look.after_id = ids[:most][-1] if ids else look.after_id
    return found


def world_of(question: Question) -> World:
    """Return what the rules are asked in: three statements and four more for changed tables.

    Raises:
        TableError: the changed tables have faults.
    """
    world = World()
    if question.tables:
        world = replace(world, codebook=with_loaded_files(changed_codebook(question.tables)))
    if question.payer_id is None:
        return world
    payers = list(Payer.objects.values_list("pk", flat=True))
    periods = planned_settings(question).after
    changed = {**load_policies(payers), question.payer_id: tuple(period.facts for period in periods)}

    def seen(course: LoadedCourse) -> LoadedCourse:
        return insured_by(course, changed)

    return replace(world, course=seen)


def planned_settings(question: Question) -> policies.Plan:
    """Return the payer's periods as they would be with the settings on the days that are asked about."""
    assert question.payer_id is not None
    wanted = Wanted(question.days.first, question.days.last, policies.settings_from(question.settings))
    return policies.planned(payer_id=question.payer_id, wanted=wanted)


def _next_courses(look: Look, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT course_id FROM ({_TOUCHED}) asked WHERE course_id > %(after)s ORDER BY course_id LIMIT %(most)s",
            {**_asked(look.question), "after": look.after_id, "most": most},
        )
        return [row[0] for row in cursor.fetchall()]


def _asked(question: Question) -> dict[str, date | int]:
    return {"first": question.days.first, "last": question.days.last}


# --- sealing ----------------------------------------------------------------------------------------------------------


def _plain(look: Look) -> dict[str, Any]:
    question, figures = look.question, look.figures
    return {
        "days": [question.days.first.isoformat(), question.days.last.isoformat()],
        "tables": dict(question.tables),
        "payer": question.payer_id,
        "settings": {name: None if value is None else str(value) for name, value in question.settings.items()},
        "place": [look.all_courses, look.after_id, look.is_done, look.listed],
        "counts": [figures.courses, figures.touched, figures.failed, figures.claimed, figures.unpriced],
        "codes": {code: [one.lines, str(one.before), str(one.after)] for code, one in figures.codes.items()},
        "counters": [dict(figures.turns), dict(figures.appearing), dict(figures.vanishing)],
    }


def _look(values: Mapping[str, Any]) -> Look:
    first, last = (date.fromisoformat(day) for day in values["days"])
    turns, appearing, vanishing = (Counter(one) for one in values["counters"])
    codes = {code: CodeSum(lines, Decimal(old), Decimal(new)) for code, (lines, old, new) in values["codes"].items()}
    all_courses, after_id, is_done, listed = values["place"]
    courses, touched, failed, claimed, unpriced = values["counts"]
    figures = Figures(courses, touched, failed, claimed, unpriced, turns, codes, appearing, vanishing)
    question = Question(Days(first, last), values["tables"], values["payer"], _settings(values["settings"]))
    return Look(question, all_courses, after_id, is_done, listed, figures)


def _settings(values: Mapping[str, str | None]) -> dict[str, object]:
    """Return settings as their columns have them."""
    typed: dict[str, object] = dict(values)
    for setting in SETTINGS:
        value = values.get(setting.name)
        if value is not None and setting.choices is YES_NO:
            typed[setting.name] = value == "True"
        elif value is not None and not setting.choices:
            typed[setting.name] = Decimal(value) if "hours" in setting.name else int(value)
    return typed
