"""The steps that change prices: draft, preview, save; each under the schedule's lock, whole or not at all.

A draft shows what it would do before it is saved, and is saved only as it was shown: if the schedule changed in
between, it is shown again. Saving twice changes nothing the second time. Open lines are priced anew by the next
capture, which the schedule's revision asks for.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from billing.fees.prices import WantedPrice
from billing.fees.timeline import Plan, StandingPrice, plan_changes, plan_end
from billing.fees.touched import Touched, count_touched, open_lines
from billing.models import FeeDraft, FeeLine, FeeSchedule
from billing.pricing import FeePeriod, SchedulePeriod, load_fees

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Preview:
    """What saving would do to the schedule and to the lines already posted; ``revision`` is what was looked at."""

    plan: Plan
    touched: Touched
    revision: int


def standing_prices(schedule_id: int) -> list[StandingPrice]:
    """Return the rows in use of a schedule: one statement."""
    rows = FeeLine.objects.filter(schedule_id=schedule_id, withdrawn_at=None).order_by("code", "modifier", "id")
    return [
        StandingPrice(key, code, modifier, amount, first, last or date.max, computation)
        for key, code, modifier, amount, first, last, computation in rows.values_list(
            "id", "code", "modifier", "amount", "effective_from", "effective_to", "computation"
        )
    ]


def preview(schedule: FeeSchedule, prices: Sequence[WantedPrice], *, ends_others_on: date | None = None) -> Preview:
    """Return what would come of these prices. Five statements, nothing is written."""
    revision = FeeSchedule.objects.values_list("revision", flat=True).get(pk=schedule.pk)
    plan = plan_changes(standing_prices(schedule.pk), prices, ends_others_on=ends_others_on)
    return Preview(plan, touched_by(schedule.pk, plan), revision)


def preview_end(line: FeeLine, last_day: date) -> Preview:
    """Return what would come of ending a row on a day."""
    revision = FeeSchedule.objects.values_list("revision", flat=True).get(pk=line.schedule_id)
    row = next((row for row in standing_prices(line.schedule_id) if row.id == line.pk), None)
    plan = Plan() if row is None else plan_end(row, last_day)
    return Preview(plan, touched_by(line.schedule_id, plan), revision)


def touched_by(schedule_id: int, plan: Plan) -> Touched:
    """Return how many posted lines the changes of a schedule concern."""
    if plan.is_empty:
        return Touched()
    codes = {code for code, _modifier in plan.after}
    lines = open_lines(codes=codes)
    fees = load_fees(payer_ids={line.payer_id for line in lines if line.payer_id is not None}, codes=codes)
    rows = {
        key: [FeePeriod(row.id or 0, row.amount, row.effective_from, row.last_day) for row in found]
        for key, found in plan.after.items()
    }
    ours = [
        line
        for line in lines
        if fees.schedule_id(payer_id=line.payer_id, setting=line.setting, on=line.service_on) == schedule_id
    ]
    return count_touched(ours, fees.changed(schedule_id, rows))


def touched_by_serving(schedule: FeeSchedule) -> Touched:
    """Return how many posted lines would be priced otherwise if the schedule served whom it now names, unsaved.

    Looks at every line on no claim: a schedule of a payer takes its lines from the practice's own, prices or not.
    """
    lines = open_lines()
    payer_ids = {line.payer_id for line in lines if line.payer_id is not None}
    fees = load_fees(payer_ids=payer_ids, codes={line.code for line in lines})
    period = SchedulePeriod(schedule.pk or 0, schedule.effective_from, schedule.effective_to)
    return count_touched(lines, fees.served_by(period, (schedule.payer_id, schedule.setting)))


def save_prices(
    schedule: FeeSchedule, prices: Sequence[WantedPrice], *, at: datetime, ends_others_on: date | None = None
) -> Plan:
    """Let the schedule say these prices; return what was done. A second time does nothing."""
    with transaction.atomic():
        FeeSchedule.objects.select_for_update().get(pk=schedule.pk)
        plan = plan_changes(standing_prices(schedule.pk), prices, ends_others_on=ends_others_on)
        _write(schedule.pk, plan, at)
    return plan


def end_price(line: FeeLine, last_day: date, *, at: datetime) -> Plan:
    """End a row on a day; one that begins later is withdrawn. A second time does nothing."""
    with transaction.atomic():
        FeeSchedule.objects.select_for_update().get(pk=line.schedule_id)
        plan = preview_end(line, last_day).plan
        _write(line.schedule_id, plan, at)
    return plan


def _write(schedule_id: int, plan: Plan, at: datetime) -> None:
    """Withdraw and end before adding: two rows of one code never stand on one day."""
    FeeLine.objects.filter(pk__in=plan.withdrawn).update(withdrawn_at=at)
    for ends in (plan.cut, plan.lengthened):  # a lengthened row may need the days of one that is cut
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE oncocharge_billing_feeline l SET effective_to = w.last_day"
                "  FROM unnest(%s::bigint[], %s::date[]) AS w(id, last_day) WHERE l.id = w.id",
                [list(ends), list(ends.values())],
            )
    FeeLine.objects.bulk_create(
        [
            FeeLine(
                schedule_id=schedule_id,
                code=row.code,
                modifier=row.modifier,
                amount=row.amount,
                effective_from=row.effective_from,
                effective_to=row.last_day,
                computation=dict(row.computation),
            )
            for row in plan.added
        ],
        batch_size=2000,
    )
    if not plan.is_empty:
        logger.info(
            "fee schedule %s: %d prices added, %d cut, %d withdrawn",
            schedule_id, len(plan.added), len(plan.cut), len(plan.withdrawn),
        )  # fmt: skip


# --- drafts ----------------------------------------------------------------------------------------------------------


def make_draft(
    *,
    schedule: FeeSchedule,
    prices: Sequence[WantedPrice],
    origin: str,
    by: User,
    notes: Sequence[str] = (),
    ends_others_on: date | None = None,
) -> FeeDraft:
    """Keep prices for a look before they are saved; the same person's older unsaved draft of the schedule goes."""
    FeeDraft.objects.filter(schedule=schedule, made_by=by, saved_at=None).delete()
    return FeeDraft.objects.create(
        schedule=schedule,
        origin=origin,
        prices=[_as_json(price) for price in prices],
        notes=list(notes),
        ends_others_on=ends_others_on,
        made_by=by,
    )


