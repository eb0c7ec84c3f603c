"""In which group a line stands for its biller: needs action, look, clean, held by a person, decided.

The groups follow from findings, reviews and answers, never from a flag of their own. Counts and pages read as little as
they can of all the lines that wait: first which lines, in which order; then everything, of the few that are shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from django.db.models import (
    BooleanField,
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
)
from django.db.models.expressions import RawSQL

from billing.models import LedgerEntry, Question, Review, StandingFinding
from billing.worklist.filters import Filters, LineState
from billing.worklist.holds import has_unread_answer, what_returns
from billing.worklist.lines import (
    BESIDE_A_LINE,
    HOLDS,
    LOOKS,
    ORDERS,
    LineWithFindings,
    chosen,
    told,
    with_state,
)
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
    return _told(_grouped(chosen(filters), groups)).order_by(*_places(order))


def _places(order: str) -> Sequence[str]:
    return _BY_GROUP if order == GROUPED else ORDERS.get(order, _BY_GROUP)


BESIDE_A_ROW = ("course__patient", "course__facility", "review__by", "review__owner", "plan")
"""What a row of the list shows of what stands beside its line; pages about one line read more."""
_BY_GROUP = ("group_place", "-is_answered", "service_on", "course__patient__last_name", "id")


def _told(found: QuerySet[LedgerEntry], beside: Sequence[str] = BESIDE_A_LINE) -> "QuerySet[GroupedLine, GroupedLine]":
    """Note on grouped lines all that a row shows besides."""
    fractions = Fraction.objects.filter(session=OuterRef("session_id")).order_by("plan")
    lines = told(found, beside).annotate(
        returns=what_returns(),
        fraction_number=Subquery(fractions.values("number")[:1]),
        fraction_of=Subquery(fractions.values("plan__fractions")[:1]),
    )
    return cast("QuerySet[GroupedLine, GroupedLine]", lines.prefetch_related(questions_of_line()))


class _GroupOf(Func):
    """The group of a line by its key, its state and whether its hold is back; a table as the docs have it.

    Spelled in SQL: the worklist asks it of every line that waits, and Django would write each part several times.
    """

    output_field = CharField()

    def as_sql(self, compiler: Any, connection: Any, **_extra: Any) -> tuple[str, tuple[Any, ...]]:  # type: ignore[override]
        """Write state and hold once each, in the order of their values; the key has none."""
        key, state, is_back = self.get_source_expressions()
        key_sql, _none = compiler.compile(key)
        state_sql, state_values = compiler.compile(state)
        back_sql, back_values = compiler.compile(is_back)
        written = _GROUPS.format(key=key_sql, state=state_sql, is_back=back_sql)
        return written, (*state_values, *back_values)


_ANSWERED = """EXISTS (SELECT FROM oncocharge_billing_question q
     WHERE q.entry_id = {key} AND q.answered_at IS NOT NULL AND q.seen_at IS NULL)"""
_FOUND = """EXISTS (SELECT FROM oncocharge_billing_standingfinding f
     WHERE f.entry_id = {key} AND f.resolved_at IS NULL AND """
_GROUPS = f"""CASE {{state}}
    WHEN 'released' THEN 'decided'
    WHEN 'claimed' THEN 'decided'
    WHEN 'held' THEN CASE WHEN {{is_back}} OR {_ANSWERED} THEN 'action' ELSE 'held' END
    ELSE CASE WHEN {_FOUND}{HOLDS}) THEN 'action'
              WHEN {_FOUND}{LOOKS}) OR {_ANSWERED} THEN 'look'
              ELSE 'clean' END END"""


def _grouped(found: QuerySet[LedgerEntry], groups: Collection[Group] = ()) -> "QuerySet[Any, Any]":
    # Asked of the few that are held, not of all that wait.
    held = LedgerEntry.objects.filter(review__state=LineState.HELD.value, pk=OuterRef("pk"))
    is_back = Exists(held.annotate(returns=what_returns()).exclude(returns="").order_by())
    noted: QuerySet[Any, Any] = with_state(found).annotate(
        group=_GroupOf(F("pk"), F("state"), is_back),
        group_place=Func(Value(list(Group)), F("group"), function="array_position", output_field=IntegerField()),
        is_answered=has_unread_answer(),
    )
    if groups and set(groups) <= set(FOR_A_PERSON):
        noted = noted.filter(_may_need_a_person())
    if groups:
        noted = noted.filter(group__in=[group.value for group in groups])
    return noted


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
        places = _places(self.order)
        if len(self.groups) == 1:
            places = [place for place in places if place != "group_place"]
        ids = _grouped(chosen(self.filters), self.groups).order_by(*places).values("pk")[part]
        # Spelled out once: as a part of the other query Django would take it to pieces and put it together again.
        sql, values = ids.query.sql_with_params()
        shown = _told(_grouped(LedgerEntry.objects.order_by()), beside=BESIDE_A_ROW)
        return shown.order_by(*_places(self.order)).filter(_is_one_of(RawSQL(f"ARRAY({sql})", values)))


def _is_one_of(ids: RawSQL) -> Func:
    """Keep the rows with these keys, found before anything else is read: an IN would be joined last of all."""
    return Func(F("pk"), ids, template="%(expressions)s)", arg_joiner=" = ANY(", output_field=BooleanField())


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
