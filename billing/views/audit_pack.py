"""The audit pack of a course at one click: PDF and CSV in a ZIP."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from billing.audit_pack.making import make_zip, pack_name
from billing.views.answers import user_of
from courses.models import Course
from patients.roles import READS_MONEY, allow


@allow(read=READS_MONEY)
@require_safe
def audit_pack(request: HttpRequest, course_id: int) -> HttpResponse:
    """Hand out everything that was ever planned, delivered, charged, claimed and answered of a course."""
    course = get_object_or_404(Course.objects.only("patient_id"), pk=course_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{pack_name(course.pk)}.zip"',
        "Cache-Control": "no-store, private",
    }
    content = make_zip(course=course, by=user_of(request), at=timezone.now())
    return HttpResponse(content, content_type="application/zip", headers=headers)
