"""The proof: what the last one counted, what it could not reconcile, those before it; and a button to prove now."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from billing.lists import Cell
from billing.models import Proof, ProofGap
from billing.reconciliation.gaps import GAP_WORDS, GapKind
from billing.reconciliation.proving import prove_and_keep
from billing.views.answers import user_of
from billing.views.csv_answer import csv_answer
from billing.views.grid import tabs
from courses.models import Course
from patients.numbers import id_or_none
from patients.roles import READS_MONEY, Role, allow, has_role

PAGE = 50
RUNS = 30
MANAGERS = frozenset({Role.BILLING_MANAGER})
COLUMNS = ("kind", "day", "facility", "course", "session", "line", "claim", "words")


@allow(read=READS_MONEY)
@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """Show the last proof, or an earlier one that the address names; a fixed number of queries."""
    number = id_or_none(request.GET.get("run"))
    shown = Proof.objects.first() if number is None else get_object_or_404(Proof, pk=number)
    gaps = ProofGap.objects.filter(proof=shown).order_by("pk")
    page = Paginator(gaps, PAGE).get_page(request.GET.get("page"))
    courses = Course.objects.select_related("patient", "facility").in_bulk(
        [gap.course_number for gap in page.object_list if gap.course_number is not None]
    )
    context = {
        "page_title": "Proof",
        "proof": shown,
        "is_last": number is None,
        "page_obj": page,
        "rows": [(gap, courses.get(gap.course_number or 0)) for gap in page.object_list],
        "runs": list(Proof.objects.all()[:RUNS]),
        "may_prove": has_role(request.user, *MANAGERS),
        "tabs": tabs("proof"),
    }
    return render(request, "billing/proof.html", context)


@allow(write=MANAGERS)
@require_POST
def prove_now(request: HttpRequest) -> HttpResponse:
    """Prove all days up to today, and keep the proof."""
    found = prove_and_keep(to_on=timezone.localdate(), started_by=str(user_of(request).pk))
    if found.unreconciled:
        messages.warning(request, f"Unreconciled: {found.unreconciled}. Each is listed below.")
    else:
        messages.success(request, "Unreconciled: 0. Sessions, delivery lines and claims agree.")
    return redirect("billing:proof")


@allow(read=READS_MONEY)
@require_safe
def proof_csv(request: HttpRequest, proof_id: int) -> HttpResponseBase:
    """Hand out what a proof could not reconcile: by number, no patient's name."""
    found = get_object_or_404(Proof, pk=proof_id)
    return csv_answer("unreconciled", _rows(found))


def _rows(found: Proof) -> Iterator[tuple[Cell, ...]]:
    yield COLUMNS
    for gap in found.gaps.order_by("pk"):
        yield (
            GAP_WORDS[GapKind(gap.kind)],
            gap.on,
            gap.facility_number,
            gap.course_number,
            gap.session_number,
            gap.entry_number,
            gap.claim_number,
            gap.why,
        )
