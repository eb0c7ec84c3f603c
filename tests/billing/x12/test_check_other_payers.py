"""What other payers decided must be whole and add up to the cent; each fault names its field and how to mend it."""

import pytest

from billing.x12.check_837p import ClaimFault, check_claim
from billing.x12.claim_837p import Claim837P
from billing.x12.other_payers import Adjustment, LineAdjudication, OtherPayer, OutpatientAdjudication, Reason
from billing.x12.parties import Address
from tests.billing.x12.claims import (
    ADA,
    BORIS,
    MUTUAL,
    TODAY,
    a_claim,
    a_decision,
    a_line,
    a_primary_payer,
    a_secondary_claim,
)
from tests.billing.x12.optional_parts import ALAN, UNION, WORKS

ADA_SECOND = ADA._replace(rank="S", msp_type="12")
CONTRACT = Adjustment("CO", (Reason("45", "170"),))


def faults_of(claim: Claim837P) -> list[ClaimFault]:
    return check_claim(claim, today=TODAY)


def places(claim: Claim837P) -> set[tuple[str, str, int, str]]:
    return {(fault.loop, fault.segment, fault.element, fault.field) for fault in faults_of(claim)}


def with_payer(**changes: object) -> Claim837P:
    """Return Ada's secondary claim whose other payer is changed."""
    return a_secondary_claim(other_payers=(a_primary_payer(**changes),))


def with_decision(**changes: object) -> Claim837P:
    """Return Ada's secondary claim whose one decision about its line is changed."""
    return a_secondary_claim(lines=(a_line(adjudications=(a_decision(**changes),)),))


def with_adjustments(*adjustments: Adjustment) -> Claim837P:
    return with_decision(adjustments=adjustments)


def with_reason(*reason: str) -> Claim837P:
    return with_adjustments(Adjustment("CO", (Reason(*reason),)))


