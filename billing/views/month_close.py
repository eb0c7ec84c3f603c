"""Month close: which months are signed off, what a month comes to and leaves open, sign-off and reopening."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms.fields import take_faults
from billing.forms.month_close import MonthSignForm, ReopenForm
from billing.lists import Cell
from billing.models import MonthClose
from billing.reconciliation import closing
from billing.reconciliation.months import report_of, sum_of, words_of
from billing.reconciliation.open_rows import AFTER_SIGN_OFF, AFTER_WORDS, ITEM_WORDS, Item, Month, OpenRow, rows_after
from billing.views.answers import UNPROCESSABLE, user_of
from billing.views.csv_answer import csv_answer
from billing.views.grid import tabs
from courses.models import Course
from courses.views.identity import fault_of_password
from patients.models import Facility
from patients.roles import READS_MONEY, Role, allow
from patients.validators import FIRST_DAY, LAST_DAY

MONTHS = 13
PAGE = 50
MANAGERS = frozenset({Role.BILLING_MANAGER})
COLUMNS = ("question", "day", "course", "session", "line", "claim", "amount", "words")


class MonthInAddress:
    """A month as addresses write it: 2026-03."""

    regex = "(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])"

    def to_python(self, text: str) -> date:
        """Return its first day."""
        return date.fromisoformat(f"{text}-01")

    def to_url(self, day: date) -> str:
        """Write the month of a day."""
        return f"{day:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Question:
    """A row of the checklist."""

    item: str
    words: str
    count: int
    amount: str
    url: str


@dataclass(frozen=True, slots=True)
class Named:
    """A row that is open, with the course that it is of."""

    row: OpenRow
    course: Course | None


@allow(read=READS_MONEY)
@require_safe
def months(request: HttpRequest) -> HttpResponse:
    """Show the last months of each facility, and which of them are signed off; a fixed number of queries."""
    facilities = list(Facility.objects.order_by("name"))
    this_month = timezone.localdate().replace(day=1)
    asked = _first_of(request.GET.get("until", "")) or this_month
    firsts = list(_last_months(min(asked, this_month)))
    standing = MonthClose.objects.filter(reopened_at=None, month__range=(firsts[-1], firsts[0])).select_related(
        "signed_by"
    )
    closes = {(one.facility_id, one.month): one for one in standing}
    ended = MonthClose.objects.filter(reopened_at__isnull=False, month__range=(firsts[-1], firsts[0]))
    reopened = set(ended.values_list("facility_id", "month"))
    rows = [
        (Month(facility.pk, first), facility, closes.get((facility.pk, first)), (facility.pk, first) in reopened)
        for first in firsts
        for facility in facilities
    ]
    context = {
        "page_title": "Month close",
        "rows": rows,
        "this_month": this_month,
        "earlier": f"{firsts[-1] - timedelta(days=1):%Y-%m}",
        "is_earlier": firsts[0] != this_month,
        "several": len(facilities) > 1,
        "tabs": tabs("month-close"),
    }
    return render(request, "billing/month_close.html", context)


@allow(read=READS_MONEY)
@require_safe
def month(request: HttpRequest, facility_id: int, day: date) -> HttpResponse:
    """Show a month as it stands: expected against actual, the checklist, and who signed it off."""
    facility = get_object_or_404(Facility, pk=facility_id)
    asked = Month(facility.pk, day)
    report = report_of(asked)
    closes = closing.closes_of(asked)
    close = next((one for one in closes if one.reopened_at is None), None)
    after = rows_after(asked)
    is_over = closing.today_at(facility, timezone.now()) > asked.last
    context = {
        "page_title": f"{day:%B %Y}",
        "facility": facility,
        "month": asked,
        "report": report,
        "questions": [_question(asked, item, report.open[item]) for item in Item],
        "close": close,
        "after": _after(asked, after) if close else None,
        "history": [(one, words_of(one.content)) for one in closes],
        "is_over": is_over,
        "may_sign": closing.may_sign(user_of(request)),
        "crumbs": [("Month close", reverse("billing:month-close")), (f"{day:%B %Y}", "")],
    }
    return render(request, "billing/month.html", context)


@allow(read=READS_MONEY)
@require_safe
def rows(request: HttpRequest, facility_id: int, day: date, item: str) -> HttpResponseBase:
    """Show the rows behind one number of the checklist, or hand them out as CSV."""
    facility = get_object_or_404(Facility, pk=facility_id)
    asked = Month(facility.pk, day)
    words, found = _rows_of(asked, item)
    if request.GET.get("as") == "csv":
        return csv_answer(f"month-{asked}-{item}", _csv(words, found))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown: list[OpenRow] = list(page.object_list)
    courses = Course.objects.select_related("patient").in_bulk([one.course_id for one in shown if one.course_id])
    context = {
        "page_title": words,
        "facility": facility,
        "month": asked,
        "sum": sum_of(found),
        "page_obj": page,
        "rows": [Named(one, courses.get(one.course_id or 0)) for one in shown],
        "crumbs": [
            ("Month close", reverse("billing:month-close")),
            (f"{day:%B %Y}", reverse("billing:month", args=[facility.pk, day])),
            (words, ""),
        ],
    }
    return render(request, "billing/month_rows.html", context)


@allow(read=MANAGERS, write=MANAGERS)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, facility_id: int, day: date) -> HttpResponse:
    """Show what is signed, ask for the password, and sign the month off."""
    facility = get_object_or_404(Facility, pk=facility_id)
    asked = Month(facility.pk, day)
    form = MonthSignForm(request.POST or None)
    if form.is_valid() and _is_signed(request, asked, facility, form):
        messages.success(request, f"{day:%B %Y} of {facility.name} is signed off, in your name.")
        return redirect("billing:month", facility.pk, day)
    seen = closing.seen(asked)
    context = {
        "page_title": f"Sign off {day:%B %Y}",
        "form": form,
        "facility": facility,
        "month": asked,
        "report": seen.report,
        "digest": seen.digest,
        "questions": [_question(asked, item, seen.report.open[item]) for item in Item if seen.report.open[item]],
        "back": reverse("billing:month", args=[facility.pk, day]),
        "crumbs": _crumbs(facility, day, "Sign off"),
    }
    return render(request, "billing/month_sign.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@allow(read=MANAGERS, write=MANAGERS)
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, close_id: int) -> HttpResponse:
    """Open a month again, with a reason."""
    close = get_object_or_404(MonthClose.objects.select_related("facility", "signed_by"), pk=close_id)
    back = reverse("billing:month", args=[close.facility_id, close.month])
    form = ReopenForm(request.POST or None)
    if form.is_valid():
        closing.reopen(close_id=close.pk, by=user_of(request), at=timezone.now(), **form.cleaned_data)
        messages.success(request, f"{close.month:%B %Y} of {close.facility.name} is open again.")
        return redirect(back)
    context = {
        "page_title": f"Open {close.month:%B %Y} again",
        "form": form,
        "close": close,
        "back": back,
        "crumbs": _crumbs(close.facility, close.month, "Open again"),
    }
    return render(request, "billing/month_reopen.html", context, status=UNPROCESSABLE if form.is_bound else 200)


# --- what the pages show ------------------------------------------------------------------------------------------


def _last_months(today: date) -> Iterator[date]:
    first = today.replace(day=1)
    for _ in range(MONTHS):
        yield first
        first = (first - timedelta(days=1)).replace(day=1)


def _first_of(month: str) -> date | None:
    """Return the first day of a month of the address; nothing where it names none."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return first if FIRST_DAY <= first <= LAST_DAY else None


