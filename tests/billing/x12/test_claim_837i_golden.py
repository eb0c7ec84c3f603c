"""Whole institutional files, byte for byte, each named by its story. A missing file is written anew, and fails once."""

from pathlib import Path

import pytest

from billing.x12.check_837i import check_claim
from billing.x12.claim_837i import Claim837I, Note, Occurrence, ValueCode
from billing.x12.inspect_837 import inspect_837
from billing.x12.other_payers import Adjustment, LineAdjudication, OtherPayer, Reason
from billing.x12.read_back import read_bills
from billing.x12.syntax import Separators
from tests.billing.x12.claims import ANNEX, BORIS, MUTUAL, REEVE, SPENCER, TODAY
from tests.billing.x12.institutional_claims import (
    ADA_PART_A,
    CAPE_HOSPITAL,
    a_bill,
    a_bill_file,
    a_bill_line,
    a_dependants_bill,
)
from tests.billing.x12.optional_parts import ALAN, HARVEST

GOLDEN = Path(__file__).parents[2] / "golden" / "837i"


def ada_first_month_of_imrt() -> list[Claim837I]:
    """Planning and five sessions on the hospital's bill; the course goes on (status 30)."""
    lines = (
        a_bill_line(1, code="77301", charge="4200", service_on="20251027"),
        *(a_bill_line(number, service_on=f"2025110{1 + number}", modifiers=("PO",)) for number in range(2, 7)),
    )
    return [
        a_bill(
            lines=lines,
            charge="7550",
            statement_from="20251027",
            diagnoses=("Z510", "C50911", "C773"),
            patient_status="30",
            authorization="AUTH77",
            medical_record_number="A-1001",
        )
    ]


def boris_off_campus_with_all_providers() -> list[Claim837I]:
    """A department across the bay, a second physician who renders, and who referred."""
    return [
        a_bill(
            payer=MUTUAL,
            subscriber=BORIS,
            facility=ANNEX,
            rendering=SPENCER,
            referring=REEVE,
            referral="RF9",
            lines=(a_bill_line(modifiers=("PN",)),),
        )
    ]


def clara_on_her_fathers_policy() -> list[Claim837I]:
    """A child's two bills: one subscriber, one patient, two claims."""
    return [
        a_dependants_bill(1, diagnoses=("C7131",)),
        a_dependants_bill(
            2, diagnoses=("C7131",), lines=(a_bill_line(2, code="77301", charge="1980.5"),), charge="1980.5"
        ),
    ]


def dora_replaced_and_taken_back() -> list[Claim837I]:
    """A bill with its charges corrected (0137), one with mixed lines and remarks (0137), one taken back (0138)."""
    return [
        a_bill(1, frequency="7", payer_claim_number="2025310123456", condition_codes=("D1",)),
        a_bill(
            2,
            frequency="7",
            payer_claim_number="2025310123457",
            condition_codes=("D9",),
            billing_note="LINES OF TWO COURSES WERE MIXED",
        ),
        a_bill(3, frequency="8", payer_claim_number="2025310123458", condition_codes=("D6",)),
    ]


def codes_of_every_kind() -> list[Claim837I]:
    """Onset, a value, conditions, a reason for an unscheduled visit, notes, and what the patient will owe."""
    return [
        a_bill(
            admission_type="2",
            visit_reasons=("R0789",),
            occurrences=(Occurrence("11", "20250915"),),
            value_codes=(ValueCode("A1", "257"),),
            condition_codes=("G0",),
            notes=(Note("MED", "CISPLATIN WEEKLY"), Note("DGN", "SECOND COURSE AT ANOTHER SITE")),
            estimated_due="257",
        )
    ]


def unlisted_planning_with_narrative() -> list[Claim837I]:
    """A code that names no procedure, with what was done, a part of it not covered."""
    line = a_bill_line(code="77299", charge="450", description="PLANNING ON A PHANTOM FOR AN IMPLANT")
    return [a_bill(lines=(line._replace(not_covered="120.5"),), charge="450")]


def long_course_of_120_lines() -> list[Claim837I]:
    """More lines than a professional claim takes, and more diagnoses than one segment."""
    lines = tuple(
        a_bill_line(number, charge="10.25", service_on=f"202511{number % 30 + 1:02}") for number in range(1, 121)
    )
    return [a_bill(lines=lines, charge="1230", diagnoses=tuple(f"C50{number}" for number in range(10, 30)))]


def ada_second_at_medicare() -> list[Claim837I]:
    """Her husband's plan paid first: what it decided, line by line, goes to Medicare, with its own claim number."""
    decisions = [
        LineAdjudication(
            HARVEST.payer_id,
            paid,
            "77386",
            "1",
            "20260105",
            adjustments=(Adjustment("CO", (Reason("45", "150"),)), Adjustment("PR", (Reason("2", left),))),
            revenue_code="0333",
        )
        for paid, left in (("400", "120"), ("416.5", "103.5"))
    ]
    lines = tuple(
        a_bill_line(number, service_on=f"2025110{3 + number}", adjudications=(decision,))
        for number, decision in enumerate(decisions, 1)
    )
    first = OtherPayer(HARVEST, ALAN, relationship="01", paid="816.5", claim_number="2025320000111")
    return [a_bill(subscriber=ADA_PART_A._replace(rank="S"), other_payers=(first,), lines=lines, charge="1340")]


def nightly_batch_in_three_sets() -> list[Claim837I]:
    """Five bills of two hospitals and three patients, two a set."""
    return [
        a_bill(1),
        a_bill(2),
        a_bill(3, billing=CAPE_HOSPITAL),
        a_bill(4, billing=CAPE_HOSPITAL, payer=MUTUAL, subscriber=BORIS),
        a_dependants_bill(5, billing=CAPE_HOSPITAL),
    ]


STORIES = {
    story.__name__: story
    for story in (
        ada_first_month_of_imrt,
        boris_off_campus_with_all_providers,
        clara_on_her_fathers_policy,
        dora_replaced_and_taken_back,
        codes_of_every_kind,
        unlisted_planning_with_narrative,
        long_course_of_120_lines,
        ada_second_at_medicare,
        nightly_batch_in_three_sets,
    )
}


def text_of(bills: list[Claim837I]) -> str:
    """Write a story, one segment a line so that a difference shows where it is."""
    return a_bill_file(*bills, claims_per_transaction=2, separators=Separators(line_end="\n")).text


@pytest.mark.parametrize("name", STORIES)
def test_the_file_of_a_story_is_the_golden_file_byte_for_byte(name: str) -> None:
    text = text_of(STORIES[name]())
    path = GOLDEN / f"{name}.edi"
    if not path.exists():
        path.write_bytes(text.encode("ascii"))
        pytest.fail(f"{path.name} was missing and is written anew: read it, then commit it.")
    assert text.encode("ascii") == path.read_bytes()


@pytest.mark.parametrize("name", STORIES)
def test_the_bills_of_a_story_have_no_fault(name: str) -> None:
    assert [fault for bill in STORIES[name]() for fault in check_claim(bill, today=TODAY)] == []


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.edi")), ids=lambda path: path.stem)
def test_a_golden_file_is_a_storys_and_without_fault(path: Path) -> None:
    assert path.stem in STORIES
    assert inspect_837(path.read_text("ascii"), today=TODAY) == []


@pytest.mark.parametrize("name", STORIES)
def test_a_golden_file_reads_back_as_its_story(name: str) -> None:
    assert read_bills((GOLDEN / f"{name}.edi").read_text("ascii")) == STORIES[name]()
