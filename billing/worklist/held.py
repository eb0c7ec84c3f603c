"""How much is on hold, why, for how long and whose matter it is: what persons hold, and apart from it what rules hold.

A line that a person holds counts once, under its reason and owner. A line that findings hold counts once under each
code of finding; ``RuleHolds.lines`` says how many lines these are together. Ages are counted in the clinic's days.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import (
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast

from billing.models import QUESTION, HoldReason, LedgerEntry, Review, StandingFinding
from billing.rules.lines import Severity
from billing.worklist.filters import TO_REVIEW, Filters, LineState
from billing.worklist.groups import GroupedLine, grouped_lines
from billing.worklist.holds import clinic_day
from patients.numbers import id_or_none

NOTHING = Decimal("0.00")
Cell = str | int | Decimal | date | datetime | None


class Age(StrEnum):
    """How long a line is held, as it is counted."""

    DAYS_0_2 = "0-2"
    DAYS_3_7 = "3-7"
    DAYS_8_30 = "8-30"
    OVER_30 = "over-30"


class Days(NamedTuple):
    """The days of an age, both inclusive; the last one has no end."""

    first: int
    last: int | None


DAYS_OF = {
    Age.DAYS_0_2: Days(0, 2), Age.DAYS_3_7: Days(3, 7), Age.DAYS_8_30: Days(8, 30), Age.OVER_30: Days(31, None),
}  # fmt: skip
_AGE = f"""
    CASE WHEN {{days}} <= 2 THEN '{Age.DAYS_0_2}' WHEN {{days}} <= 7 THEN '{Age.DAYS_3_7}'
         WHEN {{days}} <= 30 THEN '{Age.DAYS_8_30}' ELSE '{Age.OVER_30}' END
"""
_BY_PERSONS = f"""
    SELECT o.code_id, o.owner_id, o.owner_role, {_AGE.format(days="o.days")}, count(*), COALESCE(sum(o.amount), 0),
           count(*) FILTER (WHERE o.amount IS NULL), count(*) FILTER (WHERE o.is_due)
      FROM (SELECT r.code_id, r.owner_id, r.owner_role, e.amount,
                   r.due_on <= (now() AT TIME ZONE f.time_zone)::date AS is_due,
                   (now() AT TIME ZONE f.time_zone)::date - (r.held_since AT TIME ZONE f.time_zone)::date AS days
              FROM oncocharge_billing_review r
              JOIN oncocharge_billing_waitingline w ON w.entry_id = r.entry_id
              JOIN oncocharge_billing_ledgerentry e ON e.id = r.entry_id
              JOIN oncocharge_courses_course c ON c.id = e.course_id
              JOIN oncocharge_patients_facility f ON f.id = c.facility_id
             WHERE r.state = 'held') o
     GROUP BY 1, 2, 3, 4
"""
_BY_RULES = f"""
    SELECT o.code, {_AGE.format(days="o.days")}, count(o.entry_id), COALESCE(sum(o.amount), 0),
           count(o.entry_id) FILTER (WHERE o.amount IS NULL), count(*) FILTER (WHERE o.entry_id IS NULL)
      FROM (SELECT DISTINCT ON (n.code, n.entry_id, CASE WHEN n.entry_id IS NULL THEN n.id END)
                   n.code, n.entry_id, e.amount,
                   (now() AT TIME ZONE f.time_zone)::date - (n.found_at AT TIME ZONE f.time_zone)::date AS days
              FROM oncocharge_billing_standingfinding n
              JOIN oncocharge_courses_course c ON c.id = n.course_id
              JOIN oncocharge_patients_facility f ON f.id = c.facility_id
              LEFT JOIN oncocharge_billing_waitingline w ON w.entry_id = n.entry_id
              LEFT JOIN oncocharge_billing_ledgerentry e ON e.id = w.entry_id
             WHERE n.severity = 'hold' AND n.resolved_at IS NULL AND n.overridden_at IS NULL
               AND (n.entry_id IS NULL OR w.entry_id IS NOT NULL)
             ORDER BY n.code, n.entry_id, CASE WHEN n.entry_id IS NULL THEN n.id END, n.found_at) o
     GROUP BY 1, 2
