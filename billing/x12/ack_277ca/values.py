"""A 277CA as values: which claims a clearinghouse or a payer has taken in, and which it has not, and why.

Four levels, each below the one before: who answers, who sent (us, and the batch), the billing provider, the claim. A
level that is rejected has no claims below it: all of them are rejected though none is named.
"""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from billing.x12.codes import Category, ClaimOutcome, category, status_meaning
from billing.x12.reading.composites import Procedure, Reference


class StatusReason(NamedTuple):
    """STC01, STC10 or STC11."""

    category: str
    status: str
    entity: str
    """Which entity the status speaks of: 85 billing provider, IL subscriber, QC patient, PR payer; may be empty."""
    code_list: str
    """RX for drug codes; else empty."""

    @property
    def outcome(self) -> ClaimOutcome:
        """What the category says: received, accepted, rejected."""
        return category(self.category).outcome

    @property
    def meaning(self) -> str:
        """Category and status in words; a code that is not in the tables as it is."""
        known: Category = category(self.category)
        return f"{known.meaning or self.category} {status_meaning(self.status) or self.status}".strip()


class Status(NamedTuple):
    """One STC."""

    position: int
    """Segment of the file."""
    reasons: tuple[StatusReason, ...]
    """One to three."""
    on: date | None
    action: str
    """STC03: WQ accepted, U rejected; empty for a service line of some senders."""
    amount: Decimal | None
    """STC04: the charge."""
    text: str
    """STC12: what the sender adds in words of its own."""

    @property
    def is_rejected(self) -> bool:
        """Whether action or a category says so."""
        return self.action == "U" or any(reason.outcome == "rejected" for reason in self.reasons)


class Dated(NamedTuple):
    """DTP: a day, or a range of days; one day is both its first and its last."""

    qualifier: str
    first: date | None
    last: date | None


class Entity(NamedTuple):
    """NM1."""

    role: str
    """AY clearinghouse, PR payer, 41 submitter, 85 billing provider, QC patient."""
    is_organization: bool
    last_name: str
    first_name: str
    middle_name: str
    suffix: str
    id_qualifier: str
    identifier: str


class ServiceStatus(NamedTuple):
    """A service line (2220D)."""

    position: int
    procedure: Procedure
    charge: Decimal | None
    revenue_code: str
    units: Decimal | None
    statuses: tuple[Status, ...]
    references: tuple[Reference, ...]
    dates: tuple[Dated, ...]

    @property
    def control_number(self) -> str:
        """REF*FJ: our number of the line."""
        return reference(self.references, "FJ")

    @property
    def is_rejected(self) -> bool:
        """Whether a status rejects the line."""
        return any(status.is_rejected for status in self.statuses)


class Totals(NamedTuple):
    """How many claims and what sum of charges were accepted and rejected; None where it is not said."""

    accepted: Decimal | None
    rejected: Decimal | None
    accepted_amount: Decimal | None
    rejected_amount: Decimal | None


class Level(NamedTuple):
    """What stands at one HL above the claims: source (2000A), receiver (2000B), provider (2000C)."""

    position: int
    entity: Entity | None
    trace_number: str
    """TRN02. At the receiver: BHT03 of the batch of ours that is answered."""
    statuses: tuple[Status, ...]
    references: tuple[Reference, ...]
    dates: tuple[Dated, ...]
    totals: Totals

    @property
    def is_rejected(self) -> bool:
        """Whether all below it is rejected, though no claim is named."""
        return any(status.is_rejected for status in self.statuses)


class ClaimStatus(NamedTuple):
    """A claim (2000D) and the levels above it."""

    position: int
    control_number: str
    """TRN02: our CLM01."""
    patient: Entity | None
    statuses: tuple[Status, ...]
    references: tuple[Reference, ...]
    dates: tuple[Dated, ...]
    services: tuple[ServiceStatus, ...]
    source: Level
    receiver: Level
    provider: Level

    @property
    def payer_control_number(self) -> str:
        """REF*1K: the payer's number of the claim."""
        return reference(self.references, "1K")

    @property
    def batch_id(self) -> str:
        """BHT03 of the set of ours in which the claim was sent."""
        return self.receiver.trace_number

    @property
    def is_from_payer(self) -> bool:
        """Whether a payer answers; else a clearinghouse on the way."""
        return self.source.entity is not None and self.source.entity.role == "PR"

    @property
    def outcome(self) -> ClaimOutcome:
        """Rejected if any status says so, else the furthest: accepted, received, unknown."""
        if any(status.is_rejected for status in self.statuses):
            return "rejected"
        said = {reason.outcome for status in self.statuses for reason in status.reasons}
        return "accepted" if "accepted" in said else "received" if "received" in said else "unknown"


class BatchClosing(NamedTuple):
    """What was counted when the last segment is read."""

    claims: int
    rejected: int
    charged: Decimal
    """Sum of STC04, the first of each claim."""
    rejected_levels: tuple[Level, ...]
    """Receivers and providers that are rejected with all their claims."""
    is_complete: bool


class ClaimAcknowledgment(NamedTuple):
    """A whole 277CA in memory."""

    reference: str
    """BHT03 of the acknowledgment."""
    written_on: date | None
    claims: tuple[ClaimStatus, ...]
    levels: tuple[Level, ...]
    """Receivers and providers in the order of the file."""
    closing: BatchClosing


def reference(references: tuple[Reference, ...], qualifier: str) -> str:
    """Return the first reference of a qualifier; empty if there is none."""
    return next((value for kind, value in references if kind == qualifier), "")
