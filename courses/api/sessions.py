"""Sessions: list, read, log, amend, cancel, review of their images. Logging takes an ``Idempotency-Key``."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api.entries import entry_key, key_header, user_of
from courses.delivery import amend_session, cancel_session, log_session, review_guidance
from courses.models import Fraction, Plan, Session
from patients.api import NotesLooks
from patients.permissions import RolePermission
from patients.roles import EVERYONE, LOGS, Role
from patients.validators import validate_moment

SESSION_FACTS = (
    "status_reason", "resumes", "second_session_reason", "guidance", "active_motion_management",
    "motion_record_complete", "motion_system", "motion_threshold", "motion_beam_hold", "isocenters", "mixed_electrons",
    "is_inpatient", "adapted_online",
)  # fmt: skip
"""What whoever logs may say. That a physician reviewed the images only a physician says, at ``review/``."""
MEANT: dict[str, dict[str, Any]] = {"starts_at": {"validators": [validate_moment]}}
"""A year in two figures is the year 26 for a parser."""


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
    NotesLooks[Session],
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
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
                "id", "course", "machine", "starts_at", "treated_on", "status", *SESSION_FACTS, "guidance_reviewed",
                "guidance_reviewed_at", "fractions", "logged_by", "logged_at", "signed_at", "signed_by",
                "cancelled_at", "cancelled_by", "amendment_reason",
            )  # fmt: skip

    class Input(serializers.ModelSerializer[Session]):
        """What logs a session. ``starts_at`` with its offset."""

        fractions = FractionInput(many=True, allow_empty=False)

        class Meta:
            """All that may be written."""

            model = Session
            fields = ("course", "machine", "starts_at", "status", *SESSION_FACTS, "fractions")
            extra_kwargs = MEANT

    class Amendment(serializers.ModelSerializer[Session]):
        """What is corrected, and why; what is left out stays."""

        reason = serializers.CharField(max_length=200)
        fractions = FractionInput(many=True, allow_empty=False, required=False)

        class Meta:
            """All that may be corrected."""

            model = Session
            fields = ("reason", "machine", "starts_at", "status", *SESSION_FACTS, "fractions")
            extra_kwargs = MEANT

    class Cancellation(serializers.Serializer[Session]):
        """Why the entry is taken back."""

        reason = serializers.CharField(max_length=200)

    serializer_class = Output

    @extend_schema(
        request=Input,
        responses={201: Output, 200: Output},
        parameters=[
            key_header("session", made="the session it made")
        ],
    )  # fmt: skip
    def create(self, request: Request) -> Response:
        """Record and sign a session. 201: new. 200: it stood already (same key, or the same fraction)."""
        _refuse_review(request)
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        plans, numbers = _fractions(values.pop("fractions", []))
        logged = log_session(
            plans=plans,
            numbers=numbers,
            at=values.pop("starts_at"),
            by=user_of(request),
            entry_key=entry_key(request),
            **values,
        )
        code = status.HTTP_201_CREATED if logged.is_new else status.HTTP_200_OK
        return Response({**self.Output(logged.session).data, "message": logged.message}, status=code)

    @extend_schema(request=Amendment, responses=Output)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Correct the session with a reason; its history keeps what it said before."""
        _refuse_review(request)
        given = self.Amendment(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        if "starts_at" in values:
            values["at"] = values.pop("starts_at")
        if "fractions" in values:
            plans, numbers = _fractions(values.pop("fractions"))
            values["numbers"] = numbers or dict.fromkeys(plans)
        session = amend_session(
            session=self.get_object(), by=user_of(request), reason=values.pop("reason", ""), **values
        )
        return Response(self.Output(session).data)

    @extend_schema(request=Cancellation, responses=Output)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        """Take back a session that did not happen; the entry stays, with the reason."""
        given = self.Cancellation(data=request.data)
        given.is_valid(raise_exception=True)
        session = cancel_session(session=self.get_object(), by=user_of(request), reason=given.validated_data["reason"])
        return Response(self.Output(session).data)

    @extend_schema(request=None, responses=Output)
    @action(detail=True, methods=["post"], write_roles=frozenset({Role.PHYSICIAN}))
    def review(self, request: Request, pk: str | None = None) -> Response:
        """Say that a physician reviewed the images now; before the next fraction, or it does not count."""
        reviewed = review_guidance(session=self.get_object(), by=user_of(request))
        return Response({**self.Output(reviewed.session).data, "message": reviewed.message})


def _refuse_review(request: Request) -> None:
    """Refuse to take a physician's review from whoever logs, rather than leave it out unsaid."""
    said = request.data.get("guidance_reviewed") if isinstance(request.data, Mapping) else None
    if str(said).lower() == "true":
        raise ValidationError(
            {"guidance_reviewed": ["Only a physician says so, once the session stands: POST review/."]}
        )


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
