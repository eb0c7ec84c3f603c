"""Clinical events of a course: record one, take one back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from courses import planning
from courses.forms import EventForm, ReasonForm, take_faults
from courses.models import ClinicalEvent
from courses.views.answers import UNPROCESSABLE, form_answer, go_to
from courses.views.entries import course_or_404, user_of
from patients.roles import CLINICAL, Role, allow

RECORDS = CLINICAL | {Role.ADMINISTRATOR}


@allow(read=RECORDS, write=RECORDS)
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, course_id: int) -> HttpResponse:
    """Record an event: a visit, a simulation, a physics check, a device."""
    course = course_or_404(course_id)
    form = EventForm(request.POST or None, initial={"happened_on": course.facility.day_of(timezone.now()), "units": 1})
    if form.is_valid():
        try:
            planning.record_event(course=course, by=user_of(request), **form.entry())
        except ValidationError as error:
            take_faults(form, error, {"on": "happened_on"})
        else:
            messages.success(request, "The event is recorded.")
            return go_to(request, reverse("courses:course", args=[course.pk]))
    context = {
        "form": form, "title": "Record an event", "button": "Record", "action": request.get_full_path(),
        "back": reverse("courses:course", args=[course.pk]), "course": course, "is_wide": True,
    }  # fmt: skip
    return form_answer(request, "courses/reason_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@allow(read=RECORDS, write=RECORDS)
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, event_id: int) -> HttpResponse:
    """Take back an event that did not happen, with a reason."""
    event = get_object_or_404(ClinicalEvent.objects.select_related("course__patient"), pk=event_id)
    back = reverse("courses:course", args=[event.course_id])
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        planning.cancel_event(event=event, by=user_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, "The event is taken back.")
        return go_to(request, back)
    context = {
        "form": form, "title": f"Take back: {event.get_family_display()} of {event.happened_on}", "button": "Take back",
        "lead": "Only for an event that did not happen. The entry stays in the history.", "is_danger": True,
        "action": request.get_full_path(), "back": back, "course": event.course,
    }  # fmt: skip
    return form_answer(request, "courses/reason_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)
