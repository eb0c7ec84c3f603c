"""The lines to review: one query set that pages, filters and exports alike read, in a fixed number of queries.

A line is a standing charge: what was reversed has dropped out. Its state is the biller's decision; findings
come first, because a held line waits for somebody and a clean one does not.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
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
from billing.standing import Standing, noted, of_standing
from patients.models import Coverage

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class LineState(StrEnum):
    """What a biller decided about a line so far; where it stands beyond is said by billing/standing."""

    OPEN = "open"
    HELD = "held"
    RELEASED = "released"
    CLAIMED = "claimed"


TO_REVIEW = (LineState.OPEN, LineState.HELD)
ON_NO_CLAIM = (*TO_REVIEW, LineState.RELEASED)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which lines to show; what is empty does not narrow. Days are days of service, both inclusive."""

    states: Collection[LineState] = TO_REVIEW
    standings: Collection[Standing] = ()
    severity: str = ""
    finding: str = ""
    family: str = ""
    code: str = ""
    claim_kind: str = ""
    payer_id: int | None = None
    facility_id: int | None = None
    course_id: int | None = None
    patient_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    search: str = ""
    """Beginning of an MRN or a last name; ``last, first`` narrows by both names."""


TO_DO = Filters()
WAITING = Filters(states=ON_NO_CLAIM)
EVERYTHING = Filters(states=())


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


def lines(filters: Filters = TO_DO, order: str = "findings") -> "QuerySet[ReviewLine, ReviewLine]":
    """Return the lines that the filters let through, with state, payer and open findings. Two queries a page.

    Args:
        order: a key of ``ORDERS``; any other is read as ``findings``.
    """
    open_findings = StandingFinding.objects.filter(resolved_at=None).order_by("id").select_related("overridden_by")
    found = (
        _noted(filters)
        .select_related("course__patient", "course__facility", "review__by", "session", "plan", "replaces")
        .prefetch_related(Prefetch("findings", queryset=open_findings, to_attr="open_findings"))
        .order_by(*ORDERS.get(order, ORDERS["findings"]))
    )
    return found


def _noted(filters: Filters) -> "QuerySet[NotedLine, NotedLine]":
    open_findings = StandingFinding.objects.filter(entry=OuterRef("pk"), resolved_at=None)
    holds = open_findings.filter(severity=Severity.HOLD.value, overridden_at=None)
    coverage = _coverage_on(OuterRef("course__patient_id"), OuterRef("service_on"))
    lines = noted(_standing(filters)).annotate(
        state=Case(
            When(waiting=None, then=Value(LineState.CLAIMED.value)),
            default=Coalesce("review__state", Value(LineState.OPEN.value)),
            output_field=CharField(),
        ),
        is_blocked=Exists(holds),
        has_findings=Exists(open_findings),
        payer_id=Subquery(coverage.values("payer_id")[:1]),
        payer_name=Subquery(coverage.values("payer__name")[:1]),
    )
    narrowed = lines.filter(_of_course(filters), _of_line(filters))
    for named in _of_findings(filters):
        narrowed = narrowed.filter(Exists(open_findings.filter(named)))
    return cast("QuerySet[NotedLine, NotedLine]", narrowed)


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


def _coverage_on(patient: OuterRef, day: OuterRef) -> QuerySet[Coverage]:
    in_force = Q(effective_to__isnull=True) | Q(effective_to__gte=day)
    return Coverage.objects.filter(in_force, patient=patient, rank="primary", effective_from__lte=day).order_by()


def _of_line(filters: Filters) -> Q:
    """Return what the filters ask of the line itself."""
    asked = Q()
    if filters.states:
        asked &= Q(state__in=[state.value for state in filters.states])
    for column in ("family", "code", "claim_kind", "payer_id"):
        value = getattr(filters, column)
        if value:
            asked &= Q(**{column: value})
    return asked & _of_days(filters)


def _of_days(filters: Filters) -> Q:
    asked = Q()
    if filters.first_day:
        asked &= Q(service_on__gte=filters.first_day)
    if filters.last_day:
        asked &= Q(service_on__lte=filters.last_day)
    return asked


def _of_course(filters: Filters) -> Q:
    """Return what the filters ask of the course and its patient, of a table with a ``course``."""
    asked = Q()
    if filters.course_id:
        asked &= Q(course_id=filters.course_id)
    if filters.facility_id:
        asked &= Q(course__facility_id=filters.facility_id)
    if filters.patient_id:
        asked &= Q(course__patient_id=filters.patient_id)
    last, _comma, first = (part.strip() for part in filters.search.partition(","))
    if last and first:
        asked &= Q(course__patient__last_name__istartswith=last, course__patient__first_name__istartswith=first)
    elif last:
        asked &= Q(course__patient__last_name__istartswith=last) | Q(course__patient__mrn__istartswith=last)
    return asked


def _of_findings(filters: Filters) -> list[Q]:
    """Return what the filters ask of one and the same finding, if anything."""
    asked = Q()
    if filters.severity:
        asked &= Q(severity=filters.severity)
    if filters.finding:
        asked &= Q(code=filters.finding)
    return [asked] if asked else []


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
        _noted(filters)
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
    asked = Q(entry=None, resolved_at=None, overridden_at=None) & _of_course(filters) & _of_days(filters)
    return (
        StandingFinding.objects.filter(asked, *_of_findings(filters))
        .select_related("course__patient", "course__facility")
        .order_by(_GRAVEST_FIRST, "service_on", "id")
    )
