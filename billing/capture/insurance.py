"""Which payer stands for a patient on which day, as the rules and the fee schedules ask for it.

The primary coverage of the day decides; its payer's policies hold on the days of both. On a day without
coverage nobody but the patient can be asked: the rules see a self-payer without a policy, and the line
waits for its coverage at release.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from billing.rules.facts import NO_POLICY, PayerFacts, PolicyFacts, PolicyPeriod
from patients.models import PayerPolicy
from patients.terms import (
    DeliveryCodeSet,
    ManagementDate,
    NodesLevel,
    PayerKind,
    PhysicsTail,
    PlanChargePer,
    SecondSessionModifier,
)


@dataclass(frozen=True, slots=True)
class CoverageSpan:
    """Days on which one payer is asked first; both inclusive."""

    payer_id: int
    kind: PayerKind
    effective_from: date
    effective_to: date | None


@dataclass(frozen=True, slots=True)
class Insurance:
    """The payer facts of a patient and the spans behind them."""

    payer: PayerFacts
    spans: tuple[CoverageSpan, ...] = ()

    def payer_on(self, day: date) -> int | None:
        """Return the id of the payer of the day, ``None`` without coverage."""
        for span in self.spans:
            if span.effective_from <= day and (span.effective_to is None or day <= span.effective_to):
                return span.payer_id
        return None


PoliciesByPayer = Mapping[int, Sequence[PolicyPeriod]]
NO_INSURANCE = Insurance(PayerFacts(PayerKind.SELF_PAY))
_POLICY_FIELDS = {field.attname: field for field in PayerPolicy._meta.concrete_fields}


def insurance_from(*, coverages: Iterable[list[Any]], policies: Iterable[Mapping[str, Any]]) -> Insurance:
    """Return the insurance that rows tell of (see rows.py): primary coverages, and the policies of their payers."""
    spans = tuple(
        CoverageSpan(
            payer, PayerKind(kind), date.fromisoformat(first), None if last is None else date.fromisoformat(last)
        )
        for payer, kind, first, last in coverages
    )
    by_payer = _by_payer(
        PayerPolicy(**{name: field.to_python(row[name]) for name, field in _POLICY_FIELDS.items()}) for row in policies
    )
    return insurance_of(spans, by_payer) if spans else NO_INSURANCE


def insurance_of(spans: tuple[CoverageSpan, ...], policies: PoliciesByPayer) -> Insurance:
    """Return what the rules are told of these spans where their payers have these policies."""
    periods: list[PolicyPeriod] = []
    for span in spans:
        periods += [
            within for policy in policies.get(span.payer_id, ()) if (within := _within(policy, span)) is not None
        ]
        periods.append(PolicyPeriod(NO_POLICY, span.effective_from, span.effective_to, span.kind))
    return Insurance(PayerFacts(PayerKind.SELF_PAY, tuple(periods)), spans)


def _within(period: PolicyPeriod, span: CoverageSpan) -> PolicyPeriod | None:
    """Return the days on which a policy and a coverage hold together."""
    first = max(period.effective_from or date.min, span.effective_from)
    last = min(period.effective_to or date.max, span.effective_to or date.max)
    return PolicyPeriod(period.policy, first, last, span.kind) if first <= last else None


def load_policies(payer_ids: Collection[int]) -> dict[int, list[PolicyPeriod]]:
    """Return the policies of each payer that has any, by their days: one statement."""
    return _by_payer(PayerPolicy.objects.filter(payer_id__in=payer_ids).order_by("effective_from"))


def _by_payer(policies: Iterable[PayerPolicy]) -> dict[int, list[PolicyPeriod]]:
    by_payer: defaultdict[int, list[PolicyPeriod]] = defaultdict(list)
    for policy in policies:
        by_payer[policy.payer_id].append(PolicyPeriod(policy_facts(policy), policy.effective_from, policy.effective_to))
    return dict(by_payer)


def policy_facts(policy: PayerPolicy) -> PolicyFacts:
    """Return what the rules ask of a payer's settings."""
    return PolicyFacts(
        delivery_code_set=DeliveryCodeSet(policy.delivery_code_set) if policy.delivery_code_set else None,
        nodes_level=NodesLevel(policy.nodes_level) if policy.nodes_level else None,
        left_breast_complex=policy.left_breast_complex,
        second_session_modifier=SecondSessionModifier(policy.second_session_modifier),
        minimum_hours_between_sessions=float(policy.minimum_hours_between_sessions),
        plan_charge_per=PlanChargePer(policy.plan_charge_per),
        management_date=ManagementDate(policy.management_date),
        physics_tail=PhysicsTail(policy.physics_tail),
        guidance_professional=policy.guidance_professional,
        requires_authorization=policy.requires_authorization,
        inverse_planning_required=policy.inverse_planning_required,
    )
