"""What would a course charge? The course file's keys as JSON in, lines and findings out; nothing is stored."""

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.estimates.planning import costs
from billing.reference.overlay import current_codebook
from billing.rules import charge_lines
from billing.rules.course_fields import CourseFileError
from billing.rules.course_file import read_course
from billing.rules.estimate import Price, estimate, no_price
from billing.rules.facts import CourseFacts
from billing.rules.lines import ChargeLine, Outcome
from patients.permissions import RolePermission
from patients.roles import EVERYONE, READS_MONEY, has_role


class EstimateBecause(serializers.Serializer[Any]):
    """Why a line is as it is."""

    rule = serializers.CharField()
    table = serializers.CharField()
    row = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field, not what a field reads from
    facts = serializers.DictField()


class EstimateLine(serializers.Serializer[Any]):
    """A line that should stand; ``amount`` is a decimal string in US dollars, null without a fee."""

    code = serializers.CharField()
    on = serializers.CharField()
    units = serializers.IntegerField()
    modifiers = serializers.ListField(child=serializers.CharField())
    family = serializers.CharField()
    claim = serializers.CharField()
    held = serializers.BooleanField()
    findings = serializers.ListField(child=serializers.CharField())
    amount = serializers.CharField(allow_null=True)
    because = EstimateBecause()
    subject = serializers.CharField()


class EstimateCourseFinding(serializers.Serializer[Any]):
    """A problem that a person should see."""

    code = serializers.CharField()
    severity = serializers.CharField()
    message = serializers.CharField()
    subject = serializers.CharField()


class EstimateCount(serializers.Serializer[Any]):
    """Counts over the lines; the amount only where every line has one."""

    lines = serializers.IntegerField()
    held = serializers.IntegerField()
    amount = serializers.CharField(allow_null=True)


class EstimateApi(APIView):
    """Estimates: a course in the keys of the course file gives the lines that the rules would make.

    Amounts are those of the practice's own price list for the setting, or for every setting: a course file names no
    payer of ours. They are null for roles that do not read money.
    """

    permission_classes = (RolePermission,)
    read_roles = frozenset[Any]()
    write_roles = EVERYONE

    class Output(serializers.Serializer[Any]):
        """The whole answer."""

        id = serializers.CharField()
        lines = EstimateLine(many=True)
        findings = EstimateCourseFinding(many=True)
        totals = EstimateCount()

    @extend_schema(request=OpenApiTypes.OBJECT, responses={200: Output})
    def post(self, request: Request) -> Response:
        """Estimate one course. Every fault of the input is named at once; nothing is stored."""
        if not isinstance(request.data, dict):
            raise serializers.ValidationError("Send one JSON object with the keys of the course file.")
        try:
            course = read_course(request.data, "request")
        except CourseFileError as error:
            raise serializers.ValidationError({"course": error.faults}) from error
        outcome = charge_lines(course.facts, current_codebook())
        price = _practice_price(course.facts, outcome) if has_role(request.user, *READS_MONEY) else no_price
        return Response(estimate(course.facts.id, outcome, price))


def _practice_price(facts: CourseFacts, outcome: Outcome) -> Price:
    """Return the prices of the practice's own list (two statements)."""
    cost_of = costs(outcome.lines, (), facts.practice.setting, lambda day: None)

    def price(line: ChargeLine) -> Decimal | None:
        cost = cost_of(line)
        return None if cost is None else cost.amount

    return price
