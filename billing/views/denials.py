"""The worklist's denials: reason in words, the session behind each, the days left to appeal, what is done about it."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing import remittance as remittances
from billing.forms.remittance import DenialForm
from billing.models import Denial, RemittanceLine
from billing.remittance import RemittanceError
from billing.remittance.codes import words_on
from billing.remittance.denials import SOON_DAYS
from billing.views.answers import UNPROCESSABLE, back, form_answer, is_fragment, user_of
from billing.views.worklist import LISTS
from patients.roles import BILLING, READS_MONEY, allow, has_role

PAGE = 50
CLOSED = (Denial.State.CORRECTED, Denial.State.PAID, Denial.State.WRITTEN_OFF)


@dataclass(frozen=True, slots=True)
class Row:
    """A denial on the page. ``days_left`` is ``None`` where the payer's limit is not known."""

    denial: Denial
    days_left: int | None
    remarks: list[str]

    @property
    def row_class(self) -> str:
        """The state of the row: too late, soon too late, or neither."""
        if self.denial.state in CLOSED or self.days_left is None:
            return ""
        return "oc-row-refused" if self.days_left < 0 else "oc-row-warning" if self.days_left <= SOON_DAYS else ""


@allow(read=READS_MONEY)
@require_safe
def denials(request: HttpRequest) -> HttpResponse:
    """Show the denials that want work, those with the nearest last day first; or those that are done with."""
    is_closed = request.GET.get("show") == "closed"
    found = remittances.in_full(Denial.objects.filter(state__in=CLOSED)) if is_closed else remittances.denials_to_work()
    if request.GET.get("mine"):
        found = found.filter(worked_by=user_of(request))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": "Denials",
        "page_obj": page,
        "rows": _rows(list(page.object_list)),
        "words_of_codes": words_on(timezone.localdate()),
        "is_closed": is_closed,
        "is_mine": bool(request.GET.get("mine")),
        "tabs": [(words, reverse(f"billing:{name}"), name == "denials", None) for name, words in LISTS],
        "may_decide": has_role(request.user, *BILLING),
        "back": request.get_full_path(),
    }
    return render(request, "billing/denials.html", context)


def _rows(found: list[Denial]) -> list[Row]:
    today = timezone.localdate()
    lines = RemittanceLine.objects.filter(remittance_claim__in={denial.remittance_claim_id for denial in found})
    remarks = {(claim, line): said for claim, line, said in lines.values_list("remittance_claim", "number", "remarks")}
    return [
        Row(
            denial,
            remittances.days_left(denial, today),
            remarks.get((denial.remittance_claim_id, denial.line_number), denial.remittance_claim.remarks),
        )
        for denial in found
    ]


@allow(read=BILLING, write=BILLING)
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, denial_id: int) -> HttpResponse:
    """Change what is done about one denial."""
    denial = get_object_or_404(remittances.in_full(Denial.objects.all()), pk=denial_id)
    initial = {
        "state": denial.state,
        "note": denial.note,
        "is_mine": denial.worked_by_id in (None, user_of(request).pk),
    }
    form = DenialForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            remittances.decide(denial_id=denial.pk, by=user_of(request), at=timezone.now(), **form.cleaned_data)
        except RemittanceError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "Noted.")
            answer = back(request)
            return HttpResponse(status=204, headers={"HX-Redirect": answer.url}) if is_fragment(request) else answer
    words = words_on(timezone.localdate())
    context = {"form": form, "denial": denial, "words_of_codes": words, "action": request.path}
    return form_answer(request, "billing/denial.html", context, status=UNPROCESSABLE if form.is_bound else 200)
