"""What a list of lines is narrowed by, as one value and as the conditions that it stands for.

The conditions are of lines and of findings without a line; which lines there are to narrow is said by lines.py.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.models import LedgerEntry
from billing.standing import Standing
from courses.models import Plan
from patients.models import Coverage


class LineState(StrEnum):
    """What a biller decided about a line so far; where it stands beyond is said by billing/standing."""

    OPEN = "open"
    HELD = "held"
    RELEASED = "released"
    CLAIMED = "claimed"


TO_REVIEW = (LineState.OPEN, LineState.HELD)
ON_NO_CLAIM = (*TO_REVIEW, LineState.RELEASED)


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
    machine_id: int | None = None
    physician_id: int | None = None
    rule: str = ""
    hold_code: str = ""
    first_day: date | None = None
    last_day: date | None = None
    search: str = ""
    """Beginning of an MRN or a last name; ``last, first`` narrows by both names."""


TO_DO = Filters()
WAITING = Filters(states=ON_NO_CLAIM)
EVERYTHING = Filters(states=())


def coverage_on(patient: OuterRef, day: OuterRef) -> QuerySet[Coverage]:
    """Return the primary coverages of a patient on a day."""
    in_force = Q(effective_to__isnull=True) | Q(effective_to__gte=day)
    return Coverage.objects.filter(in_force, patient=patient, rank="primary", effective_from__lte=day).order_by()


def narrowed(lines: QuerySet[LedgerEntry], filters: Filters) -> QuerySet[LedgerEntry]:
    """Keep the lines that the filters let through; state, severity and finding are for lines.py."""
    kept = lines.filter(of_course(filters), of_days(filters))
    for column, value in _columns(filters):
        kept = kept.filter(**{column: value})
    if filters.payer_id:
        paid = coverage_on(OuterRef("course__patient_id"), OuterRef("service_on")).filter(payer=filters.payer_id)
        kept = kept.filter(Exists(paid))
    if filters.machine_id:
        kept = kept.filter(_of_machine(filters.machine_id))
    if filters.physician_id:
        named = Q(provider=filters.physician_id)
        kept = kept.filter(named | Q(provider=None, course__physician=filters.physician_id))
    return kept


def _columns(filters: Filters) -> list[tuple[str, str]]:
    asked = (
        ("family", filters.family), ("code", filters.code), ("claim_kind", filters.claim_kind),
        ("rule", filters.rule), ("review__code", filters.hold_code),
    )  # fmt: skip
    return [(column, value) for column, value in asked if value]


def _of_machine(machine_id: int) -> Q:
    """What a machine delivered; what no session earned belongs to the machine of its plan, or of the course's plans."""
    plans = Plan.objects.filter(course=OuterRef("course"), machine=machine_id)
    return Q(session__machine=machine_id) | (Q(session=None) & Q(Exists(plans)))


def of_days(filters: Filters) -> Q:
    """Return what the filters ask of the day of service."""
    asked = Q()
    if filters.first_day:
        asked &= Q(service_on__gte=filters.first_day)
    if filters.last_day:
        asked &= Q(service_on__lte=filters.last_day)
    return asked


def of_course(filters: Filters) -> Q:
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


def of_findings(filters: Filters) -> list[Q]:
    """Return what the filters ask of one and the same finding, if anything."""
    asked = Q()
    if filters.severity:
        asked &= Q(severity=filters.severity)
    if filters.finding:
        asked &= Q(code=filters.finding)
    return [asked] if asked else []
