"""What Medicare pays for a code: relative values, cost indices of the place, conversion factor. Pure.

    payment = (work x work index + practice expense x its index + malpractice x its index) x conversion factor

The practice expense is that of a facility where the place of service is one (19, 21, 22), else the other. The
payment is rounded half up to the cent, once, as the published amounts are; a percentage is then taken of the rounded
amount, because contracts speak of the published one, and rounded again. Which rows exist is not asked here.
"""

from dataclasses import dataclass
from decimal import Decimal

from billing.money import to_cents

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Resources:
    """The three relative values of a code, of which the practice expense is the one of the setting."""

    work: Decimal
    practice_expense: Decimal
    malpractice: Decimal


@dataclass(frozen=True, slots=True)
class CostIndices:
    """How dear a locality is, beside the nation's 1.000, for each of the three (GPCI)."""

    work: Decimal
    practice_expense: Decimal
    malpractice: Decimal


NATIONAL = CostIndices(Decimal(1), Decimal(1), Decimal(1))


def payment(resources: Resources, indices: CostIndices, conversion_factor: Decimal) -> Decimal:
    """Return the payment of one unit in dollars, to the cent.

    >>> office_visit = Resources(Decimal("0.97"), Decimal("0.80"), Decimal("0.05"))
    >>> payment(office_visit, CostIndices(Decimal("1.000"), Decimal("1.000"), Decimal("1.724")), Decimal("36.0846"))
    Decimal('66.98')
    """
    weighted = (
        resources.work * indices.work
        + resources.practice_expense * indices.practice_expense
        + resources.malpractice * indices.malpractice
    )
    return to_cents(weighted * conversion_factor)


def share(amount: Decimal, percent: Decimal) -> Decimal:
    """Return a percentage of a rounded amount, to the cent.

    >>> share(Decimal("1859.44"), Decimal(125))
    Decimal('2324.30')
    """
    return to_cents(amount * percent / HUNDRED)
