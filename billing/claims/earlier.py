"""What the payers before the one now asked decided about the lines of a claim: from their posted remittances.

The values are the claim's own words for it (2320, 2330, 2430); whether they add up to the charge is asked by
billing/x12, to the cent. What counts is what a payer said last.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from django.db import connection

from billing.claims.reading import OTHER_RELATIONSHIP, RELATIONSHIP_CODES
from billing.models.remittance import TAKEN_BACK
from billing.x12.other_payers import (
    Adjustment,
    LineAdjudication,
    OtherPayer,
    OutpatientAdjudication,
    Reason,
)
from billing.x12.parties import Address, Payer, Subscriber
from patients.terms import Relationship

_MOST_REMARKS = 5
_REMARK = re.compile(r"[A-Z]{1,3}[0-9]{1,4}")
_PATIENT = "PR"


class LineDecision(NamedTuple):
    """What a payer decided about one line, or a part of one."""

    entry_id: int | None
    """The charge; ``None`` where the remittance's line was matched with none of ours."""
    paid: Decimal
    code: str
    modifiers: tuple[str, ...]
    units: str
    revenue_code: str
    adjustments: tuple[Adjustment, ...]
    adjudicated_on: date


class EarlierDecision(NamedTuple):
    """What a payer decided about a claim, as its last posted remittances say it: all parts of a claim that it split."""

    status: str
    charge: Decimal
    """What it decided about; less than ``claimed`` while parts are still to come."""
    claimed: Decimal
    paid: Decimal
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[str, ...]
    adjudicated_on: date
    payer_claim_number: str
    lines: tuple[LineDecision, ...]

    @property
    def is_owed_by_line(self) -> bool:
        """Whether the lines say what the patient still owes, all of it."""
        return bool(self.lines) and not any(one.group == _PATIENT for one in self.adjustments)

    @property
    def owed(self) -> str:
        """What the patient still owes in all."""
        return owed([*self.adjustments, *chain.from_iterable(line.adjustments for line in self.lines)])


class EarlierPayer(NamedTuple):
    """A payer that was asked before, its policy, and what it decided; ``None`` while it has not."""

    payer: Payer
    policy: Subscriber
    relationship: str
    decision: EarlierDecision | None

    def objection(self, today: date) -> str:
        """Return why the next payer cannot be asked yet, in words; empty if it can."""
        decision = self.decision
        if decision is None:
            return f"{self.payer.name} has not decided about these lines yet: its remittance is not posted."
        if decision.status == TAKEN_BACK:
            return f"{self.payer.name} took its decision back. Wait for the one that follows."
        if any(line.entry_id is None for line in decision.lines):
            return f"The remittance of {self.payer.name} has lines that are matched with none of ours. Match them."
        if decision.charge < decision.claimed:
            decided = f"{decision.charge} of {decision.claimed}"
            return f"{self.payer.name} has decided about {decided} so far. Wait for the rest."
        if decision.adjudicated_on > today:
            return f"{self.payer.name} pays on {decision.adjudicated_on}; the next payer is asked from that day on."
        return ""

    def of_claim(self) -> OtherPayer:
        """Return its loop of the claim (2320, 2330)."""
        decision = self.decision
        if decision is None:
            return OtherPayer(self.payer, self.policy, self.relationship)
        remarks = tuple(filter(_REMARK.fullmatch, decision.remarks))[:_MOST_REMARKS]
        return OtherPayer(
            self.payer,
            self.policy,
            self.relationship,
            paid=plain_amount(decision.paid),
            adjustments=decision.adjustments,
            outpatient=OutpatientAdjudication(remarks) if remarks else None,
            adjudicated_on="" if decision.lines else f"{decision.adjudicated_on:%Y%m%d}",
            claim_number=decision.payer_claim_number,
            remaining="" if decision.is_owed_by_line else decision.owed,
        )

    def of_line(self, entry_id: int, *, code: str, revenue_code: str = "") -> list[LineAdjudication]:
        """Return what it decided about a line, part by part (2430); ``code`` and revenue code as we sent them."""
        if self.decision is None:
            return []
        return [
            LineAdjudication(
                self.payer.payer_id,
                plain_amount(line.paid),
                line.code or code,
                line.units,
                f"{line.adjudicated_on:%Y%m%d}",
                line.modifiers,
                line.adjustments,
                remaining=owed(line.adjustments) if self.decision.is_owed_by_line else "",
                revenue_code=revenue_code and (line.revenue_code or revenue_code),
            )
            for line in self.decision.lines
            if line.entry_id == entry_id
        ]


