"""The door for whatever comes back: bytes in, a reading of each transaction out, of whichever kind it is.

Readings come one at a time and are to be used before the next is asked for; nothing of a file is held but what is at
hand. What no reader knows is kept, segment for segment, as deviations.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from billing.x12.ack_277ca import ClaimAcknowledgmentReader
from billing.x12.ack_999 import GroupAcknowledgmentReader
from billing.x12.ack_ta1 import InterchangeAcknowledgmentReader
from billing.x12.reading import Expected, InboundFile, Note, Transaction
from billing.x12.remit_835 import RemittanceReader

Reading = InterchangeAcknowledgmentReader | GroupAcknowledgmentReader | ClaimAcknowledgmentReader | RemittanceReader

_READERS: dict[str, type[Reading]] = {
    "TA1": InterchangeAcknowledgmentReader,
    "999": GroupAcknowledgmentReader,
    "997": GroupAcknowledgmentReader,
    "277": ClaimAcknowledgmentReader,
    "835": RemittanceReader,
}
_GUIDES = {"999": "005010X231", "277": "005010X214", "835": "005010X221"}
"""Guides, without the letter and number of their addenda."""


class Receipt(NamedTuple):
    """One transaction that can be read; its kind says which reading it has."""

    transaction: Transaction
    reading: Reading


def read_receipts(
    source: bytes | Iterable[bytes], note: Note, *, expected: Expected | None = None
) -> Iterator[Receipt]:
    """Yield the readings of a file in its order.

    Args:
        source: the file, whole or in pieces of any size.
        note: is told of every deviation as it is met.
        expected: who should have sent it to whom.
    """
    for transaction in InboundFile(source, note, expected):
        reader = _READERS.get(transaction.kind)
        if reader is None:
            _keep_unread(transaction)
        else:
            guide = _GUIDES.get(transaction.kind, "")
            if not transaction.version.startswith(guide):
                transaction.note("other-guide", ["ST"], 3, transaction.version, guide)
            yield Receipt(transaction, reader(transaction))


def _keep_unread(transaction: Transaction) -> None:
    transaction.note("unknown-transaction", ["ST", transaction.kind], 1, expected=", ".join(_READERS))
    for elements in transaction:
        transaction.keep("unread-segment", elements)
