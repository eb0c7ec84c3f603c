"""The biller's lists as CSV: each as its page shows it under the same address, without pages."""

from collections.abc import Callable

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing import follow_ups, lists, submission
from billing import remittance as remittances
from billing.authorizations import courses_needing_attention
from billing.forms import FilterForm
from billing.lists import Rows
from billing.models import Claim, Denial, Remittance
from billing.receipts import listing
from billing.standing import claims_noted, claims_that_stand
from billing.standing.words import SENT
from billing.views.answers import user_of
from billing.views.csv_answer import csv_answer
from billing.views.denials import CLOSED
from billing.views.worklist import narrowed
from billing.worklist import loose_findings
from billing.worklist.groups import grouped_lines
from patients.roles import READS_MONEY, allow


@allow(read=READS_MONEY)
@require_safe
def list_csv(request: HttpRequest, name: str) -> HttpResponseBase:
    """Hand out a list, narrowed as the address says; patients' names stand in the file alone."""
    if name not in LISTS:
        raise Http404("No such list.")
    return csv_answer(name, LISTS[name](request))


def _worklist(request: HttpRequest) -> Rows:
    form = FilterForm(request.GET)
    found = grouped_lines(form.filters, groups=form.asked_groups, order=form.asked_order)
    return lists.line_rows(found.select_related("session__machine"))


def _loose(request: HttpRequest) -> Rows:
    return lists.loose_rows(loose_findings(FilterForm(request.GET).filters))


def _corrections(request: HttpRequest) -> Rows:
    return lists.correction_rows(narrowed(follow_ups.claims_to_correct(), FilterForm(request.GET).filters))


def _next_payers(request: HttpRequest) -> Rows:
    is_forwarded = request.GET.get("show") == "forwarded"
    found = follow_ups.forwarded_claims() if is_forwarded else follow_ups.claims_for_next_payer()
    return lists.next_payer_rows(narrowed(found, FilterForm(request.GET).filters))


def _denials(request: HttpRequest) -> Rows:
    is_closed = request.GET.get("show") == "closed"
    found = remittances.in_full(Denial.objects.filter(state__in=CLOSED)) if is_closed else remittances.denials_to_work()
    if request.GET.get("mine"):
        found = found.filter(worked_by=user_of(request))
    return lists.denial_rows(found, timezone.localdate())


def _claims(request: HttpRequest) -> Rows:
    asked = next((one for one in SENT if one.value == request.GET.get("stands")), None)
    found = Claim.objects.all() if asked is None else claims_that_stand(Claim.objects.all(), asked)
    found = claims_noted(narrowed(found, FilterForm(request.GET).filters))
    return lists.claim_rows(found.select_related("patient", "payer", "course", "file", "standing").order_by("-pk"))


def _files(request: HttpRequest) -> Rows:
    return lists.file_rows(submission.recent_files())


def _receipts(request: HttpRequest) -> Rows:
    return lists.receipt_rows(listing.listed(request.GET.get("show", "all")))


def _remittances(request: HttpRequest) -> Rows:
    found = Remittance.objects.annotate(unmatched=Count("claims", filter=Q(claims__matched_by="")))
    if request.GET.get("show") in Remittance.State.values:
        found = found.filter(state=request.GET["show"])
    return lists.remittance_rows(found.order_by("-at", "-pk"))


def _unmatched(request: HttpRequest) -> Rows:
    return lists.unmatched_rows(remittances.unmatched_claims())


def _authorizations(request: HttpRequest) -> Rows:
    return lists.authorization_rows(courses_needing_attention())


LISTS: dict[str, Callable[[HttpRequest], Rows]] = {
    "lines": _worklist,
    "without-line": _loose,
    "corrections": _corrections,
    "next-payers": _next_payers,
    "denials": _denials,
    "claims": _claims,
    "files": _files,
    "receipts": _receipts,
    "remittances": _remittances,
    "unmatched": _unmatched,
    "authorizations": _authorizations,
}
"""What may be asked for, by the word in the address."""
