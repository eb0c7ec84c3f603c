"""The audit pack of a course: PDF and CSV in a ZIP."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from billing.audit_pack.making import make_zip, pack_name
from courses.models import Course
from patients.permissions import RolePermission
from patients.roles import READS_MONEY


class ZipRenderer(BaseRenderer):
    """Lets a client ask for a ZIP; what is refused is said in JSON all the same."""

    media_type = "application/zip"
    format = "zip"

    def render(self, data: Any, *_others: Any, **_more: Any) -> bytes:
        """Write a refusal."""
        return bytes(JSONRenderer().render(data))


class AuditPackApi(APIView):
    """The audit pack of a course: read."""

    permission_classes = (RolePermission,)
    renderer_classes = (JSONRenderer, ZipRenderer)
    read_roles = READS_MONEY

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, course_id: int) -> HttpResponse:
        """Hand out everything that was planned, delivered, charged, claimed and answered of a course."""
        course = get_object_or_404(Course.objects.only("patient_id"), pk=course_id)
        if not isinstance(request.user, User):
            raise NotAuthenticated
        content = make_zip(course=course, by=request.user, at=timezone.now())
        headers = {
            "Content-Disposition": f'attachment; filename="{pack_name(course.pk)}.zip"',
            "Cache-Control": "no-store, private",
        }
        return HttpResponse(content, content_type="application/zip", headers=headers)
