"""Other payers of a claim and what they decided (2320, 2330A, 2330B, 2430): values, and the text of their loops.

The same in professional and institutional claims. Checked by check_837p/other_payers.py, balance included, not here;
which remittance the amounts come from is the caller's matter.
"""

from typing import NamedTuple

from billing.x12.characters import Cleaner, Fields
from billing.x12.parties import Payer, Subscriber
from billing.x12.party_loops import address_segments, payer_name, policy_segments
from billing.x12.syntax import segment


class Reason(NamedTuple):
    """One reason for which a payer paid another amount than was charged."""

    code: str
    """Claim adjustment reason code: 45, 1, 2, 97, B7 ..."""
    amount: str
    """Signed: what it took from the charge, below 0 where it added."""
    quantity: str = ""
    """Units that it took, where the payer says so."""


class Adjustment(NamedTuple):
    """All reasons of one group: one CAS segment."""

    group: str
    """CO contract, PR patient, OA other, PI payer's initiative, CR correction."""
    reasons: tuple[Reason, ...]
    """1 to 6."""


class OutpatientAdjudication(NamedTuple):
    """What the payer's remittance said in its MOA; each part only if it did."""

    remarks: tuple[str, ...] = ()
    """Remittance remark codes (MA01, N130 ...), at most five."""
    reimbursement_rate: str = ""
    """A share: 0.8 is 80 percent."""
    payable: str = ""
    esrd_paid: str = ""
    nonpayable_professional: str = ""


class OtherPayer(NamedTuple):
    """A payer beside the one that the claim goes to, with its policy and what it decided about the whole claim."""

    payer: Payer
    subscriber: Subscriber
    """Who holds that policy; ``rank``, ``filing_indicator``, group and ``msp_type`` are of that policy."""
    relationship: str = "18"
    """SBR02: the patient's to the holder. 18 the patient is the holder, 01 spouse, 19 child ..."""
    paid: str = ""
    """AMT*D: what it paid for the claim, 0 if nothing. Empty: it has not decided."""
    non_covered: str = ""
    """AMT*A8: the claim's whole charge, where this payer may be passed over because it never covers it."""
    remaining: str = ""
    """AMT*EAF: what the patient still owes; empty where the lines say it."""
    adjustments: tuple[Adjustment, ...] = ()
    """Of the claim as such; those of a line stand at the line."""
    outpatient: OutpatientAdjudication | None = None
    adjudicated_on: str = ""
    """CCYYMMDD. Only where it decided about the claim alone: otherwise each line has its day."""
    claim_number: str = ""
    """REF*F8: its own number of the claim."""
    authorization: str = ""
    referral: str = ""
    benefits_assigned: str = "Y"
    """OI03: N, W, Y."""
    patient_signature_source: str = ""
    """OI04: P where somebody else signed for the patient."""
    release_of_information: str = "Y"
    """OI06: I, Y."""


class LineAdjudication(NamedTuple):
    """What another payer decided about one line (2430)."""

    payer_id: str
    """As in ``OtherPayer.payer``."""
    paid: str
    """SVD02: 0 if nothing."""
    code: str
    """The procedure as that payer decided about it; mostly the line's own."""
    units: str
    """SVD05: units paid for."""
    adjudicated_on: str
    """CCYYMMDD, DTP*573."""
    modifiers: tuple[str, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    remaining: str = ""
    """AMT*EAF: what the patient still owes of the line."""
    bundled_into: str = ""
    """SVD06: number of the line (from 1) into which that payer put this one."""
    revenue_code: str = ""
    """SVD04, institutional claims only."""


# --- text -----------------------------------------------------------------------------------------------------------

_DECISION = Fields("paid", "non_covered", "remaining")
_INSURANCE = Fields("relationship", "benefits_assigned", "patient_signature_source", "release_of_information")
_REFERENCES = Fields("adjudicated_on", "authorization", "referral", "claim_number")
_MOA = Fields("reimbursement_rate", "payable", "esrd_paid", "nonpayable_professional")
_LINE = Fields("payer_id", "paid", "code", "revenue_code", "units", "bundled_into", "adjudicated_on", "remaining")
_REASON = Fields("code", "amount", "quantity")
_MOST_REMARKS = 5


def loop_2320(other: OtherPayer, cleaner: Cleaner) -> str:
    """Other subscriber information with the other subscriber and the other payer (2320, 2330A, 2330B)."""
    relationship, assigned, signature, release = cleaner.fields(other, _INSURANCE)
    policy, holder = policy_segments(other.subscriber, relationship, cleaner)
    amounts = zip(("D", "A8", "EAF"), cleaner.fields(other, _DECISION), strict=True)
    return (
        policy
        + adjustment_segments(other.adjustments, cleaner)
        + "".join(segment("AMT", kind, amount) for kind, amount in amounts if amount)
        + segment("OI", "", "", assigned, signature, "", release)
        + (_moa(other.outpatient, cleaner) if other.outpatient is not None else "")
        + holder
        + address_segments(other.subscriber.address, cleaner)
        + _loop_2330b(other, cleaner)
    )


def _loop_2330b(other: OtherPayer, cleaner: Cleaner) -> str:
    """Other payer."""
    day, authorization, referral, claim_number = cleaner.fields(other, _REFERENCES)
    references = (("G1", authorization), ("9F", referral), ("F8", claim_number))
    return (
        payer_name(other.payer, cleaner)
        + (segment("DTP", "573", "D8", day) if day else "")
        + "".join(segment("REF", kind, number) for kind, number in references if number)
    )


def _moa(outpatient: OutpatientAdjudication, cleaner: Cleaner) -> str:
    """Outpatient adjudication; nothing if no part of it is known, for an empty segment is none."""
    rate, payable, esrd_paid, nonpayable = cleaner.fields(outpatient, _MOA)
    remarks = [cleaner.exact(code, "remarks") for code in outpatient.remarks]
    blanks = [""] * (_MOST_REMARKS - len(remarks))
    return segment("MOA", rate, payable, *remarks, *blanks, esrd_paid, nonpayable).replace("MOA~", "")


def loop_2430(adjudication: LineAdjudication, cleaner: Cleaner) -> str:
    """Line adjudication."""
    payer_id, paid, code, revenue_code, units, bundled_into, day, remaining = cleaner.fields(adjudication, _LINE)
    modifiers = "".join(":" + cleaner.exact(modifier, "modifiers") for modifier in adjudication.modifiers)
    return (
        segment("SVD", payer_id, paid, f"HC:{code}{modifiers}", revenue_code, units, bundled_into)
        + adjustment_segments(adjudication.adjustments, cleaner)
        + segment("DTP", "573", "D8", day)
        + (segment("AMT", "EAF", remaining) if remaining else "")
    )


def adjustment_segments(adjustments: tuple[Adjustment, ...], cleaner: Cleaner) -> str:
    """Return CAS, one for each group: up to six triples of reason, amount and quantity."""
    return "".join(
        segment(
            *("CAS", cleaner.exact(adjustment.group, "group")),
            *(part for reason in adjustment.reasons for part in cleaner.fields(reason, _REASON)),
        )
        for adjustment in adjustments
    )
