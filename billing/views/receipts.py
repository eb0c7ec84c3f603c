"""What partners answered: every file as it came, what it said, what of it found nothing of ours."""

from collections import Counter

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing import receipts
from billing.acknowledgment import all_claims, missing_answers
from billing.forms.receipt import ReceiptForm
from billing.models import Receipt, ReceiptWarning
from billing.receipts import listing
from billing.views.answers import UNPROCESSABLE, user_of
from patients.roles import BILLING, READS_MONEY, Role, allow, has_role

PAGE = 25
ROWS = 50
WARNINGS = 200
MAY_TAKE_IN = BILLING | {Role.ADMINISTRATOR}
LISTS = (("all", "All"), ("unread", "Not read"), ("warnings", "With open warnings"))


@allow(read=READS_MONEY)
@require_safe
def receipts_list(request: HttpRequest) -> HttpResponse:
    """Show the receipts, the latest first; where the claims are; which answers are missing."""
    show = request.GET.get("show", "all")
    page = Paginator(listing.listed(show), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": "Answers from partners",
        "page_obj": page,
        "rows": _rows(page),
        "show": show if show in listing.SHOWN else "all",
        "tabs": [(label, f"?show={name}", name == show, _count(name)) for name, label in LISTS],
        "claims": all_claims(),
        "missing": missing_answers(),
        "failed": list(listing.failed()[:PAGE]),
        "may_take_in": has_role(request.user, *MAY_TAKE_IN),
    }
    return render(request, "billing/receipts.html", context)


def _count(name: str) -> int | None:
    return None if name == "all" else listing.listed(name).count()


def _rows(page: "Page[Receipt]") -> list[tuple[Receipt, list[str], int]]:
    """Return the receipts of a page with what each said, and how many of its warnings are open."""
    found = list(page.object_list)
    ids = [receipt.pk for receipt in found]
    said, warnings = listing.said_by(receipt_ids=ids), listing.open_warnings(receipt_ids=ids)
    return [(receipt, said.get(receipt.pk, []), warnings.get(receipt.pk, 0)) for receipt in found]


@allow(read=READS_MONEY)
@require_safe
def receipt(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Show one receipt: its bytes' facts, what it says of files and claims, its warnings."""
    found = _receipt_or_404(receipt_id)
    events = Paginator(listing.events_of(receipt_id=found.pk), ROWS).get_page(request.GET.get("page"))
    context = {
        "page_title": f"Receipt {found.pk}",
        "receipt": found,
        "is_given_up": listing.is_given_up(found),
        "replies": list(listing.replies_of(receipt_id=found.pk)),
        "remittances": list(found.remittances.order_by("position")),
        "page_obj": events,
        "warnings": _warnings(found),
        "sightings": list(found.sightings.select_related("partner")),
        "may_take_in": has_role(request.user, *MAY_TAKE_IN),
        "crumbs": [("Answers", reverse("billing:receipts")), (f"Receipt {found.pk}", "")],
    }
    return render(request, "billing/receipt.html", context)


def _warnings(found: Receipt) -> list[tuple[ReceiptWarning, int]]:
    """Return the first warnings, each with how many open ones have its code; 0 but for the first of a code."""
    warnings = list(listing.warnings_of(receipt_id=found.pk)[:WARNINGS])
    left = Counter(one.code for one in warnings if one.settled_at is None)
    return [(one, left.pop(one.code, 0) if one.settled_at is None else 0) for one in warnings]


@allow(read=READS_MONEY)
@require_safe
def download(request: HttpRequest, receipt_id: int) -> HttpResponseBase:
    """Hand out the bytes as they came. The partner's own name for the file may hold anything, so ours is given."""
    found = _receipt_or_404(receipt_id)
    headers = {
        "Content-Disposition": f'attachment; filename="receipt-{found.pk}.edi"',
        "Content-Length": str(found.byte_count),
        "Cache-Control": "no-store",
    }
    parts = receipts.receipt_bytes(receipt_id=found.pk)
    return StreamingHttpResponse(parts, content_type="application/edi-x12", headers=headers)


@allow(write=MAY_TAKE_IN)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look at the partners now, and read what lies there."""
    taken_in = receipts.take_in(at=timezone.now(), is_asked=True)
    new = sum(len(one.receipt_ids) for one in taken_in.fetched)
    unfinished = sum(one.unfinished for one in taken_in.fetched)
    if new:
        messages.success(request, f"{new} new {'answer' if new == 1 else 'answers'} fetched.")
    elif not taken_in.errors:
        messages.info(request, "No partner has a new answer.")
    if unfinished:
        messages.info(request, f"{unfinished} without an end yet; looked at again in a few minutes.")
    for error in taken_in.errors:
        messages.error(request, error)
    return redirect("billing:receipts")


@allow(write=MAY_TAKE_IN)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take in a file that somebody downloaded by hand, as if it had been fetched."""
    form = ReceiptForm(request.POST, request.FILES) if request.method == "POST" else ReceiptForm()
    if form.is_valid():
        return _take_upload(request, form)
    context = {
        "page_title": "Take in an answer",
        "form": form,
        "crumbs": [("Answers", reverse("billing:receipts")), ("Take in", "")],
    }
    return render(request, "billing/receipt_upload.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _take_upload(request: HttpRequest, form: ReceiptForm) -> HttpResponse:
    file = form.cleaned_data["upload"]
    stored = receipts.store(partner_id=form.cleaned_data["partner"].pk, name=str(file.name), chunks=file.chunks())
    assert stored.receipt_id is not None, "only a file that needs an end is left"
    if not stored.is_new:
        messages.info(request, "These bytes were here already; nothing is changed by them.")
    _read(request, stored.receipt_id)
    return redirect("billing:receipt", stored.receipt_id)


@allow(write=MAY_TAKE_IN)
@require_POST
def read_again(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """Read a receipt that could not be read, once more."""
    _read(request, _receipt_or_404(receipt_id).pk)
    return redirect("billing:receipt", receipt_id)


def _read(request: HttpRequest, receipt_id: int) -> None:
    read = receipts.read_again(receipt_id=receipt_id, at=timezone.now())
    if read.error:
        messages.error(request, f"It is stored, and could not be read. {read.error}")
    elif read.is_read:
        count = ReceiptWarning.objects.filter(receipt=receipt_id, settled_at=None).count()
        if count:
            said = f"{count:,} warnings, which stand" if count > 1 else "one warning, which stands"
            messages.warning(request, f"Read, with {said} below.")
        else:
            messages.success(request, "Read and posted.")


@allow(write=MAY_TAKE_IN)
@require_POST
def settle(request: HttpRequest, warning_id: int) -> HttpResponse:
    """Note that somebody has looked at a warning, and needs it no more."""
    warning = get_object_or_404(ReceiptWarning, pk=warning_id)
    is_whole_kind = request.POST.get("all") == "yes"
    settled = receipts.settle_warning(warning=warning, by=user_of(request), is_whole_kind=is_whole_kind)
    if settled:
        messages.success(request, f"{settled:,} warnings are settled." if settled > 1 else "The warning is settled.")
    return redirect(f"{reverse('billing:receipt', args=[warning.receipt_id])}#warnings")


def _receipt_or_404(receipt_id: int) -> Receipt:
    return get_object_or_404(Receipt.objects.select_related("partner"), pk=receipt_id)
