"""The standings of lines and claims, and the fold that finds one. Pure: facts in, a word out; reads no clock."""

from dataclasses import dataclass
from enum import StrEnum


class Standing(StrEnum):
    """Where a charge line stands, in the order of its way. A claim has those from ``ON_CLAIM`` on."""

    OPEN = "open"
    HELD = "held"
    RELEASED = "released"
    ON_CLAIM = "claimed"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    PAID = "paid"
    DENIED = "denied"
    REVERSED = "reversed"


IN_HAND = (Standing.OPEN, Standing.HELD, Standing.RELEASED, Standing.REJECTED)
"""The standings of lines that wait here, on no claim."""
SENT = (Standing.ON_CLAIM, Standing.SENT, Standing.ACKNOWLEDGED, Standing.ACCEPTED, Standing.PAID, Standing.DENIED)
"""The standings of lines on a claim that goes out, or went."""
ANSWERED = {
    "received": Standing.ACKNOWLEDGED,
    "accepted": Standing.ACCEPTED,
    "rejected": Standing.REJECTED,
    "paid": Standing.PAID,
    "denied": Standing.DENIED,
    "reversed": Standing.DENIED,
}
"""What an answer of a partner makes of a claim; a payment that was taken back leaves it unpaid."""


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What is known of a claim: how far its file has come, and what was answered (empty: nothing yet)."""

    answer: str = ""
    is_delivered: bool = False
    is_acknowledged: bool = False


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What is known of a charge: the claim on which it stands, and whether an earlier one of it was refused."""

    review: str = "open"
    is_reversed: bool = False
    claim: ClaimFacts | None = None
    was_rejected: bool = False
    is_denied: bool = False
    """The payer paid nothing for this very line, of a claim that it paid otherwise, and nobody has mended that."""


def standing_of(claim: ClaimFacts) -> Standing:
    """Return where a claim stands; an answer outweighs what became of the file.

    >>> standing_of(ClaimFacts(is_delivered=True)).value, standing_of(ClaimFacts("paid", is_delivered=True)).value
    ('sent', 'paid')
    """
    if claim.answer:
        return ANSWERED[claim.answer]
    if claim.is_acknowledged:
        return Standing.ACKNOWLEDGED
    return Standing.SENT if claim.is_delivered else Standing.ON_CLAIM


def stands_as(line: LineFacts) -> Standing:
    """Return where a charge line stands.

    1. A reversed line is reversed, whatever claim it stood on.
    2. A line on a claim stands where its claim does; of a paid claim a line may be denied.
    3. A line on no claim stands as its reviewer left it; one that a refused claim gave back is rejected until then.

    >>> stands_as(LineFacts("open", was_rejected=True)).value, stands_as(LineFacts("released", was_rejected=True)).value
    ('rejected', 'released')
    """
    if line.is_reversed:
        return Standing.REVERSED
    if line.claim is not None:
        found = standing_of(line.claim)
        return Standing.DENIED if found is Standing.PAID and line.is_denied else found
    if line.review == Standing.OPEN and line.was_rejected:
        return Standing.REJECTED
    return Standing(line.review)
