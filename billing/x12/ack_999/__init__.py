"""Whether our transaction sets keep to the standard and the guide: the 999 (005010X231A1) as frozen values."""

from billing.x12.ack_999.reader import GroupAcknowledgmentReader, read_999
from billing.x12.ack_999.values import (
    Context,
    ElementFault,
    GroupAcknowledgment,
    GroupAnswered,
    GroupClosing,
    SegmentFault,
    SetAcknowledged,
)

__all__ = [
    "Context",
    "ElementFault",
    "GroupAcknowledgment",
    "GroupAcknowledgmentReader",
    "GroupAnswered",
    "GroupClosing",
    "SegmentFault",
    "SetAcknowledged",
    "read_999",
]
