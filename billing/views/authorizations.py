"""Authorizations: those of a course with their units, entered, changed and ended; and what runs out or is missing."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from billing import authorizations as steps
from billing.authorizations import CourseReach
from billing.forms import AuthorizationForm, EndForm, take_faults
from billing.models import Authorization
from billing.rules.outlook import AuthorizationUse
from billing.views.answers import UNPROCESSABLE, is_fragment, user_of
from billing.views.worklist import LISTS
from courses.models import Course
from patients.audit import note_access
from patients.numbers import id_or_none
from patients.roles import BILLING, READS_COURSES, READS_MONEY, allow, has_role

MOST_COURSES = 300
"""How many rows a machine's day may ask for at once."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An authorization with its state on the clinic's day and its units by kind of claim."""

    authorization: Authorization
    state: str
    uses: Sequence[AuthorizationUse]


@allow(read=READS_COURSES)
@require_safe
def of_course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show the authorizations of a course with used, reserved and left; a slot of its page."""
    course = _course(course_id)
    if not is_fragment(request):  # the page around it has noted it
        note_access(user=request.user, patient=course.patient_id, what="billing:course-authorizations")
    reach = steps.reach_of(course)
    context = {
        "page_title": "Authorizations",
        "course": course,
        "sentence": steps.sentence_of(reach),
        "shown": shown_authorizations(course, reach),
        "may_enter": has_role(request.user, *BILLING),
        "crumbs": [(course.title, reverse("courses:course", args=[course.pk])), ("Authorizations", "")],
        "layout": "billing/fragment.html" if is_fragment(request) else "base.html",
    }
    return render(request, "billing/course_authorizations.html", context)


@allow(read=READS_COURSES)
@require_safe
def authorization(request: HttpRequest, authorization_id: int) -> HttpResponse:
    """Show one authorization: what was approved, what is left of it, what became of it."""
    found = _authorization(authorization_id)
    note_access(user=request.user, patient=found.course.patient_id, what="billing:authorization")
    reach = steps.reach_of(found.course)
    context = {
        "page_title": f"Authorization {found.number or 'without a number'}",
        "course": found.course,
        "one": _shown(found, reach),
        "history": steps.history_of(found),
        "may_enter": has_role(request.user, *BILLING),
        "crumbs": _crumbs(found.course, "Authorization"),
    }
    return render(request, "billing/authorization.html", context)


@allow(write=BILLING)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, course_id: int) -> HttpResponse:
    """Enter what a payer was asked for, or approved."""
    course = _course(course_id)
    note_access(user=request.user, patient=course.patient_id, what="billing:authorization-enter")
    form = AuthorizationForm(request.POST or None, course=course, initial={"status": "approved"})
    if form.is_valid():
        try:
            made, is_new = steps.enter_authorization(
                course=course, by=user_of(request), said=form.entry(), source_key=form.cleaned_data["source_key"]
            )
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "The authorization is entered." if is_new else "It was entered before.")
            return redirect("billing:authorization", made.pk)
    return _form(request, course, form, title="Enter an authorization", button="Enter it")


@allow(write=BILLING)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, authorization_id: int) -> HttpResponse:
    """Correct an authorization, with the reason: an answer of the payer, more units, other dates."""
    found = _authorization(authorization_id)
    note_access(user=request.user, patient=found.course.patient_id, what="billing:authorization-change")
    initial = {name: getattr(found, name) for name in steps.Particulars.__annotations__}
    form = AuthorizationForm(request.POST or None, course=found.course, authorization=found, initial=initial)
    if form.is_valid():
        try:
            steps.change_authorization(
                authorization=found, by=user_of(request), reason=form.cleaned_data["reason"], said=form.entry()
            )
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "The authorization is changed. The charges of its course follow.")
            return redirect("billing:authorization", found.pk)
    return _form(request, found.course, form, title="Change the authorization", button="Save the change")


