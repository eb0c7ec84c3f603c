"""Lines keyed by hand: what no session, plan or event earns. The rules answer before anything is stored."""

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.capture.keying import Superseded, amend_line, cancel_line, key_line, state_of, undo_line
from billing.capture.rehearsal import Rehearsal, prices_of, rehearse
from billing.codes.lookup import find_codes
from billing.forms import USUAL_REASONS, ManualLineForm, take_faults
from billing.forms.manual_line import OPTIONS, LookupForm
from billing.models import LedgerEntry, ManualLine
from billing.pricing import Price
from billing.reference.overlay import current_codebook
from billing.templatetags.charges import charge_code, dollars
from billing.views.answers import CONFLICT, UNPROCESSABLE, back, user_of
from courses.models import Course
from patients.audit import note_access
from patients.numbers import id_or_none
from patients.roles import BILLING, READS_MONEY, allow, has_role


@allow(read=READS_MONEY, write=BILLING)
@require_http_methods(["GET", "POST"])
def manual(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show the lines keyed for a course; key another."""
    course = _course_or_404(request, course_id, "billing:manual")
    form = ManualLineForm(request.POST or None, course=course, initial=_initial(request, course))
    is_known = form.is_valid() and _is_sent_again(form)
    rehearsal = _rehearsed(form) if form.is_valid() and not is_known else None
    if is_known or (rehearsal is not None and _is_accepted(form, rehearsal)):
        try:
            line = key_line(line=form.save(commit=False), by=user_of(request))
        except ValidationError as error:
            take_faults(form, error)
        else:
            return _done(request, course, line, "Keyed", "It waits for review.")
    return _page(request, course, form, rehearsal)


@allow(read=BILLING, write=BILLING)
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, line_id: int) -> HttpResponse:
    """Let a keyed line say something else, with a reason; its charge is reversed and posted anew."""
    line = get_object_or_404(ManualLine, pk=line_id, cancelled_at=None)
    course = _course_or_404(request, line.course_id, "billing:manual-amend")
    form = ManualLineForm(request.POST or None, instance=line, course=course, seen=state_of(line))
    rehearsal = _rehearsed(form) if form.is_valid() else None
    status = UNPROCESSABLE
    if rehearsal is not None and _is_accepted(form, rehearsal):
        said = form.cleaned_data
        try:
            amend_line(line=form.save(commit=False), reason=said["reason"], seen=said["seen"])
        except Superseded as error:
            form.see_anew(state_of(line))
            form.add_error(None, f"{error.messages[0]} What you typed is kept: look at it again and save, or leave.")
            status = CONFLICT
        except ValidationError as error:
            take_faults(form, error)
        else:
            return _done(request, course, line, "Amended", "The earlier charge is reversed.")
    return _page(request, course, form, rehearsal, status=status)


@allow(read=BILLING, write=BILLING)
@require_POST
def check(request: HttpRequest, course_id: int) -> HttpResponse:
    """Answer what would come of the line as it is typed so far: price, claim, findings. Nothing is stored."""
    course = _course_or_404(request, course_id, "billing:manual-check")
    line = ManualLine.objects.filter(course=course, pk=_whole(request.GET.get("line"))).first()
    form = ManualLineForm(request.POST, instance=line, course=course)
    form.is_valid()
    can_be_asked = not set(form.errors) - {"reason", "seen"}
    return render(request, "billing/manual_check.html", {"rehearsal": _rehearsed(form) if can_be_asked else None})


@allow(read=BILLING, write=BILLING)
@require_safe
def codes(request: HttpRequest, course_id: int) -> HttpResponse:
    """Answer the codes that what was typed may mean, as they stand on the day, with what one unit costs."""
    asked = LookupForm(request.GET)
    if not asked.is_valid():
        return render(request, "billing/code_options.html", {"asked_day": True})
    course = get_object_or_404(Course, pk=course_id)
    on, text = asked.cleaned_data["service_on"], asked.cleaned_data["code"]
    found = find_codes(text, on, codebook=current_codebook())
    prices: Mapping[str, Price] = {}
    if found:
        prices = prices_of(course_id=course.pk, codes=[one.code for one in found if one.is_in_force], on=on)
    context = {"found": [(one, prices.get(one.code)) for one in found], "text": text, "on": on, "options": OPTIONS}
    return render(request, "billing/code_options.html", context)


@allow(write=BILLING)
@require_POST
def cancel(request: HttpRequest, line_id: int) -> HttpResponse:
    """Cancel a keyed line; its charge is reversed."""
    line = get_object_or_404(ManualLine, pk=line_id)
    line = cancel_line(line_id=line.pk, at=timezone.now())
    text = f"The keyed line {line.code} is cancelled, and its charge reversed."
    messages.success(request, text, extra_tags=_undo_tag(line))
    return back(request)


@allow(write=BILLING)
@require_POST
def undo(request: HttpRequest, line_id: int, state: int) -> HttpResponse:
    """Let a keyed line be as it was before."""
    get_object_or_404(ManualLine, pk=line_id)
    try:
        line = undo_line(line_id=line_id, state=state, at=timezone.now())
    except ValidationError as error:
        messages.warning(request, f"Nothing was undone. {' '.join(error.messages)}")
    else:
        stands = "is cancelled" if line.cancelled_at else "is as it was before"
        messages.success(request, f"Undone: the keyed line {line.code} {stands}.")
    return back(request)


def _course_or_404(request: HttpRequest, course_id: int, what: str) -> Course:
    related = ("patient", "facility", "physician")
    course = get_object_or_404(Course.objects.select_related(*related), pk=course_id)
    note_access(user=request.user, patient=course.patient_id, what=what)
    return course


def _initial(request: HttpRequest, course: Course) -> dict[str, object]:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = course.facility.day_of(timezone.now())
    return {"service_on": day, "units": 1, "code": request.GET.get("code", "")[:5]}


def _rehearsed(form: ManualLineForm) -> Rehearsal:
    rehearsal = rehearse(line=form.instance)
    for refusal in rehearsal.refusals:
        form.add_error(None, refusal.message)
    return rehearsal


def _is_sent_again(form: ManualLineForm) -> bool:
    """Whether this very form was sent before: the line of then is the answer, whatever the rules say of a second."""
    return ManualLine.objects.filter(
        course=form.instance.course_id, source_key=form.cleaned_data["source_key"]
    ).exists()


def _is_accepted(form: ManualLineForm, rehearsal: Rehearsal) -> bool:
    """Whether the rules take the line, and whoever keyed it saw what they find."""
    return not rehearsal.refusals and form.cleaned_data["accepted"] == rehearsal.digest


def _page(
    request: HttpRequest, course: Course, form: ManualLineForm, rehearsal: Rehearsal | None, status: int = UNPROCESSABLE
) -> HttpResponse:
    line = form.instance if form.instance.pk else None
    context = {
        "page_title": "Amend a keyed line" if line else "Key a line",
        "course": course,
        "form": form,
        "amended": line,
        "rehearsal": rehearsal,
        "asks": rehearsal is not None and bool(rehearsal.digest) and not form.errors,
        "options": OPTIONS,
        "usual_reasons": USUAL_REASONS,
        "keyed": course.manual_lines.select_related("entered_by", "provider"),
        "may_key": has_role(request.user, *BILLING),
        "crumbs": [("Lines to review", reverse("billing:worklist")), ("Key a line", "")],
    }
    return render(request, "billing/manual.html", context, status=status if form.is_bound else 200)


def _done(request: HttpRequest, course: Course, line: ManualLine, deed: str, then: str) -> HttpResponse:
    posted = LedgerEntry.objects.filter(
        course=course, line_key__contains=f"manual_line:{line.pk}/", kind="charge", reversal=None
    ).first()
    written = f"{charge_code(posted)}, {dollars(posted.amount)}" if posted else line.code
    messages.success(request, f"{deed}: {written}. {then}", extra_tags=_undo_tag(line))
    return redirect("billing:manual", course.pk)


def _undo_tag(line: ManualLine) -> str:
    return f"undo:{reverse('billing:manual-undo', args=[line.pk, state_of(line)])}"


def _whole(text: str | None) -> int:
    return id_or_none(text) or 0
