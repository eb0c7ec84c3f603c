"""Estimates: what a planned course would charge, what is left of a real one. Amounts only for those who read money."""

from collections.abc import Iterator
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.estimates.planned import PlannedCourse
from billing.estimates.planning import Estimate, estimate_planned
from billing.estimates.remaining import estimate_remaining
from billing.forms.estimate import EstimateForm
from billing.views.answers import UNPROCESSABLE
from courses.forms.words import GUIDANCE, MOTION, TECHNIQUES
from courses.models import Course
from courses.terms import Guidance, MotionManagement
from patients.audit import note_access
from patients.models import Facility
from patients.roles import READS_COURSES, READS_MONEY, allow, has_role

Facts = list[tuple[str, str]]


@allow(read=READS_COURSES)
@require_safe
def estimates(request: HttpRequest) -> HttpResponse:
    """Show the form of a planned course and, once it is filled in, what the course would charge."""
    form = EstimateForm(request.GET)
    context: dict[str, object] = {"page_title": "Estimate of charges", "form": form}
    if form.is_bound and form.is_valid():
        facility, payer = form.cleaned_data["facility"], form.cleaned_data["payer"]
        planned = form.planned()
        shows_money = has_role(request.user, *READS_MONEY)
        found = estimate_planned(planned, facility=facility, payer=payer, with_prices=shows_money)
        facts = [*_planned_facts(planned), ("Payer", payer.name if payer else "none: the patient pays")]
        context |= _result(request, found, facility, facts)
    status = UNPROCESSABLE if form.is_bound and form.errors else 200
    return render(request, "billing/estimate.html", context, status=status)


@allow(read=READS_COURSES)
@require_safe
def left_of_course(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show what is left of a course: what its sessions still to come, and its close, would add."""
    course = get_object_or_404(Course.objects.select_related("patient", "facility"), pk=course_id)
    note_access(user=request.user, patient=course.patient_id, what="billing:course-estimate")
    found = estimate_remaining(course, with_prices=has_role(request.user, *READS_MONEY))
    context = {
        "page_title": "Estimate of what is left",
        "course": course,
        "crumbs": [(course.title, reverse("courses:course", args=[course.pk])), ("Estimate", "")],
        **_result(request, found, course.facility, _course_facts(course)),
    }
    return render(request, "billing/estimate_course.html", context)


def _result(request: HttpRequest, found: Estimate, facility: Facility, facts: Facts) -> dict[str, object]:
    return {
        "estimate": found,
        "summary": found.summary,
        "facility": facility,
        "facts": facts,
        "today": timezone.localdate(timezone=facility.zone),
        "shows_money": has_role(request.user, *READS_MONEY),
        "shows_claims": len(found.summary.by_claim) > 1,
    }


# --- in words -----------------------------------------------------------------------------------------------------


def _planned_facts(planned: PlannedCourse) -> Facts:
    return [
        ("Treated", " ".join(_site(planned))),
        ("Technique", TECHNIQUES[planned.technique.value]),
        ("Sessions", ", ".join(_sessions(planned))),
        ("First session", _said(planned.starts_on)),
        ("Guidance", GUIDANCE[planned.guidance.value] if planned.guidance is not Guidance.NONE else "none"),
        ("Motion", MOTION[planned.motion.value] if planned.motion is not MotionManagement.NONE else "not managed"),
    ]


def _site(planned: PlannedCourse) -> Iterator[str]:
    yield planned.site.value.replace("_", " ")
    if planned.laterality is not None:
        yield planned.laterality.value
    if planned.includes_nodes:
        yield "with nodes"


def _sessions(planned: PlannedCourse) -> Iterator[str]:
    yield str(planned.fractions)
    if planned.boost_fractions:
        technique = planned.boost_technique or planned.technique
        yield f"then {planned.boost_fractions} of a boost ({TECHNIQUES[technique.value]})"
    yield "twice a day" if planned.twice_daily else "once a day"


def _course_facts(course: Course) -> Facts:
    return [
        ("Patient", course.patient.full_name),
        ("Course", course.title),
        ("Opened", _said(course.opened_on)),
        *([("Closed", _said(course.closed_on))] if course.closed_on else []),
    ]


def _said(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"