"""
_LINES_OF_RULES = """
    SELECT count(*), COALESCE(sum(e.amount), 0), count(*) FILTER (WHERE e.amount IS NULL)
      FROM oncocharge_billing_waitingline w JOIN oncocharge_billing_ledgerentry e ON e.id = w.entry_id
     WHERE EXISTS (SELECT FROM oncocharge_billing_standingfinding n
                    WHERE n.entry_id = e.id AND n.severity = 'hold' AND n.resolved_at IS NULL
                      AND n.overridden_at IS NULL)
"""


@dataclass(slots=True)
class Sum:
    """How many lines, what they come to (USD), how many of them have no price; ``due``: how many are back.

    ``loose``: how many findings stand without a line.
    """

    lines: int = 0
    amount: Decimal = NOTHING
    unpriced: int = 0
    due: int = 0
    loose: int = 0

    def add(self, other: "Sum") -> None:
        """Count the other too."""
        self.lines += other.lines
        self.amount += other.amount
        self.unpriced += other.unpriced
        self.due += other.due
        self.loose += other.loose


@dataclass(slots=True)
class HeldRow:
    """One reason, owner or finding: its sum by age, and together. ``key`` is how an address asks for it."""

    key: str
    words: str
    ages: dict[Age, Sum] = field(default_factory=lambda: {age: Sum() for age in Age})
    total: Sum = field(default_factory=Sum)

    def add(self, age: Age, found: Sum) -> None:
        """Count what has this age."""
        self.ages[age].add(found)
        self.total.add(found)


@dataclass(frozen=True, slots=True)
class PersonHolds:
    """What persons hold: the same lines by reason, in the practice's order, and by owner, the most first."""

    by_reason: list[HeldRow]
    by_owner: list[HeldRow]
    total: HeldRow


@dataclass(frozen=True, slots=True)
class RuleHolds:
    """What findings hold, by their code, the most dollars first; ``lines`` are the lines, each counted once."""

    by_finding: list[HeldRow]
    lines: Sum


def held_by_persons() -> PersonHolds:
    """Return what persons hold. Three queries, whatever the number of lines."""
    rows = _rows(_BY_PERSONS)
    reasons = {one.code: one for one in HoldReason.objects.all()}
    people = User.objects.in_bulk({owner for _code, owner, *_rest in rows if owner})
    by_reason: dict[str, HeldRow] = {code: HeldRow(code, one.words) for code, one in reasons.items()}
    by_owner: dict[str, HeldRow] = {}
    total = HeldRow("", "All")
    for code, owner, role, age, lines, amount, unpriced, due in rows:
        found = Sum(lines, amount, unpriced, due)
        key = str(owner or role)
        words = (people[owner].get_full_name() or people[owner].get_username()) if owner else f"any {role}"
        for row in (
            by_reason[code],
            by_owner.setdefault(key, HeldRow(key, words)),
            total,
        ):
            row.add(Age(age), found)
    kept = [row for row in by_reason.values() if row.total.lines]
    return PersonHolds(kept, sorted(by_owner.values(), key=_most_first), total)


def held_by_rules() -> RuleHolds:
    """Return what findings hold. Two queries."""
    by_finding: dict[str, HeldRow] = {}
    for code, age, lines, amount, unpriced, loose in _rows(_BY_RULES):
        row = by_finding.setdefault(code, HeldRow(code, code.replace("-", " ")))
        row.add(Age(age), Sum(lines, amount, unpriced, 0, loose))
    ((lines, amount, unpriced),) = _rows(_LINES_OF_RULES)
    return RuleHolds(sorted(by_finding.values(), key=_most_first), Sum(lines, amount, unpriced))


def _most_first(row: HeldRow) -> tuple[Decimal, int, str]:
    return (-row.total.amount, -row.total.lines, row.words)


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


@dataclass(frozen=True, slots=True)
class HeldFilters:
    """Which held lines to show; what is empty does not narrow. With ``finding``, those that rules hold.

    ``owner``: a user's id, or a role. ``is_due``: only those whose day has come.
    """

    reason: str = ""
    owner: str = ""
    finding: str = ""
    age: Age | None = None
    is_due: bool = False
    by_rules: bool = False


