"""REST endpoints of what was prescribed and delivered: courses, plans, sessions.

They speak to the same steps as the pages do. Creating a session takes an ``Idempotency-Key``: the
same key again answers with the session that it made, whatever happened to the first answer.
"""

from typing import Any, ClassVar
from uuid import UUID, uuid5

import django_filters
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from courses.delivery import amend_session, cancel_session, log_session
from courses.models import Course, Fraction, Plan, Session
from courses.planning import approve_plan, close_course, open_course, propose_plan, reopen_course
from patients.models import Facility, Patient, Provider
from patients.permissions import RolePermission
from patients.roles import EVERYONE, Role

PLANS = frozenset({Role.PHYSICIST, Role.PHYSICIAN, Role.ADMINISTRATOR})
LOGS = frozenset({Role.THERAPIST, Role.PHYSICIST, Role.ADMINISTRATOR})
OPENS = PLANS | {Role.THERAPIST}
KEYS_OF_THE_API = UUID("6b1f7a3e-5f0e-4f53-9d2c-0c6a4f1f8f10")
PLAN_FACTS = (
    "site", "technique", "laterality", "kind", "planning_method", "active_motion_management", "includes_nodes",
    "complex_delivery_documented", "has_compensator", "isocenters", "isocenter_group", "static_fields", "arcs",
    "dvh_documented", "imrt_planned", "new_planning_ct", "necessity_documented", "respiratory_motion_simulation",
    "fractions", "sessions_per_day", "weekdays", "starts_on", "usual_time", "machine", "default_guidance",
)  # fmt: skip
SESSION_FACTS = (
    "status_reason", "resumes", "second_session_reason", "guidance", "guidance_reviewed", "active_motion_management",
    "motion_record_complete", "mixed_electrons", "is_inpatient", "adapted_online",
)  # fmt: skip


def _user(request: Request) -> User:
    if not isinstance(request.user, User):
        raise serializers.ValidationError("Sign in first.")
    return request.user


class CourseFilter(django_filters.FilterSet):
    """Courses of a patient or facility, open or closed, by the day they opened."""

    is_open = django_filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull")
    opened_from = django_filters.DateFilter(field_name="opened_on", lookup_expr="gte")
    opened_to = django_filters.DateFilter(field_name="opened_on", lookup_expr="lte")

    class Meta:
        """Ids only: no patient data in a URL."""

        model = Course
        fields = ("patient", "facility", "physician")


class CourseApi(viewsets.ReadOnlyModelViewSet[Course]):
    """Courses: list, read, open, close, reopen."""

    permission_classes = (RolePermission,)
    read_roles = EVERYONE
    write_roles = OPENS
    queryset: QuerySet[Course] = Course.objects.prefetch_related("diagnoses")
    filterset_class = CourseFilter

    class Output(serializers.ModelSerializer[Course]):
        """A course as read; diagnoses principal first."""

        diagnoses = serializers.SlugRelatedField(many=True, read_only=True, slug_field="code")  # type: ignore[var-annotated]

        class Meta:
            """Fields in the order of the answer."""

            model = Course
            fields = (
                "id", "patient", "facility", "physician", "title", "diagnoses", "opened_on", "closed_on", "revision",
            )  # fmt: skip

    class Input(serializers.Serializer[Course]):
        """What opens a course."""

        patient = serializers.PrimaryKeyRelatedField(queryset=Patient.objects.all())
        facility = serializers.PrimaryKeyRelatedField(queryset=Facility.objects.all())
        physician = serializers.PrimaryKeyRelatedField(queryset=Provider.objects.all(), required=False, allow_null=True)
        title = serializers.CharField(max_length=120)
        opened_on = serializers.DateField()
        diagnoses = serializers.ListField(child=serializers.CharField(max_length=8), min_length=1, max_length=12)

    class Closing(serializers.Serializer[Course]):
        """The last day of the course."""

        on = serializers.DateField()

    serializer_class = Output

    @extend_schema(request=Input, responses={201: Output})
    def create(self, request: Request) -> Response:
        """Open a course; every faulty field is named at once."""
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(self.Output(open_course(**given.validated_data)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=Closing, responses=Output)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str | None = None) -> Response:
        """Close the course on a day."""
        given = self.Closing(data=request.data)
        given.is_valid(raise_exception=True)
        course = close_course(course=self.get_object(), on=given.validated_data["on"])
        return Response(self.Output(course).data)

    @extend_schema(request=None, responses=Output)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str | None = None) -> Response:
        """Open a closed course again."""
        return Response(self.Output(reopen_course(course=self.get_object())).data)


