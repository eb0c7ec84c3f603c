"""A plan is approved: the physician reads it, types the password again and signs; or takes the approval back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from courses import planning
from courses.forms import ReasonForm, SignForm, take_faults
from courses.models import Plan
from courses.views.answers import UNPROCESSABLE, done, form_answer, go_to
from courses.views.entries import user_of
from courses.views.evidence import evidence_of
from courses.views.identity import fault_of_password
from courses.views.plan_facts import facts_of, plan_or_404, reason_answer
from patients.audit import note_access
from patients.roles import Role, allow

PHYSICIANS = frozenset({Role.PHYSICIAN})


@allow(read=PHYSICIANS, write=PHYSICIANS)
@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Show what is signed and ask for the password; approve the plan with the physician's signature."""
    found = plan_or_404(plan_id)
    if request.method != "POST":
        note_access(user=request.user, patient=found.course.patient_id, what="courses:plan-approve")
    form = SignForm(request.POST or None)
    if form.is_valid() and _is_signed(request, found, form):
        messages.success(request, f"Plan {found.key} is approved, with your signature.")
        return done(request, reverse("courses:plan", args=[found.pk]))
    return _sign_form(request, plan_or_404(plan_id) if form.is_bound else found, form)


@allow(read=PHYSICIANS, write=PHYSICIANS)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, plan_id: int) -> HttpResponse:
    """Take an approval back, with a reason."""
    found = plan_or_404(plan_id)
    note_access(user=request.user, patient=found.course.patient_id, what="courses:plan-withdraw")
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        planning.withdraw_approval(plan=found, by=user_of(request), reason=form.cleaned_data["reason"])
        messages.success(request, f"The approval of plan {found.key} is withdrawn.")
        return go_to(request, reverse("courses:plan", args=[found.pk]))
    lead = "Its charges are reversed, and what was delivered is held, until it is approved again."
    title = f"Withdraw the approval of {found.key}"
    return reason_answer(request, found, form, title=title, button="Withdraw", lead=lead)


def _is_signed(request: HttpRequest, plan: Plan, form: SignForm) -> bool:
    """Sign, or leave at the form why not."""
    fault = fault_of_password(request, form.cleaned_data["password"])
    if fault:
        form.add_error("password", fault)
        return False
    try:
        planning.approve_plan(plan=plan, by=user_of(request), seen=form.cleaned_data["seen"] or None)
    except ValidationError as error:
        take_faults(form, error)
        return False
    return True


def _sign_form(request: HttpRequest, plan: Plan, form: SignForm) -> HttpResponse:
    context = {
        "form": form, "plan": plan, "course": plan.course, "facility": plan.course.facility, "groups": facts_of(plan),
        "evidence": evidence_of(plan), "digest": planning.digest_of_plan(plan), "title": f"Sign plan {plan.key}",
        "action": request.get_full_path(), "back": reverse("courses:plan", args=[plan.pk]),
    }  # fmt: skip
    return form_answer(request, "courses/sign_form.html", context, status=UNPROCESSABLE if form.is_bound else 200)
