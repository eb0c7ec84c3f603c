"""Courses -> what should stand and what stands, for many at once in a fixed number of statements. Reads only."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from billing.capture.basis import read_basis
from billing.capture.facts import load_courses
from billing.ledger import PostedCharge, posted_charges
from billing.models import LedgerEntry, StandingFinding
from billing.reconciliation.compare import (
    HELD_BY_A_PERSON,
    Books,
    Comparison,
    Reversal,
    Said,
    StandingLine,
    compare,
)
from billing.reconciliation.expected import due_lines
from billing.rules.lines import Severity
from courses.models import Course

HELD = "held"


@dataclass(frozen=True, slots=True)
class Compared:
    """A course with its comparison. ``is_captured``: its charges rest on its newest facts, prices and rules."""

    course_id: int
    comparison: Comparison
    is_captured: bool


def closed_courses(
    *, closed_from: date | None = None, closed_to: date | None = None, facility_id: int | None = None
) -> QuerySet[Course]:
    """Return the courses that were closed on these days, both inclusive, the newest first."""
    asked = Q(closed_on__isnull=False)
    if closed_from is not None:
        asked &= Q(closed_on__gte=closed_from)
    if closed_to is not None:
        asked &= Q(closed_on__lte=closed_to)
    if facility_id is not None:
        asked &= Q(facility_id=facility_id)
    return Course.objects.filter(asked).order_by("-closed_on", "-id")


def compare_courses(course_ids: Collection[int]) -> dict[int, Compared]:
    """Return expected against actual of each course, in the order given; five statements, however many."""
    ids = list(course_ids)
    loaded = load_courses(ids)
    books = read_books(ids)
    captured = {pk for pk, basis in read_basis(course_ids=ids).items() if not basis.is_stale}
    return {
        pk: Compared(pk, compare(due_lines(loaded[pk].facts, books[pk].too_close), books[pk]), pk in captured)
        for pk in ids
        if pk in loaded
    }


def read_books(course_ids: list[int]) -> defaultdict[int, Books]:
    """Return what ledger and worklist say of each course: three statements, however many."""
    books: defaultdict[int, Books] = defaultdict(Books)
    charges = posted_charges(course_ids=course_ids)
    holds = _read_findings(course_ids, books)
    standing_keys = {(one.course_id, one.line_key) for one in charges if not one.is_reversed}
    gone = [one for one in charges if one.is_reversed and (one.course_id, one.line_key) not in standing_keys]
    reasons = _reasons(gone)
    for charge in charges:
        if not charge.is_reversed:
            books[charge.course_id].standing.append(_standing(charge, holds[charge.id]))
    for charge in gone:
        written = _written(charge)
        reversal = Reversal(charge.id, charge.line_key, written, charge.service_on, reasons.get(charge.id, ""))
        books[charge.course_id].reversals.append(reversal)
    return books


def _standing(charge: PostedCharge, holds: list[tuple[str, str]]) -> StandingLine:
    if charge.state == HELD:
        holds = [*holds, (HELD_BY_A_PERSON, "A person holds the line; it says why.")]
    return StandingLine(
        charge.id,
        charge.line_key,
        _written(charge),
        charge.service_on,
        charge.units,
        () if charge.is_claimed else tuple(holds),
    )


def _written(charge: PostedCharge) -> str:
    return "-".join((charge.code, *charge.modifiers))


def _read_findings(course_ids: list[int], books: defaultdict[int, Books]) -> defaultdict[int, list[tuple[str, str]]]:
    """Put what stands in place of a line into the books; return what holds each line."""
    holds: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = StandingFinding.objects.filter(course_id__in=course_ids, resolved_at=None).order_by("id")
    for course, entry, subject, severity, code, message, on, overridden in rows.values_list(
        "course_id", "entry_id", "subject", "severity", "code", "message", "service_on", "overridden_at"
    ):
        if entry is None:
            books[course].said.append(Said(subject, code, message, on))
        elif severity == Severity.HOLD.value and overridden is None:
            holds[entry].append((code, message))
    return holds


def _reasons(reversed_charges: Iterable[PostedCharge]) -> dict[int, str]:
    ids = [charge.id for charge in reversed_charges]
    rows = LedgerEntry.objects.filter(reverses_id__in=ids).order_by("id").values_list("reverses_id", "because")
    return {reverses: str(because.get("reason", "")) for reverses, because in rows if reverses is not None}
