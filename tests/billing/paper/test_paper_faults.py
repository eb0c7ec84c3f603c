"""What a form cannot carry is said, and its claim not printed; what a form has no place for is told."""

from typing import Any

import pytest
from hypothesis import given, settings

from billing.x12.attachments import Attachment
from billing.x12.claim_837i import Occurrence
from billing.x12.claim_837i.values import Claim837I
from billing.x12.claim_837p import Claim837P
from tests.billing.paper.printed import cms1500, ub04
from tests.billing.x12.bill_strategies import bills, full_bills
from tests.billing.x12.claims import (
    ADA,
    ANNEX,
    BORIS,
    HARBOR,
    MUTUAL,
    REEVE,
    SPENCER,
    a_claim,
    a_line,
    a_primary_payer,
    a_secondary_claim,
)
from tests.billing.x12.institutional_claims import CAPE_HOSPITAL, a_bill, a_bill_line
from tests.billing.x12.strategies import claims, full_claims

TOO_MUCH_FOR_CMS1500: dict[str, tuple[dict[str, Any], str, str]] = {
    "patient's name": ({"subscriber": ADA._replace(last_name="A" * 29)}, "2", "subscriber.last_name"),
    "street": (
        {"subscriber": ADA._replace(address=BORIS.address and BORIS.address._replace(street="9" * 29))},
        "5",
        "subscriber.address.street",
    ),
    "name of who bills": ({"billing": HARBOR._replace(name="B" * 30)}, "33", "billing.name"),
    "our number": ({"control_number": "C" * 15}, "26", "control_number"),
    "authorization": ({"authorization": "A" * 30}, "23", "authorization"),
    "note": ({"note": "N" * 72}, "19", "note"),
    "words for an unlisted code": (
        {"lines": (a_line(code="77299", description="D" * 60),)},
        "24",
        "lines[0].description",
    ),
    "another place of one line": ({"lines": (a_line(facility=ANNEX),)}, "32", "lines[0].facility"),
    "another authorization of one line": ({"lines": (a_line(authorization="A2"),)}, "23", "lines[0].authorization"),
}


@pytest.mark.parametrize("name", TOO_MUCH_FOR_CMS1500)
def test_what_does_not_fit_on_the_cms1500_is_said_with_box_and_field(name: str) -> None:
    changes, box, field = TOO_MUCH_FOR_CMS1500[name]
    paper = cms1500(a_claim(**changes))
    assert (box, field) in {(fault.box, fault.field) for fault in paper.printed.faults}
    assert all(fault.remedy for fault in paper.printed.faults)
    assert (paper.printed.pages, paper.data) == (0, b"")


TOO_MUCH_FOR_UB04: dict[str, tuple[dict[str, Any], str, str]] = {
    "a line of several days": (
        {"lines": (a_bill_line(service_through="20251107"),)},
        "45",
        "lines[0].service_through",
    ),
    "words for an unlisted code": (
        {"lines": (a_bill_line(code="77299", description="D" * 25),)},
        "43",
        "lines[0].description",
    ),
    "diagnoses": ({"diagnoses": tuple(f"C50{code}" for code in range(10, 29))}, "67", "diagnoses"),
    "condition codes": (
        {"condition_codes": tuple(f"{letter}{code}" for letter in "AB" for code in range(6))},
        "18-28",
        "condition_codes",
    ),
    "occurrences": ({"occurrences": tuple(Occurrence("11", "20250101") for _ in range(9))}, "31-34", "occurrences"),
    "remarks": ({"billing_note": "WORD " * 20}, "80", "billing_note"),
    "name of who bills": ({"billing": CAPE_HOSPITAL._replace(name="B" * 26, pay_to=None)}, "1", "billing.name"),
}


@pytest.mark.parametrize("name", TOO_MUCH_FOR_UB04)
def test_what_does_not_fit_on_the_ub04_is_said_with_form_locator_and_field(name: str) -> None:
    changes, box, field = TOO_MUCH_FOR_UB04[name]
    paper = ub04(a_bill(**changes))
    assert {(fault.box, fault.field) for fault in paper.printed.faults} == {(box, field)}
    assert paper.data == b""


def test_four_payers_are_too_many_for_the_ub04() -> None:
    others = tuple(a_primary_payer(subscriber=a_primary_payer().subscriber._replace(rank=rank)) for rank in "STA")
    (fault,) = ub04(a_bill(other_payers=others)).printed.faults
    assert (fault.box, fault.found) == ("50", "4")


def test_a_fault_that_several_pages_share_is_said_once() -> None:
    lines = tuple(a_line(number) for number in range(1, 20))
    printed = cms1500(a_claim(authorization="A" * 30, lines=lines, charge="12730")).printed
    assert [fault.field for fault in printed.faults] == ["authorization"]


