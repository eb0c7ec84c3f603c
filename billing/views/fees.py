"""Fee schedules: which there are, what one says, whom it serves, which prices are missing."""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.fees.missing import missing_prices
from billing.fees.price_file import write_price_file
from billing.fees.prices import PriceError, WantedPrice, read_day
from billing.fees.saving import touched_by_serving
from billing.fees.touched import Touched
from billing.forms import ScheduleForm
from billing.models import FeeLine, FeeSchedule
from billing.rules import load_codebook
from billing.views.answers import UNPROCESSABLE
from patients.roles import READS_MONEY, Role, allow, has_role

KEEPS_FEES = frozenset({Role.BILLING_MANAGER, Role.ADMINISTRATOR})
"""Who changes prices."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """A row with what its code is called."""

    line: FeeLine
    name: str


@allow(read=READS_MONEY)
@require_safe
def fees(request: HttpRequest) -> HttpResponse:
    """Show every schedule: whom it serves, when, how many prices it has; and what is missing."""
    today = timezone.localdate()
    priced = Q(lines__withdrawn_at=None) & (Q(lines__effective_to=None) | Q(lines__effective_to__gte=today))
    schedules = FeeSchedule.objects.select_related("payer").annotate(
        prices=Count("lines", filter=priced & Q(lines__effective_from__lte=today)),
        latest=Max("lines__effective_from", filter=Q(lines__withdrawn_at=None)),
    )
    context = {
        "page_title": "Fees",
        "schedules": schedules.order_by("payer__name", "setting", "-effective_from"),
        "missing": missing_prices(),
        "may_change": has_role(request.user, *KEEPS_FEES),
        "today": today,
    }
    return render(request, "billing/fees.html", context)


@allow(read=READS_MONEY)
@require_safe
def missing(request: HttpRequest) -> HttpResponse:
    """Show which prices lines wait for, by schedule."""
    context = {
        "page_title": "Missing prices",
        "missing": missing_prices(),
        "may_change": has_role(request.user, *KEEPS_FEES),
        "crumbs": [("Fees", reverse("billing:fees")), ("Missing prices", "")],
    }
    return render(request, "billing/fees_missing.html", context)


@allow(read=READS_MONEY)
@require_safe
def schedule(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Show the prices of a schedule, by code and by day."""
    found = get_object_or_404(FeeSchedule.objects.select_related("payer"), pk=schedule_id)
    code = request.GET.get("code", "").replace("\0", "").strip().upper()  # PostgreSQL takes no null character
    said_day = request.GET.get("on", "").strip()
    try:
        day, fault = read_day(said_day) if said_day else None, ""
    except PriceError as error:
        day, fault = None, str(error)
    page = Paginator(_prices(found, code, day), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": found.name,
        "schedule": found,
        "page_obj": page,
        "shown": [ShownPrice(line, name_of_price(line.code, line.effective_from, line.effective_to)) for line in page],
        "asked": {"code": code, "on": said_day, "fault": fault},
        "may_change": has_role(request.user, *KEEPS_FEES),
        "today": timezone.localdate(),
        "crumbs": [("Fees", reverse("billing:fees")), (found.name, "")],
    }
    return render(request, "billing/fee_schedule.html", context, status=UNPROCESSABLE if fault else 200)


def name_of_price(code: str, first: date, last: date | None) -> str:
    """Name a code as it is called on the latest of the days on which a price of it holds."""
    rows = [
        row
        for row in load_codebook().procedures
        if row.code == code and row.effective_from <= (last or date.max) and row.effective_to >= first
    ]
    return rows[-1].name if rows else "not among the codes of those days"


def _prices(schedule: FeeSchedule, code: str, day: date | None) -> QuerySet[FeeLine]:
    lines = schedule.lines.filter(withdrawn_at=None)
    if code:
        lines = lines.filter(code__startswith=code)
    if day is not None:
        lines = lines.filter(Q(effective_to=None) | Q(effective_to__gte=day), effective_from__lte=day)
    return lines.order_by("code", "modifier", "-effective_from")


@allow(read=READS_MONEY)
@require_safe
def export(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Hand out a schedule as a file that can be loaded again."""
    found = get_object_or_404(FeeSchedule, pk=schedule_id)
    prices = (
        WantedPrice(line.code, line.modifier, line.amount, line.effective_from, line.effective_to)
        for line in found.lines.filter(withdrawn_at=None).order_by("code", "modifier", "effective_from")
    )
    headers = {"Content-Disposition": f'attachment; filename="fees-{found.pk}.csv"', "Cache-Control": "no-store"}
    return HttpResponse(write_price_file(prices), content_type="text/csv; charset=utf-8", headers=headers)


@allow(write=KEEPS_FEES)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a schedule."""
    form = ScheduleForm(request.POST or None)
    return _settings(request, form, "New schedule", [("Fees", reverse("billing:fees")), ("New schedule", "")])


@allow(write=KEEPS_FEES)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Change whom a schedule serves, and when."""
    found = get_object_or_404(FeeSchedule, pk=schedule_id)
    crumbs = [
        ("Fees", reverse("billing:fees")),
        (found.name, reverse("billing:fee-schedule", args=[found.pk])),
        ("Whom it serves", ""),
    ]
    return _settings(request, ScheduleForm(request.POST or None, instance=found), "Whom it serves", crumbs)


def _settings(request: HttpRequest, form: ScheduleForm, title: str, crumbs: list[tuple[str, str]]) -> HttpResponse:
    """Save what was typed; first show what it does to lines that are open, and ask: again if it does something else."""
    touched, shown = Touched(), ""
    if form.is_valid():
        touched = touched_by_serving(form.instance)
        shown = _digest(form.instance, touched)
        if not touched.is_any or (form.cleaned_data["has_seen"] and request.POST.get("shown") == shown):
            saved = form.save()
            messages.success(request, f"{saved.name} is saved.")
            return redirect("billing:fee-schedule", saved.pk)
    has_changed = bool(request.POST.get("shown")) and request.POST.get("shown") != shown
    if has_changed:
        form.data = {name: value for name, value in form.data.items() if name != "has_seen"}
    context = {
        "page_title": title,
        "form": form,
        "touched": touched,
        "must_see": touched.is_any,
        "shown": shown,
        "has_changed": has_changed,
        "back": crumbs[-2][1],
        "crumbs": crumbs,
    }
    return render(request, "billing/fee_settings.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _digest(schedule: FeeSchedule, touched: Touched) -> str:
    """Return a fingerprint of whom a schedule would serve, when, and what that does to open lines."""
    asked = (schedule.payer_id, schedule.setting, schedule.effective_from, schedule.effective_to, touched)
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:16]
