"""A plan: entered or confirmed, shown with its evidence and signatures, retired. Approving it is approval's."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from courses import planning
from courses.forms import PlanForm, ReasonForm, take_faults
from courses.models import Course, Plan
from courses.models.plan import CHANGED_AFTER_SIGNING
from courses.terms import PlanKind
from courses.views.answers import UNPROCESSABLE, done, go_to
from courses.views.entries import course_or_404, crumbs_of, user_of
from courses.views.evidence import evidence_of
from courses.views.plan_facts import facts_of, goes_with, plan_or_404, reason_answer, shown_signatures
from patients.audit import note_access
from patients.roles import CLINICAL, EVERYONE, PLANS, Role, allow, has_role

RECORDS = CLINICAL | {Role.ADMINISTRATOR}
FOLLOW_UPS = (
    (PlanKind.BOOST.value, "Boost: more fractions"),
    (PlanKind.REPLAN.value, "Replan: a new plan for what is left"),
    (PlanKind.REVISION.value, "Revision: a correction of this one"),
)


@allow(read=EVERYONE)
@require_safe
def plan(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show a plan: what it says, on what evidence, who answers for it."""
    found = plan_or_404(plan_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:plan")
    context = {
        "page_title": f"Plan {found.key}",
        "plan": found,
        "course": found.course,
        "facility": found.course.facility,
        "groups": facts_of(found),
        "goes_with": goes_with(found),
        "signatures": shown_signatures(found),
        "follow_ups": FOLLOW_UPS,
        "needs_confirmation": bool(found.dicom_uid) and found.confirmed_at is None,
        "was_changed": not found.is_approved and found.amendment_reason == CHANGED_AFTER_SIGNING,
        "evidence": evidence_of(found),
        "crumbs": [*crumbs_of(found.course), (f"Plan {found.key}", "")],
        "may_plan": has_role(request.user, *PLANS),
        "may_record": has_role(request.user, *RECORDS),
        "may_sign": has_role(request.user, Role.PHYSICIAN),
    }
    return render(request, "courses/plan.html", context)


@allow(read=PLANS, write=PLANS)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, course_id: int) -> HttpResponse:
    """Enter a new plan by hand."""
    course = course_or_404(course_id)
    note_access(user=request.user, patient=course.patient_id, what="courses:plan-enter")
    plans = list(course.plans.all())
    before, kind = _followed(request, plans)
    proposed = (
        Plan(course=course, **planning.facts_to_follow(plan=before, kind=kind)) if before else Plan(course=course)
    )
    initial = {"key": _free_key(plans)}
    form = PlanForm(request.POST or None, course=course, instance=proposed, initial=initial)
    if form.is_valid():
        try:
            made = planning.propose_plan(course=course, by=user_of(request), **form.facts())
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "The plan is saved. It waits for the physician's approval.")
            return go_to(request, reverse("courses:plan", args=[made.pk]))
    title = f"{kind.value.capitalize()} of {before.key}" if before else "New plan"
    return _form(request, course, form, title=title, button="Save the plan")


@allow(read=PLANS, write=PLANS)
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Correct a plan that is not approved, and vouch for it."""
    found = plan_or_404(plan_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:plan-confirm")
    form = PlanForm(request.POST or None, instance=found, course=found.course)
    if form.is_valid():
        try:
            planning.confirm_plan(plan=found, by=user_of(request), **form.facts())
        except ValidationError as error:
            take_faults(form, error)
        else:
            messages.success(request, "The plan is confirmed. It waits for the physician's approval.")
            return done(request, reverse("courses:plan", args=[found.pk]))
    return _form(request, found.course, form, title=f"Plan {found.key}", button="Confirm the plan", plan=found)


@allow(read=PLANS, write=PLANS)
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Let a plan rest from tomorrow on, with a reason."""
    found = plan_or_404(plan_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:plan-retire")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        planning.retire_plan(plan=found, by=user_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, f"Plan {found.key} rests; no fraction of it is proposed after today.")
        return go_to(request, reverse("courses:plan", args=[found.pk]))
    lead = "No fraction of it is proposed after today. What it delivered stays."
    return reason_answer(request, found, form, title=f"Retire plan {found.key}", button="Retire", lead=lead)


@allow(read=PLANS, write=PLANS)
@require_http_methods(["GET", "POST"])
def reinstate(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Put a retired plan back in use, with a reason."""
    found = plan_or_404(plan_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:plan-reinstate")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        planning.reinstate_plan(plan=found, by=user_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, f"Plan {found.key} is in use again.")
        return go_to(request, reverse("courses:plan", args=[found.pk]))
    lead = "Its fractions are proposed again. An approval that was withdrawn can be given again, too."
    return reason_answer(
        request, found, form, title=f"Put {found.key} back in use", button="Put back in use", lead=lead
    )


def _followed(request: HttpRequest, plans: list[Plan]) -> tuple[Plan | None, PlanKind]:
    """Return the plan that the new one follows and how, as the link that was taken says."""
    asked, kind = request.GET.get("follows", ""), request.GET.get("kind", "")
    found = next((plan for plan in plans if str(plan.pk) == asked), None)
    if found is None or kind not in planning.FOLLOWING:
        return None, PlanKind.INITIAL
    return found, PlanKind(kind)


def _free_key(plans: list[Plan]) -> str:
    taken = {plan.key for plan in plans}
    return next(key for number in range(len(plans) + 1, 2 * len(plans) + 2) if (key := f"P{number}") not in taken)


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
