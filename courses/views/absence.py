"""A patient who did not come: noted with one tap on the reason, taken back with another."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from courses.delivery import note_absence, undo_absence
from courses.models import Absence, Course, Machine
from courses.views.answers import UNPROCESSABLE, form_answer, is_fragment
from courses.views.day import chosen_day
from courses.views.entries import course_or_404, user_of, way_back
from patients.audit import note_access
from patients.roles import LOGS, allow

REASONS = (
    "did not come, not heard of",
    "unwell",
    "called off by the patient",
    "in hospital",
    "called off by the physician",
    "machine down",
    "holiday or weather",
)
ROWS_STALE = "rows-stale"
"""The event that makes the machine's day read its rows again at once."""


@allow(read=LOGS, write=LOGS)
@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, course_id: int) -> HttpResponse:
    """Offer the reasons, each a button, and note the one tapped."""
    course = course_or_404(course_id)
    day = chosen_day(request, Machine(facility=course.facility))
    fault = ""
    if request.method == "POST":
        try:
            absence = note_absence(course=course, day=day, reason=request.POST.get("reason", ""), by=user_of(request))
        except ValidationError as error:
            fault = " ".join(error.messages)
        else:
            undo_url = f"{reverse('courses:absence-undo', args=[absence.pk])}?{request.GET.urlencode()}"
            messages.success(request, f"No show: {absence.reason}.", extra_tags=f"undo:{undo_url}")
            return _back(request, course)
    else:
        note_access(user=request.user, patient=course.patient_id, what="courses:absence-note")
    context = {
        "title": "No show", "course": course, "day": day, "reasons": REASONS, "fault": fault,
        "action": request.get_full_path(), "back": way_back(request, course),
    }  # fmt: skip
    return form_answer(request, "courses/absence_form.html", context, status=UNPROCESSABLE if fault else 200)


@allow(write=LOGS)
@require_POST
def undo(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Take a no-show back: the patient came after all, or it was the wrong row."""
    found = get_object_or_404(Absence.objects.select_related("course__facility"), pk=absence_id)
    undo_absence(absence=found, by=user_of(request))
    messages.success(request, "Taken back: the patient is expected again.")
    return _back(request, found.course)


def _back(request: HttpRequest, course: Course) -> HttpResponse:
    if is_fragment(request):
        # Nothing is swapped: by now another dialog may stand where the one that asked stood (static/courses/day.js).
        return HttpResponse("", headers={"HX-Trigger": ROWS_STALE, "HX-Reswap": "none"})
    return redirect(way_back(request, course))
