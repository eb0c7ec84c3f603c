"""Two validators that others wrote take what we write: pyx12 (structure, codes) and x12sdk (models, balances).

pyx12's command always ends with status 1 and writes beside its input, so it is called in the process, on a copy in a
temporary folder, and judged by what it returns.
"""

from pathlib import Path

import pytest

from billing.x12.check_837p import check_claim
from billing.x12.inspect_837 import inspect_837
from tests.billing.x12.claims import TODAY, File, a_claim, a_dependants_claim, a_file, varied_claims
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