def prices_of(draft: FeeDraft) -> list[WantedPrice]:
    """Return the prices that a draft holds."""
    return [_from_json(row) for row in draft.prices]


def preview_draft(draft: FeeDraft) -> Preview:
    """Return what saving the draft would do now."""
    return preview(draft.schedule, prices_of(draft), ends_others_on=draft.ends_others_on)


def save_draft(*, draft_id: int, revision: int, at: datetime) -> Plan:
    """Save a draft as it was shown.

    Args:
        revision: the schedule's revision that the preview showed.

    Raises:
        ValidationError: the schedule changed since, or the draft was saved already; nothing was written.
    """
    with transaction.atomic():
        draft = FeeDraft.objects.select_for_update().get(pk=draft_id)
        if draft.saved_at is not None:
            raise ValidationError("These prices were saved already; nothing was done twice.")
        schedule = FeeSchedule.objects.select_for_update().get(pk=draft.schedule_id)
        if schedule.revision != revision:
            raise ValidationError("The schedule changed while you looked. Look again at what would change, then save.")
        plan = save_prices(schedule, prices_of(draft), at=at, ends_others_on=draft.ends_others_on)
        draft.saved_at = at
        draft.save(update_fields=["saved_at"])
    return plan


def _as_json(price: WantedPrice) -> dict[str, Any]:
    return {
        "code": price.code,
        "modifier": price.modifier,
        "amount": str(price.amount),
        "from": price.effective_from.isoformat(),
        "to": price.effective_to.isoformat() if price.effective_to else "",
        "computation": price.computation,
        "row": price.row,
    }


def _from_json(row: dict[str, Any]) -> WantedPrice:
    return WantedPrice(
        row["code"],
        row["modifier"],
        Decimal(row["amount"]),
        date.fromisoformat(row["from"]),
        date.fromisoformat(row["to"]) if row["to"] else None,
        row["computation"],
        row["row"],
    )
