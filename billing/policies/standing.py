"""A payer's periods as they are stored, as the timeline takes them; and back."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal

from billing.capture.insurance import policy_facts
from billing.policies.timeline import Period, Settings
from billing.rules.facts import PolicyFacts
from patients.models import PayerPolicy

_BESIDE = frozenset({"filing_limit_days", "takes_corrections", "appeal_days"})
"""Columns that the rules are not asked about."""


def standing_periods(payer_id: int) -> list[Period]:
    """Return the periods of a payer, by day: one statement."""
    return [period_of(row) for row in PayerPolicy.objects.filter(payer_id=payer_id).order_by("effective_from")]


def period_of(row: PayerPolicy) -> Period:
    """Return a stored period."""
    return Period(row.pk, row.effective_from, row.effective_to or date.max, settings_of(row))


def settings_of(row: PayerPolicy) -> Settings:
    """Return the settings of a stored period."""
    return Settings(policy_facts(row), row.filing_limit_days, row.takes_corrections, row.appeal_days)


def settings_from(values: Mapping[str, object]) -> Settings:
    """Return the settings that columns say; what is left out stays the rules' default. The values must be sound."""
    known = {field.name for field in fields(PolicyFacts)} | _BESIDE
    return settings_of(PayerPolicy(**{name: value for name, value in values.items() if name in known}))


def columns_of(settings: Settings) -> dict[str, object]:
    """Return settings by the columns of their table."""
    columns: dict[str, object] = {
        field.name: "" if (value := getattr(settings.policy, field.name)) is None else value
        for field in fields(settings.policy)
    }
    columns["minimum_hours_between_sessions"] = Decimal(str(settings.policy.minimum_hours_between_sessions))
    return {**columns, **{name: getattr(settings, name) for name in _BESIDE}}
