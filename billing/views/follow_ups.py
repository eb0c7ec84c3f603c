"""Claims that were sent and need something: corrections of what changed since, and the patients' next payers."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing import follow_ups
from billing.follow_ups import MAY_DECIDE, Correction, NextPayer
from billing.forms import FilterForm, take_faults
from billing.forms.follow_up import ClaimsForm, CorrectionForm, NoteForm
from billing.models import Claim, FollowUp
from billing.views.answers import UNPROCESSABLE, back, form_answer, is_fragment, user_of
from billing.views.worklist import around, narrowed, status_of
from patients.audit import note_access
from patients.roles import READS_MONEY, allow, has_role

PAGE = 20
PAGE_OF_NEXT = 50


@allow(read=READS_MONEY)
@require_safe
def corrections(request: HttpRequest) -> HttpResponse:
    """Show each claim that changed since it was sent: what was reversed, what came instead, what is decided."""
    form = FilterForm(request.GET)
    claims = narrowed(follow_ups.claims_to_correct(), form.filters).values_list("pk", flat=True)
    page = Paginator(claims, PAGE).get_page(request.GET.get("page"))
    found = follow_ups.corrections_of(page.object_list)
    context = {
        "page_title": "Corrections",
        "form": form,
        "page_obj": page,
        # What a coverage that was put right again has found is withdrawn by the next capture, in a minute.
        "shown": [(one, CorrectionForm(correction=one)) for one in found if one.changed or one.moved],
        **around(request, form, "corrections"),
        "may_decide": has_role(request.user, *MAY_DECIDE),
    }
    return render(request, "billing/corrections.html", context, status=status_of(form))


@allow(read=MAY_DECIDE, write=MAY_DECIDE)
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Let the next export send a claim's correction; ask again for what is missing."""
    correction = _correction_or_404(claim_id)
    note_access(user=request.user, patient=correction.claim.patient_id, what="billing:correct")
    form = CorrectionForm(request.POST or None, correction=correction, initial=_asked_kind(request))
    if form.is_valid():
        given = form.cleaned_data
        try:
            follow_up = follow_ups.decide_correction(
                claim_id=claim_id,
                kind=given["kind"],
                payer_claim_number=given["payer_claim_number"],
                reason_code=given.get("reason_code", ""),
                by=user_of(request),
                at=timezone.now(),
            )
        except ValidationError as error:
            take_faults(form, error)
        else:
            _say(
                request,
                f"The next export sends the {_kind(follow_up)} of {correction.claim.control_number}.",
                follow_up,
            )
            return _done(request)
    context = {"form": form, "correction": correction, "action": request.path}
    status = UNPROCESSABLE if form.is_bound else 200
    return form_answer(request, "billing/follow_up_correct.html", context, status=status)


@allow(read=MAY_DECIDE, write=MAY_DECIDE)
@require_http_methods(["GET", "POST"])
def told_by_hand(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Ask how the payer was told of what changed; note it."""
    correction = _correction_or_404(claim_id)
    note_access(user=request.user, patient=correction.claim.patient_id, what="billing:told-by-hand")
    form = NoteForm(request.POST or None)
    if form.is_valid():
        try:
            follow_ups.note_told_by_hand(
                claim_id=claim_id, note=form.cleaned_data["note"], by=user_of(request), at=timezone.now()
            )
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "Noted. What came instead goes out as new once it is released.")
            return _done(request)
    context = {"form": form, "correction": correction, "action": request.path}
    status = UNPROCESSABLE if form.is_bound else 200
    return form_answer(request, "billing/follow_up_told.html", context, status=status)


@allow(read=MAY_DECIDE, write=MAY_DECIDE)
@require_http_methods(["GET", "POST"])
def stays(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Ask why a claim stays with its payer, though another is the first on its days now; note it."""
    correction = _correction_or_404(claim_id)
    note_access(user=request.user, patient=correction.claim.patient_id, what="billing:claim-stays")
    form = NoteForm(request.POST or None)
    form.fields["note"].label, form.fields["note"].error_messages["required"] = "Why", "Say why the payer keeps it."
    if form.is_valid():
        try:
            follow_ups.leave_as_it_stands(
                claim_id=claim_id, note=form.cleaned_data["note"], by=user_of(request), at=timezone.now()
            )
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, f"Noted: {correction.claim.control_number} stays as it was sent.")
            return _done(request)
    context = {"form": form, "correction": correction, "action": request.path}
    status = UNPROCESSABLE if form.is_bound else 200
    return form_answer(request, "billing/follow_up_stays.html", context, status=status)


