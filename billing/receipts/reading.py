"""Reads stored receipts: each in one transaction, which posts all of it or nothing.

A reading that fails, or is killed, leaves the receipt unread; the next run does it again, and other receipts go on.
After some tries in vain it waits for a person. Reading a receipt twice posts nothing twice: all that it says is keyed
by the receipt and the segment that says it.
"""

import logging
from datetime import datetime
from typing import NamedTuple

from django.db import OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now

from billing import acknowledgment, remittance
from billing.acknowledgment import Answers
from billing.models import Receipt
from billing.receipts.spool import Spool
from billing.receipts.storing import receipt_bytes
from billing.receipts.warnings import Warnings
from billing.receipts.words import in_words, place_of
from billing.x12.ack_277ca import ClaimAcknowledgmentReader
from billing.x12.ack_999 import GroupAcknowledgmentReader
from billing.x12.ack_ta1 import InterchangeAcknowledgmentReader
from billing.x12.reading import Expected, Interchange
from billing.x12.receipts import Receipt as Reading
from billing.x12.receipts import read_receipts

logger = logging.getLogger(__name__)

TRIES = 5
"""After so many readings in vain a receipt waits for a person."""
ERROR_LENGTH = 200
_DEADLOCK, _SERIALIZATION = "40P01", "40001"
_ATTEMPTS = 3
_KINDS = {"277": "277CA", "997": "999"}


class Read(NamedTuple):
    """What came of reading one receipt: whether all of it was posted, and the error where it was not."""

    receipt_id: int
    is_read: bool
    error: str = ""


def read_unread(*, at: datetime) -> list[Read]:
    """Read what is stored and unread, the oldest first. A run beside this one takes others."""
    waiting = Receipt.objects.filter(read_at=None, tries__lt=TRIES).order_by("received_at", "id")
    return [read_receipt(receipt_id=receipt_id, at=at) for receipt_id in waiting.values_list("pk", flat=True)]


def read_again(*, receipt_id: int, at: datetime) -> Read:
    """Read a receipt once more because a person asks, however often it failed; nothing to do for one that is read."""
    Receipt.objects.filter(pk=receipt_id, read_at=None).update(tries=0)
    return read_receipt(receipt_id=receipt_id, at=at)


def read_receipt(*, receipt_id: int, at: datetime) -> Read:
    """Read a receipt; nothing to do if it is read, or being read. A failure is kept in words with the receipt."""
    if not _count_try(receipt_id):
        return Read(receipt_id, False)
    try:
        is_read = _read_patiently(receipt_id, at)
    except Exception as error:  # One receipt must not keep the others; it is reported and logged.
        words = in_words(error)
        logger.error("receipt %s not read: %s at %s", receipt_id, type(error).__name__, place_of(error))
        Receipt.objects.filter(pk=receipt_id, read_at=None).update(error=words[:ERROR_LENGTH])
        return Read(receipt_id, False, words)
    return Read(receipt_id, is_read)


def _count_try(receipt_id: int) -> bool:
    """Count a try before it is made, so that a receipt whose reading kills the process is not read for ever.

    Nobody waits for a receipt that somebody else is reading.
    """
    with transaction.atomic():
        unread = Receipt.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=receipt_id, read_at=None)
        if unread.first() is None:
            return False
        Receipt.objects.filter(pk=receipt_id).update(tries=F("tries") + 1)
    return True


def _read_patiently(receipt_id: int, at: datetime) -> bool:
    """Read; where the database ended our transaction in favour of somebody else's, do it again."""
    for tries_left in reversed(range(_ATTEMPTS)):
        try:
            return _read(receipt_id, at)
        except OperationalError as error:
            code = getattr(error.__cause__, "sqlstate", None)
            if not tries_left or code not in (_DEADLOCK, _SERIALIZATION):
                raise
    raise AssertionError("unreachable: the last try returns or raises")


def _read(receipt_id: int, at: datetime) -> bool:
    with transaction.atomic(durable=True):
        unread = Receipt.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        receipt = unread.select_related("partner").filter(pk=receipt_id, read_at=None).first()
        if receipt is None:
            return False
        with Warnings(receipt.pk) as warnings, Answers(receipt=receipt, note=warnings.note) as answers:
            warnings.forget()
            _read_all(receipt, answers, at)
            posted = acknowledgment.post_answers(answers=answers)
            receipt.warning_count = warnings.store()
        receipt.error = ""
        receipt.save(update_fields=["kinds", "warning_count", "error"])
        Receipt.objects.filter(pk=receipt.pk).update(read_at=Now())
    logger.info("receipt %s read: %d answers, %d warnings", receipt.pk, posted.answers, receipt.warning_count)
    return True


def _read_all(receipt: Receipt, answers: Answers, at: datetime) -> None:
    """Read the receipt's transactions in their order, out of a copy of its bytes: the connection is free meanwhile."""
    partner = receipt.partner
    expected = Expected(sender_id=partner.receiver_id, receiver_id=partner.sender_id)
    kinds: dict[str, None] = {}
    with Spool() as spool:
        for part in receipt_bytes(receipt_id=receipt.pk):
            spool.write(part)
        for reading in read_receipts(spool.parts(), answers.note, expected=expected):
            if not kinds:
                _note_written(receipt, reading.transaction.interchange)
            kind = reading.transaction.kind
            kinds[_KINDS.get(kind, kind)] = None
            _take(reading, answers, at)
    receipt.kinds = list(kinds)


def _note_written(receipt: Receipt, interchange: Interchange) -> None:
    """Keep when the file was written, before anything is posted: it orders what two files say of one claim."""
    day = interchange.written_on.isoformat() if interchange.written_on else ""
    receipt.written = f"{day} {interchange.written_time[:8]:8} {interchange.control_number[:18]:>18}"
    receipt.save(update_fields=["written"])


def _take(reading: Reading, answers: Answers, at: datetime) -> None:
    said, taken_from = reading.reading, reading.transaction
    if isinstance(said, InterchangeAcknowledgmentReader):
        acknowledgment.take_ta1(answers=answers, transaction=taken_from, reader=said)
    elif isinstance(said, GroupAcknowledgmentReader):
        acknowledgment.take_999(answers=answers, transaction=taken_from, reader=said)
    elif isinstance(said, ClaimAcknowledgmentReader):
        acknowledgment.take_277ca(answers=answers, transaction=taken_from, reader=said)
    else:
        remittance.post(receipt_id=answers.receipt.pk, reader=said, at=at)
