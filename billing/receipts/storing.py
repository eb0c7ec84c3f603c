"""Stores what came: the bytes and their hash are committed before anything is made of them.

The same bytes are one receipt, whatever their name and whoever sends them. Told by the constraint on the hash, so that
two workers that fetch at once make one of it too.
"""

import logging
from collections.abc import Generator, Iterable
from typing import NamedTuple

from django.db import transaction

from billing.adapters.door import Answer
from billing.models import Receipt, ReceiptPart, ReceiptSighting
from billing.models.copying import read_parts, write_parts
from billing.receipts.spool import Spool

logger = logging.getLogger(__name__)

NAME_LENGTH = 200


class Stored(NamedTuple):
    """What became of a file. Without a receipt it has no end yet, and waits for a second look."""

    receipt_id: int | None
    is_new: bool


def store(
    *, partner_id: int, name: str, chunks: Iterable[bytes], seen: Answer | None = None, needs_end: bool = False
) -> Stored:
    """Store a file; its bytes and hash are committed when this returns. Memory does not grow with the file.

    Args:
        chunks: the file's bytes in order; taken one at a time.
        seen: how it lay at the partner; noted, so that it is not fetched again.
        needs_end: leave a file that does not end as an interchange does; only its sighting is noted.
    """
    with Spool() as spool:
        for chunk in chunks:
            spool.write(chunk)
        with transaction.atomic(durable=True):
            is_unfinished = needs_end and not spool.has_end
            stored = Stored(None, False) if is_unfinished else _stored(partner_id, name, spool)
            if seen is not None:
                _note_sighting(partner_id, seen, stored)
    if stored.is_new:
        logger.info("receipt %s stored: partner %s, %d bytes", stored.receipt_id, partner_id, spool.byte_count)
    return stored


def _stored(partner_id: int, name: str, spool: Spool) -> Stored:
    values = {"partner_id": partner_id, "name": name[:NAME_LENGTH], "byte_count": spool.byte_count}
    receipt, is_new = Receipt.objects.get_or_create(sha256=spool.sha256, defaults=values)
    if is_new:
        write_parts(ReceiptPart, "receipt_id", receipt.pk, spool.parts())
    return Stored(receipt.pk, is_new)


def _note_sighting(partner_id: int, seen: Answer, stored: Stored) -> None:
    ReceiptSighting.objects.update_or_create(
        partner_id=partner_id,
        name=seen.name[:NAME_LENGTH],
        byte_count=seen.size,
        modified=seen.modified[:40],
        defaults={"receipt_id": stored.receipt_id},
    )


def receipt_bytes(*, receipt_id: int) -> Generator[bytes]:
    """Yield the bytes of a receipt as they came: one statement, which holds the connection until its end."""
    return read_parts(ReceiptPart, "receipt_id", receipt_id)
