"""Payers' policies: who has which, and its periods entered, changed and taken away.

What is asked for is shown with its consequences before it is saved: views/policy_look.py.
"""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing import policies
from billing.forms.policy import PolicyForm, initial_of
from billing.policies import Period
from billing.policies.words import GROUPS, Setting, is_default, own_settings, said, span_words
from billing.views.answers import UNPROCESSABLE
from billing.views.policy_look import Asked, crumbs_of, look_answer
from patients.models import Payer, PayerPolicy
from patients.roles import READS_MONEY, Role, allow, has_role

MAY_CHANGE = frozenset({Role.BILLING_MANAGER, Role.ADMINISTRATOR})


class Row(NamedTuple):
    """A period as the pages list it: its days, what differs from the rules' defaults, where today stands."""

    period: Period
    days: str
    own: list[tuple[Setting, str]]
    when: str


@allow(read=READS_MONEY)
@require_safe
def payers(request: HttpRequest) -> HttpResponse:
    """List the payers, each with the policy in force and what is entered for later."""
    found = Payer.objects.prefetch_related("policies").order_by("-is_active", "name")
    rows = [(payer, _rows([policies.period_of(row) for row in payer.policies.all()])) for payer in found]
    context = {"page_title": "Payers and their policies", "payers": rows, "may_change": _may_change(request)}
    return render(request, "billing/policies.html", context)


@allow(read=READS_MONEY)
@require_safe
def payer(request: HttpRequest, payer_id: int) -> HttpResponse:
    """Show a payer's policy in force, its periods and what became of them."""
    found = _payer(payer_id)
    periods = policies.standing_periods(payer_id)
    settings = policies.settings_on(periods, timezone.localdate())
    groups = [
        (group.title, [(one, said(settings, one), is_default(settings, one)) for one in group.settings])
        for group in GROUPS
    ]
    context = {
        "page_title": found.name,
        "payer": found,
        "rows": _rows(periods)[::-1],
        "has_period_today": any(period.covers(timezone.localdate()) for period in periods),
        "groups": groups,
        "history": policies.history_of(payer_id),
        "may_change": _may_change(request),
        "crumbs": [("Payers", reverse("billing:policies")), (found.name, "")],
    }
    return render(request, "billing/policy.html", context)


@allow(write=MAY_CHANGE)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, payer_id: int) -> HttpResponse:
    """Enter a period from a day on: fill in, look at what would change, save."""
    found, today = _payer(payer_id), timezone.localdate()
    settings = policies.settings_on(policies.standing_periods(payer_id), today)
    form = PolicyForm(request.POST or None, payer=found, today=today, initial=policies.columns_of(settings))
    return _filled_in(request, form, title="Enter a period")


@allow(write=MAY_CHANGE)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, period_id: int) -> HttpResponse:
    """Change a period in place: its settings, its days."""
    row, today = _period(period_id), timezone.localdate()
    period = policies.period_of(row)
    form = PolicyForm(request.POST or None, payer=row.payer, today=today, period=period, initial=initial_of(period))
    return _filled_in(request, form, title="Change a period")


@allow(write=MAY_CHANGE)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, period_id: int) -> HttpResponse:
    """Take a period away: the rules' defaults hold on its days. What would change is shown first, here too."""
    row = _period(period_id)
    plan = policies.planned_without(payer_id=row.payer_id, period_id=period_id)

    def save(reason: str, revision: int) -> None:
        policies.remove_period(payer_id=row.payer_id, period_id=period_id, reason=reason, revision=revision)

    return look_answer(request, Asked(row.payer, plan, [], "Take a period away", save))


def _filled_in(request: HttpRequest, form: PolicyForm, *, title: str) -> HttpResponse:
    """Show the form until it is sound; then what it would change, until that is saved."""
    is_again = request.POST.get("step") == "again"
    if is_again or not form.is_valid() or form.plan is None:
        return _form_page(request, form, title, is_refused=form.is_bound and not is_again)

    def save(reason: str, revision: int) -> None:
        policies.save_period(
            payer_id=form.payer.pk, wanted=form.wanted(), reason=reason, today=form.today,
            instead_of=form.period.id if form.period else None, revision=revision,
        )  # fmt: skip

    return look_answer(request, Asked(form.payer, form.plan, form.said(), title, save))


def _form_page(request: HttpRequest, form: PolicyForm, title: str, *, is_refused: bool) -> HttpResponse:
    context = {
        "page_title": f"{title}: {form.payer.name}",
        "form": form,
        "standing": _rows(policies.standing_periods(form.payer.pk)),
        "crumbs": crumbs_of(form.payer, title),
        "back": reverse("billing:policy", args=[form.payer.pk]),
    }
    return render(request, "billing/policy_form.html", context, status=UNPROCESSABLE if is_refused else 200)


def _rows(periods: list[Period]) -> list[Row]:
    today = timezone.localdate()
    return [
        Row(
            period,
            span_words(period.effective_from, period.effective_to),
            own_settings(period.settings),
            "today" if period.covers(today) else "later" if period.effective_from > today else "past",
        )
        for period in periods
    ]


def _may_change(request: HttpRequest) -> bool:
    return has_role(request.user, *MAY_CHANGE)


def _payer(payer_id: int) -> Payer:
    return get_object_or_404(Payer, pk=payer_id)


def _period(period_id: int) -> PayerPolicy:
    return get_object_or_404(PayerPolicy.objects.select_related("payer"), pk=period_id)
