"""A fault is shown at its segments, and says what kind of thing must be opened to mend it."""

from typing import Any

import pytest

from billing.x12 import check_837i
from billing.x12.attachments import Attachment
from billing.x12.check_837p import ClaimFault, check_claim
from billing.x12.claim_837i import Claim837I, Occurrence
from billing.x12.claim_837p import Claim837P
from billing.x12.explain import Mends, Row, cut_claim, explain, mended_by, places_of
from tests.billing.x12.claims import (
    ADA,
    ANNEX,
    BEAM,
    CLARA,
    HARBOR,
    MEDICARE,
    REEVE,
    TODAY,
    a_claim,
    a_decision,
    a_dependants_claim,
    a_file,
    a_line,
    a_primary_payer,
    a_secondary_claim,
)
from tests.billing.x12.institutional_claims import a_bill, a_bill_file, a_bill_line


def marked(claim: Claim837P | Claim837I) -> tuple[list[str], Mends]:
    """Return the segments of the claim's only fault, and what mends it."""
    fault, rows = only_fault(claim)
    mends = mended_by(fault.field, patient_is_subscriber=claim.dependant is None)
    return [rows[place].segment for place in places_of(fault, rows)], mends


def only_fault(claim: Claim837P | Claim837I) -> tuple[ClaimFault, tuple[Row, ...]]:
    if isinstance(claim, Claim837P):
        (fault,), text = check_claim(claim, today=TODAY), a_file(claim).text
    else:
        (fault,), text = check_837i.check_claim(claim, today=TODAY), a_bill_file(claim).text
    cut = cut_claim(text.encode(), claim.control_number)
    assert cut is not None
    return fault, explain(cut)


PROFESSIONAL: dict[str, tuple[dict[str, Any], str, Mends]] = {
    "NPI of who bills": ({"billing": HARBOR._replace(npi="1245319598")}, "NM1*85", Mends.FACILITY),
    "street of who bills": (
        {"billing": HARBOR._replace(address=HARBOR.address._replace(street="PO BOX 1"))},
        "N3*PO BOX 1",
        Mends.FACILITY,
    ),
    "ZIP code of the place": (
        {"facility": ANNEX._replace(address=ANNEX.address._replace(zip_code="01970"))},
        "N4*SALEM*MA*01970",
        Mends.FACILITY,
    ),
    "birth date of the patient": ({"subscriber": ADA._replace(birth_on="")}, "NM1*IL", Mends.PATIENT),
    "sex of the patient": ({"subscriber": ADA._replace(sex="X")}, "DMG", Mends.PATIENT),
    "member id": ({"subscriber": ADA._replace(member_id="1")}, "NM1*IL", Mends.COVERAGE),
    "kind of plan": ({"subscriber": ADA._replace(filing_indicator="XX")}, "SBR", Mends.PAYER),
    "payer id": ({"payer": MEDICARE._replace(payer_id="1")}, "NM1*PR", Mends.PAYER),
    "charge": ({"charge": "671"}, "CLM", Mends.CLAIM),
    "place of service": ({"place_of_service": "1"}, "CLM", Mends.FACILITY),
    "payer's number of what is replaced": ({"frequency": "7"}, "CLM", Mends.CLAIM),
    "authorization": ({"authorization": "A" * 51}, "REF*G1", Mends.AUTHORIZATION),
    "admission": ({"admitted_on": "20990101"}, "DTP*435", Mends.ENCOUNTER),
    "diagnosis": ({"diagnoses": ("C50.911",)}, "HI", Mends.COURSE),
    "note": ({"note": "N" * 81}, "NTE", Mends.CLAIM),
    "attachment": ({"attachments": (Attachment("QQ", "AA"),)}, "PWK", Mends.CLAIM),
    "NPI of the rendering provider": ({"rendering": BEAM._replace(npi="1679576721")}, "NM1*82", Mends.PROVIDER),
    "specialty of the rendering provider": ({"rendering": BEAM._replace(taxonomy="X")}, "PRV*PE", Mends.PROVIDER),
    "referring provider without a name": ({"referring": REEVE._replace(last_name="")}, "NM1*DN", Mends.PROVIDER),
}


@pytest.mark.parametrize("name", PROFESSIONAL)
def test_a_fault_of_a_professional_claim_is_shown_at_its_segment(name: str) -> None:
    changes, segment, mends = PROFESSIONAL[name]
    segments, found = marked(a_claim(**changes))
    assert [one[: len(segment)] for one in segments] == [segment]
    assert found is mends


