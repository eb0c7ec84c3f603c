"""Codes: search them, and read everything that is known of one on a day. Nothing is written here."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from billing.codes.page import CodePage, code_page, usual_day
from billing.codes.published import Pairs, PairShown
from billing.codes.searching import CodeHit, search_codes
from billing.forms.codes import CodeDayForm, CodeSearchForm
from billing.models import LedgerEntry
from patients.permissions import RolePermission
from patients.roles import READS_MONEY

ON = OpenApiParameter(
    "on", OpenApiTypes.DATE, description="Day of service; today, or the nearest day of the code's life."
)
MOST_PAIRS = 500
BESIDES = {"page", "format"}

Told = dict[str, Any]


class CodeFound(serializers.Serializer[Any]):
    """A code that was found; ``name`` is the program's own, null where no rule knows the code."""

    code = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    family = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    is_in_force = serializers.BooleanField()
    known_from = serializers.ListField(child=serializers.CharField())
    lines = serializers.IntegerField()


class CodeDetail(serializers.Serializer[Any]):
    """Everything about a code. Each fact names its source and since when; what is not loaded is said in ``missing``."""

    code = serializers.CharField()
    on = serializers.DateField()
    name = serializers.CharField(allow_null=True)
    is_in_force = serializers.BooleanField()
    family = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    licensed_descriptor = serializers.DictField(allow_null=True)
    hcpcs = serializers.DictField(allow_null=True)
    periods = serializers.ListField(child=serializers.DictField())
    history = serializers.ListField(child=serializers.DictField())
    uses = serializers.ListField(child=serializers.DictField())
    indicators = serializers.ListField(child=serializers.DictField())
    daily_units = serializers.ListField(child=serializers.DictField())
    hospital_rate = serializers.DictField(allow_null=True)
    relative_values = serializers.ListField(child=serializers.DictField())
    pairs = serializers.ListField(child=serializers.DictField())
    pairs_in_all = serializers.IntegerField()
    rules = serializers.ListField(child=serializers.DictField())
    prices = serializers.ListField(child=serializers.DictField())
    similar = serializers.ListField(child=serializers.DictField())
    findings = serializers.ListField(child=serializers.DictField())
    months = serializers.ListField(child=serializers.DictField())
    last_lines = serializers.ListField(child=serializers.DictField())


class CodeApi(viewsets.GenericViewSet[Any]):
    """Those who read money read what is known of codes."""

    permission_classes = (RolePermission,)
    read_roles = READS_MONEY
    write_roles = frozenset[Any]()
    lookup_field = "code"
    lookup_value_regex = "[0-9A-Za-z]+"
    serializer_class = CodeFound
    queryset = LedgerEntry.objects.none()  # Codes are no rows; the readable pages of the API ask for some.
    filter_backends = ()

    @extend_schema(
        parameters=[OpenApiParameter("q", str), OpenApiParameter("family", str), ON],
        responses={200: CodeFound(many=True)},
    )
    def list(self, request: Request) -> Response:
        """Search by the beginning of a code or by words; without ``q`` the codes that the practice uses."""
        form = CodeSearchForm(request.query_params)
        if faults := _faults(form):
            raise exceptions.ValidationError(faults)
        said = form.cleaned_data
        found = search_codes(text=said["q"], on=said["on"] or timezone.localdate(), family=said["family"])
        page = self.paginate_queryset(found.hits)
        return self.get_paginated_response([_hit(hit) for hit in page or ()])

    @extend_schema(
        parameters=[OpenApiParameter("code", str, OpenApiParameter.PATH), ON, OpenApiParameter("partner", str)],
        responses={200: CodeDetail},
    )
    def retrieve(self, request: Request, code: str) -> Response:
        """Tell everything about one code on a day, with at most 500 of its pairs (``partner`` narrows them)."""
        form = CodeDayForm(request.query_params)
        if faults := _faults(form):
            raise exceptions.ValidationError(faults)
        written = code.upper()
        on: date = form.cleaned_data["on"] or usual_day(written, timezone.localdate())
        page = code_page(code=written, on=on, today=timezone.localdate())
        pairs = Pairs(page.published, page.codebook, written, on, partner=form.cleaned_data["partner"])
        if not (page.is_known or len(pairs)):
            raise exceptions.NotFound("Nothing that is loaded here names this code.")
        return Response(_detail(page, pairs))


def _faults(form: CodeSearchForm | CodeDayForm) -> dict[str, list[str]]:
    unknown = sorted(set(form.data) - set(form.fields) - BESIDES)
    return {
        **{name: [f"Nothing is asked so here. Known are {', '.join(sorted(form.fields))}."] for name in unknown},
        **{name: [str(message) for message in messages] for name, messages in form.errors.items()},
    }


