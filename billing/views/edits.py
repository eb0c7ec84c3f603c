"""Editing a generated line: what the rules say beside what is wanted instead, and why. The row answers, or the page."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.capture import editing
from billing.capture.editing import MAY_CHANGE_ALL, Editable, Overtaken
from billing.forms import FilterForm, take_faults
from billing.forms.line_edit import LineEditForm
from billing.models import LedgerEntry, LineEdit
from billing.rules.lines import Family
from billing.templatetags.charges import charge_code, dollars
from billing.views.answers import CONFLICT, UNPROCESSABLE, back, form_answer, is_fragment, page_behind, user_of
from billing.views.rows import one_line, query_behind, row_of, totals_shown
from patients.audit import note_access
from patients.numbers import id_or_none
from patients.roles import BILLING, allow, has_role

TAKE_BACK = "take-back"


@allow(read=BILLING, write=BILLING)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Ask what a line is to say and why; edit it, or take its edit back."""
    entry = get_object_or_404(LedgerEntry.objects.select_related("course"), pk=entry_id, kind=LedgerEntry.Kind.CHARGE)
    if entry.family == Family.MANUAL:
        return _keyed_by_hand(request, entry)
    note_access(user=request.user, patient=entry.course.patient_id, what="billing:edit-line")
    try:
        line = editing.read_line(entry_id=entry_id)
    except Overtaken as overtaken:
        return _overtaken(request, overtaken)
    form = _form(request, line)
    if not form.is_valid():
        return _ask(request, line, form)
    try:
        standing = _save(request, entry_id, form)
    except ValidationError as error:
        take_faults(form, error)
        return _ask(request, line, form)
    except Overtaken as overtaken:
        return _overtaken(request, overtaken)
    return _edited(request, entry, standing)


def _form(request: HttpRequest, line: Editable) -> LineEditForm:
    may_change_all = has_role(request.user, *MAY_CHANGE_ALL)
    return LineEditForm(request.POST or None, line=line, may_change_all=may_change_all)


def _save(request: HttpRequest, entry_id: int, form: LineEditForm) -> LedgerEntry:
    by, at = user_of(request), timezone.now()
    reason, seen = form.cleaned_data["reason"], form.cleaned_data["seen"]
    if request.POST.get("deed") == TAKE_BACK:
        return editing.take_back(entry_id=entry_id, reason=reason, by=by, at=at, seen=seen)
    return editing.edit_line(entry_id=entry_id, wanted=form.wanted, reason=reason, by=by, at=at, seen=seen)


def _overtaken(request: HttpRequest, overtaken: Overtaken) -> HttpResponse:
    """Tell the second editor, over the line as it stands now; what was typed stays in the fields."""
    if overtaken.entry_id is None:
        raise Http404(overtaken.message)
    line = editing.read_line(entry_id=overtaken.entry_id)
    if request.method != "POST":
        return redirect("billing:edit-line", overtaken.entry_id)
    form = _form(request, line)
    form.see_anew()
    form.add_error(None, f"{overtaken.message} What you typed is kept: look at it again and save, or cancel.")
    return _ask(request, line, form, status=CONFLICT)


def _ask(request: HttpRequest, line: Editable, form: LineEditForm, status: int | None = None) -> HttpResponse:
    context = {
        "form": form,
        "line": line.entry,
        "editable": line,
        "edit": line.edit,
        "action": reverse("billing:edit-line", args=[line.entry.pk]),
        "claim_line": line.entry.claim_line,
        "shown_row": _shown_row(request, line.entry.pk),
    }
    return form_answer(
        request, "billing/edit_line.html", context, status=status or (UNPROCESSABLE if form.is_bound else 200)
    )


def _keyed_by_hand(request: HttpRequest, entry: LedgerEntry) -> HttpResponse:
    """Lead to the form of the keyed line: what a person keyed is amended there."""
    keyed_id = entry.line_key.partition(":")[2].partition("/")[0]
    target = redirect("billing:manual-amend", int(keyed_id))
    return _leave(target) if is_fragment(request) else target


def _edited(request: HttpRequest, entry: LedgerEntry, standing: LedgerEntry) -> HttpResponse:
    """Say what stands now, with its undo; in place of the row that was edited, or on the page behind it."""
    day = f"{standing.service_on.day} {standing.service_on:%b}"
    said = "Edit taken back" if request.POST.get("deed") == TAKE_BACK else "Edited"
    text = f"{said}: {charge_code(standing)} of {day}, {standing.units} x, {dollars(standing.amount)}."
    last = LineEdit.objects.filter(course=entry.course_id, line_key=entry.line_key).order_by("-id").first()
    undo_url = reverse("billing:edit-undo", args=[last.pk, editing.edit_version(last)]) if last else ""
    messages.success(request, text, extra_tags=f"undo:{undo_url}" if undo_url else "")
    is_on_line_page = page_behind(request).startswith("/billing/lines/")
    if is_fragment(request) and not is_on_line_page:
        return _fresh_row(request, _shown_row(request, entry.pk), standing.pk)
    target = redirect("billing:line", standing.pk) if is_on_line_page else back(request)
    return _leave(target) if is_fragment(request) else target


def _shown_row(request: HttpRequest, entry_id: int) -> int:
    """Return the line of which the page shows the row: what stands may have taken its place since."""
    shown = id_or_none(request.POST.get("row"))
    return entry_id if shown is None else shown


def _leave(target: HttpResponseRedirect) -> HttpResponse:
    """Let htmx leave the page as a browser would."""
    response = HttpResponse(status=204)
    response["HX-Redirect"] = target.url
    return response


def _fresh_row(request: HttpRequest, old_id: int, new_id: int) -> HttpResponse:
    """Answer the row of the charge that stands now, in the place of the one that was edited."""
    line = one_line(new_id)
    query = query_behind(request)
    context = {
        "row": row_of(line, user_of(request)) if line else None,
        "entry_id": old_id,
        "tiles": totals_shown(FilterForm(query), reverse("billing:worklist"), query),
    }
    response = render(request, "billing/row_answer.html", context)
    response["HX-Retarget"], response["HX-Reswap"] = f"#line-{old_id}", "outerHTML"
    return response


@allow(write=BILLING)
@require_POST
def undo(request: HttpRequest, edit_id: int, version: str) -> HttpResponse:
    """Let an edit be as it was before its last change."""
    get_object_or_404(LineEdit, pk=edit_id)
    try:
        editing.undo(edit_id=edit_id, version=version, by=user_of(request), at=timezone.now())
    except ValidationError as error:
        messages.warning(request, error.messages[0])
    else:
        messages.success(request, "Undone: the line is as it was before.")
    return back(request)