@pytest.mark.parametrize(
    ("changes", "segment", "mends"),
    [
        ({"code": "7738"}, "SV1*HC:7738*", Mends.LINE),
        ({"service_on": "20990101"}, "DTP*472*D8*20990101", Mends.LINE),
        ({"pointers": (4,)}, "SV1", Mends.LINE),
        ({"control_number": "L-1-"}, "REF*6R*L-1-", Mends.LINE),
        ({"authorization": "A" * 51}, "REF*G1", Mends.AUTHORIZATION),
        ({"note": "N" * 81}, "NTE", Mends.LINE),
        ({"rendering": REEVE._replace(npi="1114920000")}, "NM1*82", Mends.PROVIDER),
        ({"code": "77299"}, "SV1*HC:77299", Mends.LINE),
    ],
)
def test_a_fault_of_a_line_is_shown_at_that_line_only(changes: dict[str, Any], segment: str, mends: Mends) -> None:
    lines = (a_line(1), a_line(2, **changes), a_line(3))
    fault, rows = only_fault(a_claim(lines=lines, charge="2010"))
    (place,) = places_of(fault, rows)
    assert rows[place].segment.startswith(segment)
    assert rows[place].number == 2
    assert mended_by(fault.field, patient_is_subscriber=True) is mends


def test_the_fault_of_a_dependant_is_the_patients_and_the_holders_is_the_coverages() -> None:
    assert marked(a_dependants_claim(dependant=CLARA._replace(sex="X"))) == (["DMG*D8*20120229*X"], Mends.PATIENT)
    assert marked(a_dependants_claim(dependant=CLARA._replace(relationship="99")))[1] is Mends.COVERAGE
    nameless = a_dependants_claim()._replace(subscriber=a_dependants_claim().subscriber._replace(last_name=""))
    segments, mends = marked(nameless)
    assert segments[0].startswith("NM1*IL")
    assert mends is Mends.COVERAGE


def test_a_fault_of_another_payer_is_shown_in_its_own_loop() -> None:
    claim = a_secondary_claim(other_payers=(a_primary_payer(claim_number="X" * 51),))
    fault, rows = only_fault(claim)
    (place,) = places_of(fault, rows)
    assert (rows[place].loop, rows[place].segment[:6]) == ("2330B", "REF*F8")
    assert mended_by(fault.field, patient_is_subscriber=True) is Mends.REMITTANCE


def test_a_fault_of_a_decision_is_shown_at_the_line_it_was_about() -> None:
    claim = a_secondary_claim(lines=(a_line(adjudications=(a_decision(code="7738"),)),))
    segments, mends = marked(claim)
    assert segments == ["SVD*60054*500*HC:7738**1"]
    assert mends is Mends.REMITTANCE


INSTITUTIONAL: dict[str, tuple[dict[str, Any], str, Mends]] = {
    "attending provider missing": ({"attending": None}, "CLM", Mends.COURSE),
    "specialty of the attending provider": ({"attending": BEAM._replace(taxonomy="")}, "NM1*71", Mends.PROVIDER),
    "statement": ({"statement_through": "20990101"}, "DTP*434", Mends.CLAIM),
    "patient status": ({"patient_status": "00"}, "CL1", Mends.ENCOUNTER),
    "reason for the visit": ({"visit_reasons": ("R07.89",)}, "HI*APR", Mends.COURSE),
    "condition code": ({"condition_codes": ("G00",)}, "HI*BG", Mends.CLAIM),
    "occurrence": ({"occurrences": (Occurrence("11", "20990101"),)}, "HI*BH", Mends.CLAIM),
    "revenue code": ({"lines": (a_bill_line(revenue_code="333"),)}, "SV2*333", Mends.LINE),
}


@pytest.mark.parametrize("name", INSTITUTIONAL)
def test_a_fault_of_an_institutional_claim_is_shown_at_its_segment(name: str) -> None:
    changes, segment, mends = INSTITUTIONAL[name]
    segments, found = marked(a_bill(**changes))
    assert [one[: len(segment)] for one in segments] == [segment]
    assert found is mends


def test_a_second_diagnosis_is_shown_among_the_others_of_an_institutional_claim() -> None:
    segments, _ = marked(a_bill(diagnoses=("C50911", "C50.912")))
    assert segments == ["HI*ABF:C50.912"]


def test_a_fault_without_any_row_has_no_place() -> None:
    fault, _ = only_fault(a_claim(charge="671"))
    assert places_of(fault, ()) == ()