def _hit(hit: CodeHit) -> Told:
    return {
        "code": hit.code, "name": hit.name or None, "family": hit.period.family.value if hit.period else None,
        "unit": hit.period.unit if hit.period else None, "is_in_force": hit.is_in_force, "known_from": hit.places,
        "lines": hit.lines,
    }  # fmt: skip


def _detail(page: CodePage, pairs: Pairs) -> Told:
    return {
        "code": page.code,
        "on": page.on,
        "name": page.name or None,
        "is_in_force": page.is_in_force,
        "family": page.period.family.value if page.period else None,
        "unit": page.period.unit if page.period else None,
        "licensed_descriptor": _licensed(page),
        "hcpcs": _public(page),
        "uses": [{"text": use.text, "source": use.source} for use in page.uses],
        **_life(page),
        **_said(page),
        "pairs": [_pair(pair) for pair in pairs[:MOST_PAIRS]],
        "pairs_in_all": len(pairs),
        **_own(page),
    }


def _licensed(page: CodePage) -> Told | None:
    found = page.described
    if found is None:
        return None
    return {
        "descriptor": found.descriptor, "notice": found.notice, "source": found.name, "since": found.effective_from
    }  # fmt: skip


def _public(page: CodePage) -> Told | None:
    found = page.published.hcpcs
    if found is None:
        return None
    return {"name": found.name, "added_on": found.added_on, "changed_on": found.changed_on, "ended_on": found.ended_on,
            "source": found.file.name, "since": found.file.effective_from}  # fmt: skip


def _life(page: CodePage) -> Told:
    periods = page.lineage.periods if page.lineage else ()
    return {
        "periods": [
            {"code": row.code, "name": row.name, "from": row.effective_from, "to": _last(row.effective_to),
             "replaced_by": row.replaced_by, "source": row.source}
            for row in periods
        ],
        "history": [{"on": row.effective_from, "what": row.what.value, "source": row.source} for row in page.events],
    }  # fmt: skip


def _said(page: CodePage) -> Told:
    rate = page.published.hospital_rate
    return {
        "indicators": [
            {"name": fact.name, "missing": fact.missing or None,
             "said": [{"value": one.value, "meaning": one.meaning or None, "source": one.source, "since": one.since}
                      for one in fact.said]}
            for fact in page.facts
        ],
        "daily_units": [
            {"claim": one.claim, "units": one.units, "adjudication": one.mai, "rationale": one.rationale,
             "source": one.source, "since": one.since}
            for one in page.units
        ],
        "hospital_rate": rate and {
            "apc": rate.apc or None, "status": rate.status_indicator, "rate": rate.payment_rate,
            "source": rate.file.name, "since": rate.file.effective_from,
        },
        "relative_values": [
            {"modifier": row.modifier, "status": row.status, "work": row.work, "pe_non_facility": row.pe_non_facility,
             "pe_facility": row.pe_facility, "malpractice": row.malpractice, "source": row.file.name,
             "since": row.file.effective_from}
            for row in page.published.relative_values
        ],
    }  # fmt: skip


def _pair(pair: PairShown) -> Told:
    return {
        "partner": pair.partner, "claim": pair.claim, "is_paid": pair.is_paid, "modifier": pair.indicator,
        "rationale": pair.rationale, "from": pair.effective_from, "to": pair.effective_to, "source": pair.source,
        "only_warns": pair.warns,
    }  # fmt: skip


def _own(page: CodePage) -> Told:
    return {
        "rules": [
            {"rule": one.rule, "for": one.what, "place": one.row.place, "from": one.row.effective_from, "to": one.last,
             "source": one.row.source, "takes_away": one.takes_away}
            for one in page.rules
        ],
        "prices": [
            {"schedule": fee.schedule.name, "modifier": fee.modifier, "amount": fee.amount, "from": fee.effective_from,
             "to": fee.effective_to}
            for fee in page.fees
        ],
        "similar": [{"code": one.period.code, "name": one.period.name, "why": one.why} for one in page.similar],
        "findings": list(page.findings),
        "months": list(page.months),
        "last_lines": list(_lines(page)),
    }  # fmt: skip


def _lines(page: CodePage) -> Iterable[Told]:
    for line in page.lines:
        yield {"id": line.pk, "on": line.service_on, "units": line.units, "modifiers": line.modifiers,
               "amount": line.amount, "stands": getattr(line, "stands", "")}  # fmt: skip


def _last(day: date) -> date | None:
    return None if day == date.max else day
