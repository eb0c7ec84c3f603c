"""Paid against expected: lines for which payers allow less than agreed, with sums by payer, as a page and as CSV."""

from decimal import Decimal

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.forms.remittance import PaidDaysForm
from billing.remittance.underpaid import PaidBelow, by_payer, csv_rows, paid_below
from billing.views.answers import UNPROCESSABLE
from billing.views.csv_answer import csv_answer
from billing.views.remittances import tabs
from patients.roles import READS_MONEY, allow

PAGE = 50


def _tolerance() -> Decimal:
    return Decimal(settings.UNDERPAYMENT_CENTS) / 100


def _found(form: PaidDaysForm) -> list[PaidBelow]:
    if not form.is_valid():
        return []
    days = form.cleaned_data
    return paid_below(first=days["paid_from"], last=days["paid_to"], tolerance=_tolerance())


@allow(read=READS_MONEY)
@require_safe
def underpayments(request: HttpRequest) -> HttpResponse:
    """Show the lines that were paid on these days below the payer's own fee schedule."""
    form = PaidDaysForm(request.GET, today=timezone.localdate())
    found = _found(form)
    context = {
        "page_title": "Paid below the fee",
        "form": form,
        "sums": by_payer(found),
        "page_obj": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "tolerance": _tolerance(),
        "tabs": tabs("underpayments"),
        "csv": f"{reverse('billing:underpayments-csv')}?{request.GET.urlencode()}",
    }
    return render(request, "billing/underpayments.html", context, status=200 if form.is_valid() else UNPROCESSABLE)


@allow(read=READS_MONEY)
@require_safe
def underpayments_csv(request: HttpRequest) -> HttpResponseBase:
    """Hand out the same lines, a row each: by number, no patient's name."""
    found = _found(PaidDaysForm(request.GET, today=timezone.localdate()))
    return csv_answer("underpayments", csv_rows(found))
