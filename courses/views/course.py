"""A course's page, and what is done to the course as a whole."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from courses import planning
from courses.delivery.proposals import FRACTIONS, next_number
from courses.forms import CloseForm, CourseForm, DiagnosesForm, NamesForm, ReasonForm, take_faults
from courses.models import Course, Plan, Session
from courses.oversight import pictured
from courses.picture import picture_of
from courses.planning import kinds_at_once
from courses.views.answers import UNPROCESSABLE, form_answer, go_to, is_fragment
from courses.views.entries import course_or_404, crumbs_of
from courses.views.history import history_of_course
from patients.audit import note_access
from patients.models import Patient
from patients.roles import BILLING, CLINICAL, EVERYONE, LOGS, OPENS, PLANS, Role, allow, has_role, roles_of

RECORDS = CLINICAL | {Role.ADMINISTRATOR}
NAMES = OPENS | BILLING
"""Who says whom the claims name: the clinic knows it, the billers are asked for it."""


@allow(read=EVERYONE)
@require_safe
def course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show what is prescribed, what was delivered, what else was done (a fixed number of queries)."""
    found = course_or_404(course_id)
    note_access(user=request.user, patient=found.patient_id, what="courses:course")
    sessions = list(_sessions(found))
    plans = list(found.plans.select_related("approved_by", "machine"))
    events = list(found.events.select_related("entered_by", "cancelled_by").order_by("-happened_on", "-pk"))
    context = {
        "page_title": found.title,
        "picture": picture_of(pictured(found, now=timezone.now(), plans=plans, sessions=sessions, events=events)),
        "course": found,
        "facility": found.facility,
        "diagnoses": list(found.diagnoses.all()),
        "plans": [(plan, _delivered(plan, sessions)) for plan in plans],
        "sessions": sessions,
        "events": events,
        "at_once": kinds_at_once(roles_of(request.user)),
        "may_record": has_role(request.user, *RECORDS),
        "history": history_of_course(found),
        "crumbs": crumbs_of(found)[:-1],
        "may_open": has_role(request.user, *OPENS),
        "may_name": has_role(request.user, *NAMES),
        "may_plan": has_role(request.user, *PLANS),
        "may_log": has_role(request.user, *LOGS),
        "may_sign": has_role(request.user, Role.PHYSICIAN),
    }
    return render(request, "courses/course.html", context)


