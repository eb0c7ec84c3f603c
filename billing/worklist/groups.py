"""In which group a line stands for its biller: needs action, look, clean, held by a person, decided.

The groups follow from findings, reviews and answers, never from a flag of their own. Counts and pages read as little as
they can of all the lines that wait: first which lines, in which order; then everything, of the few that are shown.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    DecimalField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from billing.models import LedgerEntry, Question, Review, StandingFinding
from billing.rules.lines import Severity
from billing.worklist.filters import Filters, LineState
from billing.worklist.holds import has_unread_answer, what_returns
from billing.worklist.lines import ORDERS, LineWithFindings, chosen, lines, open_findings_of_line
from billing.worklist.questions import of_line as questions_of_line
from courses.models import Fraction

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Group(StrEnum):
    """The groups, in the order in which a biller works them off."""

    ACTION = "action"
    LOOK = "look"
    CLEAN = "clean"
    HELD = "held"
    DECIDED = "decided"


class GroupNotes(LineWithFindings):
    """What ``grouped_lines`` notes besides."""

    group: Group
    group_place: int
    returns: str
    """Why a held line is back (``holds.Return``); empty where it is not."""
    fraction_number: int | None
    fraction_of: int | None
    """The first fraction that the line's session delivered, and how many its plan prescribes."""
    is_answered: bool
    shown_questions: list[Question]
    """What is asked about the line and not answered, or answered and not read."""


if TYPE_CHECKING:
    GroupedLine = WithAnnotations[LedgerEntry, GroupNotes]
else:
    GroupedLine = LedgerEntry

GROUPED = "groups"
"""The order of the worklist: group by group, the oldest day first."""
FOR_A_PERSON = (Group.ACTION, Group.LOOK)
"""The groups that somebody has to look at line by line."""


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """How many lines stand in a group, what they come to (USD), and how many of them have no price."""

    lines: int = 0
    amount: Decimal = Decimal("0.00")
    unpriced: int = 0


def grouped_lines(
    filters: Filters, *, groups: Collection[Group] = (), order: str = GROUPED
) -> "QuerySet[GroupedLine, GroupedLine]":
    """Return lines with all that a row shows and the group of each, of some groups if asked; in the order asked."""
    fractions = Fraction.objects.filter(session=OuterRef("session_id")).order_by("plan")
    shown = lines(filters, order=order).prefetch_related(questions_of_line())
    found = _grouped(shown, groups).annotate(
        returns=what_returns(),
        fraction_number=Subquery(fractions.values("number")[:1]),
        fraction_of=Subquery(fractions.values("plan__fractions")[:1]),
    )
    if order == GROUPED:
        found = found.order_by(*_BY_GROUP)
    return cast("QuerySet[GroupedLine, GroupedLine]", found)


_BY_GROUP = ("group_place", "-is_answered", "service_on", "course__patient__last_name", "id")
_Lines = TypeVar("_Lines", bound="QuerySet[Any, Any]")


def _grouped(found: _Lines, groups: Collection[Group] = ()) -> _Lines:
    looks = open_findings_of_line().filter(
        Q(severity=Severity.WARNING.value) | Q(severity=Severity.HOLD.value, overridden_at__isnull=False)
    )
    is_held = Q(state=LineState.HELD)
    # Asked of the few that are held, not of all that wait.
    held = LedgerEntry.objects.filter(review__state=LineState.HELD.value, pk=OuterRef("pk"))
    is_back = Exists(held.annotate(returns=what_returns()).exclude(returns="").order_by())
    noted = found.annotate(
        is_answered=has_unread_answer(),
        group=Case(
            When(state__in=(LineState.RELEASED, LineState.CLAIMED), then=Value(Group.DECIDED.value)),
            When(is_held & (Q(is_back) | Q(is_answered=True)), then=Value(Group.ACTION.value)),
            When(is_held, then=Value(Group.HELD.value)),
            When(is_blocked=True, then=Value(Group.ACTION.value)),
            When(Q(Exists(looks)) | Q(is_answered=True), then=Value(Group.LOOK.value)),
            default=Value(Group.CLEAN.value),
            output_field=CharField(),
        ),
        group_place=Func(Value(list(Group)), F("group"), function="array_position", output_field=IntegerField()),
    )
    if groups and set(groups) <= set(FOR_A_PERSON):
        noted = noted.filter(_may_need_a_person())
    return noted.filter(group__in=[group.value for group in groups]) if groups else noted


