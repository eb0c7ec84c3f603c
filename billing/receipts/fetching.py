"""Fetches from each partner what lies there for us and was not fetched before, and puts it away once it is stored.

A partner that is down stops only its own answers; billing/partners says when it is tried again. A file that ends as an
interchange does is stored at once. One without an end may still be being written: it is stored if it lies there
unchanged, by size and moment, when it is looked at again a minute or more later; what it lacks is then a warning.
So is a file moved or deleted there only if it lies unchanged at a later look: behind the end of one interchange the
partner may be writing the next, and what is stored of a file that grew meanwhile is not all of it.
"""

import logging
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models.functions import Now

from billing import partners
from billing.adapters.door import AfterFetching, Answer, Door, PartnerError, PartnerFileError
from billing.models import ReceiptSighting, TradingPartner
from billing.models.partner import Transport
from billing.receipts.storing import NAME_LENGTH, store
from billing.receipts.words import in_words, place_of

logger = logging.getLogger(__name__)

BETWEEN_LOOKS = timedelta(minutes=1)
_Key = tuple[str, int, str]


class Fetched(NamedTuple):
    """What came of looking at one partner. ``unfinished`` files had no end yet."""

    partner: str
    receipt_ids: tuple[int, ...] = ()
    unfinished: int = 0
    errors: tuple[str, ...] = ()


def fetch_answers(*, at: datetime, partner_id: int | None = None, is_asked: bool = False) -> list[Fetched]:
    """Fetch the new answers of the active partners, each apart from the others.

    Args:
        at: the moment of the look.
        partner_id: only this partner's.
        is_asked: a person asks: try also a partner that failed and is not due yet.
    """
    active = TradingPartner.objects.filter(is_active=True).order_by("name")
    if partner_id is not None:
        active = active.filter(pk=partner_id)
    return [_fetch_from(partner, at, is_asked) for partner in active]


def _fetch_from(partner: TradingPartner, at: datetime, is_asked: bool) -> Fetched:
    if not is_asked and (against := partners.why_not_now(partner=partner, at=at, for_answers=True)):
        return Fetched(partner.name, errors=(against,))
    look = _Look(partner, at)
    try:
        with partners.open_door(partner) as door:
            look.go_through(door)
    except PartnerFileError as error:
        look.errors.append(str(error))
    except PartnerError as error:
        partners.note_failure(partner_id=partner.pk, error=error)
        logger.warning("answers of partner %s not fetched: %s", partner.pk, error)
        look.errors.append(str(error))
    except Exception as error:  # One partner must not cost the others their answers; it is reported and logged.
        logger.error("answers of partner %s not fetched: %s at %s", partner.pk, type(error).__name__, place_of(error))
        look.errors.append(in_words(error))
    else:
        # A folder that is not there lists as an empty one: only what was fetched proves that it was reached.
        if look.receipt_ids or partner.transport == Transport.SFTP:
            partners.note_reached(partner_id=partner.pk, for_answers=True)
    return Fetched(partner.name, tuple(look.receipt_ids), look.unfinished, tuple(look.errors))


class _Look:
    """One look at what lies at a partner."""

    def __init__(self, partner: TradingPartner, at: datetime) -> None:
        self._partner = partner
        self._at = at
        self.receipt_ids: list[int] = []
        self.unfinished = 0
        self.errors: list[str] = []

    def go_through(self, door: Door) -> None:
        """Fetch what is new; a file that cannot be had does not keep the others."""
        answers = door.list()
        sightings = self._sightings(answers)
        for answer in answers:
            try:
                self._take(door, answer, sightings.get(_key(answer)))
            except PartnerFileError as error:
                logger.warning("an answer of partner %s was left: %s", self._partner.pk, type(error).__name__)
                self.errors.append(str(error))

    def _sightings(self, answers: Iterable[Answer]) -> dict[_Key, ReceiptSighting]:
        names: Collection[str] = {answer.name[:NAME_LENGTH] for answer in answers}
        found = ReceiptSighting.objects.filter(partner=self._partner, name__in=names)
        return {(one.name, one.byte_count, one.modified): one for one in found}

    def _take(self, door: Door, answer: Answer, seen: ReceiptSighting | None) -> None:
        if seen is None or seen.receipt_id is None:
            if seen is not None and self._at - seen.seen_at < BETWEEN_LOOKS:
                self.unfinished += 1
                return
            stored = store(
                partner_id=self._partner.pk, name=answer.name, chunks=door.fetch(answer.name), seen=answer,
                needs_end=seen is None,
            )  # fmt: skip
            if stored.receipt_id is None:
                self.unfinished += 1
                return
            if stored.is_new:
                self.receipt_ids.append(stored.receipt_id)
        self._put_away(door, answer, seen)

    def _put_away(self, door: Door, answer: Answer, seen: ReceiptSighting | None) -> None:
        """Move or delete what was stored at an earlier look and has not changed, where the partner wants it so."""
        if self._partner.after_fetching == AfterFetching.LEAVE or seen is None or seen.put_away_at:
            return
        if self._at - seen.seen_at < BETWEEN_LOOKS:
            return
        door.done_with(answer.name)
        name, size, modified = _key(answer)
        sighting = ReceiptSighting.objects.filter(
            partner=self._partner, name=name, byte_count=size, modified=modified, put_away_at=None
        )
        sighting.update(put_away_at=Now())


def _key(answer: Answer) -> _Key:
    return answer.name[:NAME_LENGTH], answer.size, answer.modified[:40]
