"""Charge lines as posted, with their why, findings and review; release, hold and undo as the pages do them."""

import django_filters
from django.db.models import Prefetch, QuerySet
from rest_framework import serializers, viewsets

from billing.models import LedgerEntry, StandingFinding
from patients.permissions import RolePermission
from patients.roles import READS_MONEY


class ChargeFilter(django_filters.FilterSet):
    """Charges by course, code, family, claim kind, day of service and state of review."""

    service_from = django_filters.DateFilter(field_name="service_on", lookup_expr="gte")
    service_to = django_filters.DateFilter(field_name="service_on", lookup_expr="lte")
    state = django_filters.CharFilter(field_name="review__state")
    is_reversed = django_filters.BooleanFilter(field_name="reversal", lookup_expr="isnull", exclude=True)
    is_claimed = django_filters.BooleanFilter(field_name="claim_line", lookup_expr="isnull", exclude=True)

    class Meta:
        """Ids and codes only: no patient data in a URL."""

        model = LedgerEntry
        fields = ("course", "session", "plan", "code", "family", "claim_kind", "kind")


class FindingOutput(serializers.ModelSerializer[StandingFinding]):
    """A finding that stands."""

    class Meta:
        """Fields in the order of the answer."""

        model = StandingFinding
        fields = ("id", "severity", "code", "message", "subject", "overridden_at", "override_reason")


class ChargeApi(viewsets.ReadOnlyModelViewSet[LedgerEntry]):
    """Charges: list, read. Nothing here changes an entry: the ledger only grows."""

    permission_classes = (RolePermission,)
    read_roles = READS_MONEY
    queryset: QuerySet[LedgerEntry] = LedgerEntry.objects.select_related(
        "review", "reversal", "claim_line"
    ).prefetch_related(Prefetch("findings", StandingFinding.objects.filter(resolved_at__isnull=True)))
    filterset_class = ChargeFilter

    class Output(serializers.ModelSerializer[LedgerEntry]):
        """A ledger entry with its why, its findings and what was decided about it."""

        findings = FindingOutput(many=True, read_only=True)
        state = serializers.CharField(source="review.state", default="open")
        reversed_by = serializers.IntegerField(source="reversal.pk", default=None)
        claim = serializers.IntegerField(source="claim_line.claim_id", default=None)

        class Meta:
            """Fields in the order of the answer."""

            model = LedgerEntry
            fields = (
                "id", "kind", "course", "session", "plan", "line_key", "generation", "family", "code", "modifiers",
                "service_on", "units", "claim_kind", "place_of_service", "unit_amount", "amount", "fee_line",
                "narrative", "rule", "because", "reverses", "replaces", "posted_at", "findings", "state",
                "reversed_by", "claim",
            )  # fmt: skip

    serializer_class = Output
