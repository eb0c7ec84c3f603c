"""In which group a line stands for its biller: needs action, look, clean, held by a person, decided.

The groups follow from findings and reviews, never from a flag of their own. One count of all groups is one query.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from django.db.models import Case, CharField, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Sum, Value, When

from billing.models import LedgerEntry, StandingFinding
from billing.rules.lines import Severity
from billing.worklist.lines import Filters, LineState, LineWithFindings, lines

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


if TYPE_CHECKING:
    GroupedLine = WithAnnotations[LedgerEntry, GroupNotes]
else:
    GroupedLine = LedgerEntry

GROUPED = "groups"
"""The order of the worklist: group by group, the oldest day first."""
_PLACE = tuple(enumerate(Group))


@dataclass(frozen=True, slots=True)
class GroupTotal:
    """How many lines stand in a group, what they come to (USD), and how many of them have no price."""

    lines: int = 0
    amount: Decimal = Decimal("0.00")
    unpriced: int = 0


def grouped_lines(
    filters: Filters, *, group: Group | None = None, order: str = GROUPED
) -> "QuerySet[GroupedLine, GroupedLine]":
    """Return lines with the group of each, of one group if asked; in the order of the groups or another one."""
    looks = StandingFinding.objects.filter(
        Q(severity=Severity.WARNING.value) | Q(severity=Severity.HOLD.value, overridden_at__isnull=False),
        entry=OuterRef("pk"),
        resolved_at=None,
    )
    found = lines(filters, order=order).annotate(
        group=Case(
            When(state__in=(LineState.RELEASED, LineState.CLAIMED), then=Value(Group.DECIDED.value)),
            When(state=LineState.HELD, then=Value(Group.HELD.value)),
            When(is_blocked=True, then=Value(Group.ACTION.value)),
            When(Exists(looks), then=Value(Group.LOOK.value)),
            default=Value(Group.CLEAN.value),
            output_field=CharField(),
        ),
        group_place=Case(
            *(When(group=name.value, then=Value(place)) for place, name in _PLACE),
            default=Value(len(_PLACE)),
            output_field=IntegerField(),
        ),
    )
    if group is not None:
        found = found.filter(group=group.value)
    if order == GROUPED:
        found = found.order_by("group_place", "service_on", "course__patient__last_name", "id")
    return cast("QuerySet[GroupedLine, GroupedLine]", found)


def group_totals(filters: Filters) -> Mapping[Group, GroupTotal]:
    """Return count and dollars of every group. One query."""
    rows = (
        grouped_lines(filters)
        .prefetch_related(None)
        .order_by()
        .values("group")
        .annotate(found=Count("id"), total=Sum("amount"), unpriced=Count("id", filter=Q(amount=None)))
    )
    counted = {
        Group(row["group"]): GroupTotal(row["found"], row["total"] or Decimal("0.00"), row["unpriced"]) for row in rows
    }
    return {group: counted.get(group, GroupTotal()) for group in Group}