def _question(asked: Month, item: Item, found: list[OpenRow]) -> Question:
    return Question(item.value, ITEM_WORDS[item], len(found), sum_of(found), _url(asked, item.value))


def _after(asked: Month, found: list[OpenRow]) -> Question:
    return Question(AFTER_SIGN_OFF, AFTER_WORDS, len(found), sum_of(found), _url(asked, AFTER_SIGN_OFF))


def _url(asked: Month, item: str) -> str:
    return reverse("billing:month-rows", args=[asked.facility_id, asked.first, item])


def _rows_of(asked: Month, item: str) -> tuple[str, list[OpenRow]]:
    if item == AFTER_SIGN_OFF:
        return AFTER_WORDS, rows_after(asked)
    if item not in list(Item):
        raise Http404
    return ITEM_WORDS[Item(item)], list(report_of(asked).open[Item(item)])


def _csv(words: str, found: list[OpenRow]) -> Iterator[tuple[Cell, ...]]:
    yield COLUMNS
    for one in found:
        yield (words, one.on, one.course_id, one.session_id, one.entry_id, one.claim_id, one.amount, one.why)


def _crumbs(facility: Facility, day: date, words: str) -> list[tuple[str, str]]:
    return [
        ("Month close", reverse("billing:month-close")),
        (f"{day:%B %Y}", reverse("billing:month", args=[facility.pk, day])),
        (words, ""),
    ]


def _is_signed(request: HttpRequest, asked: Month, facility: Facility, form: MonthSignForm) -> bool:
    """Sign, or leave at the form why not."""
    said = form.cleaned_data
    if fault := fault_of_password(request, said["password"]):
        form.add_error("password", fault)
        return False
    today = closing.today_at(facility, timezone.now())
    try:
        closing.sign_off(month=asked, by=user_of(request), note=said["note"], digest=said["seen"], today=today)
    except ValidationError as error:
        take_faults(form, error)
        return False
    return True
