"""What a professional claim says and the CMS-1500 has no place for: told to whoever posts it; no fault."""

from collections.abc import Iterator

from billing.paper.cms1500.claim import source_of
from billing.paper.sheets import LeftOut
from billing.paper.values import turn_of
from billing.x12.checking.parties import MEDICARE
from billing.x12.claim_837p import Claim837P

Reasons = Iterator[tuple[str, str]]

_SEND_ALONG = "The form has no place for what another payer decided; send its remittance along."
_ONE_PLAN = "Box 9 has room for one other payer; send the remittances of all of them along."
_ONE_SOURCE = "Box 17 names one provider: the referring before the ordering before the supervising one."


def left_out_of(claim: Claim837P) -> Iterator[LeftOut]:
    """Yield what the forms of a claim do not say."""
    for reasons in (_of_payers, _of_providers, _of_numbers, _of_lines):
        for field, why in reasons(claim):
            yield LeftOut(claim.control_number, field, why)


def _of_payers(claim: Claim837P) -> Reasons:
    if any(other.paid or other.non_covered for other in claim.other_payers):
        yield "other_payers", _SEND_ALONG
    if len(claim.other_payers) > 1:
        yield "other_payers", _ONE_PLAN
    if claim.subscriber.filing_indicator in MEDICARE and _pays_after(claim):
        yield "other_payers", "Medicare is told of payers before it only."


def _of_providers(claim: Claim837P) -> Reasons:
    source = source_of(claim)
    for field, provider in (("referring", claim.referring), ("supervising", claim.supervising)):
        if provider is not None and (source is None or source[2] is not provider):
            yield field, _ONE_SOURCE
    if claim.primary_care is not None:
        yield "primary_care", "The form has no place for the primary care provider."


def _of_numbers(claim: Claim837P) -> Reasons:
    if claim.authorization and claim.referral:
        yield "referral", "Box 23 holds one number: the authorization before the referral."
    if claim.billing.pay_to is not None:
        yield "billing.pay_to", "The form has no place for another address of payment; the payer must know it."


def _of_lines(claim: Claim837P) -> Reasons:
    for number, line in enumerate(claim.lines):
        for field in ("note", "referral", "attachments", "supervising", "referring", "ordering"):
            if getattr(line, field) and (field, number) != ("ordering", 0):
                yield f"lines[{number}].{field}", "The form has no place for it at a line."


def _pays_after(claim: Claim837P) -> bool:
    return any(turn_of(other.subscriber) > turn_of(claim.subscriber) for other in claim.other_payers)
