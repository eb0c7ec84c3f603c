"""What an institutional claim says and the UB-04 has no place for: said to whoever posts it, not counted as a fault."""

from collections.abc import Iterator

from billing.paper.sheets import LeftOut
from billing.x12.claim_837i import Claim837I


def left_out_of(claim: Claim837I) -> Iterator[LeftOut]:
    """Yield what the pages of a claim do not say."""
    for field, why in _reasons(claim):
        yield LeftOut(claim.control_number, field, why)


def _reasons(claim: Claim837I) -> Iterator[tuple[str, str]]:
    if any(other.paid or other.non_covered for other in claim.other_payers):
        yield "other_payers", "The form has no place for what another payer decided; send its remittance along."
    if claim.authorization and claim.referral:
        yield "referral", "Form locator 63 holds one number for a payer: the authorization before the referral."
    if claim.facility is not None and claim.facility.address != claim.billing.address:
        yield "facility", "The form has no place for another address of service; the bill type says it is a hospital's."
    if claim.estimated_due:
        yield "estimated_due", "The form has no place for what the patient is thought to owe."
    if claim.attachments or any(line.attachments for line in claim.lines):
        yield "attachments", "The form has no place for the number of a paper; write the claim's number on the paper."
