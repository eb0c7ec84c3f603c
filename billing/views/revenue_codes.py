"""The practice's revenue codes: which there are, entered, changed, ended. What was sent keeps the code it went with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing.forms.revenue_code import RevenueCodeForm
from billing.models import USUAL_REVENUE_CODE, RevenueCode
from billing.models.revenue_code import lines_served
from billing.views.answers import UNPROCESSABLE
from patients.roles import READS_MONEY, Role, allow, has_role

KEEPS_REVENUE_CODES = frozenset({Role.BILLING_MANAGER, Role.ADMINISTRATOR})
"""Who changes the table."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a row, as a timeline shows it."""

    at: datetime
    what: str
    state: str
    who: str


@allow(read=READS_MONEY)
@require_safe
def revenue_codes(request: HttpRequest) -> HttpResponse:
    """Show every row, those in force first."""
    today = timezone.localdate()
    rows = list(RevenueCode.objects.select_related("payer"))
    rows.sort(key=lambda row: (_is_over(row, today), row.payer.name if row.payer else "", row.code == "", row.code))
    context = {
        "page_title": "Revenue codes",
        "rows": [(row, _is_over(row, today)) for row in rows],
        "usual": USUAL_REVENUE_CODE,
        "may_change": has_role(request.user, *KEEPS_REVENUE_CODES),
    }
    return render(request, "billing/revenue_codes.html", context)


def _is_over(row: RevenueCode, today: date) -> bool:
    return row.effective_to is not None and row.effective_to < today


@allow(write=KEEPS_REVENUE_CODES)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter a row."""
    form = RevenueCodeForm(request.POST or None, initial={"effective_from": timezone.localdate()})
    return _form(request, form, "New revenue code", [])


@allow(write=KEEPS_REVENUE_CODES)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, row_id: int) -> HttpResponse:
    """Change a row, or end it by its last day; show what became of it."""
    row = get_object_or_404(RevenueCode.objects.select_related("payer"), pk=row_id)
    title = f"{row.revenue_code} for {row.serves}"
    return _form(request, RevenueCodeForm(request.POST or None, instance=row), title, list(_changes(row)))


def _form(request: HttpRequest, form: RevenueCodeForm, title: str, changes: list[Change]) -> HttpResponse:
    if form.is_valid():
        saved = form.save()
        messages.success(request, f"Saved: {saved.revenue_code} for {saved.serves}.")
        return redirect("billing:revenue-codes")
    context = {
        "page_title": title,
        "form": form,
        "events": changes,
        "crumbs": [("Revenue codes", reverse("billing:revenue-codes")), (title, "")],
    }
    return render(request, "billing/revenue_code.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _changes(row: RevenueCode) -> Iterator[Change]:
    """Yield what became of a row, oldest first. Two queries."""
    history = row.history  # type: ignore[attr-defined]  # made by pghistory
    states = list(history.select_related("pgh_context").order_by("pgh_id"))
    ids = {state.pgh_context.metadata.get("user", 0) for state in states if state.pgh_context}
    names = {user.pk: user.get_full_name() or user.username for user in User.objects.filter(pk__in=ids)}
    for place, state in enumerate(states):
        said = state.pgh_context.metadata.get("user", 0) if state.pgh_context else 0
        verb = "Changed to" if place else "Entered as"
        until = f" to {state.effective_to}" if state.effective_to else " on"
        served = lines_served(state.code, state.last_code, state.family)
        what = f"{verb} {state.revenue_code} for {served}, from {state.effective_from}{until}"
        yield Change(state.pgh_created_at, what, "warning" if place else "draft", names.get(said, "the program"))
