"""Paid against expected: lines for which payers allow less than agreed, with sums by payer, as a page and as CSV."""

import csv
from decimal import Decimal

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.forms.remittance import PaidDaysForm
from billing.remittance.underpaid import PaidBelow, by_payer, csv_rows, paid_below
from billing.views.answers import UNPROCESSABLE
from billing.views.remittances import tabs
from patients.roles import READS_MONEY, allow

PAGE = 50


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return the row."""
        return text


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
    writer = csv.writer(_Echo())
    rows = (writer.writerow([_harmless(cell) for cell in row]) for row in csv_rows(found))
    headers = {"Content-Disposition": 'attachment; filename="underpayments.csv"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)


def _harmless(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
