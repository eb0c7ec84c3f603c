"""What a follow-up says beside its lines: what it takes back and why, who pays when, what earlier payers decided."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

from billing.claims.earlier import EarlierPayer, plain_amount
from billing.x12.claim_837i import Claim837I, ValueCode
from billing.x12.claim_837p import Claim837P
from billing.x12.narrative import LONGEST
from billing.x12.other_payers import OtherPayer
from billing.x12.parties import Subscriber

_MEDICARE = ("MA", "MB")
_FIRST = "P"
_OTHER_CHANGE = "D9"
_SAME_LINES = "DATA OF THE CLAIM CORRECTED, LINES AS BEFORE"


def following(claim: Claim837P, extra: str, earlier: Sequence[EarlierPayer]) -> Claim837P:
    """Return a professional claim as the follow-up that ``extra`` tells of."""
    said = json.loads(extra)
    lines = tuple(
        line._replace(
            adjudications=tuple(
                part for payer in earlier for part in payer.of_line(_entry_of(line.control_number), code=line.code)
            )
        )
        for line in claim.lines
    )
    return claim._replace(
        frequency=said["frequency"],
        payer_claim_number=said["number"],
        subscriber=_in_turn(claim.subscriber, said),
        referral=claim.referral if said["sequence"] == _FIRST else "",
        other_payers=_other_payers(earlier, claim.referral),
        lines=lines,
    )


def bill_following(bill: Claim837I, extra: str, earlier: Sequence[EarlierPayer]) -> Claim837I:
    """Return an institutional claim as the follow-up that ``extra`` tells of, with its condition code."""
    said = json.loads(extra)
    is_correction = said["frequency"] != "1"
    lines = tuple(
        line._replace(
            adjudications=tuple(
                part
                for payer in earlier
                for part in payer.of_line(
                    _entry_of(line.control_number), code=line.code, revenue_code=line.revenue_code
                )
            )
        )
        for line in bill.lines
    )
    subscriber = _in_turn(bill.subscriber, said)
    return bill._replace(
        frequency=said["frequency"],
        payer_claim_number=said["number"],
        subscriber=subscriber,
        value_codes=_paid_before(subscriber, earlier),
        referral=bill.referral if said["sequence"] == _FIRST else "",
        other_payers=_other_payers(earlier, bill.referral),
        lines=lines,
        condition_codes=(said["reason"],) if is_correction and said["reason"] else (),
        billing_note=_remarks(said) if is_correction and said["reason"] == _OTHER_CHANGE else bill.billing_note,
    )


def _other_payers(earlier: Sequence[EarlierPayer], referral: str) -> tuple[OtherPayer, ...]:
    """Return the loops of the payers asked before. A referral number is the first one's, who gave it."""
    others = (payer.of_claim() for payer in earlier)
    return tuple(
        other._replace(referral=referral) if referral and other.subscriber.rank == _FIRST else other for other in others
    )


def _entry_of(control_number: str) -> int:
    """Return the ledger entry of a line by its number of ours (L and the id)."""
    return int(control_number[1:])


def _in_turn(subscriber: Subscriber, said: Mapping[str, str]) -> Subscriber:
    """Return the policy in its turn. Why Medicare pays later is the reason of the decision to ask it."""
    is_later_medicare = said["sequence"] != "P" and subscriber.filing_indicator in _MEDICARE
    return subscriber._replace(rank=said["sequence"], msp_type=said["medicare_later"] if is_later_medicare else "")


def _paid_before(subscriber: Subscriber, earlier: Sequence[EarlierPayer]) -> tuple[ValueCode, ...]:
    """Return what a hospital tells Medicare that pays later: why, by value code, and what was paid before.

    Source: CMS, Medicare Secondary Payer Manual (Pub. 100-05), billing by institutions: value codes 12 to 16, 41 to 43
    and 47 stand for the same reasons as SBR05 of a professional claim, which an 837I does not have.
    """
    if not subscriber.msp_type:
        return ()
    paid = sum((payer.decision.paid for payer in earlier if payer.decision), Decimal(0))
    return (ValueCode(subscriber.msp_type, plain_amount(paid)),)


def _remarks(said: Mapping[str, str]) -> str:
    """Say in the 80 characters of the billing note what was changed, which D9 must."""
    changes = said["changes"]
    if len(changes) > LONGEST:
        changes = f"{changes.count('OUT ')} LINES TAKEN OUT, {changes.count('IN ')} PUT IN"
    return changes or _SAME_LINES
