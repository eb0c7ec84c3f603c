"""Charge lines as posted, with their why, findings and review; release, hold and undo as the pages do them."""

from typing import Any

import django_filters
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from billing import worklist
from billing.models import OTHER, ClaimLine, LedgerEntry, Review, StandingFinding
from billing.standing import Standing, noted, of_standing
from patients.api import NotesLooks
from patients.permissions import RolePermission
from patients.roles import BILLING, READS_MONEY

MOST_AT_ONCE = 1000


class ChargeFilter(django_filters.FilterSet):
    """Charges by course, code, family, claim kind, day of service and state of review."""

    service_from = django_filters.DateFilter(field_name="service_on", lookup_expr="gte")
    service_to = django_filters.DateFilter(field_name="service_on", lookup_expr="lte")
    state = django_filters.CharFilter(field_name="review__state")
    is_reversed = django_filters.BooleanFilter(field_name="reversal", lookup_expr="isnull", exclude=True)
    is_claimed = django_filters.BooleanFilter(method="claimed")
    standing = django_filters.ChoiceFilter(
        method="by_standing", choices=[(one.value, one.value) for one in Standing], label="Where the line stands"
    )

    def by_standing(self, entries: QuerySet[LedgerEntry], _name: str, value: str) -> QuerySet[LedgerEntry]:
        """Keep the charges that stand so."""
        return of_standing(entries.filter(kind=LedgerEntry.Kind.CHARGE), (Standing(value),))

    def claimed(self, entries: QuerySet[LedgerEntry], _name: str, is_claimed: bool) -> QuerySet[LedgerEntry]:
        """Keep what stands, or does not stand, on a claim to the patient's first payer."""
        standing = ClaimLine.objects.filter(entry=OuterRef("pk"), sequence="P", ended_at=None)
        return entries.filter(Exists(standing) if is_claimed else ~Exists(standing))

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


class HeldOutput(serializers.ModelSerializer[Review]):
    """How a line is held; ``owner_role`` where the matter is not one person's."""

    class Meta:
        """Fields in the order of the answer."""

        model = Review
        fields = ("code", "reason", "owner", "owner_role", "due_on", "held_since", "by")


class ChargeApi(NotesLooks[LedgerEntry], viewsets.ReadOnlyModelViewSet[LedgerEntry]):
    """Charges: list, read, release, hold, undo, override. Nothing changes an entry: the ledger only grows."""

    permission_classes = (RolePermission,)
    read_roles = READS_MONEY
    write_roles = BILLING
    queryset: QuerySet[LedgerEntry] = noted(LedgerEntry.objects.select_related("review", "reversal")).prefetch_related(
        "claim_lines", Prefetch("findings", StandingFinding.objects.filter(resolved_at__isnull=True))
    )
    filterset_class = ChargeFilter

    class Output(serializers.ModelSerializer[LedgerEntry]):
        """A ledger entry with its why, its findings and what was decided about it."""

        findings = FindingOutput(many=True, read_only=True)
        state = serializers.CharField(source="review.state", default="open")
        held = serializers.SerializerMethodField()
        standing = serializers.ChoiceField(source="stands", choices=[one.value for one in Standing], read_only=True)
        reversed_by = serializers.IntegerField(source="reversal.pk", default=None)
        claim = serializers.IntegerField(source="claim_line.claim_id", default=None)

        class Meta:
            """Fields in the order of the answer."""

            model = LedgerEntry
            fields = (
                "id", "kind", "course", "session", "plan", "line_key", "generation", "family", "code", "modifiers",
                "service_on", "units", "claim_kind", "place_of_service", "unit_amount", "amount", "fee_line",
                "narrative", "diagnoses", "provider", "rule", "because", "reverses", "replaces",
                "posted_at", "findings", "state", "held", "standing", "reversed_by", "claim",
            )  # fmt: skip

        @extend_schema_field(HeldOutput(allow_null=True))
        def get_held(self, entry: LedgerEntry) -> dict[str, object] | None:
            """Say how the line is held; nothing of one that is not."""
            review: Review | None = getattr(entry, "review", None)
            is_held = review is not None and review.state == Review.State.HELD
            return dict(HeldOutput(review).data) if is_held else None

    class Decision(serializers.Serializer[LedgerEntry]):
        """The lines that a decision is about."""

        entries = serializers.ListField(
            child=serializers.IntegerField(min_value=1), min_length=1, max_length=MOST_AT_ONCE
        )

    class Holding(Decision):
        """The lines to hold, why, whose matter it is and until when.

        ``code`` is one of the practice's reasons; ``other`` needs ``reason``. Without owner it is the caller's matter,
        without a day it comes back after the days of the reason.
        """

        code = serializers.CharField(max_length=20, default=OTHER)
        reason = serializers.CharField(max_length=200, default="", allow_blank=True)
        owner = serializers.PrimaryKeyRelatedField(
            queryset=User.objects.filter(is_active=True), default=None, allow_null=True
        )
        due_on = serializers.DateField(default=None, allow_null=True)

    class Overriding(serializers.Serializer[StandingFinding]):
        """The hold that is let pass, and why."""

        finding = serializers.IntegerField(min_value=1)
        reason = serializers.CharField(max_length=200)

    class Decided(serializers.Serializer[LedgerEntry]):
        """What came of it: the lines that stand as asked, and each other line with the reason."""

        done = serializers.ListField(child=serializers.IntegerField())
        refused = serializers.ListField(child=serializers.DictField())

    serializer_class = Output

    @extend_schema(request=Decision, responses=Decided)
    @action(detail=False, methods=["post"])
    def release(self, request: Request) -> Response:
        """Release lines for the next export, under the rules of the worklist."""
        given = self._given(self.Decision, request)
        return _answer(worklist.release(entry_ids=given["entries"], by=_user(request), at=timezone.now()))

    @extend_schema(request=Holding, responses=Decided)
    @action(detail=False, methods=["post"])
    def hold(self, request: Request) -> Response:
        """Hold lines back for a reason, until a day."""
        given = self._given(self.Holding, request)
        entries = given.pop("entries")
        return _answer(worklist.hold(entry_ids=entries, by=_user(request), at=timezone.now(), **given))

    @extend_schema(request=Decision, responses=Decided)
    @action(detail=False, methods=["post"])
    def undo(self, request: Request) -> Response:
        """Take back a release or a hold, as long as the line is on no claim."""
        given = self._given(self.Decision, request)
        return _answer(worklist.undo(entry_ids=given["entries"], by=_user(request), at=timezone.now()))

    @extend_schema(request=Overriding, responses=FindingOutput)
    @action(detail=False, methods=["post"], write_roles=worklist.MAY_OVERRIDE)
    def override(self, request: Request) -> Response:
        """Let the line of a hold pass, with a reason (billing manager or administrator)."""
        given = self._given(self.Overriding, request)
        finding = worklist.override_finding(
            finding_id=given["finding"], reason=given["reason"], by=_user(request), at=timezone.now()
        )
        return Response(FindingOutput(finding).data)

    def _given(self, shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
        given = shape(data=request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


def _answer(decided: worklist.Decided) -> Response:
    refused = [{"entry": one.entry_id, "reason": one.reason, "findings": list(one.findings)} for one in decided.refused]
    return Response({"done": list(decided.done), "refused": refused})


def _user(request: Request) -> User:
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
