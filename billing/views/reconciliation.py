"""Expected against actual: closed courses with their differences, as a page and as CSV; one course as a small table."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.forms.reconciliation import ReconciliationForm
from billing.lists import Cell
from billing.reconciliation.compare import Comparison, Difference
from billing.reconciliation.courses import Compared, closed_courses, compare_courses
from billing.reconciliation.expected import COUNTED_BY, SERVICE_WORDS
from billing.views.answers import UNPROCESSABLE, is_fragment
from billing.views.csv_answer import csv_answer
from billing.views.worklist import LISTS
from courses.models import Course
from patients.audit import note_access
from patients.roles import READS_COURSES, READS_MONEY, allow, has_role

PAGE = 50
MOST_COURSES = 300
"""How many courses are compared at once; the page says so where the days hold more."""
COLUMNS = (
    "course", "facility", "closed on", "difference", "explained", "service", "claim", "code", "day", "line", "finding",
    "words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A closed course on the page."""

    course: Course
    comparison: Comparison
    is_captured: bool

    @property
    def row_class(self) -> str:
        """The state of the row: something unexplained, something explained, or in order."""
        if self.comparison.unexplained:
            return "oc-row-held"
        return "oc-row-warning" if self.comparison.differences else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The compared courses that the form asks for. ``found`` is how many the days hold."""

    shown: list[Compared]
    compared: int
    found: int
    differing: int
    unexplained: int


@allow(read=READS_MONEY)
@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    """Show closed courses, expected against actual; a fixed number of statements."""
    form = ReconciliationForm(request.GET, today=timezone.localdate())
    asked = _asked(form)
    page = Paginator(asked.shown, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": "Closed courses",
        "form": form,
        "asked": asked,
        "page_obj": page,
        "rows": list(_rows(list(page.object_list))),
        "most": MOST_COURSES,
        "counted_by": [(SERVICE_WORDS[service], words) for service, words in COUNTED_BY.items()],
        "tabs": [(words, reverse(f"billing:{name}"), name == "reconciliation", None) for name, words in LISTS],
        "csv": f"{reverse('billing:reconciliation-csv')}?{request.GET.urlencode()}",
    }
    return render(request, "billing/reconciliation.html", context, status=200 if form.is_valid() else UNPROCESSABLE)


@allow(read=READS_MONEY)
@require_safe
def courses_csv(request: HttpRequest) -> HttpResponseBase:
    """Hand out the same differences, a row each: course and line by number, no patient's name."""
    form = ReconciliationForm(request.GET, today=timezone.localdate())
    rows = list(_rows(_asked(form).shown))
    return csv_answer("closed-courses", _cells(rows))


@allow(read=READS_COURSES)
@require_safe
def of_course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show one course, open or closed, expected against actual; a slot of its page. No amounts."""
    course = get_object_or_404(Course, pk=course_id)
    if not is_fragment(request):  # the page around it has noted it
        note_access(user=request.user, patient=course.patient_id, what="billing:course-reconciliation")
    (compared,) = compare_courses([course.pk]).values()
    context = {
        "page_title": "Expected and actual",
        "course": course,
        "comparison": compared.comparison,
        "counted_by": [(tally.words, tally.counted_by) for tally in compared.comparison.tallies],
        "is_captured": compared.is_captured,
        "shows_lines": has_role(request.user, *READS_MONEY),
        "crumbs": [(course.title, reverse("courses:course", args=[course.pk])), ("Expected and actual", "")],
        "layout": "billing/fragment.html" if is_fragment(request) else "base.html",
    }
    return render(request, "billing/reconciliation_course.html", context)


# --- what is asked for --------------------------------------------------------------------------------------------


def _asked(form: ReconciliationForm) -> Asked:
    if not form.is_valid():
        return Asked([], 0, 0, 0, 0)
    first, last = form.days
    found = closed_courses(closed_from=first, closed_to=last, facility_id=form.facility_id)
    compared = compare_courses(list(found.values_list("pk", flat=True)[:MOST_COURSES]))
    differing = [one for one in compared.values() if one.comparison.differences]
    unexplained = [one for one in differing if one.comparison.unexplained]
    shown = {"": list(compared.values()), "differing": differing, "unexplained": unexplained}[form.shown]
    count = len(compared) if len(compared) < MOST_COURSES else found.count()
    return Asked(shown, len(compared), count, len(differing), len(unexplained))


def _rows(compared: list[Compared]) -> Iterator[Row]:
    heads = Course.objects.select_related("patient", "facility").in_bulk([one.course_id for one in compared])
    for one in compared:
        yield Row(heads[one.course_id], one.comparison, one.is_captured)


# --- CSV ----------------------------------------------------------------------------------------------------------


def _cells(rows: list[Row]) -> Iterator[tuple[Cell, ...]]:
    yield COLUMNS
    for row in rows:
        for difference in row.comparison.differences:
            yield _row_cells(row, difference)


def _row_cells(row: Row, one: Difference) -> tuple[Cell, ...]:
    explained = "yes" if one.kind.is_explained else "no"
    return (
        row.course.pk, row.course.facility.name, row.course.closed_on, one.kind.value, explained,
        SERVICE_WORDS[one.service], one.claim, one.written, one.on, one.entry_id, one.code, one.message,
    )  # fmt: skip
