"""Delivers sealed files: database -> partner. Each step is noted when it is done and safe to repeat.

1. ``stage``: the bytes go under a hidden name, are hashed on the way and forced to disk; note ``staged_at``, commit.
2. ``release``: the file gets its name; note ``delivered_at``, commit.

Killed or cut off anywhere, the next call looks at what lies there and goes on where it stopped. One state cannot be
told apart by machine: staged, and now neither the hidden file nor the named one is there. Then the partner has taken
it, or somebody removed it; a person asks the partner and says which (``settle``). It is never sent a second time on a
guess. A partner that is down keeps its own files and nobody else's; billing/partners says when it is tried again.
"""

import logging
from collections.abc import Generator
from contextlib import AbstractContextManager, closing, nullcontext
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models.functions import Coalesce, Now

from billing import partners
from billing.adapters.door import Door, PartnerError, PartnerFileError, Released
from billing.models import ClaimFile, TradingPartner
from billing.partners.turns import BUSY, PATIENCE_S, delivery_turn
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


def deliver_sealed(*, partner_id: int | None = None, due_at: datetime | None = None) -> list[Delivered]:
    """Deliver every sealed file that still waits, each partner's oldest first; one that fails does not keep the others.

    Args:
        partner_id: only this partner's; all active partners' otherwise.
        due_at: leave partners alone that failed and are not due at that moment, or to whom another run is
            delivering. Without it, as when a person asks, each is tried, and a run under way waited for a while.
    """
    waiting = ClaimFile.objects.filter(delivered_at=None, partner__is_active=True).select_related("partner")
    if partner_id is not None:
        waiting = waiting.filter(partner_id=partner_id)
    # Who failed before comes last: the others do not wait for its silence to end.
    failures = Coalesce("partner__connection__failures", 0)
    waiting = waiting.annotate(failures=failures).order_by("failures", "partner_id", "sealed_at", "id")
    delivered: list[Delivered] = []
    for _, files in groupby(waiting, key=lambda file: file.partner_id):
        delivered += _deliver_to_partner(list(files), due_at)
    return delivered


def _deliver_to_partner(files: list[ClaimFile], due_at: datetime | None) -> list[Delivered]:
    partner = files[0].partner
    against = partners.why_not_now(partner=partner, at=due_at) if due_at else ""
    if against:
        return [Delivered(file.pk, file.name, against) for file in files]
    with delivery_turn(partner_id=partner.pk, patience_s=0 if due_at else PATIENCE_S) as is_mine:
        if not is_mine:
            return [] if due_at else [Delivered(file.pk, file.name, BUSY) for file in files]
        way = _Way(partner)
        try:
            return [way.deliver(file) for file in files]
        finally:
            way.end()


class _Way:
    """One attempt to reach a partner, with all its files: after the first failure of the way the rest only wait."""

    def __init__(self, partner: TradingPartner) -> None:
        self._partner = partner
        self._door: Door | None = None
        self._failure: PartnerError | None = None
        self._was_reached = False

    def deliver(self, file: ClaimFile) -> Delivered:
        """Deliver one file, or say what keeps it."""
        try:
            self._carry(file)
        except (PartnerError, SubmissionError) as error:
            return Delivered(file.pk, file.name, _note_error(file.pk, error))
        return Delivered(file.pk, file.name)

    def end(self) -> None:
        """Close the way; keep how it went."""
        if self._door is not None:
            self._door.close()
        if self._failure is not None:
            partners.note_failure(partner_id=self._partner.pk, error=self._failure)
        elif self._was_reached:
            partners.note_reached(partner_id=self._partner.pk)

    def _carry(self, file: ClaimFile) -> None:
        if self._failure is not None:
            raise self._failure
        try:
            refuse_production_elsewhere(file.usage)
            if self._door is None:
                self._door = partners.door_of(self._partner)
            stage(file_id=file.pk, door=self._door)
            release(file_id=file.pk, door=self._door)
        except PartnerFileError:
            self._was_reached = True
            raise
        except PartnerError as error:
            self._failure = error
            raise
        self._was_reached = True


def _note_error(file_id: int, error: PartnerError | SubmissionError) -> str:
    """Keep what stands against the file. What only a person can settle is not forgotten for a server that is down."""
    message = str(error)[:ERROR_LENGTH]
    logger.warning("claim file %s not delivered: %s", file_id, message)
    waiting = ClaimFile.objects.filter(pk=file_id, delivered_at=None).exclude(delivery_error=message)
    if not isinstance(error, PartnerFileError):
        waiting = waiting.exclude(delivery_error=UNCERTAIN)
    waiting.update(delivery_error=message)
    return message


def stage(*, file_id: int, door: Door | None = None) -> None:
    """Lay the file down under its hidden name; nothing to do if that is done.

    Args:
        door: the open way to its partner; one of its own otherwise.

    Raises:
        PartnerError: the partner did not take it.
    """
    with transaction.atomic(durable=True):
        file = _locked(file_id)
        if file.staged_at is not None:
            return
        refuse_production_elsewhere(file.usage)
        # Closed here and now: a COPY left open is ended by whoever uses the connection next, or never.
        with _way_to(file.partner, door) as way, closing(read_parts(file_id=file.pk)) as parts:
            way.stage(file.name, parts, sha256=file.sha256)
        ClaimFile.objects.filter(pk=file.pk).update(staged_at=Now(), delivery_error="")


def release(*, file_id: int, door: Door | None = None) -> None:
    """Give the staged file its name; nothing to do if that is done.

    Args:
        door: as for ``stage``.

    Raises:
        PartnerError: the partner did not take it, or nobody can tell whether it did.
    """
    with transaction.atomic(durable=True):
        file = _locked(file_id)
        if file.delivered_at is not None:
            return
        refuse_production_elsewhere(file.usage)
        with _way_to(file.partner, door) as way:
            released = way.release(file.name, sha256=file.sha256, size=file.byte_count)
        if released in (Released.NOW, Released.BEFORE):
            ClaimFile.objects.filter(pk=file.pk).update(delivered_at=Now(), delivery_error="")
        elif released is Released.ALTERED:
            ClaimFile.objects.filter(pk=file.pk).update(staged_at=None)
    if released is Released.GONE:
        raise PartnerFileError(UNCERTAIN, permanent=True)
    if released is Released.ALTERED:
        raise PartnerFileError(ALTERED)
    logger.info("claim file %s delivered: %d claims", file_id, file.claim_count)


def _way_to(partner: TradingPartner, door: Door | None) -> AbstractContextManager[Door]:
    return partners.open_door(partner) if door is None else nullcontext(door)


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