# What the payer said last comes first. A remittance that takes a decision back and decides anew says both of one claim,
# in any order: the new one counts. A prediction (25) decides nothing.
_PAYERS = """
    SELECT c.claim_id, o.id, o.sequence, y.name, y.payer_id, y.filing_indicator,
           y.street, y.city, y.state, replace(y.zip_code, '-', ''), y.street2,
           v.relationship, v.member_id, v.group_number, v.subscriber_last_name, v.subscriber_first_name,
           p.last_name, p.first_name, p.middle_name,
           d.id, d.status, d.charge, o.total_amount, d.paid, d.groups, d.reasons, d.adjusted, d.quantities, d.remarks,
           d.adjudicated_on, d.payer_claim_number, d.told_by
      FROM export_claim c
     CROSS JOIN LATERAL (
        SELECT DISTINCT k.claim_id FROM oncocharge_billing_claimline k
         WHERE k.entry_id = ANY(c.entry_ids) AND k.ended_at IS NULL AND k.sequence < c.sequence) AS k
      JOIN oncocharge_billing_claim o ON o.id = k.claim_id
      JOIN oncocharge_patients_payer y ON y.id = o.payer_id
      JOIN oncocharge_patients_coverage v ON v.id = o.coverage_id
      JOIN oncocharge_patients_patient p ON p.id = o.patient_id
      LEFT JOIN LATERAL (
        SELECT m.*, r.id AS told_by, COALESCE(r.paid_on, r.produced_on, r.at::date) AS adjudicated_on
          FROM oncocharge_billing_remittanceclaim m
          JOIN oncocharge_billing_remittance r ON r.id = m.remittance_id AND r.state = 'posted'
         WHERE m.claim_id = o.id AND m.status <> '25') AS d ON true
     WHERE c.sequence <> 'P'
     ORDER BY c.claim_id, o.sequence, o.id, d.adjudicated_on DESC, d.told_by DESC, d.status = '22', d.number DESC
"""
_LINES = """
    SELECT l.remittance_claim_id, l.entry_id, l.paid, l.code, l.modifiers, trim_scale(l.units)::text, l.revenue_code,
           l.groups, l.reasons, l.adjusted, l.quantities
      FROM oncocharge_billing_remittanceline l
     WHERE l.remittance_claim_id = ANY(%s)
     ORDER BY l.remittance_claim_id, l.number
"""


class _Said(NamedTuple):
    """What a remittance says of a claim, or of a part of it; the values of ``_PAYERS`` in their order."""

    remittance_claim_id: int | None
    status: str
    charge: Decimal
    claimed: Decimal
    paid: Decimal
    groups: list[str]
    reasons: list[str]
    adjusted: list[Decimal]
    quantities: list[Decimal | None]
    remarks: list[str]
    adjudicated_on: date
    payer_claim_number: str
    told_by: int
    """The remittance."""


_SAID_AT = 19
"""Where in a row of ``_PAYERS`` stands what was said; before it, by whom."""


