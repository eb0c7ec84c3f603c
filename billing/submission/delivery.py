"""Delivers sealed files: database -> partner's folder. Each step is noted when it is done and safe to repeat.

1. ``stage``: the bytes go under a hidden name, are hashed on the way and forced to disk; note ``staged_at``, commit.
2. ``release``: the file gets its name; note ``delivered_at``, commit.

Killed anywhere, the next call goes on where it stopped. One state cannot be told apart by machine: staged, and now
neither the hidden file nor the named one is there. Then the partner has taken it, or somebody removed it;
a person asks the partner and says which (``settle``). It is never sent a second time on a guess.
"""

import logging
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from billing.adapters.door import PartnerError, Released
from billing.adapters.folder import Folder
from billing.models import ClaimFile, TradingPartner
from billing.submission.sealing import SubmissionError, refuse_production_elsewhere

logger = logging.getLogger(__name__)

ERROR_LENGTH = 200
UNCERTAIN = (
    "It was ready to be taken when the last run stopped, and is gone. Ask the partner whether it came, then settle it."
)
ALTERED = "The staged copy was altered between two steps and was removed; the next delivery lays it down anew."


class Delivered(NamedTuple):
    """What came of one sealed file: delivered, or the error that keeps it."""

    file_id: int
    name: str
    error: str = ""


def deliver_sealed(*, partner_id: int | None = None) -> list[Delivered]:
    """Deliver every sealed file that still waits, the oldest first; one that fails does not keep the others.

    Args:
        partner_id: only this partner's; all active partners' otherwise.
    """
    waiting = ClaimFile.objects.filter(delivered_at=None, partner__is_active=True)
    if partner_id is not None:
        waiting = waiting.filter(partner_id=partner_id)
    return [_deliver(file_id, name) for file_id, name in waiting.order_by("sealed_at", "id").values_list("pk", "name")]


def _deliver(file_id: int, name: str) -> Delivered:
    try:
        stage(file_id=file_id)
        release(file_id=file_id)
    except (PartnerError, SubmissionError) as error:
        message = str(error)[:ERROR_LENGTH]
        logger.warning("claim file %s not delivered: %s", file_id, message)
        ClaimFile.objects.filter(pk=file_id, delivered_at=None).exclude(delivery_error=message).update(
            delivery_error=message
        )
        return Delivered(file_id, name, message)
    return Delivered(file_id, name)


def stage(*, file_id: int) -> None:
    """Lay the file down under its hidden name; nothing to do if that is done.

    Raises:
        PartnerError: the folder did not take it.
    """
    with transaction.atomic(durable=True):
        file = _locked(file_id)
        if file.staged_at is not None:
            return
        refuse_production_elsewhere(file.usage)
        # Closed here and now: a COPY left open is ended by whoever uses the connection next, or never.
        with closing(read_parts(file_id=file.pk)) as parts:
            folder_of(file.partner).stage(file.name, parts, sha256=file.sha256)
        ClaimFile.objects.filter(pk=file.pk).update(staged_at=Now(), delivery_error="")


def release(*, file_id: int) -> None:
    """Give the staged file its name; nothing to do if that is done.

    Raises:
        PartnerError: the folder did not take it, or nobody can tell whether it did.
    """
    with transaction.atomic(durable=True):
        file = _locked(file_id)
        if file.delivered_at is not None:
            return
        refuse_production_elsewhere(file.usage)
        released = folder_of(file.partner).release(file.name, sha256=file.sha256, size=file.byte_count)
        if released in (Released.NOW, Released.BEFORE):
            ClaimFile.objects.filter(pk=file.pk).update(delivered_at=Now(), delivery_error="")
        elif released is Released.ALTERED:
            ClaimFile.objects.filter(pk=file.pk).update(staged_at=None)
    if released is Released.GONE:
        raise PartnerError(UNCERTAIN, permanent=True)
    if released is Released.ALTERED:
        raise PartnerError(ALTERED)
    logger.info("claim file %s delivered: %d claims", file_id, file.claim_count)


def settle(*, file_id: int, was_taken: bool) -> None:
    """Say what became of a file that is gone from the folder: the partner has it, or it must be sent again.

    Raises:
        SubmissionError: the file is not in that state.
    """
    with transaction.atomic(durable=True):
        file = _locked(file_id)
        if file.staged_at is None or file.delivered_at is not None or file.delivery_error != UNCERTAIN:
            raise SubmissionError(f"There is nothing to settle about {file.name}: it is not missing from the folder.")
        changes = {"delivered_at": Now()} if was_taken else {"staged_at": None}
        ClaimFile.objects.filter(pk=file.pk).update(delivery_error="", **changes)


def folder_of(partner: TradingPartner) -> Folder:
    """Return the partner's folder in the outbox.

    The outbox itself is made only outside production: there it may be a mount, and a file laid into the
    empty place where the mount should be would be marked delivered and never seen.
    """
    outbox = Path(settings.CLAIM_OUTBOX)
    if not settings.IS_PRODUCTION:
        outbox.mkdir(mode=0o750, parents=True, exist_ok=True)
    return Folder(outbox / partner.folder)


def read_parts(*, file_id: int) -> Generator[bytes]:
    """Yield the sealed bytes in their parts: one statement, which holds the connection until its end."""
    statement = (
        "COPY (SELECT content FROM oncocharge_billing_claimfilepart"
        f" WHERE file_id = {int(file_id)} ORDER BY number) TO STDOUT (FORMAT BINARY)"
    )
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(("bytea",))
        for (content,) in copy.rows():
            yield content


def _locked(file_id: int) -> ClaimFile:
    """Return the file under a lock: two deliveries of one file take turns."""
    return ClaimFile.objects.select_for_update(no_key=True, of=("self",)).select_related("partner").get(pk=file_id)
