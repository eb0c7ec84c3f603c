"""The grid: courses down, days across, each session with how far its charge has come; as a page and as CSV."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.forms.grid import MONTH, GridForm
from billing.lists import Cell as Text
from billing.reconciliation.cells import Visit
from billing.reconciliation.grid import GridFilter, GridRow, grid_courses, proved_days, rows_of
from billing.templatetags.grid import LOOKS, REASONS
from billing.views.answers import UNPROCESSABLE
from billing.views.csv_answer import csv_answer
from courses.models import Course
from patients.roles import READS_MONEY, allow

PAGE = 40
BATCH = 200
TABS = (
    ("grid", "Treated and charged"),
    ("proof", "Proof"),
    ("reconciliation", "Closed courses"),
    ("month-close", "Month close"),
)
"""The pages of reconciliation: url name and words of each tab."""
COLUMNS = (
    "course", "facility", "day", "time", "session", "state", "reason", "line", "code", "stands as",
)  # fmt: skip
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the page."""

    on: date
    visits: list[Visit]
    is_weekend: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the page."""

    course: Course
    cells: list[Cell]
    gaps: int


@allow(read=READS_MONEY)
@require_safe
def grid(request: HttpRequest) -> HttpResponse:
    """Show the courses of these days; a fixed number of queries."""
    today = timezone.localdate()
    form = GridForm(request.GET, today=today)
    days, asked = form.days, form.filters
    page = Paginator(grid_courses(asked), PAGE).get_page(request.GET.get("page"))
    rows = [_shown(row, days) for row in rows_of(page.object_list, asked)]
    context = {
        "page_title": "Treated and charged",
        "form": form,
        "days": [(day, day.weekday() >= SATURDAY) for day in days],
        "is_wide": form.asked_span == MONTH,
        "today": today,
        "rows": rows,
        "page_obj": page,
        "proved": proved_days(asked),
        "before": _turned(request.GET, asked.first - timedelta(days=1)),
        "after": _turned(request.GET, asked.last + timedelta(days=1)),
        "now": _turned(request.GET, today),
        "csv": f"{reverse('billing:grid-csv')}?{request.GET.urlencode()}",
        "tabs": tabs("grid"),
    }
    return render(request, "billing/grid.html", context, status=200 if form.is_valid() else UNPROCESSABLE)


@allow(read=READS_MONEY)
@require_safe
def grid_csv(request: HttpRequest) -> HttpResponseBase:
    """Hand out the same, a row each session or line: by number, no patient's name."""
    form = GridForm(request.GET, today=timezone.localdate())
    return csv_answer("treated-and-charged", _csv_rows(form.filters))


def tabs(shown: str) -> list[tuple[str, str, bool, None]]:
    """Return the tabs of reconciliation, with the one that is shown."""
    return [(words, reverse(f"billing:{name}"), name == shown, None) for name, words in TABS]


def _shown(row: GridRow, days: list[date]) -> ShownRow:
    by_day = row.cells.by_day
    cells = [Cell(day, by_day.get(day, []), day.weekday() >= SATURDAY) for day in days]
    return ShownRow(row.course, cells, row.cells.gaps)


def _turned(address: QueryDict, day: date) -> str:
    query = address.copy()
    query.pop("page", None)
    query["day"] = f"{day}"
    return f"?{query.urlencode()}"


def _csv_rows(asked: GridFilter) -> Iterator[tuple[Text, ...]]:
    yield COLUMNS
    courses = list(grid_courses(asked))
    for start in range(0, len(courses), BATCH):
        for row in rows_of(courses[start : start + BATCH], asked):
            for day in sorted(row.cells.by_day):
                for visit in row.cells.by_day[day]:
                    yield from _visit_rows(row.course, visit)


def _visit_rows(course: Course, visit: Visit) -> Iterator[tuple[Text, ...]]:
    session = visit.session
    head: tuple[Text, ...] = (
        course.pk, course.facility.name, visit.on, f"{session.at:%H:%M}" if session else "",
        session.session_id if session else "", LOOKS[visit.state].words, REASONS.get(visit.reason, visit.reason),
    )  # fmt: skip
    if not visit.lines:
        yield (*head, "", "", "")
    for line in visit.lines:
        yield (*head, line.entry_id, line.written, line.standing.value)
