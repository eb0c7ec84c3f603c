"""Whole files, byte for byte, each named by its story. A missing file is written anew, and its test fails once."""

from pathlib import Path

import pytest

from billing.x12.attachments import Attachment
from billing.x12.check_837p import check_claim
from billing.x12.claim_837p import Claim837P
from billing.x12.inspect_837 import inspect_837
from billing.x12.other_payers import Adjustment, OtherPayer, OutpatientAdjudication, Reason
from billing.x12.read_back import read_claims
from billing.x12.syntax import Separators
from tests.billing.x12.claims import (
    ADA,
    ANNEX,
    BORIS,
    MUTUAL,
    REEVE,
    SOLO,
    SPENCER,
    TODAY,
    a_claim,
    a_decision,
    a_dependants_claim,
    a_file,
    a_line,
    a_primary_payer,
    a_secondary_claim,
)
from tests.billing.x12.optional_parts import CHIEF, HARVEST, LOCUM, PIER, UNION, WORKS

GOLDEN = Path(__file__).parents[2] / "golden" / "837p"


def ada_week_of_imrt() -> list[Claim837P]:
    """Five sessions in one claim, authorized, with the record number that the practice files under."""
    lines = tuple(a_line(number, service_on=f"2025110{2 + number}") for number in range(1, 6))
    return [
        a_claim(
            lines=lines,
            charge="3350",
            diagnoses=("Z510", "C50911"),
            authorization="AUTH77",
            medical_record_number="A-1001",
        )
    ]


def boris_twice_a_day() -> list[Claim837P]:
    """Two sessions on each of two days, the second with its modifier."""
    lines = (
        a_line(1, service_on="20251105", pointers=(1, 2)),
        a_line(2, service_on="20251105", pointers=(1, 2), modifiers=("76",)),
        a_line(3, service_on="20251106", pointers=(1, 2)),
        a_line(4, service_on="20251106", pointers=(1, 2), modifiers=("76",)),
    )
    return [
        a_claim(payer=MUTUAL, subscriber=BORIS, diagnoses=("C099", "C770"), lines=lines, charge="2680", facility=ANNEX)
    ]


def clara_on_her_fathers_policy() -> list[Claim837P]:
    """A child's two claims: one subscriber, one patient, two claims."""
    return [
        a_dependants_claim(1, diagnoses=("C7131",)),
        a_dependants_claim(2, diagnoses=("C7131",), lines=(a_line(2, code="77301", charge="1980.5"),), charge="1980.5"),
    ]


def dora_replaced_claim() -> list[Claim837P]:
    """A claim sent again as a replacement, naming the payer's number of the first, and one taken back."""
    return [
        a_claim(1, frequency="7", payer_claim_number="2025310123456", note="REPLAN CHARGED ON THE RIGHT DAY"),
        a_claim(2, frequency="8", payer_claim_number="2025310123457"),
    ]


def unlisted_planning_with_narrative() -> list[Claim837P]:
    """A code that names no procedure, with what was done and a longer note."""
    line = a_line(code="77299", charge="450", modifiers=("26",), description="PLANNING ON A PHANTOM FOR AN IMPLANT")
    return [a_claim(lines=(line._replace(note="SEE ATTACHED REPORT OF THE PHYSICIST"),), charge="450")]


def fifty_lines_twelve_diagnoses() -> list[Claim837P]:
    """The largest claim that the guide takes."""
    diagnoses = tuple(f"C50{number}" for number in range(10, 22))
    lines = tuple(
        a_line(number, charge="10.25", service_on=f"202510{number % 28 + 1:02}", pointers=(number % 12 + 1,))
        for number in range(1, 51)
    )
    return [a_claim(diagnoses=diagnoses, lines=lines, charge="512.5")]


def solo_practice_with_pay_to() -> list[Claim837P]:
    """A physician who bills under her own name and is paid at a post office box; all providers are named."""
    return [a_claim(billing=SOLO, referring=REEVE, supervising=SPENCER, facility=ANNEX, referral="RF9")]


def nightly_batch_in_three_sets() -> list[Claim837P]:
    """Five claims of three patients, two a set."""
    return [
        a_claim(1),
        a_claim(2),
        a_claim(3, subscriber=ADA),
        a_claim(4, payer=MUTUAL, subscriber=BORIS),
        a_dependants_claim(5),
    ]


