"""Claims that were sealed: where they stand, one whole, and one as its payer sees it, words beside segments."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing import follow_ups
from billing.follow_ups import MAY_DECIDE
from billing.forms import FilterForm
from billing.models import Claim, ClaimFilePart, ClaimLine
from billing.standing import SENT, claims_noted, claims_that_stand, standing_counts
from billing.views.claim_paper import paper_of
from billing.views.claim_stories import told_of_claims, told_of_ends, told_of_files, told_of_held_payments
from billing.views.claim_text import sections_of
from billing.views.story import Event, event
from billing.views.worklist import narrowed
from billing.x12.explain import cut_claim, explain
from billing.x12.read_back import read_claim
from patients.audit import note_access
from patients.roles import READS_MONEY, allow, has_role

PAGE = 50
RELATED = (
    "file__partner", "file__run", "patient", "payer", "coverage", "facility", "rendering_provider", "course",
    "standing", "replaces",
)  # fmt: skip


@allow(read=READS_MONEY)
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """Show the claims of one standing, or all; the latest first."""
    form = FilterForm(request.GET)
    asked = next((one for one in SENT if one.value == request.GET.get("stands")), None)
    found = Claim.objects.all() if asked is None else claims_that_stand(Claim.objects.all(), asked)
    found = claims_noted(narrowed(found, form.filters)).select_related("patient", "payer", "course", "file", "standing")
    page = Paginator(found.order_by("-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_title": "Claims",
        "form": form,
        "page_obj": page,
        "asked": asked,
        "counts": [one for one in standing_counts() if one.is_of_claims],
    }
    return render(request, "billing/claims.html", context)


@allow(read=READS_MONEY)
@require_safe
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Show one claim: who, for whom, which lines, what became of it and what is to be done."""
    found = _claim_or_404(claim_id)
    note_access(user=request.user, patient=found.patient_id, what="billing:claim")
    lines = list(found.lines.select_related("entry__reversal", "successor", "claim__standing").order_by("number"))
    may_decide = has_role(request.user, *MAY_DECIDE)
    context = {
        "page_title": f"Claim {found.control_number}",
        "claim": found,
        "lines": lines,
        "events": _story(found, lines),
        "correction": follow_ups.correction_of(found.pk),
        "corrections": found.corrections.select_related("file").order_by("pk"),
        "number": follow_ups.payer_claim_numbers([found]).get(found.pk, ""),
        "may_decide": may_decide,
        "crumbs": [*_crumbs(found), (found.control_number, "")],
    }
    return render(request, "billing/claim.html", context)


@allow(read=READS_MONEY)
@require_safe
def claim_text(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Show a sealed claim as the payer sees it, from the sealed bytes: each segment beside its words."""
    found = _claim_or_404(claim_id)
    note_access(user=request.user, patient=found.patient_id, what="billing:claim-text")
    text = cut_claim(_parts(found.file_id), found.control_number)
    context = {
        "page_title": f"Claim {found.control_number} as the payer sees it",
        "claim": found,
        "sections": sections_of(explain(text)) if text else [],
        "crumbs": [
            *_crumbs(found),
            (found.control_number, reverse("billing:claim", args=[found.pk])),
            ("As the payer sees it", ""),
        ],
    }
    return render(request, "billing/claim_text.html", context)


@allow(read=READS_MONEY)
@require_safe
def claim_paper(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Hand out a sealed claim as a PDF for the payer that wants paper, from the sealed bytes."""
    found = _claim_or_404(claim_id)
    note_access(user=request.user, patient=found.patient_id, what="billing:claim-paper")
    text = cut_claim(_parts(found.file_id), found.control_number)
    if text is None:
        raise Http404("The claim is not found in its file.")
    name = f"claim-{found.control_number}"
    made = paper_of(read_claim(text.whole), request, found.facility, found.file.sealed_at, name)
    return made or redirect("billing:claim", found.pk)


def _parts(file_id: int) -> Iterator[bytes]:
    """Yield a sealed file's bytes part by part, a statement each: whoever has found its claim reads no further."""
    numbers = ClaimFilePart.objects.filter(file=file_id).order_by("number").values_list("pk", flat=True)
    for pk in list(numbers):
        yield bytes(ClaimFilePart.objects.values_list("content", flat=True).get(pk=pk))


def _claim_or_404(claim_id: int) -> Claim:
    return get_object_or_404(Claim.objects.select_related(*RELATED), pk=claim_id)


def _crumbs(found: Claim) -> list[tuple[str, str]]:
    return [("Claims", reverse("billing:claims")), (found.file.name, reverse("billing:file", args=[found.file_id]))]


def _story(found: Claim, lines: list[ClaimLine]) -> list[Event]:
    zone = found.facility.zone
    events = [event(found.file.sealed_at, zone, "Sealed", "sealed", note=found.file.name)]
    events += told_of_files([found], zone)
    events += told_of_claims([found], zone, names=False)
    events += told_of_held_payments(found, zone)
    ends = {(line.ended_at, line.successor_id): line for line in lines if line.ended_at}
    events += told_of_ends(list(ends.values()), zone)
    return sorted(events, key=lambda one: one.moment)
