"""Clinical events of a course: record one, with its form or with one tap; correct it, take it back."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import planning
from courses.forms import EventForm, ReasonForm, take_faults
from courses.forms.event import proposed_event, values_of_event
from courses.models import ClinicalEvent, Course
from courses.planning import EventKind, kind_of, kinds_for
from courses.planning.events import lies_before_opening, refuse_role
from courses.views.answers import UNPROCESSABLE, done, form_answer, go_to
from courses.views.entries import course_or_404, crumbs_of, user_of
from courses.views.history import history_of_event
from patients.audit import note_access
from patients.roles import CLINICAL, EVERYONE, Role, allow, roles_of

RECORDS = CLINICAL | {Role.ADMINISTRATOR}
UNDONE = "Undone at once"
DAY = {"on": "happened_on"}


@allow(read=RECORDS, write=RECORDS)
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, course_id: int) -> HttpResponse:
    """Record an event: first choose its kind, then say what that kind needs."""
    course = course_or_404(course_id)
    note_access(user=request.user, patient=course.patient_id, what="courses:event-record")
    kind = kind_of(request.POST.get("family") or request.GET.get("family") or "")
    if kind is None:
        return _choose(request, course)
    refuse_role(kind, user_of(request))
    today = course.facility.day_of(timezone.now())
    initial = {**proposed_event(kind, course, today), "entry_key": uuid4()}
    form = EventForm(request.POST or None, kind=kind, course=course, initial=initial)
    if form.is_valid():
        try:
            event = planning.record_event(
                course=course, family=kind.family, on=form.day, by=user_of(request),
                source_key=_form_key(form.cleaned_data["entry_key"]), **form.entry(),
            )  # fmt: skip
        except ValidationError as error:
            take_faults(form, error, DAY)
        else:
            return _recorded(request, event, kind)
    return _event_form(request, course, form, title=kind.name, button="Record")


@allow(write=RECORDS)
@require_POST
def record_today(request: HttpRequest, course_id: int) -> HttpResponse:
    """Record with one tap what happens every week: a visit, a physics check, a port image of today."""
    course = course_or_404(course_id)
    try:
        event, is_new = planning.record_today(course=course, family=request.POST.get("family", ""), by=user_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        kind = kind_of(event.family)
        name = kind.name if kind else event.family
        if is_new:
            undo = reverse("courses:event-undo", args=[event.pk])
            messages.success(request, f"{name} of today is recorded.", extra_tags=f"undo:{undo}")
        else:
            messages.warning(request, f"{name} of today stands already. For a second one use the form.")
    return go_to(request, reverse("courses:course", args=[course.pk]))


@allow(read=EVERYONE)
@require_safe
def event(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show an event and what became of it."""
    found = _event_or_404(event_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:event")
    kind = kind_of(found.family)
    context = {
        "page_title": f"{kind.name if kind else found.family}, {found.happened_on:%-d %b %Y}",
        "event": found,
        "kind": kind,
        "course": found.course,
        "facility": found.course.facility,
        "history": history_of_event(found),
        "may_correct": found.cancelled_at is None and _may(request, kind),
        "crumbs": crumbs_of(found.course),
    }
    return render(request, "courses/event.html", context)


@allow(read=RECORDS, write=RECORDS)
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, event_id: int) -> HttpResponse:
    """Correct an event, with a reason."""
    found = _event_or_404(event_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:event-amend")
    kind = kind_of(found.family)
    assert kind is not None  # the table's choices are the kinds
    refuse_role(kind, user_of(request))
    form = EventForm(request.POST or None, kind=kind, course=found.course, event=found, initial=values_of_event(found))
    if form.is_valid():
        try:
            planning.amend_event(
                event=found, by=user_of(request), why=form.cleaned_data["why"], on=form.day,
                seen=form.cleaned_data["seen"], **form.entry(),
            )  # fmt: skip
        except ValidationError as error:
            take_faults(form, error, DAY)
        else:
            messages.success(request, "The event is corrected.")
            return go_to(request, reverse("courses:event", args=[found.pk]))
    return _event_form(request, found.course, form, title=f"Correct: {kind.name}", button="Save the correction")


@allow(read=RECORDS, write=RECORDS)
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, event_id: int) -> HttpResponse:
    """Take back an event that did not happen, with a reason."""
    found = _event_or_404(event_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:event-cancel")
    refuse_role(kind_of(found.family), user_of(request))
    back = reverse("courses:course", args=[found.course_id])
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        planning.cancel_event(event=found, by=user_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, "The event is taken back.")
        return go_to(request, back)
    context = {
        "form": form, "title": f"Take back: {found.get_family_display()} of {found.happened_on}", "button": "Take back",
        "lead": "Only for an event that did not happen. The entry stays in the history.", "is_danger": True,
        "action": request.get_full_path(), "back": back, "course": found.course,
    }  # fmt: skip
    return form_answer(request, "courses/reason_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@allow(write=RECORDS)
@require_POST
def undo(request: HttpRequest, event_id: int) -> HttpResponse:
    """Take back at once what the same person has just recorded with one tap."""
    found = _event_or_404(event_id)
    if found.entered_by_id != user_of(request).pk:
        raise PermissionDenied("Only who recorded it undoes it. Take it back with a reason instead.")
    planning.cancel_event(event=found, by=user_of(request), reason=UNDONE)
    messages.success(request, "Undone.")
    return done(request, reverse("courses:course", args=[found.course_id]))


def _choose(request: HttpRequest, course: Course) -> HttpResponse:
    kinds = kinds_for(roles_of(request.user))
    groups = {group: [kind for kind in kinds if kind.group == group] for group in dict.fromkeys(k.group for k in kinds)}
    context = {
        "title": "Record an event", "course": course, "groups": groups,
        "back": reverse("courses:course", args=[course.pk]), "action": request.get_full_path(),
    }  # fmt: skip
    return form_answer(request, "courses/event_kinds.html", context)


def _recorded(request: HttpRequest, event: ClinicalEvent, kind: EventKind) -> HttpResponse:
    messages.success(request, f"{kind.name} of {event.happened_on:%-d %B} is recorded.")
    if lies_before_opening(event):
        messages.warning(request, f"It lies before the course was opened on {event.course.opened_on}: check the day.")
    return done(request, reverse("courses:course", args=[event.course_id]))


def _event_form(request: HttpRequest, course: Course, form: EventForm, *, title: str, button: str) -> HttpResponse:
    context = {
        "form": form, "title": title, "button": button, "lead": form.kind.help, "kind": form.kind,
        "action": request.get_full_path(), "back": reverse("courses:course", args=[course.pk]), "course": course,
    }  # fmt: skip
    return form_answer(request, "courses/event_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _event_or_404(event_id: int) -> ClinicalEvent:
    rows = ClinicalEvent.objects.select_related("course__patient", "course__facility", "entered_by", "cancelled_by")
    return get_object_or_404(rows, pk=event_id)


def _may(request: HttpRequest, kind: EventKind | None) -> bool:
    return kind is not None and bool(kind.roles & roles_of(request.user) & RECORDS)


def _form_key(entry_key: UUID | None) -> str | None:
    return f"form:{entry_key}" if entry_key else None
