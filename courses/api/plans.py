"""Plans: list, read, propose, approve."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api.entries import user_of
from courses.models import Plan
from courses.planning import approve_plan, propose_plan
from courses.views.identity import fault_of_password
from patients.api import NotesLooks
from patients.permissions import RolePermission
from patients.roles import EVERYONE, PLANS, Role

PLAN_FACTS = (
    "site", "technique", "laterality", "kind", "planning_method", "active_motion_management", "includes_nodes",
    "complex_delivery_documented", "has_compensator", "isocenters", "isocenter_group", "static_fields", "arcs",
    "dvh_documented", "imrt_planned", "follows", "new_planning_ct", "planning_ct_on", "necessity_documented",
    "necessity_note", "respiratory_motion_simulation",
    "fractions", "sessions_per_day", "weekdays", "starts_on", "usual_time", "machine", "default_guidance",
)  # fmt: skip


class PlanApi(NotesLooks[Plan], viewsets.ReadOnlyModelViewSet[Plan]):
    """Plans: list, read, propose, approve (physicians)."""

    permission_classes = (RolePermission,)
    read_roles = EVERYONE
    write_roles = PLANS
    queryset: QuerySet[Plan] = Plan.objects.all()
    filterset_fields = ("course", "site", "technique", "kind", "machine")

    class Output(serializers.ModelSerializer[Plan]):
        """A plan as read."""

        class Meta:
            """Fields in the order of the answer."""

            model = Plan
            fields = ("id", "course", "key", *PLAN_FACTS, "approved_on", "approved_at", "approved_by", "retired_on")

    class Input(serializers.ModelSerializer[Plan]):
        """A plan as entered; it earns nothing before it is approved."""

        class Meta:
            """All that may be written."""

            model = Plan
            fields = ("course", "key", *PLAN_FACTS)
            validators: ClassVar[list[Any]] = []

    class Approval(serializers.Serializer[Plan]):
        """The physician's password again; the clinic-local day, where the approval was given before it is entered."""

        password = serializers.CharField(write_only=True, trim_whitespace=False, style={"input_type": "password"})
        on = serializers.DateField(required=False)

    serializer_class = Output

    @extend_schema(request=Input, responses={201: Output})
    def create(self, request: Request) -> Response:
        """Enter a plan, not yet approved; every faulty field is named at once."""
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        plan = propose_plan(by=user_of(request), **given.validated_data)
        return Response(self.Output(plan).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=Approval, responses=Output)
    @action(detail=True, methods=["post"], write_roles=frozenset({Role.PHYSICIAN}))
    def approve(self, request: Request, pk: str | None = None) -> Response:
        """Approve the plan: the physician signs with user, moment and the password typed again."""
        given = self.Approval(data=request.data)
        given.is_valid(raise_exception=True)
        plan = self.get_object()
        fault = fault_of_password(request, given.validated_data["password"])
        if fault:
            raise serializers.ValidationError({"password": [fault]})
        signed = approve_plan(plan=plan, by=user_of(request), on=given.validated_data.get("on"))
        return Response(self.Output(signed).data)
