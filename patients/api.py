"""REST endpoints of who is treated and who pays: patients and coverages.

A patient's name or MRN is never part of a URL: searching for one is a POST. Each look at one
patient is written to the access log.
"""

from typing import Any, ClassVar, TypeVar

import django_filters
from django.db import models, transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients.audit import note_access
from patients.models import Coverage, Patient
from patients.permissions import RolePermission
from patients.roles import EVERYONE, Role

REGISTERS = frozenset({Role.THERAPIST, Role.BILLER, Role.BILLING_MANAGER, Role.ADMINISTRATOR})
PATIENT_FIELDS = (
    "mrn", "last_name", "first_name", "middle_name", "birth_date", "sex",
    "street", "street2", "city", "state", "zip_code", "phone",
)  # fmt: skip
COVERAGE_FIELDS = (
    "patient", "payer", "rank", "member_id", "group_number", "relationship", "subscriber_last_name",
    "subscriber_first_name", "subscriber_birth_date", "subscriber_sex", "street", "street2", "city", "state",
    "zip_code", "effective_from", "effective_to",
)  # fmt: skip
M = TypeVar("M", bound=models.Model)


def save_whole(row: M, values: dict[str, Any]) -> M:
    """Set the values, run every check of the model (constraints too), save. Raises ValidationError by field."""
    for name, value in values.items():
        setattr(row, name, value)
    with transaction.atomic():
        row.full_clean()
        row.save()
    return row


class RowApi(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[M]):
    """Reading and writing rows of one table; subclasses name ``Output`` and ``Input``."""

    permission_classes = (RolePermission,)
    http_method_names = ["get", "post", "patch", "head", "options"]  # as Django declares it
    Output: type[serializers.ModelSerializer[M]]
    Input: type[serializers.ModelSerializer[M]]

    def get_serializer_class(self) -> type[serializers.ModelSerializer[M]]:
        """Write by ``Input``, read by ``Output``."""
        return self.Input if self.action in {"create", "partial_update"} else self.Output

    def create(self, request: Request) -> Response:
        """Store a new row; every faulty field is named at once."""
        return self._save(self.get_queryset().model(), request, status=201)

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Correct the fields given; the rest stays."""
        return self._save(self.get_object(), request, status=200, partial=True)

    def _save(self, row: M, request: Request, *, status: int, partial: bool = False) -> Response:
        serializer = self.Input(row if partial else None, data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return Response(self.Output(save_whole(row, serializer.validated_data)).data, status=status)


class PatientApi(RowApi[Patient]):
    """Patients: list, read, register, correct."""

    read_roles = EVERYONE
    write_roles = REGISTERS
    queryset = Patient.objects.all()

    class Output(serializers.ModelSerializer[Patient]):
        """A patient as read."""

        class Meta:
            """Fields in the order of the answer."""

            model = Patient
            fields = ("id", *PATIENT_FIELDS)

    class Input(serializers.ModelSerializer[Patient]):
        """A patient as registered."""

        class Meta:
            """All that may be written."""

            model = Patient
            fields = PATIENT_FIELDS

    class Search(serializers.Serializer[Patient]):
        """What to look for; either one is enough."""

        mrn = serializers.CharField(required=False, max_length=30)
        last_name = serializers.CharField(required=False, max_length=60)

        def validate(self, attrs: dict[str, str]) -> dict[str, str]:
            """Refuse an empty search."""
            if not attrs:
                raise serializers.ValidationError("Give an mrn or a last_name to look for.")
            return attrs

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read one patient; the look is logged."""
        patient = self.get_object()
        note_access(user=request.user, patient=patient, what="api:patient-detail")
        return Response(self.Output(patient).data)

    @extend_schema(request=Search, responses=Output(many=True))
    @action(detail=False, methods=["post"], write_roles=EVERYONE)
    def search(self, request: Request) -> Response:
        """Find patients by MRN (exact) or last name (its beginning). A POST, so that neither is in a URL."""
        search = self.Search(data=request.data)
        search.is_valid(raise_exception=True)
        found = self.get_queryset()
        if mrn := search.validated_data.get("mrn"):
            found = found.filter(mrn=mrn)
        if last_name := search.validated_data.get("last_name"):
            found = found.filter(last_name__istartswith=last_name)
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.Output(page, many=True).data)


class CoverageFilter(django_filters.FilterSet):  # type: ignore[misc]  # the library has no types
    """Coverages of one patient or payer."""

    class Meta:
        """Ids only: no patient data in a URL."""

        model = Coverage
        fields = ("patient", "payer", "rank")


class CoverageApi(RowApi[Coverage]):
    """Coverages: list, read, add, correct."""

    read_roles = EVERYONE
    write_roles = REGISTERS
    queryset: QuerySet[Coverage] = Coverage.objects.all()
    filterset_class = CoverageFilter

    class Output(serializers.ModelSerializer[Coverage]):
        """A coverage as read."""

        class Meta:
            """Fields in the order of the answer."""

            model = Coverage
            fields = ("id", *COVERAGE_FIELDS)

    class Input(serializers.ModelSerializer[Coverage]):
        """A coverage as entered; periods of one rank may not overlap."""

        class Meta:
            """All that may be written."""

            model = Coverage
            fields = COVERAGE_FIELDS
            validators: ClassVar[list[object]] = []
