"""A plan: entered or confirmed, shown with its evidence, approved by the physician, withdrawn, retired."""

from datetime import date, time
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import planning
from courses.forms import PlanForm, ReasonForm, take_faults
from courses.forms.plan import WEEKDAYS
from courses.forms.words import GUIDANCE, MOTION, TECHNIQUES
from courses.models import Course, Plan
from courses.views.answers import UNPROCESSABLE, form_answer, go_to
from courses.views.entries import course_or_404, crumbs_of, user_of
from courses.views.evidence import evidence_of
from patients.audit import note_access
from patients.roles import EVERYONE, PLANS, Role, allow, has_role

SAID = {"technique": TECHNIQUES, "default_guidance": GUIDANCE, "active_motion_management": MOTION}
PHYSICIANS = frozenset({Role.PHYSICIAN})


@allow(read=EVERYONE)
@require_safe
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show a plan: what it says, on what evidence, who answers for it."""
    found = _plan(plan_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:plan")
    context = {
        "page_title": f"Plan {found.key}",
        "plan": found,
        "course": found.course,
        "facility": found.course.facility,
        "groups": _facts(found),
        "evidence": evidence_of(found),
        "crumbs": [*crumbs_of(found.course), (f"Plan {found.key}", "")],
        "may_plan": has_role(request.user, *PLANS),
        "may_sign": has_role(request.user, Role.PHYSICIAN),
    }
    return render(request, "courses/plan.html", context)


@allow(read=PLANS, write=PLANS)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, course_id: int) -> HttpResponse:
    """Enter a new plan by hand."""
    course = course_or_404(course_id)
    note_access(user=request.user, patient=course.patient_id, what="courses:plan-enter")
    form = PlanForm(request.POST or None, course=course, initial={"key": f"P{course.plans.count() + 1}"})
    if form.is_valid():
        try:
            made = planning.propose_plan(course=course, by=user_of(request), **form.facts())
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "The plan is saved. It waits for the physician's approval.")
            return go_to(request, reverse("courses:plan", args=[made.pk]))
    return _form(request, course, form, title="New plan", button="Save the plan")


@allow(read=PLANS, write=PLANS)
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Correct a plan that is not approved, and vouch for it."""
    found = _plan(plan_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:plan-confirm")
    form = PlanForm(request.POST or None, instance=found, course=found.course)
    if form.is_valid():
        try:
            planning.confirm_plan(plan=found, by=user_of(request), **form.facts())
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "The plan is confirmed. It waits for the physician's approval.")
            return go_to(request, reverse("courses:plan", args=[found.pk]))
    return _form(request, found.course, form, title=f"Plan {found.key}", button="Confirm the plan", plan=found)


@allow(write=PHYSICIANS)
@require_POST
def approve(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Approve a plan; the physician's name, the moment and the clinic's day are the signature."""
    found = _plan(plan_id)
    try:
        planning.approve_plan(plan=found, by=user_of(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"Plan {found.key} is approved.")
    return go_to(request, reverse("courses:plan", args=[found.pk]))


@allow(read=PHYSICIANS, write=PHYSICIANS)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Take an approval back, with a reason."""
    found = _plan(plan_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        planning.withdraw_approval(plan=found, by=user_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, f"The approval of plan {found.key} is withdrawn.")
        return go_to(request, reverse("courses:plan", args=[found.pk]))
    lead = "Its charges are reversed, and what was delivered is held, until it is approved again."
    return _reason(request, found, form, title=f"Withdraw the approval of {found.key}", button="Withdraw", lead=lead)


@allow(read=PLANS, write=PLANS)
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Let a plan rest from tomorrow on, with a reason."""
    found = _plan(plan_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        planning.retire_plan(plan=found, by=user_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, f"Plan {found.key} rests; no fraction of it is proposed after today.")
        return go_to(request, reverse("courses:plan", args=[found.pk]))
    lead = "No fraction of it is proposed after today. What it delivered stays."
    return _reason(request, found, form, title=f"Retire plan {found.key}", button="Retire", lead=lead)


def _plan(plan_id: int) -> Plan:
    rows = Plan.objects.select_related(
        "course__patient", "course__facility", "course__physician", "machine", "approved_by", "confirmed_by"
    )
    return get_object_or_404(rows, pk=plan_id)


def _form(
    request: HttpRequest, course: Course, form: PlanForm, *, title: str, button: str, plan: Plan | None = None
) -> HttpResponse:
    back = reverse("courses:plan", args=[plan.pk]) if plan else reverse("courses:course", args=[course.pk])
    context = {
        "form": form,
        "course": course,
        "plan": plan,
        "page_title": title,
        "button": button,
        "back": back,
        "evidence": evidence_of(plan) if plan else None,
        "crumbs": [*crumbs_of(course), (title, "")],
    }
    return render(request, "courses/plan_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _reason(request: HttpRequest, plan: Plan, form: ReasonForm, *, title: str, button: str, lead: str) -> HttpResponse:
    context = {
        "form": form, "title": title, "button": button, "lead": lead, "is_danger": True,
        "action": request.get_full_path(), "back": reverse("courses:plan", args=[plan.pk]), "course": plan.course,
    }  # fmt: skip
    return form_answer(request, "courses/reason_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _facts(plan: Plan) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Return what the plan says in the groups of its form, in words."""
    form = PlanForm(instance=plan, course=plan.course)
    groups = form.grouped()
    return [(title, [(str(field.label), _shown(plan, field.name)) for field in fields]) for title, fields in groups]


def _shown(plan: Plan, name: str) -> Any:
    value = getattr(plan, name)
    if name == "weekdays":
        return ", ".join(day for digit, day in WEEKDAYS if digit in plan.weekdays)
    if value is None or value == "":
        return None
    if name in SAID:
        return SAID[name].get(value, value)
    display = getattr(plan, f"get_{name}_display", None)
    return display() if display else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{value.day} {value:%b %Y}" if isinstance(value, date) else value
