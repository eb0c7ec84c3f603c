"""Enter, change or take away a period of a payer's policy; each under the payer's lock, whole or not at all.

What is saved is what was shown: whoever looked says at which revision of the payer, and is refused if it changed since.
The charges of the payer's courses follow by the next sweep, which the payer's revision asks for.
"""

import logging
from collections.abc import Mapping
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from billing.policies.standing import columns_of, standing_periods
from billing.policies.timeline import Period, Plan, Wanted, place, take_away
from patients.models import Payer, PayerPolicy
from patients.terms import PayerKind

logger = logging.getLogger(__name__)

REASON_LENGTH = 200
EARLIEST = date(1990, 1, 1)
YEARS_AHEAD = timedelta(days=3660)
MOST_LIMIT_DAYS = 1827
CHANGED_MEANWHILE = "The payer changed while you looked. Look again at what would change, then save."

Faults = Mapping[str, list[str]]


def faults_of(*, payer: Payer, wanted: Wanted, today: date) -> dict[str, list[str]]:
    """Return everything that is wrong with a period, by field."""
    faults: dict[str, list[str]] = {}
    first, last, limit = wanted.effective_from, wanted.effective_to, wanted.settings.filing_limit_days
    if not EARLIEST <= first <= today + YEARS_AHEAD:
        faults["effective_from"] = [f"{first} is too far away. Choose a day from {EARLIEST} to ten years from now."]
    if last is not None and last < first:
        faults["effective_to"] = [f"The last day, {last}, lies before the first, {first}."]
    if limit is not None and payer.kind == PayerKind.MEDICARE:
        faults["filing_limit_days"] = ["Medicare's limit is one calendar year, by law. Leave this empty."]
    elif limit is not None and not 1 <= limit <= MOST_LIMIT_DAYS:
        faults["filing_limit_days"] = [f"{limit} days is no limit. Enter 1 to {MOST_LIMIT_DAYS}, or leave it empty."]
    appeal = wanted.settings.appeal_days
    if appeal is not None and not 1 <= appeal <= MOST_LIMIT_DAYS:
        faults["appeal_days"] = [f"{appeal} days is no limit. Enter 1 to {MOST_LIMIT_DAYS}, or leave it empty."]
    if not 0 <= wanted.settings.policy.minimum_hours_between_sessions <= 24:  # noqa: PLR2004  # a day
        faults["minimum_hours_between_sessions"] = ["Enter hours from 0 to 24."]
    return faults


def planned(*, payer_id: int, wanted: Wanted, instead_of: int | None = None) -> Plan:
    """Return what entering (or, with ``instead_of``, changing) a period would do: one statement, nothing is written."""
    return place(standing_periods(payer_id), wanted, instead_of=instead_of)


def planned_without(*, payer_id: int, period_id: int) -> Plan:
    """Return what taking a period away would do: one statement, nothing is written."""
    return take_away(standing_periods(payer_id), period_id)


def save_period(
    *,
    payer_id: int,
    wanted: Wanted,
    reason: str,
    today: date,
    instead_of: int | None = None,
    revision: int | None = None,
) -> Plan:
    """Let a payer's settings hold on their days; what stood there keeps the days before and after.

    Args:
        instead_of: the period that is changed; a new one otherwise.
        revision: the payer's revision that whoever saves had looked at; ``None`` does not ask.

    Raises:
        ValidationError: every faulty field at once, or the payer changed meanwhile; nothing is stored.
    """
    with transaction.atomic():
        payer = _locked(payer_id, revision)
        _refuse(faults_of(payer=payer, wanted=wanted, today=today), _faults_of_reason(reason))
        standing = standing_periods(payer_id)
        if instead_of is not None and all(period.id != instead_of for period in standing):
            raise ValidationError(CHANGED_MEANWHILE)
        plan = place(standing, wanted, instead_of=instead_of)
        if plan.stretches or instead_of is not None:  # what holds already is not cut into pieces
            _write(payer_id, plan, reason.strip())
    return plan


def remove_period(*, payer_id: int, period_id: int, reason: str, revision: int | None = None) -> Plan:
    """Take a period away: the rules' defaults hold on its days. A second time changes nothing.

    Raises:
        ValidationError: there is no reason, or the payer changed meanwhile; nothing is stored.
    """
    with transaction.atomic():
        _locked(payer_id, revision)
        _refuse(_faults_of_reason(reason))
        plan = planned_without(payer_id=payer_id, period_id=period_id)
        _write(payer_id, plan, reason.strip())
    return plan


def _locked(payer_id: int, revision: int | None) -> Payer:
    payer = Payer.objects.select_for_update().get(pk=payer_id)
    if revision is not None and payer.revision != revision:
        raise ValidationError(CHANGED_MEANWHILE)
    return payer


def _faults_of_reason(reason: str) -> dict[str, list[str]]:
    said = reason.strip()
    if not said:
        return {"reason": ["Say why."]}
    too_long = f"The reason has {len(said)} characters; at most {REASON_LENGTH} are kept."
    return {"reason": [too_long]} if len(said) > REASON_LENGTH else {}


def _refuse(*found: Faults) -> None:
    faults = {field: messages for one in found for field, messages in one.items()}
    if faults:
        raise ValidationError(faults)


def _write(payer_id: int, plan: Plan, reason: str) -> None:
    """Free the days before they are taken: no two periods may share one, not even for a moment."""
    old = {period.id: period for period in plan.before}
    for period in plan.removed:
        _row_of(period).update(amendment_reason=reason)
        _row_of(period).delete()
    changed = [period for period in plan.after if period.id is not None and old.get(period.id) != period]
    for period in sorted(changed, key=lambda period: period == plan.placed):
        _row_of(period).update(**_columns(period, reason))
    for period in plan.after:
        if period.id is None:
            PayerPolicy.objects.create(payer_id=payer_id, **_columns(period, reason))
    if not plan.is_empty:
        logger.info("payer %s: %d policy periods now, %d before", payer_id, len(plan.after), len(plan.before))


def _row_of(period: Period) -> QuerySet[PayerPolicy]:
    assert period.id is not None
    return PayerPolicy.objects.filter(pk=period.id)


def _columns(period: Period, reason: str) -> dict[str, object]:
    return {
        **columns_of(period.settings),
        "effective_from": period.effective_from,
        "effective_to": period.last_day,
        "amendment_reason": reason,
    }
