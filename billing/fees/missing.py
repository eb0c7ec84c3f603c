"""Which prices are missing: lines held without a fee, by the schedule that should name one.

A line that has its price by now, and only waits for the sweep to be priced, is counted apart.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from billing.fees.touched import OpenLine, open_lines
from billing.models import FeeSchedule
from billing.pricing import Fees, load_fees
from patients.models import Payer


@dataclass(frozen=True, slots=True)
class MissingPrice:
    """A price that lines wait for. Without a schedule nobody serves their payer; without a modifier no row can.

    ``modifier`` is "" for the bare code, and ``None`` where two modifiers of a line each ask for a row.
    """

    schedule: FeeSchedule | None
    code: str
    modifier: str | None
    written: str
    setting: str
    lines: int
    first_day: date
    last_day: date
    payers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """All of them, those that hold most lines first; and how many lines will be priced by the next sweep."""

    prices: list[MissingPrice]
    about_to_be_priced: int

    @property
    def lines(self) -> int:
        """How many lines wait."""
        return sum(price.lines for price in self.prices)


Group = tuple[int | None, str, str | None, str, str]


def missing_prices() -> Missing:
    """Return what is missing. Five statements, whatever the number of lines."""
    lines = open_lines(only_unpriced=True)
    payer_ids = {line.payer_id for line in lines if line.payer_id is not None}
    fees = load_fees(payer_ids=payer_ids, codes={line.code for line in lines})
    waiting = [line for line in lines if line.unit_price(fees) is None]
    groups: defaultdict[Group, list[OpenLine]] = defaultdict(list)
    for line in waiting:
        groups[_group(line, fees)].append(line)
    schedules = FeeSchedule.objects.select_related("payer").in_bulk([key[0] for key in groups if key[0] is not None])
    names = dict(Payer.objects.filter(pk__in=payer_ids).values_list("pk", "name"))
    found = [_missing(key, of_key, schedules, names) for key, of_key in groups.items()]
    found.sort(key=lambda price: (-price.lines, price.written))
    return Missing(found, len(lines) - len(waiting))


def _group(line: OpenLine, fees: Fees) -> Group:
    schedule = fees.schedule_id(payer_id=line.payer_id, setting=line.setting, on=line.service_on)
    if schedule is None:
        return None, line.code, "", line.code, line.setting
    asked = fees.asked_modifier(schedule_id=schedule, code=line.code, modifiers=line.modifiers, on=line.service_on)
    modifiers = line.modifiers if asked is None else (asked,) if asked else ()
    return schedule, line.code, asked, "-".join((line.code, *modifiers)), line.setting


def _missing(
    key: Group, lines: list[OpenLine], schedules: dict[int, FeeSchedule], names: dict[int, str]
) -> MissingPrice:
    schedule, code, modifier, written, setting = key
    payers = {names.get(line.payer_id or 0, "no coverage") for line in lines}
    return MissingPrice(
        schedule=None if schedule is None else schedules[schedule],
        code=code,
        modifier=modifier,
        written=written,
        setting=setting,
        lines=len(lines),
        first_day=min(line.service_on for line in lines),
        last_day=max(line.service_on for line in lines),
        payers=tuple(sorted(payers)),
    )
