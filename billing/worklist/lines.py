"""The lines to review: one query set that pages, filters and exports alike read, in a fixed number of queries.

A line is a standing charge: what was reversed has dropped out. Its state is the biller's decision; findings
come first, because a held line waits for somebody and a clean one does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict, cast

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    Func,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from billing.models import LedgerEntry, StandingFinding
from billing.standing import noted, of_standing
from billing.worklist.filters import (
    EVERYTHING,
    TO_DO,
    WAITING,
    Filters,
    LineState,
    coverage_on,
    narrowed,
    of_course,
    of_days,
    of_findings,
)

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

ORDERS: dict[str, tuple[str, ...]] = {
    "findings": ("-is_blocked", "-has_findings", "service_on", "course__patient__last_name", "id"),
    "day": ("service_on", "id"),
    "-day": ("-service_on", "-id"),
    "patient": ("course__patient__last_name", "course__patient__first_name", "service_on", "id"),
    "code": ("code", "service_on", "id"),
    "amount": (F("amount").asc(nulls_first=True), "id"),  # type: ignore[dict-item]
    "-amount": (F("amount").desc(nulls_last=True), "id"),  # type: ignore[dict-item]
}
"""How a list may be sorted; ``findings`` is the worklist's own order."""


class LineNotes(TypedDict):
    """What ``lines`` notes on each entry. ``is_blocked``: an open hold keeps it from being released."""

    state: LineState
    stands: str
    is_blocked: bool
    has_findings: bool
    payer_id: int | None
    payer_name: str | None


class LineWithFindings(LineNotes):
    """The same, with the findings that stand for the line, overridden ones too."""

    open_findings: list[StandingFinding]


if TYPE_CHECKING:
    NotedLine = WithAnnotations[LedgerEntry, LineNotes]
    ReviewLine = WithAnnotations[LedgerEntry, LineWithFindings]
else:
    NotedLine = ReviewLine = LedgerEntry

BESIDE_A_LINE = ("course__patient", "course__facility", "review__by", "review__owner", "session", "plan", "replaces")


def lines(filters: Filters = TO_DO, order: str = "findings") -> "QuerySet[ReviewLine, ReviewLine]":
    """Return the lines that the filters let through, with state, payer and open findings. Two queries a page.

    Args:
        order: a key of ``ORDERS``; any other is read as ``findings``.
    """
    return told(chosen(filters)).order_by(*ORDERS.get(order, ORDERS["findings"]))


def told(found: QuerySet[LedgerEntry], beside: Sequence[str] = BESIDE_A_LINE) -> "QuerySet[ReviewLine, ReviewLine]":
    """Note on lines all that is shown of them, and read what stands beside them."""
    open_findings = StandingFinding.objects.filter(resolved_at=None).order_by("id").select_related("overridden_by")
    coverage = coverage_on(OuterRef("course__patient_id"), OuterRef("service_on"))
    lines = noted(with_state(found)).annotate(
        is_blocked=has_finding(HOLDS),
        has_findings=has_finding(),
        payer_id=Subquery(coverage.values("payer_id")[:1]),
        payer_name=Subquery(coverage.values("payer__name")[:1]),
    )
    prefetch = Prefetch("findings", queryset=open_findings, to_attr="open_findings")
    return cast("QuerySet[ReviewLine, ReviewLine]", lines.select_related(*beside).prefetch_related(prefetch))


HOLDS = "f.severity = 'hold' AND f.overridden_at IS NULL"
LOOKS = "(f.severity = 'warning' OR (f.severity = 'hold' AND f.overridden_at IS NOT NULL))"


def has_finding(which: str = "true") -> Func:
    """Whether a finding stands for the line of a query. In SQL: Django takes longer to spell it than PostgreSQL to ask.

    Args:
        which: a condition on the finding ``f``; text of this room, never of a user.
    """
    template = (
        "EXISTS (SELECT FROM oncocharge_billing_standingfinding f"
        f" WHERE f.entry_id = %(expressions)s AND f.resolved_at IS NULL AND {which})"
    )
    return Func(F("pk"), template=template, output_field=BooleanField())


def with_state(found: QuerySet[LedgerEntry]) -> "QuerySet[Any, Any]":
    """Note on lines what a biller decided about them; once."""
    if "state" in found.query.annotations:
        return found
    return found.annotate(
        state=Case(
            When(waiting=None, then=Value(LineState.CLAIMED.value)),
            default=Coalesce("review__state", Value(LineState.OPEN.value)),
            output_field=CharField(),
        )
    )


def chosen(filters: Filters) -> QuerySet[LedgerEntry]:
    """Return the lines with nothing noted but their state: for counts, and to find the few that are shown."""
    lines = with_state(_standing(filters))
    if filters.states:
        lines = lines.filter(state__in=[state.value for state in filters.states])
    kept = narrowed(lines, filters)
    for named in of_findings(filters):
        findings = StandingFinding.objects.filter(named, entry=OuterRef("pk"), resolved_at=None)
        kept = kept.filter(Exists(findings))
    return kept


def _standing(filters: Filters) -> QuerySet[LedgerEntry]:
    """Return the charges that stand: those on no claim by their own short list, the others by the whole ledger.

    Reversed ones only where they are asked for.
    """
    charges = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.CHARGE)
    if filters.standings:
        return of_standing(charges, filters.standings)
    if filters.states and LineState.CLAIMED not in filters.states:
        return charges.filter(waiting__isnull=False)
    reversals = LedgerEntry.objects.filter(reverses=OuterRef("pk"))
    return charges.filter(~Exists(reversals))


@dataclass(frozen=True, slots=True)
class StateTotal:
    """How many lines stand in a state, how many of them an open hold blocks, and what they come to (USD)."""

    lines: int = 0
    blocked: int = 0
    amount: Decimal = Decimal("0.00")


def totals(filters: Filters = WAITING) -> dict[LineState, StateTotal]:
    """Return count and dollars of the lines by state; lines without a fee count but add nothing. One query.

    Unless the filters ask for claimed lines, none are counted: they are all that was ever sent.
    """
    rows = (
        chosen(filters)
        .annotate(is_blocked=has_finding(HOLDS))
        .order_by()
        .values("state")
        .annotate(lines=Count("id"), blocked=Count("id", filter=Q(is_blocked=True)), total=Sum("amount"))
    )
    found = {
        LineState(row["state"]): StateTotal(row["lines"], row["blocked"], row["total"] or Decimal("0.00"))
        for row in rows
    }
    return {state: found.get(state, StateTotal()) for state in LineState}


_GRAVEST_FIRST = Case(
    *(When(severity=severity, then=Value(place)) for place, severity in enumerate(("hold", "refused", "warning"))),
    default=Value(3),
)


def loose_findings(filters: Filters = EVERYTHING) -> QuerySet[StandingFinding]:
    """Return the open findings that stand in place of a line, the gravest first. One query.

    Filters of line, payer and state do not apply: there is no line.
    """
    asked = Q(entry=None, resolved_at=None, overridden_at=None) & of_course(filters) & of_days(filters)
    return (
        StandingFinding.objects.filter(asked, *of_findings(filters))
        .select_related("course__patient", "course__facility")
        .order_by(_GRAVEST_FIRST, "service_on", "id")
    )
