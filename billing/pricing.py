"""The price of a line: the fee schedule of its payer (else the practice's own), by code, modifier and day of service.

A modifier that changes the price (professional or technical part, reduced or broken-off service) has a
row of its own; without it there is no price. Other modifiers use the row of the bare code, unless the
schedule prices them too. There is never a price of zero: no row, no price.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from billing.models import FeeLine, FeeSchedule
from billing.money import to_cents

CHANGES_PRICE = frozenset({"26", "TC", "52", "53"})


@dataclass(frozen=True, slots=True)
class Price:
    """What a line costs, and the row that says so."""

    fee_line_id: int
    unit_amount: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FeePeriod:
    """One dated price of one unit; both days inclusive."""

    fee_line_id: int
    amount: Decimal
    effective_from: date
    effective_to: date | None

    def covers(self, day: date) -> bool:
        """Return whether the price holds on ``day``."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class Fees:
    """Fee schedules by payer, answered by day. Filled by ``load_fees``."""

    def __init__(self, schedules: dict[int | None, int], lines: dict[tuple[int, str, str], list[FeePeriod]]) -> None:
        self._schedules = schedules
        self._lines = lines

    def price(self, *, payer_id: int | None, code: str, modifiers: Sequence[str], on: date, units: int) -> Price | None:
        """Return the price of a line, rounded to the cent, or ``None`` where no row gives one.

        Args:
            payer_id: the payer asked on that day; ``None`` without coverage.
            modifiers: all modifiers of the line. Two that are priced leave no price: a row states only one.
        """
        schedule = self._schedules.get(payer_id, self._schedules.get(None))
        if schedule is None:
            return None
        priced = [m for m in modifiers if m in CHANGES_PRICE or self._row(schedule, code, m, on)]
        if len(priced) > 1:
            return None
        row = self._row(schedule, code, priced[0] if priced else "", on)
        return None if row is None else Price(row.fee_line_id, row.amount, to_cents(row.amount * units))

    def _row(self, schedule: int, code: str, modifier: str, on: date) -> FeePeriod | None:
        for period in self._lines.get((schedule, code, modifier), ()):
            if period.covers(on):
                return period
        return None


def load_fees(*, payer_ids: Collection[int], codes: Collection[str]) -> Fees:
    """Return the schedules of the payers and the practice's own, for these codes: two statements."""
    asked = FeeSchedule.objects.filter(Q(payer__in=payer_ids) | Q(payer__isnull=True)).order_by()
    schedules: dict[int | None, int] = dict(asked.values_list("payer_id", "id"))
    lines: defaultdict[tuple[int, str, str], list[FeePeriod]] = defaultdict(list)
    rows = FeeLine.objects.filter(schedule_id__in=schedules.values(), code__in=codes).order_by("id")
    for schedule, code, modifier, line, amount, first, last in rows.values_list(
        "schedule_id", "code", "modifier", "id", "amount", "effective_from", "effective_to"
    ):
        lines[schedule, code, modifier].append(FeePeriod(line, amount, first, last))
    return Fees(schedules, dict(lines))
