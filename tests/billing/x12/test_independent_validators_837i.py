"""Two validators that others wrote take our institutional claims: pyx12 (structure, codes), x12sdk (models, balances).

x12sdk 2.2 refuses or loses four things that the guide and pyx12's map allow: a 51st line (the guide's limit is 999), a
range of days on a line (RD8), the billing note (NTE*ADD), and a second decision about a line (2430). It gets 200 bills
without those.
"""

import re
from pathlib import Path

import pytest

from billing.x12.check_837i import check_claim
from billing.x12.claim_837i import Claim837I
from billing.x12.inspect_837 import inspect_837
from tests.billing.x12.claims import TODAY
from tests.billing.x12.institutional_claims import BillFile, a_bill, a_bill_file, a_bill_line, varied_bills
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report

_LINES_OF_X12SDK = 50


@pytest.fixture(scope="module")
def file() -> BillFile:
    """200 bills of every shape, in transaction sets of at most 75."""
    return a_bill_file(*varied_bills(200), claims_per_transaction=75)


def bills_that_x12sdk_can_hold(count: int) -> list[Claim837I]:
    """Return bills of at most 50 lines with one decision each, without ranges of days and billing notes."""
    bills = [
        bill._replace(lines=tuple(line._replace(service_through="") for line in bill.lines), billing_note="")
        for bill in varied_bills(count * 2)
        if len(bill.lines) <= _LINES_OF_X12SDK and all(len(line.adjudications) <= 1 for line in bill.lines)
    ]
    return bills[:count]


@pytest.mark.parametrize(
    "start",
    [
        *("NM1*87", "23*0", "PRV*BI", "DTP*434*RD8", "CL1*3*1*30", "AMT*F3", "REF*9F", "REF*G1", "REF*F8"),
        *("REF*EA", "NTE*MED", "NTE*DGN", "NTE*ADD", "HI*APR", "HI*ABF", "HI*BI", "HI*BH", "HI*BE", "HI*BG"),
        *("SBR*P*01", "SBR*S*G8", "SBR*T*18", "CAS*CO", "CAS*PR", "CAS*OA", "CAS*PI", "CAS*CR", "AMT*D*", "AMT*A8"),
        *("AMT*EAF", "OI***Y**", "MOA*", "NM1*IL*2", "DTP*573", "REF*F8*2025320000111", "SVD*", "PWK*OZ", "PWK*DG"),
        *("NM1*71", "PRV*AT", "NM1*82", "NM1*77", "NM1*DN", "LX*999", "DTP*472*D8", "DTP*472*RD8"),
        *("CLM*B000002*", "BG:D0", "BG:D1", "BG:D2", "BG:D9", "BG:E0", "BG:D5", "BG:D6"),
    ],
)
def test_every_optional_segment_stands_on_some_claim_of_the_file(file: BillFile, start: str) -> None:
    assert re.search(rf"[~*]{re.escape(start)}", file.text)


def test_the_file_holds_the_shapes_that_matter(file: BillFile) -> None:
    claims = [claim for claim, _ in file.places]
    assert {len(claim.diagnoses) for claim in claims} >= {1, 13, 25}
    assert {len(claim.condition_codes) for claim in claims} >= {0, 1, 24}
    assert {claim.frequency for claim in claims} == {"1", "7", "8"}
    lines = [line for claim in claims for line in claim.lines]
    assert any(line.description and len(line.modifiers) == 4 for line in lines)
    assert any(line.not_covered for line in lines) and any(line.unit == "DA" for line in lines)
    assert len(file.written.transactions) == 3


def test_pyx12_finds_no_fault_in_a_file_of_every_shape(file: BillFile, tmp_path: Path) -> None:
    is_valid, errors = pyx12_report(file.text, tmp_path)
    assert is_valid, errors


def test_x12sdk_reads_two_hundred_bills_of_every_shape_that_it_can_hold() -> None:
    bills = bills_that_x12sdk_can_hold(200)
    assert len(bills) == 200
    assert sum(bool(bill.other_payers) for bill in bills) > 80
    text = a_bill_file(*bills, claims_per_transaction=75).text
    assert sorted(claim_numbers_read_by_x12sdk(text)) == sorted(bill.control_number for bill in bills)


@pytest.mark.parametrize(
    ("bill", "words"),
    [
        (a_bill(billing_note="SEE REMARKS"), "note_reference_code"),
        (a_bill(lines=(a_bill_line(service_through="20251106"),)), "date_time_period_format_qualifier"),
        (a_bill(lines=tuple(a_bill_line(n) for n in range(51)), charge="34170"), "at most 50 items"),
    ],
)
def test_the_limits_of_x12sdk_are_its_own(bill: Claim837I, words: str, tmp_path: Path) -> None:
    text = a_bill_file(bill).text
    with pytest.raises(ValueError, match=words):
        claim_numbers_read_by_x12sdk(text)
    is_valid, errors = pyx12_report(text, tmp_path)
    assert is_valid, errors


def test_pyx12_does_find_a_fault_where_there_is_one(tmp_path: Path) -> None:
    is_valid, _ = pyx12_report(a_bill_file().text.replace("13:A:1", "XYZ:A:1", 1), tmp_path)
    assert not is_valid


def test_x12sdk_does_find_a_fault_where_there_is_one() -> None:
    text = a_bill_file().text.replace("*670*", "*671*", 1)
    with pytest.raises(ValueError, match="Claim Amount 671 != Service Line Total"):
        claim_numbers_read_by_x12sdk(text)


def test_our_own_checks_agree_with_them(file: BillFile) -> None:
    assert [fault for claim, _ in file.places for fault in check_claim(claim, today=TODAY)] == []
    assert inspect_837(file.text, today=TODAY) == []
