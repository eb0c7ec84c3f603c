"""Which posted lines a change of prices concerns: those that would be priced anew, and those that keep their price.

Asks the ledger and answers in counts before anything is saved: the same pricing looks at each line with the fees as
they are to be. What is on a claim keeps its price and is not counted; what is released keeps it too, and is.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Q, Subquery

from billing.models import LedgerEntry, Review
from billing.pricing import Fees
from patients.models import Coverage
from patients.terms import CoverageRank


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line on no claim, with what its price depends on."""

    entry_id: int
    code: str
    modifiers: tuple[str, ...]
    service_on: date
    units: int
    unit_amount: Decimal | None
    payer_id: int | None
    setting: str
    is_released: bool

    def unit_price(self, fees: Fees) -> Decimal | None:
        """Return what one unit of it costs by these fees."""
        price = fees.price(
            payer_id=self.payer_id,
            setting=self.setting,
            code=self.code,
            modifiers=self.modifiers,
            on=self.service_on,
            units=self.units,
        )
        return None if price is None else price.unit_amount


@dataclass(frozen=True, slots=True)
class Touched:
    """How many lines a change concerns: open ones with a price, open ones that get their first, released ones."""

    repriced: int = 0
    priced: int = 0
    unpriced: int = 0
    """Open lines that lose their price: no row covers them any more."""
    kept: int = 0

    @property
    def is_any(self) -> bool:
        """Whether the past is touched at all."""
        return bool(self.repriced or self.unpriced or self.kept)


def open_lines(*, codes: Collection[str] | None = None, only_unpriced: bool = False) -> list[OpenLine]:
    """Return the lines on no claim, of these codes or of all, with the payer of their day: one statement."""
    covered = Coverage.objects.filter(
        Q(effective_to=None) | Q(effective_to__gte=OuterRef("service_on")),
        patient=OuterRef("course__patient"),
        rank=CoverageRank.PRIMARY,
        effective_from__lte=OuterRef("service_on"),
    ).order_by("effective_from")
    rows = LedgerEntry.objects.filter(waiting__isnull=False).annotate(asked=Subquery(covered.values("payer_id")[:1]))
    if codes is not None:
        rows = rows.filter(code__in=codes)
    if only_unpriced:
        rows = rows.filter(amount=None)
    found = rows.order_by("service_on", "id").values_list(
        "id", "code", "modifiers", "service_on", "units", "unit_amount", "asked", "course__facility__setting",
        "review__state",
    )  # fmt: skip
    return [
        OpenLine(key, code, tuple(modifiers), on, units, unit, payer, setting, state == Review.State.RELEASED)
        for key, code, modifiers, on, units, unit, payer, setting, state in found
    ]


def count_touched(lines: Iterable[OpenLine], after: Fees) -> Touched:
    """Return how many of the lines would cost otherwise by the fees as they are to be."""
    repriced = priced = unpriced = kept = 0
    for line in lines:
        wanted = line.unit_price(after)
        if wanted == line.unit_amount:
            continue
        kept += line.is_released
        priced += not line.is_released and line.unit_amount is None
        unpriced += not line.is_released and wanted is None
        repriced += not line.is_released and wanted is not None and line.unit_amount is not None
    return Touched(repriced, priced, unpriced, kept)
