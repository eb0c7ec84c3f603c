"""Segments of which a remittance has the same ones again and again: days, adjustments, amounts, remarks, services.

A payer allows the same amount for the same code all day long. So a reader keeps what such a segment says by its text,
and need not split it when it comes again. Only what deviates in nothing is made here: None where anything would have to
be noted.
"""

from collections.abc import Callable
from decimal import Decimal

from billing.x12.reading.cells import day_of, number_of
from billing.x12.reading.composites import Procedure, Reference, procedure_of
from billing.x12.remit_835.values import Adjustment, Amount, Dated, Person, Quantity, Remark

Service = tuple[Procedure, Decimal, Decimal, str, Decimal | None, Procedure | None, Decimal | None]
"""What an SVC says, in the order of ``Decision``."""

Made = Dated | Reference | Amount | Quantity | Remark | Person | tuple[Adjustment, ...]

_DAY = 8
_OF_TWO = 3
LONGEST_CAS, LONGEST_SVC, LONGEST_NM1 = 20, 8, 13
_ORGANIZATION = "2"
_PAD = [""] * 12


def dated_of(dtm: list[str]) -> Dated | None:
    """Return a DTM."""
    on = day_of(dtm[2]) if len(dtm) == _OF_TWO and len(dtm[2]) == _DAY else None
    return None if on is None else Dated(dtm[1], on)


def reference_of(ref: list[str]) -> Reference | None:
    """Return a REF."""
    return Reference(ref[1], ref[2]) if len(ref) == _OF_TWO else None


def amount_of(amt: list[str]) -> Amount | None:
    """Return an AMT."""
    amount = number_of(amt[2]) if len(amt) == _OF_TWO else None
    return None if amount is None else Amount(amt[1], amount)


def quantity_of(qty: list[str]) -> Quantity | None:
    """Return a QTY."""
    quantity = number_of(qty[2]) if len(qty) == _OF_TWO else None
    return None if quantity is None else Quantity(qty[1], quantity)


def remark_of(lq: list[str]) -> Remark | None:
    """Return an LQ."""
    return Remark(lq[1], lq[2]) if len(lq) == _OF_TWO else None


def person_of(nm1: list[str]) -> Person | None:
    """Return an NM1."""
    if len(nm1) > LONGEST_NM1:
        return None
    text = nm1 + _PAD
    return Person(text[1], text[2] == _ORGANIZATION, text[3], text[4], text[5], text[7], text[8], text[9])


def adjustments_of(cas: list[str]) -> tuple[Adjustment, ...] | None:
    """Return the triplets of a CAS.

    >>> adjustments_of(["CAS", "CO", "45", "120.5"])
    (Adjustment(group='CO', reason='45', amount=Decimal('120.5'), quantity=None),)
    """
    if len(cas) > LONGEST_CAS:
        return None
    made = []
    for start in range(2, len(cas), 3):
        reason, amount, quantity = (cas[start : start + 3] + _PAD)[:3]
        value, count = number_of(amount), number_of(quantity)
        if value is None or (quantity and count is None):
            return None
        made.append(Adjustment(cas[1], reason, value, count))
    return tuple(made) or None


def service_of(svc: list[str], component: str) -> Service | None:
    """Return an SVC."""
    if len(svc) > LONGEST_SVC:
        return None
    text = svc + _PAD
    charge, paid = number_of(text[2]), number_of(text[3])
    units, submitted_units = number_of(text[5]), number_of(text[7])
    numbers_are_read = (units is not None or not text[5]) and (submitted_units is not None or not text[7])
    is_joined = component in text[1] and (component in text[6] or not text[6])
    if charge is None or paid is None or not numbers_are_read or not is_joined:
        return None
    submitted = procedure_of(text[6], component) if text[6] else None
    return procedure_of(text[1], component), charge, paid, text[4], units, submitted, submitted_units


LINE_MAKERS: dict[str, Callable[[list[str]], Made | None]] = {
    "DTM": dated_of,
    "REF": reference_of,
    "AMT": amount_of,
    "QTY": quantity_of,
    "LQ": remark_of,
    "CAS": adjustments_of,
}
"""By the name of a segment of a service line: what makes its value."""

MAKERS: dict[str, Callable[[list[str]], Made | None]] = {**LINE_MAKERS, "NM1": person_of}
"""The same of every segment here."""
