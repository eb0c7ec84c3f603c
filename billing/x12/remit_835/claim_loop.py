"""A claim and a service line of a remittance while their segments are read; each becomes a value when it is whole."""

from decimal import Decimal

from billing.x12.reading.composites import Contact, Reference
from billing.x12.remit_835.repeating import Service
from billing.x12.remit_835.values import (
    Adjudication,
    Adjustment,
    Amount,
    ClaimPaid,
    Dated,
    Decision,
    HeaderGroup,
    Person,
    Quantity,
    Remark,
    ServicePaid,
)

Claim = tuple[int, str, str, Decimal, Decimal, Decimal, str, str, str, str, str, HeaderGroup]
"""What a CLP says, in the order of ``ClaimPaid``."""


class OpenLoop:
    """What a claim and a service line both hold."""

    __slots__ = ("adjustments", "amounts", "dates", "quantities", "references")

    def __init__(self) -> None:
        self.adjustments: list[Adjustment] = []
        self.dates: list[Dated] = []
        self.references: list[Reference] = []
        self.amounts: list[Amount] = []
        self.quantities: list[Quantity] = []


class OpenService(OpenLoop):
    """2110, from its SVC on. It begins without a call to what it shares with a claim: a remittance has very many."""

    __slots__ = ("position", "remarks", "svc")

    def __init__(self, position: int, svc: Service) -> None:
        self.adjustments = []
        self.dates = []
        self.references = []
        self.amounts = []
        self.quantities = []
        self.position = position
        self.svc = svc
        self.remarks: list[Remark] = []

    def value(self) -> ServicePaid:
        """Return the line as read."""
        decision = Decision(
            *self.svc,
            tuple(self.adjustments),
            tuple(self.dates),
            tuple(self.amounts),
            tuple(self.quantities),
            tuple(self.remarks),
        )
        return ServicePaid(self.position, tuple(self.references), decision)


class OpenClaim(OpenLoop):
    """2100, from its CLP on."""

    __slots__ = ("adjudications", "clp", "contacts", "people", "services")

    def __init__(self, clp: Claim) -> None:
        super().__init__()
        self.clp = clp
        self.people: list[Person] = []
        self.adjudications: list[Adjudication] = []
        self.contacts: list[Contact] = []
        self.services: list[ServicePaid] = []

    def value(self) -> ClaimPaid:
        """Return the claim as read."""
        return ClaimPaid(
            *self.clp,
            tuple(self.adjustments),
            tuple(self.people),
            tuple(self.adjudications),
            tuple(self.references),
            tuple(self.dates),
            tuple(self.contacts),
            tuple(self.amounts),
            tuple(self.quantities),
            tuple(self.services),
        )
