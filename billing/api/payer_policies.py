"""Payers' policies: list the periods, enter one, and look first at what it would change.

What is entered here is entered as on the page (billing/policies): its days are taken from the periods that stand. The
same period again changes nothing and answers 200.
"""

from typing import Any, ClassVar

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from billing import policies
from billing.capture.foresight import CourseForesight, LineChange, PlacedLine, words_of_change
from billing.policies import Plan, Progress, Wanted
from billing.policies.words import SETTINGS
from patients.models import Payer, PayerPolicy
from patients.permissions import RolePermission
from patients.roles import READS_MONEY, Role

NAMES = tuple(setting.name for setting in SETTINGS)


class PayerPolicyFilter(django_filters.FilterSet):
    """Periods of a payer, or those that hold on a day."""

    holds_on = django_filters.DateFilter(method="by_day", label="A day of service within the period")

    class Meta:
        """Ids and days only."""

        model = PayerPolicy
        fields = ("payer",)

    def by_day(self, rows: QuerySet[PayerPolicy], name: str, value: Any) -> QuerySet[PayerPolicy]:
        """Keep the periods that cover the day."""
        return rows.filter(Q(effective_to=None) | Q(effective_to__gte=value), effective_from__lte=value)


class PayerPolicyApi(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[PayerPolicy]):
    """Periods of payers' policies: those who read money read them, billing managers and administrators enter them."""

    permission_classes = (RolePermission,)
    read_roles = READS_MONEY
    write_roles = frozenset({Role.BILLING_MANAGER, Role.ADMINISTRATOR})
    queryset: QuerySet[PayerPolicy] = PayerPolicy.objects.order_by("payer", "effective_from")
    filterset_class = PayerPolicyFilter

    class Output(serializers.ModelSerializer[PayerPolicy]):
        """A period as read."""

        class Meta:
            """Fields in the order of the answer."""

            model = PayerPolicy
            fields = ("id", "payer", "effective_from", "effective_to", *NAMES, "amendment_reason")

    class Wish(serializers.ModelSerializer[PayerPolicy]):
        """A period as it is wanted; a setting that is left out is the rules' default. No last day: until the next."""

        payer = serializers.PrimaryKeyRelatedField(queryset=Payer.objects.all())

        class Meta:
            """Every setting of the form."""

            model = PayerPolicy
            fields = ("payer", "effective_from", "effective_to", *NAMES)
            # The steps say what overlaps and what is out of bounds, all at once.
            validators: ClassVar[list[object]] = []

    class Input(Wish):
        """A period as it is wanted, and why."""

        reason = serializers.CharField(max_length=200)

        class Meta:
            """The same, with the reason."""

            model = PayerPolicy
            fields = ("payer", "effective_from", "effective_to", *NAMES, "reason")
            validators: ClassVar[list[object]] = []

    class Look(Wish):
        """A period as it is wanted; ``progress`` is what the last answer gave, to go on from there."""

        progress = serializers.CharField(required=False, allow_blank=True)

        class Meta:
            """The same, with how far the look has come."""

            model = PayerPolicy
            fields = ("payer", "effective_from", "effective_to", *NAMES, "progress")
            validators: ClassVar[list[object]] = []

    serializer_class = Output

    @extend_schema(request=Input, responses={201: Output, 200: Output})
    def create(self, request: Request) -> Response:
        """Enter a period. 201: its days are taken from the periods that stand. 200: it stands already."""
        given = self.Input(data=request.data)
        payer, wanted = _wanted(given)
        plan = policies.save_period(
            payer_id=payer.pk, wanted=wanted, reason=given.validated_data["reason"], today=timezone.localdate()
        )
        on_first_day = Q(effective_to=None) | Q(effective_to__gte=wanted.effective_from)
        made = PayerPolicy.objects.get(on_first_day, payer=payer, effective_from__lte=wanted.effective_from)
        code = status.HTTP_201_CREATED if plan.stretches else status.HTTP_200_OK
        return Response(self.Output(made).data, status=code)

    @extend_schema(request=Look, responses={200: dict})
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def preview(self, request: Request) -> Response:
        """Say what a period would change on the last 90 days of sessions; nothing is stored.

        One answer looks at fifty courses at most. Send the same again with the ``progress`` of the answer until
        ``is_done``; ``totals`` add up over all of them, ``courses`` are those of this answer alone.
        """
        given = self.Look(data=request.data)
        payer, wanted = _wanted(given)
        plan = policies.planned(payer_id=payer.pk, wanted=wanted)
        scope = policies.scope_of(plan, payer_id=payer.pk, today=timezone.localdate())
        progress = _progress(given.validated_data.get("progress", ""), plan, payer)
        if progress is None:
            progress = policies.begun(plan, scope, revision=payer.revision)
        foreseen = () if progress.is_done else policies.go_on(progress, scope).foreseen
        return Response(
            {
                "explained": policies.explained(plan),
                "is_trial": scope.is_trial,
                "all_courses": progress.all_courses,
                "is_done": progress.is_done,
                "progress": progress.sealed(),
                "totals": _totals(progress),
                "courses": [_course(one) for one in foreseen if not one.is_quiet],
            }
        )


