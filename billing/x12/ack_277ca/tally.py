"""Counts the claims of a 277CA below each receiver and provider, and compares them with the totals printed there."""

from decimal import Decimal

from billing.x12.ack_277ca.open_level import first_amount
from billing.x12.ack_277ca.values import BatchClosing, ClaimStatus, Level
from billing.x12.reading.cells import NOTHING
from billing.x12.reading.interchanges import Transaction


class _Count:
    """Claims and charges, accepted and rejected."""

    def __init__(self) -> None:
        self.claims = self.rejected = 0
        self.charged = self.rejected_amount = NOTHING

    def add(self, amount: Decimal, *, is_rejected: bool) -> None:
        self.claims += 1
        self.charged += amount
        if is_rejected:
            self.rejected += 1
            self.rejected_amount += amount


class Tally:
    """The counts of one 277CA."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._all, self._receiver, self._provider = _Count(), _Count(), _Count()

    def add(self, claim: ClaimStatus) -> None:
        """Count a claim."""
        amount, is_rejected = first_amount(claim), claim.outcome == "rejected"
        for count in (self._all, self._receiver, self._provider):
            count.add(amount, is_rejected=is_rejected)

    def end_provider(self, level: Level) -> None:
        """Compare what was counted below a provider, and begin anew."""
        self._compare(level, self._provider)
        self._provider = _Count()

    def end_receiver(self, level: Level) -> None:
        """Compare what was counted below a receiver, and begin anew."""
        self._compare(level, self._receiver)
        self._receiver = _Count()

    def _compare(self, level: Level, count: _Count) -> None:
        """Note totals that are not what was read; of a level that is rejected whole no claim need be named."""
        if level.is_rejected or not count.claims:
            return
        totals = level.totals
        for segment, qualifier, printed, counted in (
            ("QTY", "accepted", totals.accepted, Decimal(count.claims - count.rejected)),
            ("QTY", "rejected", totals.rejected, Decimal(count.rejected)),
            ("AMT", "accepted", totals.accepted_amount, count.charged - count.rejected_amount),
            ("AMT", "rejected", totals.rejected_amount, count.rejected_amount),
        ):
            if printed is not None and printed != counted:
                self._transaction.note("wrong-total", [segment], 2, str(printed), f"{counted} {qualifier}")

    def closing(self, levels: list[Level]) -> BatchClosing:
        """Return the counts."""
        return BatchClosing(
            claims=self._all.claims,
            rejected=self._all.rejected,
            charged=self._all.charged,
            rejected_levels=tuple(level for level in levels if level.is_rejected),
            is_complete=self._transaction.is_complete,
        )