@allow(read=EVERYONE)
@require_safe
def of_patient(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Answer the list of a patient's courses: it fills the slot on the patient's page."""
    patient = get_object_or_404(Patient, pk=patient_id)
    if not is_fragment(request):  # the page around it has noted it
        note_access(user=request.user, patient=patient, what="courses:of-patient")
    found = patient.courses.select_related("facility", "physician").prefetch_related("diagnoses", "plans")
    context = {"patient": patient, "courses": list(found), "may_open": has_role(request.user, *OPENS)}
    return render(request, "courses/of_patient.html", context)


@allow(read=OPENS, write=OPENS)
@require_http_methods(["GET", "POST"])
def open_course(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Open a course for a patient."""
    patient = get_object_or_404(Patient, pk=patient_id)
    note_access(user=request.user, patient=patient, what="courses:course-open")
    initial = {"title": f"Course {patient.courses.count() + 1}", "opened_on": timezone.localdate()}
    form = CourseForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            made = planning.open_course(patient=patient, **form.cleaned_data)
        except ValidationError as error:
            take_faults(form, error)
        else:
            may_plan = has_role(request.user, *PLANS)
            upcoming = "Enter its plan next." if may_plan else "Its plan comes next: from a file, or from a physicist."
            messages.success(request, f"The course is open. {upcoming}")
            return go_to(request, reverse("courses:course", args=[made.pk]))
    back = reverse("patients:patient", args=[patient.pk])
    crumbs = [("Patients", reverse("patients:list")), (patient.full_name, back), ("New course", "")]
    context = {"form": form, "page_title": "New course", "crumbs": crumbs, "back": back, "button": "Open the course"}
    return render(request, "courses/wide_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


@allow(read=OPENS, write=OPENS)
@require_http_methods(["GET", "POST"])
def diagnoses(request: HttpRequest, course_id: int) -> HttpResponse:
    """Set the course's diagnoses."""
    found = course_or_404(course_id)
    note_access(user=request.user, patient=found.patient_id, what="courses:course-diagnoses")
    codes = list(found.diagnoses.values_list("code", flat=True))
    form = DiagnosesForm(request.POST or None, initial={"diagnoses": codes})
    if form.is_valid():
        try:
            planning.set_diagnoses(course=found, codes=form.cleaned_data["diagnoses"])
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "The diagnoses are saved.")
            return go_to(request, reverse("courses:course", args=[found.pk]))
    return _small_form(request, found, form, title="Diagnoses", button="Save the diagnoses")


@allow(read=NAMES, write=NAMES)
@require_http_methods(["GET", "POST"])
def names(request: HttpRequest, course_id: int) -> HttpResponse:
    """Say who stands on the course's claims, and the referral number."""
    found = course_or_404(course_id)
    note_access(user=request.user, patient=found.patient_id, what="courses:course-names")
    form = NamesForm(request.POST or None, instance=course_or_404(course_id))
    if form.is_valid():
        try:
            planning.name_on_claims(course=found, **form.cleaned_data)
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "Saved: the next claims of this course say so.")
            return go_to(request, reverse("courses:course", args=[found.pk]))
    lead = "Claims that were sent stay as they are; a replacement says what stands here then."
    return _small_form(request, found, form, title="Who stands on the claims", button="Save the names", lead=lead)


@allow(read=OPENS, write=OPENS)
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, course_id: int) -> HttpResponse:
    """Close a course."""
    found = course_or_404(course_id)
    note_access(user=request.user, patient=found.patient_id, what="courses:course-close")
    form = CloseForm(request.POST or None, initial={"on": found.facility.day_of(timezone.now())})
    if form.is_valid():
        try:
            planning.close_course(course=found, on=form.cleaned_data["on"])
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "The course is closed.")
            return go_to(request, reverse("courses:course", args=[found.pk]))
    lead = "What is charged once at the end of a course is charged when it closes."
    return _small_form(request, found, form, title="Close the course", button="Close the course", lead=lead)


@allow(read=OPENS, write=OPENS)
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, course_id: int) -> HttpResponse:
    """Open a closed course again, with the reason."""
    found = course_or_404(course_id)
    note_access(user=request.user, patient=found.patient_id, what="courses:course-reopen")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        planning.reopen_course(course=found, reason=form.cleaned_data["reason"])
        messages.success(request, "The course is open again.")
        return go_to(request, reverse("courses:course", args=[found.pk]))
    lead = "What was charged at its end is taken back, and charged when it closes again, for all its sessions."
    return _small_form(request, found, form, title="Open the course again", button="Open it again", lead=lead)


def _small_form(
    request: HttpRequest, found: Course, form: Any, *, title: str, button: str, lead: str = ""
) -> HttpResponse:
    context = {
        "form": form, "title": title, "button": button, "lead": lead, "action": request.get_full_path(),
        "back": reverse("courses:course", args=[found.pk]), "course": found,
    }  # fmt: skip
    return form_answer(request, "courses/reason_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _sessions(found: Course) -> Any:
    rows = Session.objects.filter(course=found).select_related("machine", "logged_by", "guidance_reviewed_by")
    return rows.prefetch_related(FRACTIONS).order_by("-starts_at", "-pk")


def _delivered(plan: Plan, sessions: list[Session]) -> int:
    """Return how many fractions of the plan stand."""
    rows = (fraction for session in sessions for fraction in session.fractions.all())
    standing = [one.number for one in rows if one.plan_id == plan.pk and one.is_standing]
    return next_number(standing) - 1 if standing else 0