@allow(write=BILLING)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, authorization_id: int) -> HttpResponse:
    """Let an authorization end earlier, or take it back whole."""
    found = _authorization(authorization_id)
    note_access(user=request.user, patient=found.course.patient_id, what="billing:authorization-end")
    form = EndForm(request.POST or None, initial={"on": found.course.facility.day_of(timezone.now())})
    if form.is_valid():
        said, by = form.cleaned_data, user_of(request)
        try:
            if said["how"] == "void":
                steps.void_authorization(authorization=found, by=by, reason=said["reason"])
            else:
                steps.end_authorization(authorization=found, by=by, on=said["on"], reason=said["reason"])
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "The authorization is ended. The charges of its course follow.")
            return redirect("billing:authorization", found.pk)
    return _form(request, found.course, form, title="End the authorization", button="End it")


@allow(read=READS_MONEY)
@require_safe
def attention(request: HttpRequest) -> HttpResponse:
    """List the open courses whose authorization runs out, ran out or is missing, by day."""
    context = {
        "page_title": "Authorizations that run out or are missing",
        "found": steps.courses_needing_attention(),
        "may_enter": has_role(request.user, *BILLING),
        "tabs": [(words, reverse(f"billing:{name}"), name == "authorizations", None) for name, words in LISTS],
    }
    return render(request, "billing/authorizations.html", context)


@allow(read=READS_COURSES)
@require_safe
def authorized(request: HttpRequest, course_id: int) -> HttpResponse:
    """Say in one sentence how far the units of a course reach; nothing where nothing is to be said."""
    sentence = steps.sentence_of(steps.reach_of(_course(course_id)))
    layout = "billing/fragment.html" if is_fragment(request) else "base.html"
    context = {"sentence": sentence, "page_title": "Authorization", "layout": layout}
    return render(request, "billing/authorized.html", context)


@allow(read=READS_COURSES)
@require_safe
def authorized_many(request: HttpRequest) -> HttpResponse:
    """Answer the sentence of each course that a list shows, each for its own row, in one go."""
    named = (id_or_none(part) for part in request.GET.get("courses", "").split(",")[:MOST_COURSES])
    asked = [course_id for course_id in named if course_id is not None]
    reaches = steps.reach_of_many(steps.courses_asking(asked))
    said = [(pk, sentence) for pk, reach in reaches.items() if (sentence := steps.sentence_of(reach)) is not None]
    return render(request, "billing/authorized_many.html", {"said": said})


def shown_authorizations(course: Course, reach: CourseReach) -> list[Shown]:
    """Return the authorizations of a course, those that count first, each with its units (one query)."""
    rows = course.authorizations.select_related("coverage__payer").order_by("-effective_to", "-pk")
    return sorted((_shown(row, reach) for row in rows), key=lambda one: not one.authorization.counts)


def _shown(row: Authorization, reach: CourseReach) -> Shown:
    uses = [use for use in reach.outlook.uses if use.key == str(row.pk)]
    return Shown(row, row.state_on(reach.today), uses)


def _course(course_id: int) -> Course:
    return get_object_or_404(Course.objects.select_related("patient", "facility"), pk=course_id)


def _authorization(authorization_id: int) -> Authorization:
    rows = Authorization.objects.select_related("course__patient", "course__facility", "coverage__payer", "entered_by")
    return get_object_or_404(rows, pk=authorization_id)


def _crumbs(course: Course, last: str) -> list[tuple[str, str]]:
    return [
        (f"{course.patient.full_name}, {course.title}", reverse("courses:course", args=[course.pk])),
        ("Authorizations", reverse("billing:course-authorizations", args=[course.pk])),
        (last, ""),
    ]


def _form(
    request: HttpRequest, course: Course, form: AuthorizationForm | EndForm, *, title: str, button: str
) -> HttpResponse:
    context = {
        "page_title": title,
        "course": course,
        "form": form,
        "button": button,
        "back": reverse("billing:course-authorizations", args=[course.pk]),
        "crumbs": _crumbs(course, title),
    }
    return render(request, "billing/authorization_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)
