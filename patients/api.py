"""REST endpoints of who is treated and who pays: patients and coverages.

A patient's name or MRN is never part of a URL: searching for one is a POST. Each look at one
patient is written to the access log.
"""

from typing import Any, ClassVar, TypeVar

import django_filters
from django.db import models
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients.audit import note_access
from patients.identifiers import compact_mrn
from patients.models import Coverage, Patient
from patients.permissions import RolePermission
from patients.registration import add_coverage, admit_patient, correct_coverage, correct_patient
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
OF_ONE = frozenset({"patient", "coverage", "course", "session", "plan", "control_number"})
"""The filters that narrow a list to the rows of one patient."""


class NotesLooks(viewsets.GenericViewSet[M]):
    """Notes who looked at whose row: at one row, whatever is done with it, and at a list of one patient's rows."""

    def get_object(self) -> M:
        """Return the row that the address names."""
        row = super().get_object()
        self._note(row)
        return row

    def paginate_queryset(self, queryset: Any) -> Any:
        """Return the rows of a page; those of many patients are no look at one."""
        rows = super().paginate_queryset(queryset)
        if rows and OF_ONE & set(self.request.query_params):
            self._note(rows[0])
        return rows

    def _note(self, row: Any) -> None:
        match = self.request.resolver_match
        note_access(user=self.request.user, patient=_patient_of(row), what=match.view_name if match else "api")


def _patient_of(row: Any) -> int:
    if isinstance(row, Patient):
        return row.pk
    return int(row.patient_id if hasattr(row, "patient_id") else row.course.patient_id)


class RowApi(NotesLooks[M], mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Rows of one table, read and written through its steps: ``Output``, ``Input``, ``add``, ``correct``."""

    permission_classes = (RolePermission,)
    http_method_names = ["get", "post", "patch", "head", "options"]
    Output: type[serializers.ModelSerializer[M]]
    Input: type[serializers.ModelSerializer[M]]

    def get_serializer_class(self) -> type[serializers.ModelSerializer[M]]:
        """Write by ``Input``, read by ``Output``."""
        return self.Input if self.action in {"create", "partial_update"} else self.Output

    def create(self, request: Request) -> Response:
        """Store a new row; every faulty field is named at once."""
        given = self.Input(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(self.Output(self.add(given.validated_data)).data, status=status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str | None = None) -> Response:
        """Correct the fields given; the rest stays."""
        row = self.get_object()
        given = self.Input(row, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        return Response(self.Output(self.correct(row, given.validated_data)).data)

    def add(self, values: dict[str, Any]) -> M:
        """Call the step that makes a row."""
        raise TypeError(f"{type(self).__name__} makes no rows")

    def correct(self, row: M, values: dict[str, Any]) -> M:
        """Call the step that corrects a row."""
        raise TypeError(f"{type(self).__name__} corrects no rows")


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
            """All that may be written. The step itself tells a taken MRN, without saying whose it is."""

            model = Patient
            fields = PATIENT_FIELDS
            extra_kwargs: ClassVar[dict[str, object]] = {"mrn": {"validators": []}}

    class Search(serializers.Serializer[Patient]):
        """What to look for; either one is enough."""

        mrn = serializers.CharField(required=False, max_length=30)
        last_name = serializers.CharField(required=False, max_length=60)

        def validate(self, attrs: dict[str, str]) -> dict[str, str]:
            """Refuse an empty search."""
            if not attrs:
                raise serializers.ValidationError("Give an mrn or a last_name to look for.")
            return attrs

    def add(self, values: dict[str, Any]) -> Patient:
        """Admit the patient."""
        return admit_patient(**values)

    def correct(self, row: Patient, values: dict[str, Any]) -> Patient:
        """Correct the patient's row."""
        return correct_patient(patient=row, **{"mrn": row.mrn, "last_name": row.last_name, **values})

    @extend_schema(request=Search, responses=Output(many=True))
    @action(detail=False, methods=["post"], write_roles=EVERYONE)
    def search(self, request: Request) -> Response:
        """Find patients by MRN (exact) or last name (its beginning). A POST, so that neither is in a URL."""
        search = self.Search(data=request.data)
        search.is_valid(raise_exception=True)
        found = self.get_queryset()
        if mrn := search.validated_data.get("mrn"):
            found = found.filter(mrn=compact_mrn(mrn))
        if last_name := search.validated_data.get("last_name"):
            found = found.filter(last_name__istartswith=last_name)
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.Output(page, many=True).data)


class CoverageFilter(django_filters.FilterSet):
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

    def add(self, values: dict[str, Any]) -> Coverage:
        """Add the coverage to its patient."""
        return add_coverage(**values)

    def correct(self, row: Coverage, values: dict[str, Any]) -> Coverage:
        """Correct or end the coverage; it stays with its patient."""
        values.pop("patient", None)
        standing = {name: getattr(row, name) for name in ("payer", "member_id", "effective_from")}
        return correct_coverage(coverage=row, **{**standing, **values})