def held_lines(filters: HeldFilters) -> "QuerySet[GroupedLine, GroupedLine]":
    """Return the lines behind a number of the page of holds, as the worklist shows them, those held longest first."""
    found: Any = _held_by_rules(filters) if filters.finding or filters.by_rules else _held_by_persons(filters)
    days = Func(clinic_day(), _clinic_date("since"), template="(%(expressions)s)", arg_joiner=" - ",
                output_field=IntegerField())  # fmt: skip
    found = found.annotate(held_days=days)
    if filters.age is not None:
        first, last = DAYS_OF[filters.age]
        found = found.filter(held_days__lte=last) if last is not None else found.filter(held_days__gte=first)
        found = found.filter(held_days__gte=first) if first else found
    kept: QuerySet[GroupedLine, GroupedLine] = found.order_by("since", "pk")
    return kept


def _clinic_date(moment: str) -> Cast:
    local = Func(
        F("course__facility__time_zone"),
        F(moment),
        function="timezone",
        output_field=DateTimeField(),
    )
    return Cast(local, DateField())


def _held_by_persons(filters: HeldFilters) -> "QuerySet[GroupedLine, GroupedLine]":
    asked = Q(review__state=Review.State.HELD)
    if filters.reason:
        asked &= Q(review__code=filters.reason)
    if filters.owner:
        owner = id_or_none(filters.owner)
        asked &= Q(review__owner_role=filters.owner) if owner is None else Q(review__owner=owner)
    if filters.is_due:
        asked &= Q(review__due_on__lte=clinic_day())
    held: Any = grouped_lines(Filters(states=(LineState.HELD,)), order="day").filter(asked)
    kept: QuerySet[GroupedLine, GroupedLine] = held.annotate(since=F("review__held_since"))
    return kept


def _held_by_rules(filters: HeldFilters) -> "QuerySet[GroupedLine, GroupedLine]":
    holds = StandingFinding.objects.filter(
        entry=OuterRef("pk"),
        severity=Severity.HOLD.value,
        resolved_at=None,
        overridden_at=None,
    )
    holds = holds.filter(code=filters.finding) if filters.finding else holds
    waiting = (*TO_REVIEW, LineState.RELEASED)
    held: Any = grouped_lines(Filters(states=waiting), order="day").filter(Exists(holds))
    first = holds.order_by("found_at").values("found_at")[:1]
    kept: QuerySet[GroupedLine, GroupedLine] = held.annotate(since=Subquery(first))
    return kept


def matter_of(user: User) -> QuerySet[LedgerEntry]:
    """Return the lines that are held as the matter of a user, but for questions, the first to come back on top."""
    held = LedgerEntry.objects.filter(waiting__isnull=False, review__state=Review.State.HELD, review__owner=user)
    related = ("course__patient", "course__facility", "session", "plan", "review__by")
    return held.exclude(review__code=QUESTION).select_related(*related).order_by("review__due_on", "pk")


def csv_rows(filters: HeldFilters) -> Iterator[list[Cell]]:
    """Yield the held lines as cells, the names of the columns first: lines and courses by number, no patient."""
    yield ["Held by", "Reason", "In words", "Owner", "Held since", "Comes back on", "Days", "Line", "Code",
           "Day of service", "Course", "Amount"]  # fmt: skip
    yield from (_cells(line, filters) for line in _chunked(held_lines(filters)))


def _chunked(lines: "QuerySet[GroupedLine, GroupedLine]") -> Iterable[Any]:
    return lines.iterator(chunk_size=2000)


def _cells(line: Any, filters: HeldFilters) -> list[Cell]:
    written = "-".join((line.code, *line.modifiers))
    where: list[Cell] = [
        line.held_days,
        line.pk,
        written,
        line.service_on,
        line.course_id,
        line.amount,
    ]
    if filters.finding or filters.by_rules:
        holds = [one for one in line.open_findings if one.severity == Severity.HOLD and one.overridden_at is None]
        codes, words = (
            ", ".join(one.code for one in holds),
            " ".join(one.message for one in holds),
        )
        return ["a rule", codes, words, "", line.since, "", *where]
    review = line.review
    owner = review.owner.get_full_name() or review.owner.get_username() if review.owner else f"any {review.owner_role}"
    return [
        "a person",
        review.code_id,
        review.reason,
        owner,
        review.held_since,
        review.due_on,
        *where,
    ]
