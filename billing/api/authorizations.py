"""Authorizations: list, read with their units, enter, correct with a reason, end, void. Nothing is deleted."""

from collections.abc import Mapping
from typing import Any, cast

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing import authorizations as steps
from billing.authorizations import Particulars, faults_of
from billing.models import COUNTING, Authorization
from courses.api.entries import Conflict, entry_key, key_header, lock_key, read_fields, refuse_other_course, user_of
from courses.models import Course
from patients.api import NotesLooks
from patients.models import Coverage
from patients.permissions import RolePermission
from patients.roles import BILLING, EVERYONE

AN_OBJECT = "Send the authorization as an object."
FACTS = (
    "status", "number", "technique", "codes", "units", "effective_from", "effective_to", "requested_on", "decided_on",
    "contact",
)  # fmt: skip


class AuthorizationFilter(django_filters.FilterSet):
    """Authorizations of a course or coverage, by status and by a day on which they hold."""

    counts = django_filters.BooleanFilter(method="by_counting", label="Whether it is approved")
    holds_on = django_filters.DateFilter(method="by_day", label="A day within its dates")

    class Meta:
        """Ids and words only: no patient data in a URL."""

        model = Authorization
        fields = ("course", "coverage", "status", "technique")

    def by_counting(self, rows: QuerySet[Authorization], name: str, value: bool) -> QuerySet[Authorization]:
        """Keep the approved ones, or the others."""
        return rows.filter(status__in=COUNTING) if value else rows.exclude(status__in=COUNTING)

    def by_day(self, rows: QuerySet[Authorization], name: str, value: Any) -> QuerySet[Authorization]:
        """Keep those whose dates take the day in."""
        return rows.filter(effective_from__lte=value, effective_to__gte=value)


class UseOutput(serializers.Serializer[Any]):
    """Units on one kind of claim; ``claim`` is null where none is used yet."""

    claim = serializers.CharField(allow_null=True)
    units = serializers.IntegerField()
    used = serializers.IntegerField()
    reserved = serializers.IntegerField(help_text="Of prescribed fractions still to come.")
    left = serializers.IntegerField()


class AuthorizationApi(NotesLooks[Authorization], mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Authorizations: list, read, enter, correct, end, void (billing roles); everyone reads."""

    permission_classes = (RolePermission,)
    read_roles = EVERYONE
    write_roles = BILLING
    queryset: QuerySet[Authorization] = Authorization.objects.select_related("course__facility")
    filterset_class = AuthorizationFilter

    class Output(serializers.ModelSerializer[Authorization]):
        """An authorization as read."""

        class Meta:
            """Fields in the order of the answer."""

            model = Authorization
            fields = ("id", "course", "coverage", *FACTS, "amendment_reason", "entered_by")

    class Input(serializers.Serializer[Authorization]):
        """What is entered. Without a coverage it is the course's primary one on the first day."""

        course = serializers.PrimaryKeyRelatedField(queryset=Course.objects.select_related("facility"))
        coverage = serializers.PrimaryKeyRelatedField(queryset=Coverage.objects.all(), required=False, allow_null=True)
        status = serializers.CharField(
            required=False, help_text="requested, approved (default), approved_with_changes, denied or voided."
        )
        number = serializers.CharField(required=False, allow_blank=True)
        technique = serializers.CharField(required=False, allow_blank=True)
        codes = serializers.ListField(child=serializers.CharField())
        units = serializers.IntegerField()
        effective_from = serializers.DateField()
        effective_to = serializers.DateField()
        requested_on = serializers.DateField(required=False, allow_null=True)
        decided_on = serializers.DateField(required=False, allow_null=True)
        contact = serializers.CharField(required=False, allow_blank=True)

    class Change(Input):
        """What is corrected, and why; what is left out stays."""

        course = None  # type: ignore[assignment]  # an authorization stays with its course
        reason = serializers.CharField(max_length=200)

    class Ending(serializers.Serializer[Authorization]):
        """The last day on which it counts, and why it ends."""

        on = serializers.DateField()
        reason = serializers.CharField(max_length=200)

    class Voiding(serializers.Serializer[Authorization]):
        """Why it does not count at all."""

        reason = serializers.CharField(max_length=200)

    serializer_class = Output

    @extend_schema(
        request=Input,
        responses={201: Output, 200: Output},
        parameters=[
            key_header("authorization", made="what it made")
        ],
    )  # fmt: skip
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Enter an authorization. 201: new. 200: it was entered before under this key."""
        said, faults = read_fields(self.Input(data=request.data), wanted=AN_OBJECT)
        course = said.pop("course", None)
        given = entry_key(request)
        key = f"api:{given}" if given else None
        if given:
            lock_key(given)
        known = self.queryset.filter(source_key=key).first() if key else None
        if known is not None and not faults:
            refuse_other_course(known.course, course)
            return Response(self.Output(_same(known, said)).data)
        if course is not None:
            faults = _joined(faults, faults_of(course=course, said=said))
        if faults or course is None:
            raise serializers.ValidationError(faults)
        made, is_new = steps.enter_authorization(
            course=course, by=user_of(request), said=cast(Particulars, said), source_key=key
        )
        return Response(self.Output(made).data, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=Change, responses=Output)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Correct an authorization with a reason; its history keeps what it said before."""
        row = self.get_object()
        said, faults = read_fields(self.Change(data=request.data, partial=True), wanted=AN_OBJECT)
        reason = str(said.pop("reason", ""))
        if faults:
            full = {**{name: getattr(row, name) for name in FACTS}, "coverage": row.coverage, **said}
            full = {name: value for name, value in full.items() if name not in faults}
            raise serializers.ValidationError(_joined(faults, faults_of(course=row.course, said=full, leaving_out=row)))
        changed = steps.change_authorization(
            authorization=row, by=user_of(request), reason=reason, said=cast(Particulars, said)
        )
        return Response(self.Output(changed).data)

    @extend_schema(request=Ending, responses=Output)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str | None = None) -> Response:
        """Let it end earlier than approved; what it covered until then stays covered."""
        given = self.Ending(data=request.data)
        given.is_valid(raise_exception=True)
        ended = steps.end_authorization(authorization=self.get_object(), by=user_of(request), **given.validated_data)
        return Response(self.Output(ended).data)

    @extend_schema(request=Voiding, responses=Output)
    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str | None = None) -> Response:
        """Take it back whole: entered in error, or withdrawn. The entry stays, with the reason."""
        given = self.Voiding(data=request.data)
        given.is_valid(raise_exception=True)
        voided = steps.void_authorization(authorization=self.get_object(), by=user_of(request), **given.validated_data)
        return Response(self.Output(voided).data)

    @extend_schema(responses=UseOutput(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def units(self, request: Request, pk: str | None = None) -> Response:
        """Return used, reserved and left, by kind of claim: the count that the holds of R1 come from."""
        row = self.get_object()
        uses = [use for use in steps.reach_of(row.course).outlook.uses if use.key == str(row.pk)]
        return Response(UseOutput(uses, many=True).data)


def _same(known: Authorization, said: Mapping[str, object]) -> Authorization:
    """Return what a key made, if it was made of this content.

    Raises:
        Conflict: it was not.
    """
    differing = [name for name, value in said.items() if value is not None and getattr(known, name) != value]
    if differing:
        raise Conflict(f"This key was used before with other content: {', '.join(differing)}. Change that entry.")
    return known


def _joined(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {**other, **one}
