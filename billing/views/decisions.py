"""One decision about one line: release, hold, take back, let a hold pass. The row answers, or the page behind it."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing import worklist
from billing.forms import ReasonForm, take_faults
from billing.forms.hold import HoldForm
from billing.models import LedgerEntry, Review, StandingFinding
from billing.templatetags.charges import charge_code, dollars
from billing.views.answers import CONFLICT, UNPROCESSABLE, back, form_answer, is_fragment, user_of
from billing.views.rows import fresh_row
from billing.worklist import Decided
from billing.worklist.overrides import MAY_OVERRIDE
from billing.worklist.seen import OVERTAKEN, decide_as_seen, moment_number, moment_of
from patients.audit import note_access
from patients.roles import BILLING, allow


@allow(write=BILLING)
@require_POST
def release(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Release one line for the next export."""
    by, at = user_of(request), timezone.now()
    decided = decide_as_seen(
        seen=seen_of(request, entry_id), step=lambda ids: worklist.release(entry_ids=ids, by=by, at=at)
    )
    return answer_decision(request, entry_id, decided, "Released", at)


@allow(read=BILLING, write=BILLING)
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Ask why a line is to be held, whose matter it is and until when; hold it."""
    line = line_or_404(entry_id)
    note_access(user=request.user, patient=line.course.patient_id, what="billing:hold")
    by, at = user_of(request), timezone.now()
    form = HoldForm(request.POST or None, by=by)
    if not form.is_valid():
        return _ask(request, line, form)
    try:
        decided = decide_as_seen(
            seen=seen_of(request, entry_id),
            step=lambda ids: worklist.hold(entry_ids=ids, by=by, at=at, **form.hold),
        )
    except ValidationError as error:
        take_faults(form, error)
        return _ask(request, line, form)
    if any(OVERTAKEN in refusal.findings for refusal in decided.refused):
        form.add_error(None, decided.refused[0].reason)
        return _ask(request, line_or_404(entry_id), form, status=CONFLICT)
    return answer_decision(request, entry_id, decided, "Held", at)


@allow(write=BILLING)
@require_POST
def take_back(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Take back the release or the hold of one line."""
    by, at = user_of(request), timezone.now()
    decided = decide_as_seen(
        seen=seen_of(request, entry_id), step=lambda ids: worklist.undo(entry_ids=ids, by=by, at=at)
    )
    return answer_decision(request, entry_id, decided, "Open again", None)


@allow(write=BILLING)
@require_POST
def undo(request: HttpRequest, moment: int) -> HttpResponse:
    """Take back what the user decided at one moment, about one line or five hundred."""
    by = user_of(request)
    try:
        at = moment_of(moment)
    except OverflowError as error:
        raise Http404 from error
    decided = worklist.undo(entry_ids=_decided_at(by, at), by=by, at=timezone.now())
    if decided.done:
        messages.success(request, f"Taken back: {_count(len(decided.done))} open again.")
    if decided.refused:
        messages.warning(request, f"{_count(len(decided.refused))} stayed as decided. {decided.refused[0].reason}")
    elif not decided.done:
        messages.warning(request, "Nothing was taken back: somebody has decided otherwise since.")
    return back(request)


def _decided_at(by: User, at: datetime) -> list[int]:
    decided = Review.objects.filter(by=by, at=at, state__in=(Review.State.RELEASED, Review.State.HELD))
    return list(decided.values_list("entry_id", flat=True))


@allow(read=MAY_OVERRIDE, write=MAY_OVERRIDE)
@require_http_methods(["GET", "POST"])
def override(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Ask why a hold may be passed over; let its line pass."""
    finding = get_object_or_404(StandingFinding.objects.exclude(entry=None), pk=finding_id)
    line = line_or_404(finding.entry_id or 0)
    note_access(user=request.user, patient=line.course.patient_id, what="billing:override")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            worklist.override_finding(
                finding_id=finding_id, reason=form.cleaned_data["reason"], by=user_of(request), at=timezone.now()
            )
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, f"{charge_code(line)} may pass in spite of it. It is released as any other line.")
            return fresh_row(request, line.pk) if is_fragment(request) else back(request)
    context = {"form": form, "line": line, "finding": finding, "action": request.path}
    return form_answer(request, "billing/override.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def seen_of(request: HttpRequest, entry_id: int) -> dict[int, str]:
    """Return the line with the version of it that the page carried."""
    return {entry_id: request.POST.get("seen", "")}


def line_or_404(entry_id: int) -> LedgerEntry:
    """Return a charge as a decision about it shows it."""
    related = ("course__patient", "course__facility", "review")
    return get_object_or_404(LedgerEntry.objects.select_related(*related).filter(kind="charge"), pk=entry_id)


def _ask(request: HttpRequest, line: LedgerEntry, form: HoldForm, status: int | None = None) -> HttpResponse:
    context = {"form": form, "line": line, "action": request.path}
    return form_answer(
        request, "billing/hold.html", context, status=status or (UNPROCESSABLE if form.is_bound else 200)
    )


def answer_decision(
    request: HttpRequest, entry_id: int, decided: Decided, said: str, at: datetime | None
) -> HttpResponse:
    """Say what came of the decision, with its undo; on the row itself, or on the page behind it."""
    if decided.refused:
        return _refused(request, entry_id, decided)
    line = line_or_404(entry_id)
    undo_tag = f"undo:{reverse('billing:undo', args=[moment_number(at)])}" if at else ""
    day = f"{line.service_on.day} {line.service_on:%b}"
    messages.success(request, f"{said}: {charge_code(line)} of {day}, {dollars(line.amount)}.", extra_tags=undo_tag)
    return fresh_row(request, entry_id) if is_fragment(request) else back(request)


def _refused(request: HttpRequest, entry_id: int, decided: Decided) -> HttpResponse:
    refusal = decided.refused[0]
    status = CONFLICT if OVERTAKEN in refusal.findings else UNPROCESSABLE
    if is_fragment(request):
        messages.error(request, refusal.reason)
        return fresh_row(request, entry_id, status=status)
    context = {"page_title": "Nothing was changed", "refusal": refusal, "line": line_or_404(entry_id)}
    return render(request, "billing/refused.html", context, status=status)


def _count(lines: int) -> str:
    return "1 line" if lines == 1 else f"{lines:,} lines"
