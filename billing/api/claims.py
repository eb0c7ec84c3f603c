"""Claims as they were sent: read only."""

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers, viewsets

from billing.models import Claim, ClaimLine
from patients.api import NotesLooks
from patients.permissions import RolePermission
from patients.roles import READS_MONEY


class ClaimFilter(django_filters.FilterSet):
    """Claims of a file, payer, course or patient (ids), by our control number."""

    class Meta:
        """Ids only: no patient data in a URL."""

        model = Claim
        fields = ("file", "payer", "course", "patient", "facility", "control_number")


class ClaimLineOutput(serializers.ModelSerializer[ClaimLine]):
    """A line of a claim; ``entry`` is the ledger entry behind it."""

    code = serializers.CharField(source="entry.code")
    modifiers = serializers.ListField(source="entry.modifiers", child=serializers.CharField())
    service_on = serializers.DateField(source="entry.service_on")
    units = serializers.IntegerField(source="entry.units")

    class Meta:
        """Fields in the order of the answer."""

        model = ClaimLine
        fields = ("number", "entry_id", "code", "modifiers", "service_on", "units", "amount")


class ClaimApi(NotesLooks[Claim], viewsets.ReadOnlyModelViewSet[Claim]):
    """Claims: list, read."""

    permission_classes = (RolePermission,)
    read_roles = READS_MONEY
    queryset: QuerySet[Claim] = Claim.objects.select_related("file").prefetch_related("lines__entry")
    filterset_class = ClaimFilter

    class Output(serializers.ModelSerializer[Claim]):
        """A claim as sent."""

        lines = ClaimLineOutput(many=True, read_only=True)
        file_name = serializers.CharField(source="file.name")
        delivered_at = serializers.DateTimeField(source="file.delivered_at")

        class Meta:
            """Fields in the order of the answer."""

            model = Claim
            fields = (
                "id", "control_number", "claim_kind", "frequency", "file", "file_name", "delivered_at", "course",
                "patient", "payer", "coverage", "facility", "rendering_provider", "place_of_service", "diagnoses",
                "total_amount", "lines",
            )  # fmt: skip

    serializer_class = Output
