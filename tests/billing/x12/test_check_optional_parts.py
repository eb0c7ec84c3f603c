"""Papers beside the claim, accidents, and the parties of a line: each fault is told at its field."""

import pytest

from billing.x12.attachments import Attachment
from billing.x12.check_837p import check_claim
from billing.x12.claim_837p import Claim837P
from tests.billing.x12.claims import (
    ANNEX,
    REEVE,
    SPENCER,
    TODAY,
    a_claim,
    a_line,
)


def places(claim: Claim837P) -> set[tuple[str, str, int, str]]:
    return {(fault.loop, fault.segment, fault.element, fault.field) for fault in check_claim(claim, today=TODAY)}


PAPER = Attachment("OZ", "FX", "A1")
PARTS = {
    "eleven papers": (a_claim(attachments=(PAPER,) * 11), "2300", "PWK", 1, "attachments"),
    "report that is none": (
        a_claim(attachments=(PAPER._replace(report="ZZ"),)),
        "2300",
        "PWK",
        1,
        "attachments[0].report",
    ),
    "way that is none": (
        a_claim(attachments=(PAPER._replace(transmission="XX"),)),
        "2300",
        "PWK",
        2,
        "attachments[0].transmission",
    ),
    "paper without its number": (
        a_claim(attachments=(PAPER._replace(control_number=""),)),
        "2300",
        "PWK",
        6,
        "attachments[0].control_number",
    ),
    "line's paper with a long number": (
        a_claim(lines=(a_line(attachments=(PAPER._replace(control_number="A" * 51),)),)),
        "2400/1",
        "PWK",
        6,
        "lines[0].attachments[0].control_number",
    ),
    "cause that is none": (a_claim(related_causes=("XX",)), "2300", "CLM", 11, "related_causes"),
    "accident without its day": (a_claim(related_causes=("OA",)), "2300", "DTP*439", 3, "accident_on"),
    "day without its accident": (a_claim(accident_on="20250101"), "2300", "CLM", 11, "related_causes"),
    "car accident without its state": (
        a_claim(related_causes=("AA",), accident_on="20250101"),
        "2300",
        "CLM",
        11,
        "accident_state",
    ),
    "state without a car accident": (
        a_claim(related_causes=("EM",), accident_state="MA"),
        "2300",
        "CLM",
        11,
        "accident_state",
    ),
    "primary care without a referring provider": (
        a_claim(primary_care=SPENCER),
        "2310A",
        "NM1*P3",
        1,
        "primary_care",
    ),
    "primary care without NPI": (
        a_claim(referring=REEVE, primary_care=SPENCER._replace(npi="")),
        "2310A",
        "NM1*P3",
        9,
        "primary_care.npi",
    ),
    "line's rendering without NPI": (
        a_claim(lines=(a_line(rendering=SPENCER._replace(npi="")),)),
        "2420A/1",
        "NM1*82",
        9,
        "lines[0].rendering.npi",
    ),
    "line's facility with a short ZIP code": (
        a_claim(lines=(a_line(facility=ANNEX._replace(address=ANNEX.address._replace(zip_code="01970"))),)),
        "2420C/1",
        "N4",
        3,
        "lines[0].facility.address.zip_code",
    ),
    "line's supervising group": (
        a_claim(lines=(a_line(supervising=SPENCER._replace(is_person=False)),)),
        "2420D/1",
        "NM1*DQ",
        2,
        "lines[0].supervising.is_person",
    ),
    "line's ordering without a name": (
        a_claim(lines=(a_line(ordering=SPENCER._replace(last_name="")),)),
        "2420E/1",
        "NM1*DK",
        3,
        "lines[0].ordering.last_name",
    ),
    "line's referring without NPI": (
        a_claim(lines=(a_line(referring=SPENCER._replace(npi="")),)),
        "2420F/1",
        "NM1*DN",
        9,
        "lines[0].referring.npi",
    ),
    "line's referral of 51 characters": (
        a_claim(lines=(a_line(referral="R" * 51),)),
        "2400/1",
        "REF*9F",
        2,
        "lines[0].referral",
    ),
}


@pytest.mark.parametrize("name", PARTS)
def test_a_fault_of_an_optional_part_is_told_at_its_field(name: str) -> None:
    claim, *place = PARTS[name]
    assert tuple(place) in places(claim)
