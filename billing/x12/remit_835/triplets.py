"""The small values of which a remittance has most: adjustments, amounts, days. The same ones come again and again.

So each is made once and kept: a payer allows the same amount for the same code all day long. None: the text is no
number or no day, which whoever asks notes.
"""

from functools import lru_cache

from billing.x12.reading.cells import day_of, number_of
from billing.x12.remit_835.values import Adjustment, Amount, Dated

_KEPT = 1 << 14
_DAY = 8


@lru_cache(_KEPT)
def adjustment_of(group: str, reason: str, amount: str = "", quantity: str = "") -> Adjustment | None:
    """Return an adjustment of a CAS.

    >>> adjustment_of("CO", "45", "120.5")
    Adjustment(group='CO', reason='45', amount=Decimal('120.5'), quantity=None)
    """
    value, count = number_of(amount), number_of(quantity)
    if value is None or (quantity and count is None):
        return None
    return Adjustment(group, reason, value, count)


@lru_cache(_KEPT)
def amount_of(qualifier: str, amount: str) -> Amount | None:
    """Return an AMT."""
    value = number_of(amount)
    return None if value is None else Amount(qualifier, value)


@lru_cache(_KEPT)
def dated_of(qualifier: str, day: str) -> Dated | None:
    """Return a DTM."""
    on = day_of(day)
    return Dated(qualifier, on) if on is not None and len(day) == _DAY else None