@allow(write=MAY_DECIDE)
@require_POST
def cancel(request: HttpRequest, follow_up_id: int) -> HttpResponse:
    """Take a decision back that no export has sent."""
    try:
        found = follow_ups.cancel(follow_up_id=follow_up_id, by=user_of(request), at=timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"Taken back: the {_kind(found)} is not sent.")
    return back(request)


@allow(read=READS_MONEY)
@require_safe
def next_payers(request: HttpRequest) -> HttpResponse:
    """Show the claims that their payer decided and whose patients have another one."""
    form = FilterForm(request.GET)
    waiting = narrowed(follow_ups.claims_for_next_payer(), form.filters)
    is_forwarded = request.GET.get("show") == "forwarded"
    chosen = narrowed(follow_ups.forwarded_claims(), form.filters) if is_forwarded else waiting
    page = Paginator(chosen.values_list("pk", flat=True), PAGE_OF_NEXT).get_page(request.GET.get("page"))
    rows: Sequence[NextPayer] = follow_ups.next_payers_of(page.object_list)
    context = {
        "page_title": "Next payers",
        "form": form,
        "page_obj": page,
        "rows": rows,
        "is_forwarded": is_forwarded,
        "medicare_reasons": follow_ups.reasons_for_medicare(),
        **around(request, form, "next-payers"),
        "may_decide": has_role(request.user, *MAY_DECIDE),
    }
    return render(request, "billing/next_payers.html", context, status=status_of(form))


@allow(write=MAY_DECIDE)
@require_POST
def next_payers_send(request: HttpRequest) -> HttpResponse:
    """Let the next export ask the next payers about the ticked claims."""
    given = request.POST.copy()
    if only := given.get("only"):  # the button of a row in the form of all: what is ticked elsewhere waits
        given.setlist("claim", [only])
    form = ClaimsForm(given)
    ticked = form.cleaned_data["claim"] if form.is_valid() else []
    if not ticked:
        messages.warning(request, "No claim is selected. Tick those that are to be sent on.")
        return back(request)
    sending = follow_ups.send_to_next_payer(
        claim_ids=ticked, by=user_of(request), at=timezone.now(), reasons=form.reasons
    )
    if sending.decided:
        count = len(sending.decided)
        what = "1 claim" if count == 1 else f"{count} claims"
        alone = sending.decided[0] if count == 1 else None
        _say(request, f"The next export asks the next payer about {what}.", alone)
    if sending.refused:
        messages.warning(request, f"{len(sending.refused)} left: {sending.refused[0][1]}")
    return back(request)


@allow(read=MAY_DECIDE, write=MAY_DECIDE)
@require_http_methods(["GET", "POST"])
def next_payer_not_sent(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Ask why a claim is not sent on; note it."""
    claim = get_object_or_404(Claim.objects.select_related("patient", "payer"), pk=claim_id)
    note_access(user=request.user, patient=claim.patient_id, what="billing:next-payer-not-sent")
    form = NoteForm(request.POST or None)
    form.fields["note"].label = "Why"
    if form.is_valid():
        try:
            follow_ups.not_sent(
                claim_id=claim_id, note=form.cleaned_data["note"], by=user_of(request), at=timezone.now()
            )
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, f"Noted: {claim.control_number} is not sent on.")
            return _done(request)
    context = {"form": form, "claim": claim, "action": request.path}
    status = UNPROCESSABLE if form.is_bound else 200
    return form_answer(request, "billing/follow_up_not_sent.html", context, status=status)


def _correction_or_404(claim_id: int) -> Correction:
    found = follow_ups.correction_of(claim_id)
    if found is None:
        raise Http404("No line stands on this claim.")
    return found


def _asked_kind(request: HttpRequest) -> dict[str, str]:
    kind = request.GET.get("kind", "")
    return {"kind": kind} if kind in (FollowUp.Kind.REPLACEMENT, FollowUp.Kind.VOID) else {}


def _kind(follow_up: FollowUp) -> str:
    return FollowUp.Kind(follow_up.kind).label


def _say(request: HttpRequest, words: str, follow_up: FollowUp | None) -> None:
    undo = f"undo:{reverse('billing:follow-up-cancel', args=[follow_up.pk])}" if follow_up else ""
    messages.success(request, words, extra_tags=undo)


def _done(request: HttpRequest) -> HttpResponse:
    answer = back(request)
    return HttpResponse(status=204, headers={"HX-Redirect": answer.url}) if is_fragment(request) else answer
