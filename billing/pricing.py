"""The price of a line: the fee schedule that serves its payer and setting, by code, modifier and day of service.

Of the schedules that cover the day the most specific one prices the line, alone: that of the payer and the
setting, of the payer, of the setting, the practice's own. What it does not list has no price, even where
a wider schedule has one: a price agreed with one payer says nothing of another's.

A modifier that changes the price (professional or technical part, reduced or broken-off service) has a
row of its own; without it there is no price. Other modifiers use the row of the bare code, unless the
schedule prices them too. There is never a price of zero: no row, no price.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.money import to_cents
from patients.prepared import read_prepared

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


@dataclass(frozen=True, slots=True)
class SchedulePeriod:
    """A schedule and the days on which it prices; both inclusive, open where none is said."""

    schedule_id: int
    effective_from: date | None
    effective_to: date | None

    def covers(self, day: date) -> bool:
        """Return whether the schedule prices services of ``day``."""
        begun = self.effective_from is None or self.effective_from <= day
        return begun and (self.effective_to is None or day <= self.effective_to)


Served = tuple[int | None, str]
"""Whom a schedule serves: payer (``None``: any) and setting ("": any)."""


class Fees:
    """Fee schedules by payer and setting, answered by day. Filled by ``load_fees``."""

    def __init__(
        self,
        schedules: dict[Served, list[SchedulePeriod]],
        lines: dict[tuple[int, str, str], list[FeePeriod]],
    ) -> None:
        self._schedules = schedules
        self._lines = lines

    def changed(self, schedule_id: int, rows: Mapping[tuple[str, str], list[FeePeriod]]) -> "Fees":
        """Return the same fees with other rows of one schedule, by code and modifier: what a change would do."""
        return Fees(self._schedules, {**self._lines, **{(schedule_id, *key): found for key, found in rows.items()}})

    def served_by(self, period: SchedulePeriod, served: Served) -> "Fees":
        """Return the same fees with one schedule serving others, or on other days."""
        others = {
            key: [other for other in periods if other.schedule_id != period.schedule_id]
            for key, periods in self._schedules.items()
        }
        return Fees({**others, served: [*others.get(served, ()), period]}, self._lines)

    def schedule_id(self, *, payer_id: int | None, setting: str, on: date) -> int | None:
        """Return the one schedule that prices services of the payer in the setting on that day."""
        for served in _specific_first(payer_id, setting):
            for period in self._schedules.get(served, ()):
                if period.covers(on):
                    return period.schedule_id
        return None

    def price(
        self, *, payer_id: int | None, setting: str, code: str, modifiers: Sequence[str], on: date, units: int
    ) -> Price | None:
        """Return the price of a line, rounded to the cent, or ``None`` where no row gives one.

        Args:
            payer_id: the payer asked on that day; ``None`` without coverage.
            setting: where the machine stands, in the words of ``patients.terms.Setting``.
            modifiers: all modifiers of the line. Two that are priced leave no price: a row states only one.
        """
        schedule = self.schedule_id(payer_id=payer_id, setting=setting, on=on)
        if schedule is None:
            return None
        modifier = self.asked_modifier(schedule_id=schedule, code=code, modifiers=modifiers, on=on)
        row = None if modifier is None else self._row(schedule, code, modifier, on)
        return None if row is None else Price(row.fee_line_id, row.amount, to_cents(row.amount * units))

    def asked_modifier(self, *, schedule_id: int, code: str, modifiers: Sequence[str], on: date) -> str | None:
        """Return the modifier of the row that prices a line ("" for the bare code); ``None`` where two ask for one."""
        priced = [m for m in modifiers if m in CHANGES_PRICE or self._row(schedule_id, code, m, on)]
        if len(priced) > 1:
            return None
        return priced[0] if priced else ""

    def _row(self, schedule: int, code: str, modifier: str, on: date) -> FeePeriod | None:
        for period in self._lines.get((schedule, code, modifier), ()):
            if period.covers(on):
                return period
        return None


def _specific_first(payer_id: int | None, setting: str) -> list[Served]:
    of_payer: list[Served] = [] if payer_id is None else [(payer_id, setting), (payer_id, "")]
    return [*of_payer, (None, setting), (None, "")]


_FEES = """
    SELECT s.id, s.payer_id, s.setting, s.effective_from, s.effective_to,
           l.code, l.modifier, l.id, l.amount, l.effective_from, l.effective_to
      FROM oncocharge_billing_feeschedule s
      LEFT JOIN oncocharge_billing_feeline l
             ON l.schedule_id = s.id AND l.code = ANY(%(codes)s) AND l.withdrawn_at IS NULL
     WHERE s.payer_id = ANY(%(payers)s) OR s.payer_id IS NULL
     ORDER BY s.id, l.id
"""


def load_fees(*, payer_ids: Collection[int], codes: Collection[str]) -> Fees:
    """Return the schedules of the payers and those for every payer, for these codes: one statement."""
    schedules: defaultdict[Served, dict[int, SchedulePeriod]] = defaultdict(dict)
    lines: defaultdict[tuple[int, str, str], list[FeePeriod]] = defaultdict(list)
    for row in read_prepared(_FEES, {"payers": list(payer_ids), "codes": list(codes)}):
        key, payer, setting, first, last, code, modifier, *price = row
        schedules[payer, setting].setdefault(key, SchedulePeriod(key, first, last))
        if code is not None:
            lines[key, code, modifier].append(FeePeriod(*price))
    return Fees({served: list(periods.values()) for served, periods in schedules.items()}, dict(lines))
