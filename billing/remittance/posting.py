"""Posts one remittance: reads, stores, matches, and lets it count if every sum of it is even."""

from datetime import datetime
from typing import NamedTuple

from billing.x12.remit_835 import RemittanceReader


class Posted(NamedTuple):
    """What became of one remittance. ``state``: posted, held or repeated (it was there already)."""

    remittance_id: int
    state: str
    claims: int
    unmatched: int


def post(*, receipt_id: int, reader: RemittanceReader, at: datetime) -> Posted:
    """Store one 835 transaction of a receipt, match it, and post it if every sum is even; otherwise it is held.

    To be called inside the transaction that notes the receipt as read; the reader is read to its end before the first
    statement, so that it may itself read from the database. Called again for the same place of the same
    receipt, or for the same content in another, it posts nothing.

    Args:
        receipt_id: the stored receipt.
        reader: nothing of it taken yet. It is told of codes that no list of ours knows (``unknown-code``).
        at: the moment of the posting.
    """
    raise NotImplementedError
