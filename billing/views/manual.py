"""Lines keyed by hand: what no session, plan or event earns. The rules answer at once."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.capture.keying import cancel_line, key_line
from billing.forms import ManualLineForm, take_faults
from billing.models import LedgerEntry, ManualLine
from billing.templatetags.charges import charge_code, dollars
from billing.views.answers import UNPROCESSABLE, back, user_of
from courses.models import Course
from patients.audit import note_access
from patients.roles import BILLING, READS_MONEY, allow, has_role


@allow(read=READS_MONEY, write=BILLING)
@require_http_methods(["GET", "POST"])
def manual(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show the lines keyed for a course; key another."""
    course = get_object_or_404(Course.objects.select_related("patient", "facility"), pk=course_id)
    note_access(user=request.user, patient=course.patient_id, what="billing:manual")
    form = ManualLineForm(request.POST or None, course=course, initial=_initial(request, course))
    if form.is_valid():
        try:
            line = key_line(line=form.save(commit=False), by=user_of(request))
        except ValidationError as error:
            take_faults(form, error)
        else:
            return _keyed(request, course, line)
    context = {
        "page_title": "Key a line",
        "course": course,
        "form": form,
        "keyed": course.manual_lines.select_related("entered_by"),
        "may_key": has_role(request.user, *BILLING),
        "crumbs": [("Lines to review", reverse("billing:worklist")), ("Key a line", "")],
    }
    return render(request, "billing/manual.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _initial(request: HttpRequest, course: Course) -> dict[str, object]:
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = course.facility.day_of(timezone.now())
    return {"service_on": day, "units": 1}


def _keyed(request: HttpRequest, course: Course, line: ManualLine) -> HttpResponse:
    posted = LedgerEntry.objects.filter(
        course=course, line_key__contains=f"manual_line:{line.pk}/", kind="charge", reversal=None
    ).first()
    written = f"{charge_code(posted)}, {dollars(posted.amount)}" if posted else line.code
    undo_url = reverse("billing:manual-cancel", args=[line.pk])
    messages.success(request, f"Keyed: {written}. It waits for review.", extra_tags=f"undo:{undo_url}")
    return redirect("billing:manual", course.pk)


@allow(write=BILLING)
@require_POST
def cancel(request: HttpRequest, line_id: int) -> HttpResponse:
    """Cancel a keyed line; its charge is reversed."""
    line = get_object_or_404(ManualLine, pk=line_id)
    cancel_line(line_id=line.pk, at=timezone.now())
    messages.success(request, f"The keyed line {line.code} is cancelled, and its charge reversed.")
    return back(request)
