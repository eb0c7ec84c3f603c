"""Adds up a remittance while its claims go by, and compares the sums with what is printed."""

from decimal import Decimal

from billing.x12.reading.cells import NOTHING, number_of
from billing.x12.reading.interchanges import Transaction
from billing.x12.remit_835.values import Balance, ClaimPaid, Closing, HeaderGroup, ProviderAdjustment

_TS3_CLAIMS, _TS3_CHARGES = 4, 5


class Tally:
    """The sums of one remittance."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._claims = self._services = self._uneven_claims = self._uneven_services = 0
        self._charged = self._paid = NOTHING
        self._group_claims = 0
        self._group_charged = NOTHING
        self._outside: list[ProviderAdjustment] = []

    def add(self, claim: ClaimPaid) -> None:
        """Count a claim."""
        left = claim.charge
        for cas in claim.adjustments:
            left -= cas.amount
        for _, _, decision in claim.services:
            adjusted = NOTHING
            for cas in decision.adjustments:
                adjusted += cas.amount
            left -= adjusted
            self._uneven_services += decision.charge - adjusted != decision.paid
        self._uneven_claims += left != claim.paid
        self._claims += 1
        self._services += len(claim.services)
        self._charged += claim.charge
        self._paid += claim.paid
        self._group_claims += 1
        self._group_charged += claim.charge

    def adjust(self, adjustment: ProviderAdjustment) -> None:
        """Count a provider-level adjustment."""
        self._outside.append(adjustment)

    def end_group(self, group: HeaderGroup) -> None:
        """Compare what a TS3 prints for the claims of its LX with what was read, and begin to count anew."""
        if len(group.summaries) and group.summaries[0][0] == "TS3":
            ts3 = list(group.summaries[0])
            self._compare(ts3, _TS3_CLAIMS, Decimal(self._group_claims))
            self._compare(ts3, _TS3_CHARGES, self._group_charged)
        self._group_claims = 0
        self._group_charged = NOTHING

    def _compare(self, ts3: list[str], element: int, counted: Decimal) -> None:
        printed = number_of(ts3[element]) if element < len(ts3) else None
        if printed != counted:
            self._transaction.note("wrong-total", ts3, element, expected=str(counted))

    def closing(self, printed: Decimal) -> Closing:
        """Return the sums; ``printed`` is BPR02."""
        outside = sum((adjustment.amount for adjustment in self._outside), NOTHING)
        return Closing(
            provider_adjustments=tuple(self._outside),
            claims=self._claims,
            services=self._services,
            charged=self._charged,
            claims_paid=self._paid,
            adjusted_outside=outside,
            uneven_claims=self._uneven_claims,
            uneven_services=self._uneven_services,
            unreadable=self._transaction.harms,
            lost_segments=self._transaction.lost_segments,
            is_complete=self._transaction.is_complete,
            balance=Balance(self._paid - outside, printed),
        )
