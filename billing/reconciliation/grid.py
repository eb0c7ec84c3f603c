"""Courses and days -> the cells of the grid, in a fixed number of queries. Reads only."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.models import LedgerEntry, StandingFinding
from billing.reconciliation.cells import Charged, CourseCells, Treated, cells_of
from billing.reconciliation.gaps import NO_LINE_CODES
from billing.reconciliation.proving import Proved, prove
from billing.rules.lines import Family, Severity
from billing.standing import Standing, noted
from courses.models import Course, Session
from courses.terms import SessionStatus
from patients.models import Coverage
from patients.terms import Bills

DELIVERY = Family.DELIVERY.value


@dataclass(frozen=True, slots=True, kw_only=True)
class GridFilter:
    """Which courses and days; both days inclusive. ``only_gaps``: the courses of which something does not agree."""

    first: date
    last: date
    facility_id: int | None = None
    machine_id: int | None = None
    physician_id: int | None = None
    payer_id: int | None = None
    only_gaps: bool = False


@dataclass(frozen=True, slots=True)
class GridRow:
    """A course with its cells."""

    course: Course
    cells: CourseCells


def grid_courses(asked: GridFilter) -> QuerySet[Course]:
    """Return the courses with a session or a delivery line on these days, by patient."""
    sessions = _sessions(asked).filter(course=OuterRef("pk"))
    lines = _lines(asked).filter(course=OuterRef("pk"))
    found = Course.objects.filter(Exists(sessions) | Exists(lines))
    if asked.facility_id:
        found = found.filter(facility_id=asked.facility_id)
    if asked.physician_id:
        found = found.filter(physician_id=asked.physician_id)
    if asked.payer_id:
        found = found.filter(Exists(_coverages(asked).filter(patient=OuterRef("patient_id"))))
    if asked.only_gaps:
        gaps = proved_days(asked).gaps
        found = found.filter(pk__in={gap.course_id for gap in gaps if gap.course_id is not None})
    return found.select_related("patient", "facility").order_by("patient__last_name", "patient__first_name", "pk")


def proved_days(asked: GridFilter) -> Proved:
    """Count sessions and delivery lines of the days and the facility, whatever else is asked for: one query."""
    return prove(from_on=asked.first, to_on=asked.last, facility_id=asked.facility_id, sessions_alone=True)


def rows_of(courses: Iterable[Course], asked: GridFilter) -> list[GridRow]:
    """Return the cells of these courses, in their order: three queries, however many."""
    shown = list(courses)
    ids = [course.pk for course in shown]
    zones = {course.pk: course.facility.zone for course in shown}
    professional = {course.pk for course in shown if course.facility.bills == Bills.PROFESSIONAL}
    held, said = _findings(ids, asked)
    cells = cells_of(_treated(ids, zones, asked), _charged(ids, held, asked), said, professional)
    return [GridRow(course, cells.get(course.pk, CourseCells())) for course in shown]


def _sessions(asked: GridFilter) -> QuerySet[Session]:
    found = Session.objects.filter(treated_on__range=(asked.first, asked.last), cancelled_at=None)
    return found.filter(machine_id=asked.machine_id) if asked.machine_id else found


def _lines(asked: GridFilter) -> QuerySet[LedgerEntry]:
    found = LedgerEntry.objects.filter(
        kind="charge", reversal=None, family=DELIVERY, service_on__range=(asked.first, asked.last)
    )
    return found.filter(session__machine_id=asked.machine_id) if asked.machine_id else found


def _coverages(asked: GridFilter) -> QuerySet[Coverage]:
    return Coverage.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=asked.first),
        payer=asked.payer_id,
        rank="primary",
        effective_from__lte=asked.last,
    )


def _treated(ids: Sequence[int], zones: dict[int, ZoneInfo], asked: GridFilter) -> list[Treated]:
    found = Session.objects.filter(course_id__in=ids, treated_on__range=(asked.first, asked.last))
    if asked.machine_id:
        found = found.filter(machine_id=asked.machine_id)
    return [
        Treated(
            session_id=one.pk,
            course_id=one.course_id,
            on=one.treated_on,
            at=one.starts_at.astimezone(zones[one.course_id]).time(),
            status=SessionStatus(one.status),
            is_signed=one.signed_at is not None,
            is_cancelled=one.cancelled_at is not None,
            completes=_completes(one),
        )
        for one in found.select_related("resumes").order_by("starts_at", "pk")
    ]


def _completes(session: Session) -> bool:
    """Whether it resumes a session with beam that was stopped part way, and so has no line of its own."""
    partial = session.resumes
    if partial is None or partial.status != SessionStatus.PARTIAL or not partial.counts:
        return False
    return (partial.starts_at, partial.pk) < (session.starts_at, session.pk)


def _charged(ids: Sequence[int], held: Collection[int], asked: GridFilter) -> list[Charged]:
    rows = noted(_lines(asked).filter(course_id__in=ids)).order_by("pk")
    return [
        Charged(pk, course, session, on, "-".join((code, *modifiers)), Standing(stands), pk in held)
        for pk, course, session, on, code, modifiers, stands in rows.values_list(
            "pk", "course_id", "session_id", "service_on", "code", "modifiers", "stands"
        )
    ]


def _findings(ids: Sequence[int], asked: GridFilter) -> tuple[set[int], dict[int, str]]:
    """Return the entries that findings hold, and by session the code of what stands in place of its line."""
    in_place = Q(entry=None, code__in=NO_LINE_CODES, subject__startswith="session:")
    holding = Q(
        severity=Severity.HOLD.value,
        overridden_at=None,
        entry__family=DELIVERY,
        entry__service_on__range=(asked.first, asked.last),
    )
    rows = StandingFinding.objects.filter(in_place | holding, course_id__in=ids, resolved_at=None).order_by("-code")
    held: set[int] = set()
    said: dict[int, str] = {}
    for entry, subject, code in rows.values_list("entry_id", "subject", "code"):
        if entry is not None:
            held.add(entry)
        else:
            said[int(subject.partition(":")[2])] = code
    return held, said
