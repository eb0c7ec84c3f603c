"""Courses: list, read, open, close, reopen."""

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from courses.models import Course
from courses.planning import close_course, name_on_claims, open_course, reopen_course
from patients.api import NotesLooks
from patients.models import Facility, Patient, Provider
from patients.permissions import RolePermission
from patients.roles import BILLING, EVERYONE, OPENS


class CourseFilter(django_filters.FilterSet):
    """Courses of a patient or facility, open or closed, by the day they opened."""

    is_open = django_filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull")
    opened_from = django_filters.DateFilter(field_name="opened_on", lookup_expr="gte")
    opened_to = django_filters.DateFilter(field_name="opened_on", lookup_expr="lte")

    class Meta:
        """Ids only: no patient data in a URL."""

        model = Course
        fields = ("patient", "facility", "physician")


def _provider() -> "serializers.PrimaryKeyRelatedField[Provider]":
    return serializers.PrimaryKeyRelatedField(queryset=Provider.objects.all(), required=False, allow_null=True)


class CourseApi(NotesLooks[Course], viewsets.ReadOnlyModelViewSet[Course]):
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
                "referring_provider", "supervising_provider", "ordering_provider", "referral_number",
            )  # fmt: skip

    class Names(serializers.Serializer[Course]):
        """Who stands on the claims of a course, and the referral number."""

        physician = _provider()
        referring_provider = _provider()
        supervising_provider = _provider()
        ordering_provider = _provider()
        referral_number = serializers.CharField(max_length=50, required=False, allow_blank=True)

    class Input(Names):
        """What opens a course."""

        patient = serializers.PrimaryKeyRelatedField(queryset=Patient.objects.all())
        facility = serializers.PrimaryKeyRelatedField(queryset=Facility.objects.all())
        title = serializers.CharField(max_length=120)
        opened_on = serializers.DateField()
        diagnoses = serializers.ListField(child=serializers.CharField(max_length=8), min_length=1, max_length=12)

    class Closing(serializers.Serializer[Course]):
        """The last day of the course."""

        on = serializers.DateField()

    class Reopening(serializers.Serializer[Course]):
        """Why the course goes on."""

        reason = serializers.CharField(max_length=200)

    serializer_class = Output

    @extend_schema(request=Input, responses={201: Output})
    def create(self, request: Request) -> Response:
        """Open a course; every faulty field is named at once."""
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(self.Output(open_course(**given.validated_data)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=Names, responses=Output)
    @action(detail=True, methods=["post"], write_roles=OPENS | BILLING)
    def names(self, request: Request, pk: str | None = None) -> Response:
        """Say who stands on the course's claims; what is left out stays as it is."""
        given = self.Names(data=request.data)
        given.is_valid(raise_exception=True)
        course = self.get_object()
        named = name_on_claims(course=course, **{"physician": course.physician, **given.validated_data})
        return Response(self.Output(named).data)

    @extend_schema(request=Closing, responses=Output)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str | None = None) -> Response:
        """Close the course on a day."""
        given = self.Closing(data=request.data)
        given.is_valid(raise_exception=True)
        course = close_course(course=self.get_object(), on=given.validated_data["on"])
        return Response(self.Output(course).data)

    @extend_schema(request=Reopening, responses=Output)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str | None = None) -> Response:
        """Open a closed course again, with a reason; its history keeps it."""
        given = self.Reopening(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(
            self.Output(reopen_course(course=self.get_object(), reason=given.validated_data["reason"])).data
        )
