"""The payer's own number of a claim, which a correction must name: of all that were said, the one that counts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from billing.models import Claim, ClaimEvent

_LEVELS = ("interchange", "set", "clearinghouse", "payer", "remittance")
"""Who gives a number in a file, the nearer to the money the later."""


def payer_claim_numbers(claims: Iterable[Claim]) -> dict[int, str]:
    """Return the payer's number of each claim that has one, whatever file came first. One query.

    Of files the one nearest to the money counts, and there the number said last. What a person entered counts until
    such a file comes that is dated since.
    """
    said = ClaimEvent.objects.filter(claim__in=list(claims)).exclude(payer_claim_number="")
    by_claim: defaultdict[int, list[ClaimEvent]] = defaultdict(list)
    for event in said.select_related("receipt").order_by("at", "id"):
        by_claim[event.claim_id].append(event)
    return {claim_id: _counting(events).payer_claim_number for claim_id, events in by_claim.items()}


def _counting(events: Sequence[ClaimEvent]) -> ClaimEvent:
    entered = [event for event in events if event.level == ClaimEvent.Level.PERSON]
    read = [event for event in events if event.level != ClaimEvent.Level.PERSON]
    if not read:
        return entered[-1]
    best = max(read, key=_weight)
    is_newer = not entered or (
        best.at > entered[-1].at and best.said_on is not None and best.said_on >= entered[-1].at.date()
    )
    return best if is_newer else entered[-1]


def _weight(event: ClaimEvent) -> tuple[int, date, str, int, int]:
    written = event.receipt.written if event.receipt else ""
    return _LEVELS.index(event.level), event.said_on or date.min, written, event.position, event.pk
