"""Clinical events: list, read, record, amend, cancel. What each kind needs is planning's (kinds.py)."""

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api.entries import Conflict, entry_key, key_header, lock_key, read_fields, refuse_other_course, user_of
from courses.models import ClinicalEvent, Course
from courses.planning import amend_event, cancel_event, kind_of, record_event
from courses.planning.events import faults_of_event, refuse_role
from courses.terms import EventFamily, Performer, Site
from patients.api import NotesLooks
from patients.models.base import choices_of
from patients.permissions import RolePermission
from patients.roles import CLINICAL, EVERYONE, Role
from patients.validators import validate_day

RECORDS = CLINICAL | {Role.ADMINISTRATOR}
FACTS = ("site", "performer", "units", "distinct_service", "documented", "reason")


class EventFilter(django_filters.FilterSet):
    """Events of a course, by kind and by the clinic-local day."""

    on_from = django_filters.DateFilter(field_name="happened_on", lookup_expr="gte")
    on_to = django_filters.DateFilter(field_name="happened_on", lookup_expr="lte")
    is_cancelled = django_filters.BooleanFilter(field_name="cancelled_at", lookup_expr="isnull", exclude=True)

    class Meta:
        """Ids, words and days only."""

        model = ClinicalEvent
        fields = ("course", "family", "performer", "site")


class EventApi(NotesLooks[ClinicalEvent], mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Clinical events: list, read, record, amend, cancel. Who may enter a kind is asked for each."""

    permission_classes = (RolePermission,)
    read_roles = EVERYONE
    write_roles = RECORDS
    queryset: QuerySet[ClinicalEvent] = ClinicalEvent.objects.select_related("course__facility")
    filterset_class = EventFilter

    class Output(serializers.ModelSerializer[ClinicalEvent]):
        """An event as read; ``on`` is the clinic-local day."""

        on = serializers.DateField(source="happened_on")

        class Meta:
            """Fields in the order of the answer."""

            model = ClinicalEvent
            fields = (
                "id", "course", "family", "on", *FACTS, "entered_by", "entered_at", "amended_at", "amended_by",
                "cancelled_at", "cancelled_by", "amendment_reason",
            )  # fmt: skip

    class Input(serializers.Serializer[ClinicalEvent]):
        """What records an event. A kind needs not all of it: a visit its performer, devices their units."""

        course = serializers.PrimaryKeyRelatedField(queryset=Course.objects.select_related("facility"))
        family = serializers.ChoiceField(choices=choices_of(EventFamily))
        on = serializers.DateField(help_text="The clinic-local day; not to come.", validators=[validate_day])
        site = serializers.ChoiceField(choices=choices_of(Site), required=False, allow_blank=True)
        performer = serializers.ChoiceField(choices=choices_of(Performer), required=False, allow_blank=True)
        units = serializers.IntegerField(required=False)
        distinct_service = serializers.BooleanField(required=False)
        documented = serializers.BooleanField(required=False)
        reason = serializers.CharField(required=False, allow_blank=True, help_text="Why a special service was needed.")

    class Amendment(Input):
        """What is corrected, and why; what is left out stays. The kind and the course stay: cancel, record anew."""

        course = None  # type: ignore[assignment]
        family = None  # type: ignore[assignment]
        why = serializers.CharField(max_length=200)

    class Cancellation(serializers.Serializer[ClinicalEvent]):
        """Why the event is taken back."""

        reason = serializers.CharField(max_length=200)

    serializer_class = Output

    @extend_schema(
        request=Input,
        responses={201: Output, 200: Output},
        parameters=[
            key_header("event", made="what it made")
        ],
    )  # fmt: skip
    @transaction.atomic
    def create(self, request: Request) -> Response:
        """Record an event. 201: new. 200: it was recorded before under this key."""
        said, faults = read_fields(self.Input(data=request.data), wanted="Send the event as an object.")
        key = entry_key(request)
        course, source_key = said.pop("course", None), f"api:{key}" if key else None
        if key:
            lock_key(key)
        known = self.queryset.filter(source_key=source_key).first() if source_key else None
        if known is not None and not faults:
            refuse_other_course(known.course, course)
            return Response(self.Output(_same(known, said)).data)
        if faults:
            raise serializers.ValidationError({**_rest(course, said), **faults})
        event = record_event(course=course, by=user_of(request), source_key=source_key, **said)
        return Response(self.Output(event).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=Amendment, responses=Output)
    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Correct the event with a reason; its history keeps what it said before."""
        said, faults = read_fields(
            self.Amendment(data=request.data, partial=True), wanted="Send the event as an object."
        )
        if faults:
            raise serializers.ValidationError(faults)
        event = amend_event(event=self.get_object(), by=user_of(request), why=said.pop("why", ""), **said)
        return Response(self.Output(event).data)

    @extend_schema(request=Cancellation, responses=Output)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str | None = None) -> Response:
        """Take back an event that did not happen; the entry stays, with the reason."""
        given = self.Cancellation(data=request.data)
        given.is_valid(raise_exception=True)
        event = self.get_object()
        refuse_role(kind_of(event.family), user_of(request))
        event = cancel_event(event=event, by=user_of(request), reason=given.validated_data["reason"])
        return Response(self.Output(event).data)


def _rest(course: Course | None, said: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what is wrong with what could be read, beside what could not."""
    if course is None or "family" not in said:
        return {}
    columns = {("happened_on" if name == "on" else name): value for name, value in said.items()}
    event = ClinicalEvent(course=course, **columns)
    kind = kind_of(event.family)
    event.performer = event.performer or str((kind and kind.usual_performer) or "")
    return faults_of_event(event)


def _same(known: ClinicalEvent, said: Mapping[str, Any]) -> ClinicalEvent:
    """Return what a key made, if it was made of this content.

    Raises:
        Conflict: it was not.
    """
    columns = {"on": "happened_on"}
    differing = [name for name, value in said.items() if getattr(known, columns.get(name, name)) != value]
    if differing:
        raise Conflict(f"This key was used before with other content: {', '.join(differing)}. Amend that event.")
    return known
