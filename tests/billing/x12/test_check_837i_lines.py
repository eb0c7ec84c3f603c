"""What is wrong with the lines of a bill, its papers and its other payers is told before it is written."""

from typing import Any

import pytest

from billing.x12.attachments import Attachment
from billing.x12.claim_837i import Claim837I, Note
from billing.x12.other_payers import Adjustment, LineAdjudication, OtherPayer, Reason
from tests.billing.x12.bill_faults import faults_of, places, with_line
from tests.billing.x12.institutional_claims import ADA_PART_A, CONDITIONS, a_bill, a_bill_line
from tests.billing.x12.optional_parts import ALAN, HARVEST

# --- other payers and papers ----------------------------------------------------------------------------------------

DECISION = LineAdjudication(
    "87726",
    "500",
    "77386",
    "1",
    "20260105",
    adjustments=(Adjustment("CO", (Reason("45", "150"),)), Adjustment("PR", (Reason("2", "20"),))),
    revenue_code="0333",
)
FIRST = OtherPayer(HARVEST, ALAN, relationship="01", paid="500", claim_number="2025320000111")


def a_secondary_bill(decision: LineAdjudication = DECISION, **changes: Any) -> Claim837I:
    """Return Ada's bill to Medicare after her husband's plan decided about it; the other payer can be changed."""
    return a_bill(
        subscriber=ADA_PART_A._replace(rank="S"),
        other_payers=(FIRST._replace(**changes),),
        lines=(a_bill_line(adjudications=(decision,)),),
    )


def test_a_bill_to_the_second_payer_with_what_the_first_decided_has_no_fault() -> None:
    assert faults_of(a_secondary_bill()) == []


def test_nothing_is_asked_of_what_only_professional_claims_say() -> None:
    policy = ALAN._replace(filing_indicator="CI", msp_type="12")
    bill = a_secondary_bill(subscriber=policy, patient_signature_source="X")
    assert faults_of(bill._replace(subscriber=bill.subscriber._replace(msp_type="99"))) == []


OTHER_PAYERS = {
    "first payer missing": (a_bill(subscriber=ADA_PART_A._replace(rank="S")), "2000B", "subscriber.rank"),
    "first payer without a decision": (a_secondary_bill(paid=""), "2320/1", "other_payers[0].paid"),
    "first payer's decisions that do not add up": (a_secondary_bill(paid="499"), "2320/1", "other_payers[0].paid"),
    "line of which more was paid than charged": (
        a_secondary_bill(DECISION._replace(paid="671")),
        "2430/1",
        "lines[0].adjudications[0].paid",
    ),
    "decision without its revenue code": (
        a_secondary_bill(DECISION._replace(revenue_code="")),
        "2430/1",
        "lines[0].adjudications[0].revenue_code",
    ),
    "decision of no payer": (
        a_secondary_bill(DECISION._replace(payer_id="99999")),
        "2430/1",
        "lines[0].adjudications[0].payer_id",
    ),
    "paper of no kind": (
        a_bill(attachments=(Attachment("99", "AA"),)),
        "2300",
        "attachments[0].report",
    ),
    "paper of a line without its number": (
        with_line(attachments=(Attachment("OZ", "FX"),)),
        "2400/1",
        "lines[0].attachments[0].control_number",
    ),
}


@pytest.mark.parametrize("name", OTHER_PAYERS)
def test_a_faulty_part_of_another_payer_is_told(name: str) -> None:
    bill, loop, field = OTHER_PAYERS[name]
    assert (loop, field) in {(place[0], place[3]) for place in places(bill)}


# --- lines ----------------------------------------------------------------------------------------------------------

LINES = {
    "revenue code of three digits": (with_line(revenue_code="333"), "SV2", 1, "revenue_code"),
    "revenue code with a letter": (with_line(revenue_code="033A"), "SV2", 1, "revenue_code"),
    "revenue code missing": (with_line(revenue_code=""), "SV2", 1, "revenue_code"),
    "revenue code of the total": (with_line(revenue_code="0001"), "SV2", 1, "revenue_code"),
    "code of six characters": (with_line(code="7742X9"), "SV2", 2, "code"),
    "code missing": (with_line(code=""), "SV2", 2, "code"),
    "modifier of three letters": (with_line(modifiers=("ABC",)), "SV2", 2, "modifiers"),
    "modifier twice": (with_line(modifiers=("PO", "PO")), "SV2", 2, "modifiers"),
    "five modifiers": (with_line(modifiers=("PO", "59", "76", "XE", "TC")), "SV2", 2, "modifiers"),
    "charge with three decimals": (with_line(charge="1.125"), "SV2", 3, "charge"),
    "unit of anaesthesia": (with_line(unit="MJ"), "SV2", 4, "unit"),
    "units of nothing": (with_line(units="0"), "SV2", 5, "units"),
    "not covered that is no amount": (with_line(not_covered="x"), "SV2", 7, "not_covered"),
    "not covered above the charge": (with_line(not_covered="670.01"), "SV2", 7, "not_covered"),
    "control number of 31 characters": (with_line(control_number="L" * 31), "REF*6R", 2, "control_number"),
    "day of service to come": (with_line(service_on="20261123"), "DTP*472", 3, "service_on"),
    "day of service missing": (with_line(service_on=""), "DTP*472", 3, "service_on"),
    "day before the statement": (with_line(service_on="20251031"), "DTP*472", 3, "service_on"),
    "day after the statement": (with_line(service_on="20251201"), "DTP*472", 3, "service_on"),
    "last day after the statement": (with_line(service_through="20251201"), "DTP*472", 3, "service_through"),
    "last day before the first": (with_line(service_through="20251104"), "DTP*472", 3, "service_through"),
    "unlisted code without a description": (with_line(code="77299"), "SV2", 2, "description"),
    "description of 81 characters": (with_line(code="77299", description="D" * 81), "SV2", 2, "description"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_faulty_line_is_told(name: str) -> None:
    bill, segment, element, field = LINES[name]
    assert ("2400/1", segment, element, f"lines[0].{field}") in places(bill)


def test_a_day_before_birth_is_told() -> None:
    bill = with_line(service_on="19500401")._replace(statement_from="19500401")
    assert places(bill) == {("2400/1", "DTP*472", 3, "lines[0].service_on")}


def test_lines_on_the_first_and_last_day_of_the_statement_have_no_fault() -> None:
    lines = (a_bill_line(1, service_on="20251101"), a_bill_line(2, service_on="20251130"))
    assert faults_of(a_bill(lines=lines, charge="1340")) == []


def test_two_lines_of_one_number_are_told_at_the_second() -> None:
    bill = a_bill(lines=(a_bill_line(1), a_bill_line(2), a_bill_line(1)), charge="2010")
    assert places(bill) == {("2400/3", "REF*6R", 2, "lines[2].control_number")}


def test_the_largest_bill_has_no_fault() -> None:
    lines = tuple(a_bill_line(number) for number in range(999))
    bill = a_bill(
        lines=lines,
        charge=str(670 * 999),
        diagnoses=tuple(f"C50{number}" for number in range(10, 35)),
        condition_codes=(*CONDITIONS, "W3"),
        notes=(Note("MED", "X" * 80),) * 10,
    )
    assert faults_of(bill) == []


def test_what_the_payer_is_known_not_to_cover_may_be_the_whole_charge() -> None:
    assert faults_of(with_line(not_covered="670")) == []