def _wanted(given: serializers.Serializer[Any]) -> tuple[Payer, Wanted]:
    """Return payer and period of a request.

    Raises:
        ValidationError: every faulty field at once.
    """
    given.is_valid(raise_exception=True)
    said = given.validated_data
    wanted = Wanted(said["effective_from"], said.get("effective_to"), policies.settings_from(said))
    faults = policies.faults_of(payer=said["payer"], wanted=wanted, today=timezone.localdate())
    if faults:
        raise serializers.ValidationError(faults)
    return said["payer"], wanted


def _progress(text: str, plan: Plan, payer: Payer) -> Progress | None:
    """Return how far a look had come, none where it begins.

    Raises:
        ValidationError: it was another look, or the payer changed since.
    """
    if not text:
        return None
    progress = policies.opened(text)
    if progress is None or not progress.fits(plan, payer_id=payer.pk, revision=payer.revision):
        raise ValidationError({"progress": [policies.CHANGED_MEANWHILE]})
    return progress


def _totals(progress: Progress) -> dict[str, object]:
    totals = progress.totals
    return {
        "courses": totals.courses,
        "courses_that_change": totals.touched,
        "lines": {turn: totals.turns[turn] for turn in ("added", "removed", "changed")},
        "difference": str(totals.difference),
        "newly_held": totals.held,
        "no_longer_held": totals.let_go,
        "on_a_claim": totals.corrections,
        "without_a_fee": totals.unpriced,
        "findings": {"appear": dict(totals.appearing), "vanish": dict(totals.vanishing)},
    }


def _course(one: CourseForesight) -> dict[str, object]:
    return {
        "course": one.course_id,
        "lines": [_change(change) for change in one.changes],
        "findings_that_appear": [f"{finding.code}: {finding.message}" for finding in one.appearing],
        "findings_that_vanish": [f"{finding.code}: {finding.message}" for finding in one.vanishing],
        "error": one.error,
    }


def _change(change: LineChange) -> dict[str, object]:
    both = change.before is not None and change.after is not None
    return {
        "on": change.on,
        "turn": change.turn.value,
        "before": _line(change.before),
        "after": _line(change.after),
        "what": words_of_change(change.before, change.after) if both else [],  # type: ignore[arg-type]  # both are there
        "difference": str(change.difference),
        "rule": change.because.rule,
        "is_on_a_claim": change.is_claimed,
    }


def _line(placed: PlacedLine | None) -> dict[str, object] | None:
    if placed is None:
        return None
    line = placed.line
    amount = None if placed.amount is None else str(placed.amount)
    return {
        "code": line.code, "modifiers": line.modifiers, "units": line.units, "is_held": line.held, "amount": amount
    }  # fmt: skip
