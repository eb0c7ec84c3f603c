"""Files that came in, read tolerantly: bytes to interchanges, transactions and segments, every deviation kept.

``InboundFile`` gives the transactions; what they say is read by the rooms named after them (acknowledgments and
remittances). Nothing here refuses a file.
"""

from billing.x12.reading.deviations import HARMS_AMOUNTS, MEANINGS, Deviation, Note
from billing.x12.reading.envelopes import Expected, Group, Interchange
from billing.x12.reading.interchanges import InboundFile, Transaction

__all__ = [
    "HARMS_AMOUNTS",
    "MEANINGS",
    "Deviation",
    "Expected",
    "Group",
    "InboundFile",
    "Interchange",
    "Note",
    "Transaction",
]
