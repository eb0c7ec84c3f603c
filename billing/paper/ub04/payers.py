"""Form locators 50 to 64: up to three payers in the order in which they pay, each with its policy and its numbers."""

from typing import NamedTuple

from billing.paper.sheets import Sheet, put_money
from billing.paper.values import listed_name, money, turn_of
from billing.x12.claim_837i import Claim837I
from billing.x12.parties import Payer, Subscriber

_SELF = "18"
_MOST_PAYERS = 3


class _PayerRow(NamedTuple):
    """What one row says."""

    owner: str
    """Where payer and policy are kept; empty for the claim's own."""
    payer: Payer
    policy: Subscriber
    relationship: str
    release: str
    assigned: str
    paid: str
    authorization: str
    payer_number: str


def fill_payers(sheet: Sheet, claim: Claim837I) -> None:
    """Fill a row for each payer."""
    sheet.put("npi", claim.billing.npi, "billing.npi")
    rows = [_own_row(claim), *_other_rows(claim)]
    if len(rows) > _MOST_PAYERS:
        remedy = f"The form has room for {_MOST_PAYERS} payers; send the claim electronically."
        sheet.fault("50", "other_payers", str(len(rows)), remedy)
        return
    for place, row in enumerate(sorted(rows, key=lambda row: turn_of(row.policy))):
        _fill_row(sheet, row, place)


def _own_row(claim: Claim837I) -> _PayerRow:
    return _PayerRow(
        "",
        claim.payer,
        claim.subscriber,
        claim.dependant.relationship if claim.dependant is not None else _SELF,
        claim.release_of_information,
        claim.benefits_assigned,
        "",
        claim.authorization or claim.referral,
        claim.payer_claim_number,
    )


def _other_rows(claim: Claim837I) -> list[_PayerRow]:
    return [
        _PayerRow(
            f"other_payers[{place}].",
            other.payer,
            other.subscriber,
            other.relationship,
            other.release_of_information,
            other.benefits_assigned,
            other.paid,
            other.authorization or other.referral,
            other.claim_number,
        )
        for place, other in enumerate(claim.other_payers)
    ]


def _fill_row(sheet: Sheet, given: _PayerRow, row: int) -> None:
    owner, policy = given.owner, given.policy
    texts = (
        ("payer", given.payer.name, "payer.name"),
        ("plan_id", given.payer.payer_id, "payer.payer_id"),
        ("release", given.release, "release_of_information"),
        ("assigned", given.assigned, "benefits_assigned"),
        ("insured_name", listed_name(policy), "subscriber.last_name"),
        ("relation", given.relationship, "relationship"),
        ("member_id", policy.member_id, "subscriber.member_id"),
        ("group_name", policy.group_name, "subscriber.group_name"),
        ("group_number", policy.group_number, "subscriber.group_number"),
        ("authorization", given.authorization, "authorization"),
        ("payer_number", given.payer_number, "claim_number" if owner else "payer_claim_number"),
    )
    for box, text, field in texts:
        sheet.put(box, text, owner + field, row=row)
    if given.paid:
        put_money(sheet, "paid_{}", money(given.paid), f"{owner}paid", row=row)