def _may_need_a_person() -> Q:
    """Return what is true of every line in these groups, and of few others: it spares the rest a closer look."""
    found = StandingFinding.objects.filter(resolved_at=None, entry__isnull=False)
    held = Review.objects.filter(state=Review.State.HELD)
    answered = Question.objects.filter(answered_at__isnull=False, seen_at=None)
    return Q(pk__in=found.values("entry")) | Q(pk__in=held.values("entry")) | Q(pk__in=answered.values("entry"))


@dataclass(frozen=True, slots=True)
class Listed:
    """The lines of some groups as a paginator reads them: counted already, a page at a time, one statement a page."""

    filters: Filters
    groups: Collection[Group]
    order: str
    lines: int
    """How many there are, as ``Figures.of`` counted them."""

    def __len__(self) -> int:
        return self.lines

    def __getitem__(self, part: slice) -> "QuerySet[GroupedLine, GroupedLine]":
        if not self.lines:
            return cast("QuerySet[GroupedLine, GroupedLine]", LedgerEntry.objects.none())
        places = _BY_GROUP if self.order == GROUPED else ORDERS[self.order]
        if len(self.groups) == 1:
            places = tuple(place for place in places if place != "group_place")
        ids = _grouped(chosen(self.filters), self.groups).order_by(*places).values("pk")[part]
        same_standing = Filters(states=self.filters.states, standings=self.filters.standings)
        return grouped_lines(same_standing, order=self.order).filter(_is_one_of(ids))


def _is_one_of(ids: "QuerySet[Any, Any]") -> Func:
    """Keep the rows with these keys, found before anything else is read: an IN would be joined last of all."""
    return Func(
        F("pk"), ArraySubquery(ids), template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField()
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """The totals of the groups, and how many there are of what else was counted in the same statement."""

    groups: Mapping[Group, GroupTotal]
    others: Mapping[str, int]

    def of(self, groups: Collection[Group]) -> int:
        """Count the lines of some groups; of all of them if none is named."""
        return sum(total.lines for group, total in self.groups.items() if not groups or group in groups)


def figures(filters: Filters, **others: "QuerySet[Any, Any]") -> Figures:
    """Return count and dollars of every group, and the number of rows of each of the others. One query."""
    rows = (
        _grouped(chosen(filters))
        .order_by()
        .values("group")
        .annotate(found=Count("id"), total=Sum("amount"), unpriced=Count("id", filter=Q(amount=None)))
        .values_list("group", "found", "total", "unpriced")
    )
    counts = [_counted(name, rows_of_it) for name, rows_of_it in others.items()]
    read = {name: (lines, total, unpriced) for name, lines, total, unpriced in rows.union(*counts, all=True)}
    groups = {}
    for group in Group:
        lines, total, unpriced = read.get(group.value, (0, None, 0))
        groups[group] = GroupTotal(lines, total or Decimal("0.00"), unpriced)
    return Figures(groups, {name: read[name][0] for name in others})


def _counted(name: str, rows: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    """Return one row with the number of rows, in the columns of a group's total."""
    return rows.order_by().values_list(
        Value(name, CharField()),
        Func(F("pk"), function="COUNT", output_field=IntegerField()),
        Value(None, DecimalField()),
        Value(0, IntegerField()),
    )


def group_totals(filters: Filters) -> Mapping[Group, GroupTotal]:
    """Return count and dollars of every group. One query."""
    return figures(filters).groups
