"""Paid against expected: lines for which a payer allows less than the fee schedule agreed with it says for the day.

Only a schedule of that payer is an agreement; the practice's own prices say what is charged, not what will be paid.
Compared is what the first payer allows over all posted remittances, whenever they came, so that a correction takes the
place of what it corrects: a line belongs to the day on which it was decided last. A denied line is no underpayment but
a denial; one of which nothing is paid without being denied is compared as any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import connection

from billing.models import FeeSchedule
from billing.pricing import load_fees

_DAY = "COALESCE(r.paid_on, r.produced_on, r.at::date)"
# A claim that the first payer sent on is paid by the next one under the same number (CLP02 2, 3, 20, 21): what that one
# allows, or takes back of it, is no word of the first.
_IS_ANOTHER_PAYERS = """
    (p.status IN ('2', '3', '20', '21') OR (p.status = '22' AND p.payer_claim_number <> '' AND EXISTS (
     SELECT FROM oncocharge_billing_remittanceclaim q
      WHERE q.claim_id = p.claim_id AND q.payer_claim_number = p.payer_claim_number
        AND q.status IN ('2', '3', '20', '21'))))
"""
_IS_PAID = "sum(l.paid) > 0"
# Nothing is paid, and nothing refused: all of it went to the deductible, or the contract is said to forgive all of it.
_IS_ALLOWED_LESS = """
    (count(*) > 2 * count(*) FILTER (WHERE p.status = '22')
     AND NOT EXISTS (SELECT FROM oncocharge_billing_denial d WHERE d.entry_id = e.id)
     AND NOT EXISTS (SELECT FROM oncocharge_billing_denial d
                      WHERE d.claim_id = ANY(array_agg(c.id)) AND d.entry_id IS NULL))
"""
_ALLOWED = f"""
    WITH paid AS MATERIALIZED (
        SELECT DISTINCT l.entry_id
          FROM oncocharge_billing_remittance r
          JOIN oncocharge_billing_remittanceclaim p ON p.remittance_id = r.id
          JOIN oncocharge_billing_remittanceline l ON l.remittance_claim_id = p.id
         WHERE r.state = 'posted' AND {_DAY} BETWEEN %(first)s AND %(last)s AND l.entry_id IS NOT NULL)
    SELECT e.id, e.code, e.modifiers, e.service_on, e.units, c.payer_id, y.name, f.setting, max(c.control_number),
           max(c.id), (array_agg(r.id ORDER BY {_DAY} DESC, r.id DESC))[1], max({_DAY}) AS paid_on,
           sum(CASE WHEN p.status = '22' THEN -abs(a.allowed) ELSE a.allowed END) AS allowed, sum(l.paid)
      FROM oncocharge_billing_remittance r
      JOIN oncocharge_billing_remittanceclaim p ON p.remittance_id = r.id AND p.status <> '25'
      JOIN oncocharge_billing_claim c ON c.id = p.claim_id AND c.sequence = 'P'
      JOIN oncocharge_billing_remittanceline l ON l.remittance_claim_id = p.id
      JOIN paid ON paid.entry_id = l.entry_id
      JOIN oncocharge_billing_ledgerentry e ON e.id = l.entry_id
      JOIN oncocharge_patients_payer y ON y.id = c.payer_id
      JOIN oncocharge_patients_facility f ON f.id = c.facility_id
     CROSS JOIN LATERAL (
           SELECT COALESCE(l.allowed, l.paid + COALESCE(sum(u.amount) FILTER (WHERE u."group" = 'PR'), 0)) AS allowed
             FROM unnest(l.groups, l.adjusted) AS u("group", amount)) AS a
     WHERE r.state = 'posted' AND c.payer_id = ANY(%(payers)s) AND NOT {_IS_ANOTHER_PAYERS}
     GROUP BY e.id, c.payer_id, y.name, f.setting
    HAVING ({_IS_PAID} OR {_IS_ALLOWED_LESS}) AND max({_DAY}) BETWEEN %(first)s AND %(last)s
     ORDER BY y.name, paid_on DESC, e.id
"""


@dataclass(frozen=True, slots=True)
class PaidBelow:
    """A line for which less is allowed than agreed. Amounts in USD for all of its units."""

    entry_id: int
    code: str
    modifiers: tuple[str, ...]
    service_on: date
    units: int
    payer_id: int
    payer: str
    claim: str
    claim_id: int
    remittance_id: int
    paid_on: date
    allowed: Decimal
    paid: Decimal
    expected: Decimal = Decimal(0)

    @property
    def missing(self) -> Decimal:
        """What the payer allows too little."""
        return self.expected - self.allowed


@dataclass(slots=True)
class OfPayer:
    """The lines of one payer, summed up."""

    payer: str
    lines: int = 0
    missing: Decimal = Decimal("0.00")


def paid_below(*, first: date, last: date, tolerance: Decimal) -> list[PaidBelow]:
    """Return lines paid from ``first`` to ``last`` that are short by more than ``tolerance`` USD. Three statements.

    Args:
        first: first day of payment; of a line that was decided more than once, the last time counts.
        last: last day of payment, inclusive.
        tolerance: what is not worth asking for; payers round otherwise than we do.
    """
    schedules = dict(FeeSchedule.objects.filter(payer__isnull=False).values_list("pk", "payer_id"))
    payers = {payer for payer in schedules.values() if payer is not None}
    with connection.cursor() as cursor:
        cursor.execute(_ALLOWED, {"first": first, "last": last, "payers": sorted(payers)})
        rows = cursor.fetchall()
    fees = load_fees(payer_ids=payers, codes={row[1] for row in rows})
    found = []
    for entry, code, modifiers, on, units, payer, name, setting, *rest in rows:
        if fees.schedule_id(payer_id=payer, setting=setting, on=on) not in schedules:
            continue
        price = fees.price(payer_id=payer, setting=setting, code=code, modifiers=modifiers, on=on, units=units)
        if price is not None:
            line = PaidBelow(entry, code, tuple(modifiers), on, units, payer, name, *rest)
            found.append(replace(line, expected=price.amount))
    return [line for line in found if line.missing > tolerance]


def by_payer(lines: Sequence[PaidBelow]) -> list[OfPayer]:
    """Return the sums by payer, those who owe most first."""
    sums: dict[int, OfPayer] = {}
    for line in lines:
        of_payer = sums.setdefault(line.payer_id, OfPayer(line.payer))
        of_payer.lines += 1
        of_payer.missing += line.missing
    return sorted(sums.values(), key=lambda one: -one.missing)


def csv_rows(lines: Sequence[PaidBelow]) -> Iterator[Sequence[str | int | date | Decimal]]:
    """Yield a head and a row a line: numbers only, no patient."""
    yield (
        "payer", "claim", "line", "code", "modifiers", "day of service", "units", "expected", "allowed", "paid",
        "missing", "paid on", "remittance",
    )  # fmt: skip
    for one in lines:
        yield (
            one.payer, one.claim, one.entry_id, one.code, " ".join(one.modifiers), one.service_on, one.units,
            one.expected, one.allowed, one.paid, one.missing, one.paid_on, one.remittance_id,
        )  # fmt: skip
