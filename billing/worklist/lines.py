"""The lines to review: one query set that pages, filters and exports alike read, in a fixed number of queries.

A line is a standing charge: what was reversed has dropped out. Its state is the biller's decision; findings
come first, because a held line waits for somebody and a clean one does not.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
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
from billing.rules.lines import Severity
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


class ChosenNotes(TypedDict):
    """What ``chosen`` notes on each entry. ``is_blocked``: an open hold keeps it from being released."""

    state: LineState
    is_blocked: bool
    has_findings: bool


class LineNotes(ChosenNotes):
    """What ``lines`` notes besides: where the line stands, and who is asked to pay for it."""

    stands: str
    payer_id: int | None
    payer_name: str | None


class LineWithFindings(LineNotes):
    """The same, with the findings that stand for the line, overridden ones too."""

    open_findings: list[StandingFinding]


if TYPE_CHECKING:
    ChosenLine = WithAnnotations[LedgerEntry, ChosenNotes]
    NotedLine = WithAnnotations[LedgerEntry, LineNotes]
    ReviewLine = WithAnnotations[LedgerEntry, LineWithFindings]
else:
    ChosenLine = NotedLine = ReviewLine = LedgerEntry


def lines(filters: Filters = TO_DO, order: str = "findings") -> "QuerySet[ReviewLine, ReviewLine]":
    """Return the lines that the filters let through, with state, payer and open findings. Two queries a page.

    Args:
        order: a key of ``ORDERS``; any other is read as ``findings``.
    """
    open_findings = StandingFinding.objects.filter(resolved_at=None).order_by("id").select_related("overridden_by")
    found = (
        _noted(filters)
        .select_related(
            "course__patient", "course__facility", "review__by", "review__owner", "session", "plan", "replaces"
        )
        .prefetch_related(Prefetch("findings", queryset=open_findings, to_attr="open_findings"))
        .order_by(*ORDERS.get(order, ORDERS["findings"]))
    )
    return found


def _noted(filters: Filters) -> "QuerySet[NotedLine, NotedLine]":
    coverage = coverage_on(OuterRef("course__patient_id"), OuterRef("service_on"))
    lines = noted(chosen(filters)).annotate(
        payer_id=Subquery(coverage.values("payer_id")[:1]),
        payer_name=Subquery(coverage.values("payer__name")[:1]),
    )
    return cast("QuerySet[NotedLine, NotedLine]", lines)


def open_findings_of_line() -> QuerySet[StandingFinding]:
    """Return the findings that stand for a line, inside of a query of lines."""
    return StandingFinding.objects.filter(entry=OuterRef("pk"), resolved_at=None)


def chosen(filters: Filters) -> "QuerySet[ChosenLine, ChosenLine]":
    """Return the lines with nothing noted but what their order and their group are told by: for counts, and for ids."""
    open_findings = open_findings_of_line()
    holds = open_findings.filter(severity=Severity.HOLD.value, overridden_at=None)
    lines = _standing(filters).annotate(
        state=Case(
            When(waiting=None, then=Value(LineState.CLAIMED.value)),
            default=Coalesce("review__state", Value(LineState.OPEN.value)),
            output_field=CharField(),
        ),
        is_blocked=Exists(holds),
        has_findings=Exists(open_findings),
    )
    if filters.states:
        lines = lines.filter(state__in=[state.value for state in filters.states])
    kept = narrowed(lines, filters)
    for named in of_findings(filters):
        kept = kept.filter(Exists(open_findings.filter(named)))
    return cast("QuerySet[ChosenLine, ChosenLine]", kept)


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