def decided_as_a_whole(**changes: object) -> Claim837P:
    """Return Ada's secondary claim whose payer before decided about the claim alone."""
    payer = a_primary_payer(adjustments=(CONTRACT,), adjudicated_on="20251120")
    return a_secondary_claim(lines=(a_line(),), other_payers=(payer._replace(**changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "claim",
    [
        a_secondary_claim(),
        decided_as_a_whole(),
        decided_as_a_whole(paid="0", adjustments=(Adjustment("CO", (Reason("50", "670"),)),)),
        with_payer(outpatient=OutpatientAdjudication(("MA01",), "0.8", "400")),
        with_adjustments(Adjustment("CO", (Reason("45", "200"),)), Adjustment("OA", (Reason("23", "-30", "1"),))),
        a_secondary_claim(lines=(a_line(),), other_payers=(a_primary_payer(paid="", non_covered="670"),)),
        a_claim(other_payers=(OtherPayer(UNION, WORKS._replace(rank="S")),)),
    ],
)
def test_what_adds_up_has_no_fault(claim: Claim837P) -> None:
    assert faults_of(claim) == []


def test_several_reasons_in_one_group_are_no_fault_up_to_six() -> None:
    reasons = tuple(Reason(str(code), "20") for code in range(1, 7))
    assert faults_of(with_adjustments(Adjustment("CO", (Reason("45", "50"),)), Adjustment("PR", reasons))) == []
    seven = (*reasons, Reason("7", "20"))
    claim = with_adjustments(Adjustment("CO", (Reason("45", "30"),)), Adjustment("PR", seven))
    assert places(claim) == {("2430/1", "CAS", 2, "lines[0].adjudications[0].adjustments[1].reasons")}


PAYER = "other_payers[0]."
DECISION = "lines[0].adjudications[0]."
TWO = (a_primary_payer(), a_primary_payer(subscriber=ALAN._replace(rank="T")))
SAME_RANK = a_primary_payer(subscriber=ALAN._replace(rank="S"))
GROUP_PLAN = a_primary_payer(subscriber=ALAN._replace(filing_indicator="WC"))
WHOLE = {
    "eleven other payers": (
        a_secondary_claim(other_payers=(a_primary_payer(),) * 11),
        "2320",
        "SBR",
        1,
        "other_payers",
    ),
    "two payers of one rank": (
        a_secondary_claim(other_payers=(SAME_RANK,)),
        "2320/1",
        "SBR",
        1,
        f"{PAYER}subscriber.rank",
    ),
    "two payers of one id": (
        a_secondary_claim(other_payers=TWO),
        "2320/2",
        "NM1*PR",
        9,
        "other_payers[1].payer.payer_id",
    ),
    "no primary payer": (a_claim(subscriber=ADA_SECOND), "2000B", "SBR", 1, "subscriber.rank"),
    "reason of Medicare that does not fit the primary": (
        a_secondary_claim(other_payers=(GROUP_PLAN,)),
        "2000B",
        "SBR",
        5,
        "subscriber.msp_type",
    ),
    "reason where Medicare is primary": (
        a_claim(subscriber=ADA._replace(msp_type="12")),
        "2000B",
        "SBR",
        5,
        "subscriber.msp_type",
    ),
    "reason of a payer that is not Medicare": (
        a_claim(subscriber=BORIS._replace(msp_type="12")),
        "2000B",
        "SBR",
        5,
        "subscriber.msp_type",
    ),
    "holder's street missing": (
        with_payer(subscriber=ALAN._replace(address=Address("", "LYNN", "MA", "01901"))),
        "2330A/1",
        "N3",
        1,
        f"{PAYER}subscriber.address.street",
    ),
    "holder's member id missing": (
        with_payer(subscriber=ALAN._replace(member_id="")),
        "2330A/1",
        "NM1*IL",
        9,
        f"{PAYER}subscriber.member_id",
    ),
    "filing indicator that is none": (
        with_payer(subscriber=ALAN._replace(filing_indicator="XX")),
        "2320/1",
        "SBR",
        9,
        f"{PAYER}subscriber.filing_indicator",
    ),
    "payer without a name": (
        with_payer(payer=MUTUAL._replace(name="")),
        "2330B/1",
        "NM1*PR",
        3,
        f"{PAYER}payer.name",
    ),
    "relationship that is none": (with_payer(relationship="99"), "2320/1", "SBR", 2, f"{PAYER}relationship"),
    "benefits that are none": (with_payer(benefits_assigned="X"), "2320/1", "OI", 3, f"{PAYER}benefits_assigned"),
    "signature that is none": (
        with_payer(patient_signature_source="X"),
        "2320/1",
        "OI",
        4,
        f"{PAYER}patient_signature_source",
    ),
    "release that is none": (
        with_payer(release_of_information="N"),
        "2320/1",
        "OI",
        6,
        f"{PAYER}release_of_information",
    ),
    "paid that is no amount": (with_payer(paid="500.00"), "2320/1", "AMT*D", 2, f"{PAYER}paid"),
    "paid missing": (with_payer(paid=""), "2320/1", "AMT*D", 2, f"{PAYER}paid"),
    "remaining that is no amount": (with_payer(remaining="-1"), "2320/1", "AMT*EAF", 2, f"{PAYER}remaining"),
    "remaining at claim and line": (
        a_secondary_claim(
            lines=(a_line(adjudications=(a_decision(remaining="5"),)),), other_payers=(a_primary_payer(remaining="5"),)
        ),
        "2320/1",
        "AMT*EAF",
        2,
        f"{PAYER}remaining",
    ),
    "passed over and yet decided": (with_payer(non_covered="670"), "2320/1", "AMT*A8", 2, f"{PAYER}non_covered"),
    "passed over for a part": (
        a_secondary_claim(lines=(a_line(),), other_payers=(a_primary_payer(paid="", non_covered="600"),)),
        "2320/1",
        "AMT*A8",
        2,
        f"{PAYER}non_covered",
    ),
    "authorization of 51 characters": (
        with_payer(authorization="A" * 51),
        "2330B/1",
        "REF*G1",
        2,
        f"{PAYER}authorization",
    ),
    "claim number with a delimiter": (with_payer(claim_number="A*1"), "2330B/1", "REF*F8", 2, f"{PAYER}claim_number"),
    "day at the claim beside the lines'": (
        with_payer(adjudicated_on="20251120"),
        "2330B/1",
        "DTP*573",
        3,
        f"{PAYER}adjudicated_on",
    ),
    "no day at all": (decided_as_a_whole(adjudicated_on=""), "2330B/1", "DTP*573", 3, f"{PAYER}adjudicated_on"),
    "claim that does not add up": (decided_as_a_whole(paid="501"), "2320/1", "AMT*D", 2, f"{PAYER}paid"),
    "claim paid otherwise than its lines": (with_payer(paid="501"), "2320/1", "AMT*D", 2, f"{PAYER}paid"),
    "empty outpatient part": (
        with_payer(outpatient=OutpatientAdjudication()),
        "2320/1",
        "MOA",
        1,
        f"{PAYER}outpatient",
    ),
    "rate in percent": (
        with_payer(outpatient=OutpatientAdjudication((), "80%")),
        "2320/1",
        "MOA",
        1,
        f"{PAYER}outpatient.reimbursement_rate",
    ),
    "payable that is no amount": (
        with_payer(outpatient=OutpatientAdjudication((), "", "x")),
        "2320/1",
        "MOA",
        2,
        f"{PAYER}outpatient.payable",
    ),
    "six remarks": (
        with_payer(outpatient=OutpatientAdjudication(("MA01", "MA02", "MA03", "MA04", "MA05", "MA06"))),
        "2320/1",
        "MOA",
        3,
        f"{PAYER}outpatient.remarks",
    ),
    "remark that is none": (
        with_payer(outpatient=OutpatientAdjudication(("MA01", "45"))),
        "2320/1",
        "MOA",
        4,
        f"{PAYER}outpatient.remarks[1]",
    ),
    "group that is none": (
        with_adjustments(CONTRACT._replace(group="XX")),
        "2430/1",
        "CAS",
        1,
        f"{DECISION}adjustments[0].group",
    ),
    "group twice": (
        with_adjustments(Adjustment("CO", (Reason("45", "100"),)), Adjustment("CO", (Reason("97", "70"),))),
        "2430/1",
        "CAS",
        1,
        f"{DECISION}adjustments[1].group",
    ),
    "reason twice in its group": (
        with_adjustments(Adjustment("CO", (Reason("45", "100"), Reason("45", "70")))),
        "2430/1",
        "CAS",
        5,
        f"{DECISION}adjustments[0].reasons[1].code",
    ),
    "reason that is none": (with_reason("4A", "170"), "2430/1", "CAS", 2, f"{DECISION}adjustments[0].reasons[0].code"),
    "adjustment of nothing": (
        with_reason("45", "0"),
        "2430/1",
        "CAS",
        3,
        f"{DECISION}adjustments[0].reasons[0].amount",
    ),
    "adjustment with needless zeros": (
        with_reason("45", "170.00"),
        "2430/1",
        "CAS",
        3,
        f"{DECISION}adjustments[0].reasons[0].amount",
    ),
    "quantity that is none": (
        with_reason("45", "170", "x"),
        "2430/1",
        "CAS",
        4,
        f"{DECISION}adjustments[0].reasons[0].quantity",
    ),
    "decision of a payer that is not on the claim": (
        with_decision(payer_id="99999"),
        "2430/1",
        "SVD",
        1,
        f"{DECISION}payer_id",
    ),
    "line paid that is no amount": (with_decision(paid=""), "2430/1", "SVD", 2, f"{DECISION}paid"),
    "line that does not add up": (with_decision(paid="499"), "2430/1", "SVD", 2, f"{DECISION}paid"),
    "code that is none": (with_decision(code="7738"), "2430/1", "SVD", 3, f"{DECISION}code"),
    "modifier that is none": (with_decision(modifiers=("ABC",)), "2430/1", "SVD", 3, f"{DECISION}modifiers"),
    "revenue code of three digits": (with_decision(revenue_code="333"), "2430/1", "SVD", 4, f"{DECISION}revenue_code"),
    "units that are none": (with_decision(units=""), "2430/1", "SVD", 5, f"{DECISION}units"),
    "bundled into a line that is not there": (
        with_decision(bundled_into="2"),
        "2430/1",
        "SVD",
        6,
        f"{DECISION}bundled_into",
    ),
    "decided on a day to come": (
        with_decision(adjudicated_on="20270101"),
        "2430/1",
        "DTP*573",
        3,
        f"{DECISION}adjudicated_on",
    ),
    "line's remaining that is no amount": (
        with_decision(remaining="x"),
        "2430/1",
        "AMT*EAF",
        2,
        f"{DECISION}remaining",
    ),
    "sixteen decisions": (
        a_secondary_claim(lines=(a_line(adjudications=(a_decision(),) * 16),)),
        "2430/1",
        "SVD",
        1,
        "lines[0].adjudications",
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_fault_of_another_payer_is_told_at_its_field(name: str) -> None:
    claim, *place = WHOLE[name]
    assert tuple(place) in places(claim)


def test_a_balance_that_fails_says_both_sums() -> None:
    (fault,) = faults_of(decided_as_a_whole(paid="501"))
    assert "Paid 501.00 and adjustments 170.00 make 671.00, not the charge 670.00" in fault.remedy


def test_a_line_split_by_its_payer_balances_as_a_sum() -> None:
    halves: tuple[LineAdjudication, ...] = tuple(
        a_decision(paid="250", adjustments=(Adjustment("CO", (Reason("45", "85"),)),)) for _ in range(2)
    )
    assert faults_of(a_secondary_claim(lines=(a_line(adjudications=halves),))) == []