def test_the_other_claims_are_printed() -> None:
    paper = cms1500(a_claim(1), a_claim(2, authorization="A" * 30), a_claim(3))
    assert [page["account"] for page in paper.boxes()] == ["C000001", "C000003"]
    assert (paper.printed.claims, paper.printed.pages) == (2, 2)
    assert {fault.control_number for fault in paper.printed.faults} == {"C000002"}


def test_a_note_of_up_to_71_characters_is_set_closer() -> None:
    paper = cms1500(a_claim(note="N" * 71))
    assert paper.boxes()[0]["more"] == "N" * 71


def test_a_name_with_an_accent_is_written_without_it() -> None:
    paper = cms1500(a_claim(subscriber=ADA._replace(last_name="Árbol", first_name="Zoë")))
    assert paper.boxes()[0]["patient_name"] == "ARBOL, ZOE"


def test_a_letter_that_no_form_has_is_a_fault() -> None:
    (fault,) = cms1500(a_claim(subscriber=ADA._replace(last_name="Жук"))).printed.faults
    assert (fault.box, fault.field) == ("2", "subscriber.last_name")


@pytest.mark.parametrize(
    ("claim", "fields"),
    [
        (a_claim(), []),
        (a_secondary_claim(), ["other_payers"]),
        (a_claim(referring=REEVE, supervising=SPENCER), ["supervising"]),
        (a_claim(referring=REEVE, primary_care=SPENCER), ["primary_care"]),
        (a_claim(authorization="A1", referral="R1"), ["referral"]),
        (
            a_claim(lines=(a_line(note="SECOND SESSION", attachments=(Attachment("OZ", "AA"),)),)),
            ["lines[0].note", "lines[0].attachments"],
        ),
        (
            a_claim(payer=MUTUAL, subscriber=BORIS, other_payers=(a_primary_payer(paid=""), a_primary_payer(paid=""))),
            ["other_payers"],
        ),
    ],
)
def test_what_the_cms1500_has_no_place_for_is_told(claim: Claim837P, fields: list[str]) -> None:
    printed = cms1500(claim).printed
    assert [one.field for one in printed.left_out] == fields
    assert printed.pages == 1


def test_what_the_ub04_has_no_place_for_is_told() -> None:
    papers = (Attachment("OZ", "AA"),)
    bill = a_bill(facility=ANNEX, estimated_due="25", attachments=papers, authorization="A1", referral="R1")
    printed = ub04(bill).printed
    assert [one.field for one in printed.left_out] == ["referral", "facility", "estimated_due", "attachments"]
    assert printed.pages == 1


# --- whatever the claim ---------------------------------------------------------------------------------------------


def with_lines_of_one_form(claim: Claim837P) -> Claim837P:
    """Return the claim without what makes most made-up ones too much for the form: lines with a place of their own."""
    lines = tuple(line._replace(authorization="", facility=None) for line in claim.lines)
    return claim._replace(lines=lines)


def with_few_codes(bill: Claim837I) -> Claim837I:
    """Return the bill with as many codes as the form takes, and lines of one day."""
    lines = tuple(line._replace(service_through="", description="") for line in bill.lines)
    return bill._replace(
        lines=lines,
        occurrences=bill.occurrences[:8],
        occurrence_spans=bill.occurrence_spans[:4],
        value_codes=(),
        condition_codes=bill.condition_codes[:11],
        notes=(),
        billing_note="",
    )


@settings(max_examples=50, deadline=None)
@given(claims() | (claims() | full_claims()).map(with_lines_of_one_form))
def test_any_professional_claim_is_printed_whole_or_not_at_all(claim: Claim837P) -> None:
    paper = cms1500(claim)
    if paper.printed.faults:
        assert paper.data == b""
        return
    pages = paper.boxes()
    texts = [text for page in pages for text in page.values()]
    assert all(line.code in texts for line in claim.lines)
    assert all(code in texts for code in claim.diagnoses)
    assert {page["insured_id"] for page in pages} == {claim.subscriber.member_id}
    cents = sum(int(page["total_dollars"] + page["total_cents"]) for page in pages)
    assert cents == round(float(claim.charge) * 100)


@settings(max_examples=50, deadline=None)
@given(bills() | (bills() | full_bills()).map(with_few_codes))
def test_any_institutional_claim_is_printed_whole_or_not_at_all(bill: Claim837I) -> None:
    paper = ub04(bill)
    if paper.printed.faults:
        assert paper.data == b""
        return
    pages = paper.boxes()
    rows = [page[f"service_day/{row}"] for page in pages for row in range(22) if f"service_day/{row}" in page]
    assert len(rows) == len(bill.lines)
    assert all(code in pages[0].values() for code in bill.diagnoses)
    total = pages[-1]["charge_dollars/22"] + pages[-1]["charge_cents/22"]
    assert int(total) == round(float(bill.charge) * 100)
