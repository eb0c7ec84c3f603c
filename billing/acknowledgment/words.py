"""What acknowledgments say, in words: faults of our segments, and what in an answer found nothing of ours."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from billing.x12.ack_277ca import Status, StatusReason
from billing.x12.ack_999 import ElementFault, SegmentFault

MESSAGE_LENGTH = 600
WHERE_LENGTH = 120
_MOST_FAULTS = 5

MEANINGS = {
    "unknown-file": "No file of ours to this partner has this control number; nothing was decided by it.",
    "unknown-set": "Our file has no transaction set of this number; nothing was decided by it.",
    "unknown-batch": "No file of ours has this batch number; its claims were looked for by their own numbers.",
    "unknown-claim": "No claim of ours has this number; what is said of it is kept here and nowhere else.",
    "claim-of-another-batch": "The claim was sent in another batch than the one answered; it was taken all the same.",
    "claim-of-another-charge": "The claim of this number has another charge than ours, and the answer is not to the "
    "batch in which we sent it: it may be somebody else's. Nothing was taken from it; ask the partner.",
    "fault-not-placed": "This fault names no segment that our set has; which claim it means is not known.",
    "other-moment": "It answers an interchange of another day than ours of this number; it was taken all the same.",
    "refusal-without-set": "The group was taken in part, and no set of it is named as refused. Ask the partner which.",
    "contradicting-reply": "The partner took this in before, and refuses it now. Its claims were left as they are: "
    "ask the partner; a file that came twice is refused the second time.",
    "refusal-for-another": "It refuses a file of our number, but is addressed to somebody else, whose numbers may be "
    "the same. Our claims were left as they are: ask the partner whose it is.",
    "taken-after-refusal": "The partner refused this before, and takes it in now. Its claims are open again: ask the "
    "partner before they go out a second time.",
    "counts-differ": "The partner counted other transaction sets than we sent.",
    "unknown-provider": "The batch has no billing provider of this number; which claims are refused is not known.",
    "totals-differ": "Accepted and rejected together are not what was sent in this batch.",
    "line-refused-in-accepted-claim": "The claim was accepted, and a line of it refused. The claim was left accepted.",
    "late-rejection": "The claim was rejected after it had been answered by who is nearer to the money, or replaced. "
    "Its lines were left where they are.",
    "accepted-after-rejection": "The claim was rejected before and its lines opened again; now it was accepted. "
    "Look whether they went out a second time.",
}
"""Every code of a warning that this room gives, and what it means."""

LEVEL_WORDS = {
    "interchange": "The partner (TA1)",
    "set": "The partner (999)",
    "clearinghouse": "The clearinghouse",
    "payer": "The payer",
}

_ENTITIES = {
    "40": "receiver", "41": "submitter", "71": "attending physician", "72": "operating physician",
    "77": "service facility", "82": "rendering provider", "85": "billing provider", "87": "pay-to provider",
    "1P": "provider", "AY": "clearinghouse", "DK": "ordering provider", "DN": "referring provider",
    "DQ": "supervising provider", "FA": "facility", "GB": "other subscriber", "IL": "subscriber",
    "P3": "primary care provider", "PR": "payer", "PRP": "primary payer", "QC": "patient", "SEP": "secondary payer",
}  # fmt: skip
"""STC01-3: of whom a status speaks."""

BECAUSE_OF_OTHERS = "Its transaction set was refused because of others; nothing is said against this claim."
_OF = {"provider": "of the billing provider", "subscriber": "of the subscriber", "patient": "of the patient"}


class PlacedFault(NamedTuple):
    """A fault and where in our set it lies."""

    fault: SegmentFault
    scope: str
    """``set``, ``provider``, ``subscriber``, ``patient`` or ``claim``."""
    line: int
    """LX01 of the service line; 0 outside lines."""


class FaultWords(NamedTuple):
    """Faults of one claim as an event keeps them."""

    codes: list[str]
    where: str
    message: str


def words_of(placed: Sequence[PlacedFault]) -> FaultWords:
    """Say what is wrong with a claim: the first faults by segment, element and reason, and how many more there are."""
    said = [(place, reason) for one in placed for place, reason in _said(one)]
    shown = " ".join(f"{place}: {reason}" for place, reason in said[:_MOST_FAULTS])
    more = f" And {len(said) - _MOST_FAULTS} more." if len(said) > _MOST_FAULTS else ""
    return FaultWords(_codes(one.fault for one in placed), said[0][0][:WHERE_LENGTH], fitted(shown, more))


def fitted(text: str, end: str = "") -> str:
    """Return a text no longer than an event keeps, cut at its end if it must be."""
    room = MESSAGE_LENGTH - len(end)
    return (text if len(text) <= room else f"{text[: room - 1]}…") + end


def _said(placed: PlacedFault) -> list[tuple[str, str]]:
    fault = placed.fault
    if not fault.elements:
        return [(_place(fault.segment, placed), fault.meaning or f"Error {fault.code}.")]
    return [(_place(_element(fault.segment, one), placed), _reason(one)) for one in fault.elements]


def _place(what: str, placed: PlacedFault) -> str:
    of = f"of line {placed.line}" if placed.line else _OF.get(placed.scope, "")
    return f"{what} {of}".strip()


def _element(segment: str, fault: ElementFault) -> str:
    if not fault.element:
        return segment
    return f"{segment}-{fault.element:02}" + (f"-{fault.component}" if fault.component else "")


def _reason(fault: ElementFault) -> str:
    reason = fault.meaning or f"Error {fault.code}."
    return f"{reason} Found: {fault.found}." if fault.found else reason


def _codes(faults: Iterable[SegmentFault]) -> list[str]:
    """Return segment and element codes, each once, in their order."""
    found = [code for fault in faults for code in (fault.code, *(one.code for one in fault.elements)) if code]
    return list(dict.fromkeys(found))[:_MOST_FAULTS]


def reasons_of(statuses: Iterable[Status]) -> str:
    """Say what the statuses of a 277CA mean, with what the sender adds."""
    said = [text for status in statuses for text in (*map(_meaning, status.reasons), status.text) if text]
    return fitted(" ".join(dict.fromkeys(said)))


def _meaning(reason: StatusReason) -> str:
    """Say a reason, with the name of whom it speaks of."""
    who = _ENTITIES.get(reason.entity.upper())
    if who is None:
        return reason.meaning
    return reason.meaning.replace("he entity", f"he {who}").replace("another entity", f"another entity ({who})")


def codes_of(statuses: Iterable[Status]) -> list[str]:
    """Return the codes of statuses as category:status:entity."""
    return [
        ":".join(part for part in (reason.category, reason.status, reason.entity) if part)[:12]
        for status in statuses
        for reason in status.reasons
    ]