def names_with_accents_and_delimiters() -> list[Claim837P]:
    """Élodie Sørensen, care of a street with a star."""
    assert BORIS.address is not None
    patient = BORIS._replace(
        last_name="Sørensen-Weiß",
        first_name="Élodie",
        address=BORIS.address._replace(street="5 Star* Rd", street2="Apt #3"),
    )
    return [a_claim(payer=MUTUAL, subscriber=patient)]


def edna_medicare_after_her_husbands_plan() -> list[Claim837P]:
    """A secondary claim: what the group plan paid and why not the rest, three reasons in two groups of one line."""
    untouched = a_line(
        2, code="77336", charge="110", adjudications=(a_decision(paid="110", code="77336", adjustments=()),)
    )
    return [
        a_secondary_claim(
            lines=(a_line(adjudications=(a_decision(remaining="50"),)), untouched),
            charge="780",
            other_payers=(a_primary_payer(paid="610", outpatient=OutpatientAdjudication(("MA01",))),),
        )
    ]


def frank_third_payer_and_bundled_lines() -> list[Claim837P]:
    """The third payer is asked after two; the first put one line into another and held two percent back."""
    bundled = a_decision(
        paid="0", bundled_into="1", adjustments=(Adjustment("CO", (Reason("97", "110"),)),), code="77386"
    )
    second = OtherPayer(UNION, WORKS._replace(rank="S"), "01", paid="0", adjudicated_on="20251224")
    reasons = tuple(Reason(code, amount) for code, amount in (("1", "400"), ("2", "200"), ("3", "180")))
    return [
        a_secondary_claim(
            subscriber=BORIS._replace(rank="T"),
            payer=HARVEST,
            lines=(
                a_line(1, adjudications=(a_decision(),)),
                a_line(2, code="77336", charge="110", adjudications=(bundled,)),
            ),
            charge="780",
            other_payers=(
                a_primary_payer(paid="490", adjustments=(Adjustment("CO", (Reason("253", "10"),)),)),
                second._replace(adjustments=(Adjustment("PR", reasons),)),
            ),
        )
    ]


def greta_car_accident_with_report() -> list[Claim837P]:
    """An auto insurer pays; the report goes by fax, and a locum rendered and another physician ordered one line."""
    line = a_line(rendering=LOCUM, ordering=CHIEF, referral="RF-7", facility=PIER)
    return [
        a_claim(
            subscriber=BORIS._replace(filing_indicator="AM"),
            payer=MUTUAL,
            lines=(line, a_line(2)),
            charge="1340",
            related_causes=("AA",),
            accident_state="MA",
            accident_on="20251001",
            attachments=(Attachment("OZ", "FX", "REPORT-17"),),
            referring=REEVE,
            primary_care=SPENCER,
        )
    ]


STORIES = {
    story.__name__: story
    for story in (
        ada_week_of_imrt,
        boris_twice_a_day,
        clara_on_her_fathers_policy,
        dora_replaced_claim,
        unlisted_planning_with_narrative,
        fifty_lines_twelve_diagnoses,
        solo_practice_with_pay_to,
        nightly_batch_in_three_sets,
        names_with_accents_and_delimiters,
        edna_medicare_after_her_husbands_plan,
        frank_third_payer_and_bundled_lines,
        greta_car_accident_with_report,
    )
}


def text_of(claims: list[Claim837P]) -> str:
    """Write a story, one segment a line so that a difference shows where it is."""
    return a_file(*claims, claims_per_transaction=2, separators=Separators(line_end="\n")).text


@pytest.mark.parametrize("name", STORIES)
def test_the_file_of_a_story_is_the_golden_file_byte_for_byte(name: str) -> None:
    text = text_of(STORIES[name]())
    path = GOLDEN / f"{name}.edi"
    if not path.exists():
        path.write_bytes(text.encode("ascii"))
        pytest.fail(f"{path.name} was missing and is written anew: read it, then commit it.")
    assert text.encode("ascii") == path.read_bytes()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.edi")), ids=lambda path: path.stem)
def test_a_golden_file_is_a_storys_and_without_fault(path: Path) -> None:
    assert path.stem in STORIES
    assert inspect_837(path.read_text("ascii"), today=TODAY) == []


@pytest.mark.parametrize("name", sorted(set(STORIES) - {"names_with_accents_and_delimiters"}))
def test_a_golden_file_reads_back_as_its_story(name: str) -> None:
    assert read_claims((GOLDEN / f"{name}.edi").read_text("ascii")) == STORIES[name]()


@pytest.mark.parametrize("name", STORIES)
def test_the_claims_of_a_story_have_no_fault(name: str) -> None:
    assert [fault for claim in STORIES[name]() for fault in check_claim(claim, today=TODAY)] == []
