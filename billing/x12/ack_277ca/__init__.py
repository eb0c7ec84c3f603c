"""Which claims were taken in, by whom, and which were not and why: the 277CA (005010X214) as frozen values."""

from billing.x12.ack_277ca.reader import ClaimAcknowledgmentReader, read_277ca
from billing.x12.ack_277ca.values import (
    BatchClosing,
    ClaimAcknowledgment,
    ClaimStatus,
    Dated,
    Entity,
    Level,
    ServiceStatus,
    Status,
    StatusReason,
    Totals,
)

__all__ = [
    "BatchClosing",
    "ClaimAcknowledgment",
    "ClaimAcknowledgmentReader",
    "ClaimStatus",
    "Dated",
    "Entity",
    "Level",
    "ServiceStatus",
    "Status",
    "StatusReason",
    "Totals",
    "read_277ca",
]
