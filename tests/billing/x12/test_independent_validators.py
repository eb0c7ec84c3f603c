"""Two validators that others wrote take what we write: pyx12 (structure, codes) and x12sdk (models, balances).

pyx12's command always ends with status 1 and writes beside its input, so it is called in the process, on a copy in a
temporary folder, and judged by what it returns.
"""

import random
from pathlib import Path

import pytest

from billing.x12.check_837p import check_claim
from billing.x12.claim_837p import Claim837P
from billing.x12.inspect_837 import inspect_837
from tests.billing.x12.claims import TODAY, File, a_claim, a_dependants_claim, a_file, varied_claims
from tests.billing.x12.optional_parts import with_optional_parts
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report


@pytest.fixture(scope="module")
def file() -> File:
    """200 claims of every shape, in transaction sets of at most 75."""
    return a_file(*varied_claims(200), claims_per_transaction=75)


def test_the_file_holds_the_shapes_that_matter(file: File) -> None:
    claims = [claim for claim, _ in file.places]
    assert {len(claim.diagnoses) for claim in claims} >= {1, 12}
    assert {len(claim.lines) for claim in claims} >= {1, 50}
    assert any(claim.dependant for claim in claims) and any(claim.billing.pay_to for claim in claims)
    assert any(line.description and len(line.modifiers) == 4 for claim in claims for line in claim.lines)
    assert len(file.written.transactions) == 3


def test_pyx12_finds_no_fault_in_a_file_of_every_shape(file: File, tmp_path: Path) -> None:
    is_valid, errors = pyx12_report(file.text, tmp_path)
    assert is_valid, errors


def test_x12sdk_reads_every_claim_of_a_file_of_every_shape(file: File) -> None:
    assert sorted(claim_numbers_read_by_x12sdk(file.text)) == sorted(claim.control_number for claim, _ in file.places)


def claims_with_optional_parts(count: int) -> list[Claim837P]:
    """Return claims of every shape with other payers, papers, providers of lines and accidents."""
    chance = random.Random(11)
    return [with_optional_parts(claim, chance) for claim in varied_claims(count)]


@pytest.fixture(scope="module")
def full_file() -> File:
    """200 claims that use every optional loop."""
    return a_file(*claims_with_optional_parts(200), claims_per_transaction=75)


OPTIONAL = """CLM*C000 DTP*439* DTP*435* PWK*OZ*FX AMT*F5* REF*9F* REF*G1* REF*F8* REF*EA* NTE*ADD*
NM1*DN* NM1*P3* NM1*82* NM1*77* NM1*DQ* NM1*DK* NM1*87* HL*3*2*23 SBR*P*01* SBR*S*G8*
CAS*CO* CAS*CR* CAS*OA* CAS*PI* CAS*PR* AMT*D* AMT*A8* AMT*EAF* OI*** MOA* DTP*573* SVD*"""


@pytest.mark.parametrize("start", OPTIONAL.split())
def test_the_full_file_uses_every_optional_segment(full_file: File, start: str) -> None:
    assert any(segment.startswith(start) for segment in full_file.segments)


def test_the_full_file_holds_the_hard_cases_of_other_payers(full_file: File) -> None:
    claims = [claim for claim, _ in full_file.places]
    assert any(len(claim.other_payers) > 1 and any(line.adjudications for line in claim.lines) for claim in claims)
    assert any(
        one.adjustments and line.adjudications for claim in claims for one in claim.other_payers for line in claim.lines
    )
    assert max(len(cas) for cas in full_file.named("CAS")) >= 2 + 3 * 5 + 2  # six reasons in one group


def test_pyx12_finds_no_fault_in_a_file_with_every_optional_loop(full_file: File, tmp_path: Path) -> None:
    is_valid, errors = pyx12_report(full_file.text, tmp_path)
    assert is_valid, errors


def test_our_own_checks_find_no_fault_in_a_file_with_every_optional_loop(full_file: File) -> None:
    assert [fault for claim, _ in full_file.places for fault in check_claim(claim, today=TODAY)] == []
    assert inspect_837(full_file.text, today=TODAY) == []


def x12sdk_can_hold(claim: Claim837P) -> bool:
    """Tell whether x12sdk's models have room for a claim.

    They keep one 2310A of a claim and one 2430 of a line, where the guide allows two and fifteen.
    """
    return claim.primary_care is None and all(len(line.adjudications) <= 1 for line in claim.lines)


def test_x12sdk_reads_two_hundred_claims_with_every_optional_loop_that_it_can_hold() -> None:
    claims = [claim for claim in claims_with_optional_parts(340) if x12sdk_can_hold(claim)][:200]
    assert len(claims) == 200
    assert sum(bool(claim.other_payers) for claim in claims) > 80
    file = a_file(*claims, claims_per_transaction=75)
    assert sorted(claim_numbers_read_by_x12sdk(file.text)) == sorted(claim.control_number for claim in claims)


def test_pyx12_does_find_a_fault_where_there_is_one(tmp_path: Path) -> None:
    is_valid, _ = pyx12_report(a_file(a_claim(), a_dependants_claim(2)).text.replace("~LX*1~", "~LX*2~", 1), tmp_path)
    assert not is_valid


def test_x12sdk_does_find_a_fault_where_there_is_one() -> None:
    text = a_file().text.replace("*670*", "*671*", 1)
    with pytest.raises(ValueError, match="Claim Amount 671 != Service Line Total"):
        claim_numbers_read_by_x12sdk(text)


def test_our_own_checks_agree_with_them(file: File) -> None:
    assert [fault for claim, _ in file.places for fault in check_claim(claim, today=TODAY)] == []
    assert inspect_837(file.text, today=TODAY) == []
