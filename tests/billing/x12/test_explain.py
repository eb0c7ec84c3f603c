"""Every segment that the writers make has a sentence for a biller, in the section where it belongs."""

import doctest
import random

import pytest

from billing.x12.attachments import Attachment
from billing.x12.explain import Row, Section, cut_claim, explain, meaning
from billing.x12.syntax import Separators
from tests.billing.x12.claims import (
    REEVE,
    a_claim,
    a_dependants_claim,
    a_file,
    a_line,
    a_secondary_claim,
    varied_claims,
)
from tests.billing.x12.institutional_claims import a_bill, a_bill_file, a_bill_line, varied_bills
from tests.billing.x12.optional_parts import with_optional_parts

UNKNOWN = "does not write"


def rows_of(text: str, number: str) -> tuple[Row, ...]:
    cut = cut_claim(text.encode(), number)
    assert cut is not None
    return explain(cut)


def words(rows: tuple[Row, ...], segment: str) -> list[str]:
    return [row.words for row in rows if row.segment.startswith(segment)]


def test_every_segment_of_200_varied_professional_claims_has_words() -> None:
    chance = random.Random(11)
    claims = [with_optional_parts(claim, chance) for claim in varied_claims(200)]
    text = a_file(*claims).text
    rows = [row for claim in claims for row in rows_of(text, claim.control_number)]
    assert not [row.segment for row in rows if not row.words.strip() or UNKNOWN in row.words]
    assert {row.section for row in rows} == set(Section)


def test_every_segment_of_200_varied_institutional_claims_has_words() -> None:
    bills = varied_bills(200)
    text = a_bill_file(*bills).text
    rows = [row for bill in bills for row in rows_of(text, bill.control_number)]
    assert not [row.segment for row in rows if not row.words.strip() or UNKNOWN in row.words]
    assert {row.section for row in rows} == set(Section)


def test_a_professional_claim_reads_as_a_biller_would_say_it() -> None:
    line = a_line(charge="310", modifiers=("76",), pointers=(2, 1))
    rows = rows_of(a_file(a_claim(lines=(line,), charge="310", diagnoses=("C50911", "Z510"))).text, "C000001")
    assert words(rows, "CLM")[0].startswith("Claim C000001 of $310.00, place of service 11 (office), original; ")
    assert words(rows, "SV1") == [
        "Line 1: 77386-76 on 5 Nov 2025, 1 unit, $310.00, points to diagnosis 2 (Z510) and diagnosis 1 (C50911)."
    ]
    assert words(rows, "NM1*85") == ["Billing provider: HARBOR RADIATION ONCOLOGY, NPI 1245319599."]
    assert words(rows, "DMG") == ["Born 2 Apr 1950, female."]
    assert words(rows, "N4*BOSTON*MA*021151234") == ["City: BOSTON, MA 02115-1234."]


def test_an_institutional_claim_reads_as_a_biller_would_say_it() -> None:
    line = a_bill_line(units="2", service_through="20251107", not_covered="70")
    rows = rows_of(a_bill_file(a_bill(lines=(line,))).text, "B000001")
    assert words(rows, "CLM")[0].startswith(
        "Claim B000001 of $670.00, type of bill 0131 (hospital outpatient), original"
    )
    assert words(rows, "SV2") == [
        "Line 1: revenue code 0333, 77386 from 5 Nov 2025 to 7 Nov 2025, 2 units, $670.00, of it not covered $70.00."
    ]
    assert words(rows, "DTP*434") == ["Statement covers 1 Nov 2025 to 30 Nov 2025."]
    assert words(rows, "CL1") == [
        "Admission 3 (elective), origin 1 (not from a facility), patient status 01 (went home)."
    ]


def test_another_payers_decision_is_said_with_its_reasons() -> None:
    rows = rows_of(a_file(a_secondary_claim()).text, "C000001")
    assert words(rows, "SBR*S") == [
        "Secondary policy: Medicare Part B; Medicare pays second: the patient or the spouse works and has a group plan."
        " The policy holder is the patient."
    ]
    assert words(rows, "SVD") == ["Payer 60054 paid $500.00 for 77386, 1 unit."]
    assert words(rows, "CAS*PR") == [
        "Not paid (The patient owes it): $30.00 by reason 1 (Deductible), $20.00 by reason 2 (Coinsurance)."
    ]
    assert {row.loop for row in rows if row.section is Section.OTHER_PAYERS} == {"2320", "2330A", "2330B"}
    assert [row.number for row in rows if row.loop == "2430"] == [1, 1, 1, 1]


def test_a_dependants_claim_tells_patient_from_policy_holder() -> None:
    rows = rows_of(a_file(a_dependants_claim()).text, "C000001")
    assert words(rows, "SBR") == [
        "Primary policy: commercial insurance, group CRANE WORKS. The patient is somebody else, named below."
    ]
    assert words(rows, "PAT") == ["The patient is the policy holder's child."]
    assert [row.words for row in rows if row.section is Section.PATIENT and row.segment.startswith("NM1")] == [
        "Patient: CRANE, CLARA."
    ]


def test_a_resent_claim_says_what_it_takes_back_and_what_comes_with_it() -> None:
    papers = (Attachment("OZ", "FX", "REPORT-17"),)
    claim = a_claim(frequency="7", payer_claim_number="P7", attachments=papers, note="REPLANNED", referring=REEVE)
    rows = rows_of(a_file(claim).text, "C000001")
    assert "replacement of an earlier claim" in words(rows, "CLM")[0]
    assert words(rows, "REF*F8") == ["The payer's number of the claim: P7."]
    assert words(rows, "PWK") == ["Attachment: support data, by fax, number REPORT-17."]
    assert words(rows, "NTE") == ["Note: REPLANNED"]
    assert [row.section for row in rows if row.segment.startswith("NM1*DN")] == [Section.PROVIDERS]


def test_a_partners_own_delimiters_do_not_change_the_words() -> None:
    own = Separators("|", ">", "}", "!", "\n")
    claims = varied_claims(20)
    usual, other = a_file(*claims).text, a_file(*claims, separators=own).text
    for claim in claims:
        here, there = rows_of(usual, claim.control_number), rows_of(other, claim.control_number)
        assert [row.words for row in here[1:]] == [row.words for row in there[1:]]


@pytest.mark.parametrize("segment", ["K3*WHAT OTHERS WRITE", "CR1*LB*140", "ZZZ"])
def test_a_segment_of_others_is_called_so(segment: str) -> None:
    text = a_file().text.replace("~HI*", f"~{segment}~HI*", 1)
    assert [row.words for row in rows_of(text, "C000001") if UNKNOWN in row.words] == [
        f"A segment {segment.split('*', maxsplit=1)[0]}, which this product does not write."
    ]


def test_the_examples_of_days_amounts_and_codes_hold() -> None:
    results = doctest.testmod(meaning)
    assert (results.failed, results.attempted > 0) == (0, True)