def earlier_payers() -> dict[int, list[EarlierPayer]]:
    """Return who was asked before about each gathered claim, in order, by the new claim's id: two statements."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYERS)
        rows_of = [list(rows) for _, rows in groupby(cursor.fetchall(), key=itemgetter(0, 1))]
        asked = [(rows[0], _parts([_Said(*row[_SAID_AT:]) for row in rows])) for rows in rows_of]
        days = {said.remittance_claim_id: said.adjudicated_on for _, parts in asked for said in parts}
        cursor.execute(_LINES, [list(days)])
        lines = defaultdict(list)
        for paid_claim, entry_id, paid, code, modifiers, units, revenue_code, *reasons in cursor.fetchall():
            decision = LineDecision(
                entry_id, paid, code, tuple(modifiers), units or "1", revenue_code, _adjustments(*reasons),
                days[paid_claim],
            )  # fmt: skip
            lines[paid_claim].append(decision)
    found: dict[int, list[EarlierPayer]] = defaultdict(list)
    for row, parts in asked:
        found[row[0]].append(_earlier_payer(row, _decision(parts, lines)))
    return found


def _parts(said: Sequence[_Said]) -> list[_Said]:
    """Return what counts of all that a payer said of a claim, the latest first: its last word, none before the first.

    A payer that splits a claim gives each part a number of its own and decides it by itself: then the last word on each
    part, if together they are the whole claim.
    """
    last = said[0]
    if last.remittance_claim_id is None:
        return []
    told_by: dict[str | int, int] = {}
    parts = [
        one
        for one in said
        if told_by.setdefault(one.payer_claim_number or one.told_by, one.told_by) == one.told_by
        and one.status != TAKEN_BACK
    ]
    is_split = last.charge != last.claimed and sum(one.charge for one in parts) == last.claimed
    return parts if is_split else [last]


def _earlier_payer(row: tuple, decision: EarlierDecision | None) -> EarlierPayer:  # type: ignore[type-arg]
    _claim, _earlier, rank, name, payer_id, indicator, *rest = row
    address, (relationship, member_id, group, last, first), patient = rest[:5], rest[5:10], rest[10:13]
    if relationship == Relationship.SELF:
        policy = Subscriber(patient[0], patient[1], member_id, indicator, middle_name=patient[2])
        code = "18"
    else:
        policy = Subscriber(last, first, member_id, indicator)
        code = RELATIONSHIP_CODES.get(relationship, OTHER_RELATIONSHIP)
    policy = policy._replace(rank=rank, group_number=group)
    payer = Payer(name, payer_id, Address(*address) if address[0] else None)
    return EarlierPayer(payer, policy, code, decision)


def _decision(parts: Sequence[_Said], lines: Mapping[int, list[LineDecision]]) -> EarlierDecision | None:
    """Put the parts together; the number is that of the part decided last."""
    if not parts:
        return None
    reasons = (chain.from_iterable(one) for one in zip(*(part[5:9] for part in parts), strict=True))
    return EarlierDecision(
        parts[0].status,
        sum((part.charge for part in parts), Decimal(0)),
        parts[0].claimed,
        sum((part.paid for part in parts), Decimal(0)),
        _adjustments(*reasons),
        tuple(dict.fromkeys(chain.from_iterable(part.remarks for part in parts))),
        parts[0].adjudicated_on,
        parts[0].payer_claim_number,
        tuple(chain.from_iterable(lines.get(part.remittance_claim_id or 0, ()) for part in parts)),
    )


def _adjustments(
    groups: Iterable[str], reasons: Iterable[str], amounts: Iterable[Decimal], quantities: Iterable[Decimal | None]
) -> tuple[Adjustment, ...]:
    """Return one adjustment a group, with the sum of each reason: a remittance may name both several times."""
    sums: dict[str, dict[str, Decimal]] = {}
    units: dict[tuple[str, str], Decimal] = {}
    for group, reason, amount, quantity in zip(groups, reasons, amounts, quantities, strict=True):
        of_group = sums.setdefault(group, {})
        of_group[reason] = of_group.get(reason, Decimal(0)) + amount
        if quantity:
            units[group, reason] = units.get((group, reason), Decimal(0)) + quantity
    told = (
        (
            group,
            tuple(
                Reason(code, plain_amount(amount), plain_amount(units[group, code]) if (group, code) in units else "")
                for code, amount in of_group.items()
                if amount
            ),
        )
        for group, of_group in sums.items()
    )
    return tuple(Adjustment(group, given) for group, given in told if given)


def owed(adjustments: Iterable[Adjustment]) -> str:
    """Return what the patient owes by these adjustments (AMT*EAF)."""
    reasons = chain.from_iterable(one.reasons for one in adjustments if one.group == _PATIENT)
    return plain_amount(max(sum((Decimal(reason.amount) for reason in reasons), Decimal(0)), Decimal(0)))


def plain_amount(amount: Decimal) -> str:
    """Return an amount as claims write it: no needless zeros, never with an exponent."""
    return f"{amount.normalize():f}" if amount else "0"
