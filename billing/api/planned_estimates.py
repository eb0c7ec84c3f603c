"""What a planned course would charge: a planned course in, expected lines, totals and units to ask for out."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.api.estimates import EstimateLine
from billing.estimates.planned import MOST_SKIPPED, faults_of, planned_of
from billing.estimates.planning import Estimate, estimate_planned
from billing.estimates.summary import Total
from billing.rules.estimate import estimate
from billing.rules.lines import ChargeLine, ClaimKind
from courses.api.entries import read_fields
from courses.terms import Guidance, Laterality, MotionManagement, Site, Technique
from patients.models import Facility, Payer
from patients.models.base import choices_of
from patients.permissions import RolePermission
from patients.roles import EVERYONE, READS_MONEY, has_role

Json = dict[str, Any]
TECHNIQUES = choices_of(Technique)


def amount_field(**options: Any) -> serializers.DecimalField:
    """Return a field for an amount: a decimal string in US dollars; null without a fee, or for who may not see one."""
    return serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True, **options)


class EstimateRow(serializers.Serializer[Any]):
    """Lines that differ in nothing but their day."""

    code = serializers.CharField()
    modifiers = serializers.ListField(child=serializers.CharField())
    name = serializers.CharField(help_text="In our own words.")
    claim = serializers.CharField(help_text="professional or institutional")
    lines = serializers.IntegerField()
    units = serializers.IntegerField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    unit_amount = amount_field()
    amount = amount_field()
    held = serializers.IntegerField(help_text="How many of the lines a finding would hold.")


class EstimateGroup(serializers.Serializer[Any]):
    """The rows of one part of the course."""

    stage = serializers.CharField(help_text="before, planning, delivery, guidance, management, physics or keyed")
    words = serializers.CharField()
    rows = EstimateRow(many=True)
    units = serializers.IntegerField()
    amount = amount_field()


class EstimateTotal(serializers.Serializer[Any]):
    """What lines come to; those without a fee are not in the amount."""

    lines = serializers.IntegerField()
    units = serializers.IntegerField()
    amount = amount_field()
    unpriced = serializers.IntegerField()


class EstimateTotals(serializers.Serializer[Any]):
    """All charges, and those on each kind of claim; null where there is none of that kind."""

    all = EstimateTotal()
    professional = EstimateTotal(allow_null=True)
    institutional = EstimateTotal(allow_null=True)


class EstimateFinding(serializers.Serializer[Any]):
    """A finding that such a course meets, said once for all its days."""

    code = serializers.CharField()
    severity = serializers.CharField()
    message = serializers.CharField()
    count = serializers.IntegerField()
    first_on = serializers.DateField(allow_null=True)
    last_on = serializers.DateField(allow_null=True)


class EstimateUnits(serializers.Serializer[Any]):
    """Units of one code to have approved, and the days of service that they must cover."""

    code = serializers.CharField()
    name = serializers.CharField()
    units = serializers.IntegerField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()


class PlannedEstimateApi(APIView):
    """Estimates of planned courses; amounts only for the roles that read money."""

    permission_classes = (RolePermission,)
    read_roles = frozenset[Any]()
    write_roles = EVERYONE

    class Input(serializers.Serializer[Any]):
        """A planned course. What is left out is as usual; it names no patient."""

        facility = serializers.PrimaryKeyRelatedField(queryset=Facility.objects.all())
        payer = serializers.PrimaryKeyRelatedField(
            queryset=Payer.objects.all(), required=False, allow_null=True, help_text="None: the patient pays."
        )
        technique = serializers.ChoiceField(choices=TECHNIQUES)
        site = serializers.ChoiceField(choices=choices_of(Site))
        laterality = serializers.ChoiceField(choices=choices_of(Laterality), required=False, allow_null=True)
        includes_nodes = serializers.BooleanField(required=False, default=False)
        complex_delivery_documented = serializers.BooleanField(required=False, default=False)
        imrt_planned = serializers.BooleanField(
            required=False, allow_null=True, default=None, help_text="Null: as the technique says."
        )
        compensator = serializers.BooleanField(required=False, default=False)
        fractions = serializers.IntegerField(help_text="Sessions, without those of the boost; two a day count as two.")
        twice_daily = serializers.BooleanField(required=False, default=False)
        starts_on = serializers.DateField()
        approved_on = serializers.DateField(required=False, allow_null=True, help_text="Null: the working day before.")
        simulated_on = serializers.DateField(
            required=False, allow_null=True, help_text="Null: a week before the plan is approved."
        )
        weekdays = serializers.ListField(
            child=serializers.IntegerField(min_value=1, max_value=7), required=False, max_length=7,
            help_text="1 is Monday, 7 is Sunday; without it Monday to Friday.",
        )  # fmt: skip
        keeps_holidays = serializers.BooleanField(required=False, default=True)
        skipped = serializers.ListField(child=serializers.DateField(), required=False, max_length=MOST_SKIPPED)
        guidance = serializers.ChoiceField(choices=choices_of(Guidance), required=False, default=Guidance.NONE.value)
        motion = serializers.ChoiceField(
            choices=choices_of(MotionManagement), required=False, default=MotionManagement.NONE.value
        )
        respiratory_simulation = serializers.BooleanField(required=False, default=False)
        isocenters = serializers.IntegerField(
            required=False, allow_null=True, help_text="One unless said; null: unknown."
        )
        static_fields = serializers.IntegerField(required=False, allow_null=True)
        arcs = serializers.IntegerField(required=False, allow_null=True)
        boost_fractions = serializers.IntegerField(required=False, default=0)
        boost_technique = serializers.ChoiceField(choices=TECHNIQUES, required=False, allow_null=True)
        boost_new_ct = serializers.BooleanField(required=False, default=False)
        simulation = serializers.BooleanField(required=False, default=True)
        planning_note = serializers.BooleanField(required=False, default=True)
        special_treatment = serializers.BooleanField(required=False, default=False)
        special_physics = serializers.BooleanField(required=False, default=False)
        devices = serializers.IntegerField(required=False, default=0)

    class Output(serializers.Serializer[Any]):
        """The estimate: rows by part of the course, totals, findings, units to ask for, and every line."""

        first_on = serializers.DateField(help_text="Day of the first session.")
        last_on = serializers.DateField(help_text="Day of the last session.")
        groups = EstimateGroup(many=True)
        totals = EstimateTotals()
        held = serializers.IntegerField()
        findings = EstimateFinding(many=True)
        asks_authorization = serializers.BooleanField()
        authorization_units = EstimateUnits(many=True)
        assumed = serializers.ListField(child=serializers.CharField())
        lines = EstimateLine(many=True)

    @extend_schema(request=Input, responses={200: Output})
    def post(self, request: Request) -> Response:
        """Estimate a planned course. Every fault of the input is named at once, by field; nothing is stored."""
        said, faults = _read(self.Input(data=request.data))
        if faults:
            raise serializers.ValidationError(faults)
        shows_money = has_role(request.user, *READS_MONEY)
        found = estimate_planned(
            planned_of(_plain(said)), facility=said["facility"], payer=said.get("payer"), with_prices=shows_money
        )
        return Response(self.Output(_answer(found, shows_money)).data)


def _read(given: serializers.Serializer[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what could be read, and every fault by field: unreadable, unknown, or at odds with the rest."""
    said, unreadable = read_fields(given, wanted="Send one JSON object with the keys of a planned course.")
    unknown = sorted(str(name) for name in given.initial_data if name not in given.fields)
    faults: dict[str, Any] = {name: ["No key of a planned course. Take it out."] for name in unknown}
    faults |= unreadable
    return said, {**faults_of(planned_of(_plain(said))), **faults}


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return lists as the planned course keeps them."""
    plain = dict(said)
    if "weekdays" in plain:
        plain["weekdays"] = frozenset(plain["weekdays"])
    if "skipped" in plain:
        plain["skipped"] = tuple(plain["skipped"])
    return plain


def _answer(found: Estimate, shows_money: bool) -> Json:
    summary = found.summary
    by_claim = {claim.value: _total(total, shows_money) for claim, total in summary.by_claim}
    return {
        "first_on": found.first_on,
        "last_on": found.last_on,
        "groups": [
            {
                "stage": group.stage.value,
                "words": group.words,
                "rows": group.rows,
                "units": group.total.units,
                "amount": _total(group.total, shows_money)["amount"],
            }
            for group in summary.groups
        ],
        "totals": {
            "all": _total(summary.total, shows_money),
            "professional": by_claim.get(ClaimKind.PROFESSIONAL.value),
            "institutional": by_claim.get(ClaimKind.INSTITUTIONAL.value),
        },
        "held": summary.held,
        "findings": summary.told,
        "asks_authorization": found.asks_authorization,
        "authorization_units": summary.asks,
        "assumed": found.assumed,
        "lines": estimate("", found.outcome, _amount_of(found))["lines"],
    }


def _total(total: Total, shows_money: bool) -> Json:
    amount = total.amount if shows_money and total.has_amount else None
    return {"lines": total.lines, "units": total.units, "amount": amount, "unpriced": total.unpriced}


def _amount_of(found: Estimate) -> Callable[[ChargeLine], Decimal | None]:
    def amount_of(line: ChargeLine) -> Decimal | None:
        cost = found.cost_of(line)
        return None if cost is None else cost.amount

    return amount_of
