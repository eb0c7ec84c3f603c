"""What clinical pages leave room for: the charge that a session earned, the charges of a course. Fragments only."""

from decimal import Decimal
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from billing import capture, worklist
from billing.views.answers import is_fragment
from billing.views.rows import causes_of
from billing.worklist import Filters
from courses.models import Course
from patients.audit import note_access
from patients.roles import BILLING, READS_COURSES, READS_MONEY, allow, has_role


@allow(read=READS_COURSES)
@require_safe
def session_earned(request: HttpRequest, session_id: int) -> HttpResponse:
    """Say in words what a session earned, never for how much; capture its course first if nobody has yet."""
    earned = worklist.earned_by(session_id=session_id)
    if earned.asked is None:
        raise Http404
    if not earned.is_captured:
        capture.capture_course(course_id=earned.asked.course_id)
        earned = worklist.earned_by(session_id=session_id)
    context = {"earned": earned, "layout": _layout(request)}
    return render(request, "billing/session_earned.html", context)


@allow(read=READS_COURSES)
@require_safe
def course_charges(request: HttpRequest, course_id: int) -> HttpResponse:
    """Show the charges of a course by day with their findings; amounts only to those who read money."""
    course = get_object_or_404(Course, pk=course_id)
    if not is_fragment(request):  # the page around it has noted it
        note_access(user=request.user, patient=course.patient_id, what="billing:course-charges")
    filters = Filters(states=(), course_id=course.pk)
    lines = list(worklist.lines(filters, order="-day"))
    context = {
        "course": course,
        "days": [(day, list(of_day)) for day, of_day in groupby(lines, key=lambda line: line.service_on)],
        "line_count": len(lines),
        "total": sum((line.amount for line in lines if line.amount is not None), Decimal("0.00")),
        "causes": causes_of(worklist.loose_findings(filters)),
        "shows_money": has_role(request.user, *READS_MONEY),
        "may_key": has_role(request.user, *BILLING),
        "layout": _layout(request),
    }
    return render(request, "billing/course_charges.html", context)


def _layout(request: HttpRequest) -> str:
    """Return the frame: none inside the clinical page, a page of its own where there is no script."""
    return "billing/fragment.html" if is_fragment(request) else "base.html"
