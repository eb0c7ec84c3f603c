"""What would a course charge? The course file's keys as JSON in, lines and findings out; nothing is stored."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.reference.overlay import current_codebook
from billing.rules import charge_lines
from billing.rules.course_fields import CourseFileError
from billing.rules.course_file import read_course
from billing.rules.estimate import estimate
from patients.permissions import RolePermission
from patients.roles import EVERYONE


class EstimateApi(APIView):
    """Estimates: a course in the keys of the course file gives the lines that the rules would make."""

    permission_classes = (RolePermission,)
    read_roles = frozenset[Any]()
    write_roles = EVERYONE

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: OpenApiResponse(OpenApiTypes.OBJECT)})
    def post(self, request: Request) -> Response:
        """Estimate one course. Every fault of the input is named at once; nothing is stored."""
        if not isinstance(request.data, dict):
            raise serializers.ValidationError("Send one JSON object with the keys of the course file.")
        try:
            course = read_course(request.data, "request")
        except CourseFileError as error:
            raise serializers.ValidationError({"course": error.faults}) from error
        return Response(estimate(course.facts.id, charge_lines(course.facts, current_codebook())))