class PlanApi(viewsets.ReadOnlyModelViewSet[Plan]):
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
        """The clinic-local day, where the approval was given before it is entered."""

        on = serializers.DateField(required=False)

    serializer_class = Output

    @extend_schema(request=Input, responses={201: Output})
    def create(self, request: Request) -> Response:
        """Enter a plan, not yet approved; every faulty field is named at once."""
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        plan = propose_plan(by=_user(request), **given.validated_data)
        return Response(self.Output(plan).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=Approval, responses=Output)
    @action(detail=True, methods=["post"], write_roles=frozenset({Role.PHYSICIAN}))
    def approve(self, request: Request, pk: str | None = None) -> Response:
        """Approve the plan: the physician signs with user and moment."""
        given = self.Approval(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(
            self.Output(approve_plan(plan=self.get_object(), by=_user(request), **given.validated_data)).data
        )


class SessionFilter(django_filters.FilterSet):
    """Sessions of a course or machine, by the clinic-local day."""

    treated_from = django_filters.DateFilter(field_name="treated_on", lookup_expr="gte")
    treated_to = django_filters.DateFilter(field_name="treated_on", lookup_expr="lte")
    is_cancelled = django_filters.BooleanFilter(field_name="cancelled_at", lookup_expr="isnull", exclude=True)

    class Meta:
        """Ids and days only."""

        model = Session
        fields = ("course", "machine", "status")


class FractionOutput(serializers.ModelSerializer[Fraction]):
    """Which fraction of which plan."""

    class Meta:
        """Fields in the order of the answer."""

        model = Fraction
        fields = ("plan", "number", "is_standing")


class FractionInput(serializers.Serializer[Fraction]):
    """A plan, and its fraction where the caller knows it; without it the next one is taken."""

    plan = serializers.PrimaryKeyRelatedField(queryset=Plan.objects.all())
    number = serializers.IntegerField(min_value=1, max_value=200, required=False, allow_null=True)


class SessionApi(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Session],
):
    """Sessions: list, read, log, amend, cancel."""

    permission_classes = (RolePermission,)
    read_roles = EVERYONE
    write_roles = LOGS
    queryset: QuerySet[Session] = Session.objects.prefetch_related("fractions")
    filterset_class = SessionFilter

    class Output(serializers.ModelSerializer[Session]):
        """A session as read; ``starts_at`` in UTC, ``treated_on`` the clinic-local day."""

        fractions = FractionOutput(many=True, read_only=True)

        class Meta:
            """Fields in the order of the answer."""

            model = Session
            fields = (
                "id", "course", "machine", "starts_at", "treated_on", "status", *SESSION_FACTS, "fractions",
                "logged_by", "logged_at", "signed_at", "signed_by", "cancelled_at", "cancelled_by", "amendment_reason",
            )  # fmt: skip

    class Input(serializers.ModelSerializer[Session]):
        """What logs a session. ``starts_at`` with its offset."""

        fractions = FractionInput(many=True, allow_empty=False)

        class Meta:
            """All that may be written."""

            model = Session
            fields = ("course", "machine", "starts_at", "status", *SESSION_FACTS, "fractions")

    class Amendment(serializers.ModelSerializer[Session]):
        """What is corrected, and why; what is left out stays."""

        reason = serializers.CharField(max_length=200)
        fractions = FractionInput(many=True, allow_empty=False, required=False)

        class Meta:
            """All that may be corrected."""

            model = Session
            fields = ("reason", "machine", "starts_at", "status", *SESSION_FACTS, "fractions")

    class Cancellation(serializers.Serializer[Session]):
        """Why the entry is taken back."""

        reason = serializers.CharField(max_length=200)

    serializer_class = Output

    @extend_schema(
        request=Input,
        responses={201: Output, 200: Output},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER,
                description="Any text of up to 200 characters, your own for this session. The same key and content "
                "again answers 200 with the session it made; the same key with other content answers 409.",
            )
        ],
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """Record and sign a session. 201: new. 200: it stood already (same key, or the same fraction)."""
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        plans, numbers = _fractions(values.pop("fractions", []))
        logged = log_session(
            plans=plans,
            numbers=numbers,
            at=values.pop("starts_at"),
            by=_user(request),
            entry_key=_entry_key(request),
            **values,
        )
        code = status.HTTP_201_CREATED if logged.is_new else status.HTTP_200_OK
        return Response({**self.Output(logged.session).data, "message": logged.message}, status=code)

    @extend_schema(request=Amendment, responses=Output)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Correct the session with a reason; its history keeps what it said before."""
        given = self.Amendment(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        if "starts_at" in values:
            values["at"] = values.pop("starts_at")
        if "fractions" in values:
            plans, numbers = _fractions(values.pop("fractions"))
            values["numbers"] = numbers or dict.fromkeys(plans)
        session = amend_session(session=self.get_object(), by=_user(request), reason=values.pop("reason", ""), **values)
        return Response(self.Output(session).data)

    @extend_schema(request=Cancellation, responses=Output)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        """Take back a session that did not happen; the entry stays, with the reason."""
        given = self.Cancellation(data=request.data)
        given.is_valid(raise_exception=True)
        session = cancel_session(session=self.get_object(), by=_user(request), reason=given.validated_data["reason"])
        return Response(self.Output(session).data)


def _fractions(rows: list[dict[str, Any]]) -> tuple[list[Plan], dict[Plan, int | None] | None]:
    plans = [row["plan"] for row in rows]
    if len(set(plans)) != len(plans):
        raise ValidationError({"fractions": ["A plan is named twice; name each plan of the session once."]})
    numbered = [row for row in rows if row.get("number") is not None]
    if not numbered:
        return plans, None
    if len(numbered) != len(rows):
        raise ValidationError({"fractions": ["Give a number for every plan of the session, or for none."]})
    return plans, {row["plan"]: row["number"] for row in rows}


def _entry_key(request: Request) -> UUID | None:
    """Return the entry's key from the header: one caller's key never meets another's."""
    given = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not given:
        return None
    if len(given) > 200:  # noqa: PLR2004  # as the schema says
        raise ValidationError({"Idempotency-Key": ["The key is longer than 200 characters."]})
    return uuid5(KEYS_OF_THE_API, f"{request.user.pk}:{given}")
