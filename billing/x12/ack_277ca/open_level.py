"""A level of a 277CA while its segments are read; it becomes a value when the next one begins."""

from decimal import Decimal

from billing.x12.ack_277ca.values import (
    ClaimStatus,
    Dated,
    Entity,
    Level,
    ServiceStatus,
    Status,
    Totals,
)
from billing.x12.reading.composites import Procedure, Reference

Service = tuple[int, Procedure, Decimal | None, str, Decimal | None]
"""What an SVC says, in the order of ``ServiceStatus``."""

NO_TOTALS = Totals(None, None, None, None)
NO_LEVEL = Level(0, None, "", (), (), (), NO_TOTALS)
"""Stands for a level that the file lacks."""

_TOTALS = {
    ("QTY", "90"): "accepted",
    ("QTY", "QA"): "accepted",
    ("QTY", "AA"): "rejected",
    ("QTY", "QC"): "rejected",
    ("AMT", "YU"): "accepted_amount",
    ("AMT", "YY"): "rejected_amount",
}


class OpenPart:
    """What a level, a claim and a service line all hold."""

    __slots__ = ("dates", "references", "statuses")

    def __init__(self) -> None:
        self.statuses: list[Status] = []
        self.references: list[Reference] = []
        self.dates: list[Dated] = []


class OpenService(OpenPart):
    """2220D, from its SVC on."""

    __slots__ = ("svc",)

    def __init__(self, svc: Service) -> None:
        super().__init__()
        self.svc = svc

    def value(self) -> ServiceStatus:
        """Return the service line as read."""
        return ServiceStatus(*self.svc, tuple(self.statuses), tuple(self.references), tuple(self.dates))


class OpenLevel(OpenPart):
    """A level, from its HL on."""

    __slots__ = ("code", "entity", "identifier", "position", "services", "totals", "trace")

    def __init__(self, position: int, identifier: str, code: str) -> None:
        super().__init__()
        self.position = position
        self.identifier = identifier
        self.code = code
        self.entity: Entity | None = None
        self.trace = ""
        self.totals = NO_TOTALS
        self.services: list[OpenService] = []

    @property
    def last(self) -> OpenPart:
        """The service line, or else the level, to which the next segments belong."""
        return self.services[-1] if self.services else self

    def put_total(self, segment: str, qualifier: str, value: Decimal) -> bool:
        """Keep a total; return whether its qualifier is known."""
        name = _TOTALS.get((segment, qualifier))
        if name is not None:
            self.totals = self.totals._replace(**{name: value})
        return name is not None

    def level(self) -> Level:
        """Return the level as read."""
        return Level(
            self.position, self.entity, self.trace, tuple(self.statuses), tuple(self.references), tuple(self.dates),
            self.totals,
        )  # fmt: skip

    def claim(self, source: Level, receiver: Level, provider: Level) -> ClaimStatus:
        """Return the claim as read."""
        return ClaimStatus(
            self.position, self.trace, self.entity, tuple(self.statuses), tuple(self.references), tuple(self.dates),
            tuple(service.value() for service in self.services), source, receiver, provider,
        )  # fmt: skip


def first_amount(claim: ClaimStatus) -> Decimal:
    """Return the charge of a claim as its first status says it; 0 where it does not."""
    return next((status.amount for status in claim.statuses if status.amount is not None), Decimal(0))
