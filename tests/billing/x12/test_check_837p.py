"""What is wrong with a claim is told before it is written: where, what was found, what to do; all of it at once."""

from datetime import timedelta

import pytest

from billing.x12.characters import alphabet_of
from billing.x12.check_837p import ClaimFault, check_claim
from billing.x12.claim_837p import Claim837P, Line837P
from billing.x12.parties import Address
from billing.x12.syntax import Separators
from tests.billing.x12.claims import (
    ADA,
    ANNEX,
    BEAM,
    BORIS,
    CLARA,
    HARBOR,
    MEDICARE,
    MUTUAL,
    REEVE,
    SOLO,
    SPENCER,
    TODAY,
    a_claim,
    a_dependants_claim,
    a_line,
    a_secondary_claim,
    varied_claims,
)

HOME = Address("1 ELM ST", "BOSTON", "MA", "02115")


def faults_of(claim: Claim837P) -> list[ClaimFault]:
    return check_claim(claim, today=TODAY)


def places(claim: Claim837P) -> set[tuple[str, str, int, str]]:
    return {(fault.loop, fault.segment, fault.element, fault.field) for fault in faults_of(claim)}


def with_line(**changes: object) -> Claim837P:
    """Return Ada's claim whose one line is changed, its total following."""
    line: Line837P = a_line()._replace(**changes)  # type: ignore[arg-type]
    return a_claim(lines=(line,), charge=line.charge)


def test_claims_of_every_shape_have_no_fault() -> None:
    assert [fault for claim in varied_claims(60) for fault in faults_of(claim)] == []


BILLING = {
    "NPI with a wrong check digit": (HARBOR._replace(npi="1245319598"), "NM1*85", 9, "billing.npi"),
    "NPI missing": (HARBOR._replace(npi=""), "NM1*85", 9, "billing.npi"),
    "NPI with a blank": (HARBOR._replace(npi="124531 9599"), "NM1*85", 9, "billing.npi"),
    "EIN of eight digits": (HARBOR._replace(tax_id="12345678"), "REF", 2, "billing.tax_id"),
    "EIN with its hyphen": (HARBOR._replace(tax_id="12-3456789"), "REF", 2, "billing.tax_id"),
    "practice with a social security number": (HARBOR._replace(tax_id_kind="SY"), "REF", 1, "billing.tax_id_kind"),
    "social security number with hyphens": (
        SOLO._replace(tax_id_kind="SY", tax_id="001-23-456"),
        "REF",
        2,
        "billing.tax_id",
    ),
    "name missing": (HARBOR._replace(name=""), "NM1*85", 3, "billing.name"),
    "name of 61 characters": (HARBOR._replace(name="H" * 61), "NM1*85", 3, "billing.name"),
    "name that becomes too long when spelled out": (HARBOR._replace(name="Æ" * 31), "NM1*85", 3, "billing.name"),
    "name in letters that no claim carries": (HARBOR._replace(name="病院"), "NM1*85", 3, "billing.name"),
    "name of delimiters only": (HARBOR._replace(name="***"), "NM1*85", 3, "billing.name"),
    "street missing": (
        HARBOR._replace(address=HOME._replace(street="", zip_code="021150001")),
        "N3",
        1,
        "billing.address.street",
    ),
    "ZIP code of five digits": (HARBOR._replace(address=HOME), "N4", 3, "billing.address.zip_code"),
    "ZIP code with a hyphen": (
        HARBOR._replace(address=HOME._replace(zip_code="02115-0001")),
        "N4",
        3,
        "billing.address.zip_code",
    ),
    "state that is none": (HARBOR._replace(address=HOME._replace(state="XX")), "N4", 2, "billing.address.state"),
    "city of one letter": (HARBOR._replace(address=HOME._replace(city="B")), "N4", 1, "billing.address.city"),
    "pay-to address without a state": (
        HARBOR._replace(pay_to=HOME._replace(state="")),
        "N4",
        2,
        "billing.pay_to.state",
    ),
    "taxonomy of nine characters": (HARBOR._replace(taxonomy="2085R0001"), "PRV", 3, "billing.taxonomy"),
}


@pytest.mark.parametrize("name", BILLING)
def test_a_faulty_billing_provider_is_told(name: str) -> None:
    billing, segment, element, field = BILLING[name]
    assert (segment, element, field) in {place[1:] for place in places(a_claim(billing=billing))}


@pytest.mark.parametrize(
    "street",
    ["PO BOX 12", "P.O. Box 12", "P O BOX 12", "Post Office Box 12", "POB 12", "LOCK BOX 12", "Lockbox 12", "Box 12"],
)
def test_a_post_office_box_is_no_billing_address(street: str) -> None:
    claim = a_claim(billing=HARBOR._replace(address=HARBOR.address._replace(street=street)))
    assert places(claim) == {("2010AA", "N3", 1, "billing.address.street")}


@pytest.mark.parametrize("street", ["12 BOXWOOD LANE", "1 POBLANO AVE", "7 LOCKE ST", "3 POST RD", "BOXFORD ST 4"])
def test_a_street_that_only_sounds_like_a_box_is_a_billing_address(street: str) -> None:
    assert faults_of(a_claim(billing=HARBOR._replace(address=HARBOR.address._replace(street=street)))) == []


def test_a_post_office_box_is_a_pay_to_address() -> None:
    pay_to = Address("PO BOX 9", "BOSTON", "MA", "02115")
    assert faults_of(a_claim(billing=HARBOR._replace(pay_to=pay_to))) == []


def test_a_person_may_bill_under_a_social_security_number_that_begins_with_00() -> None:
    assert faults_of(a_claim(billing=SOLO._replace(tax_id_kind="SY", tax_id="001234567"))) == []


CLAIMS = {
    "number of 21 characters": (a_claim(control_number="C" * 21), "CLM", 1, "control_number"),
    "number in small letters": (a_claim(control_number="c1"), "CLM", 1, "control_number"),
    "number missing": (a_claim(control_number=""), "CLM", 1, "control_number"),
    "total that is not the sum of the lines": (a_claim(charge="671"), "CLM", 2, "charge"),
    "total of nothing": (a_claim(charge="0"), "CLM", 2, "charge"),
    "total below nothing": (a_claim(charge="-670"), "CLM", 2, "charge"),
    "total with needless zeros": (a_claim(charge="670.00"), "CLM", 2, "charge"),
    "total with a leading zero": (a_claim(charge="0670"), "CLM", 2, "charge"),
    "total above the limit": (a_claim(charge="100000000"), "CLM", 2, "charge"),
    "place of service of one digit": (a_claim(place_of_service="1"), "CLM", 5, "place_of_service"),
    "frequency that is none": (a_claim(frequency="2"), "CLM", 5, "frequency"),
    "replacement without the payer's number": (a_claim(frequency="7"), "REF*F8", 2, "payer_claim_number"),
    "void without the payer's number": (a_claim(frequency="8"), "REF*F8", 2, "payer_claim_number"),
    "signature that is none": (a_claim(provider_signed="X"), "CLM", 6, "provider_signed"),
    "assignment that is none": (a_claim(assignment="P"), "CLM", 7, "assignment"),
    "benefits that are none": (a_claim(benefits_assigned=""), "CLM", 8, "benefits_assigned"),
    "release that is none": (a_claim(release_of_information="N"), "CLM", 9, "release_of_information"),
    "signature source that is none": (a_claim(patient_signature_source="B"), "CLM", 10, "patient_signature_source"),
    "note of 81 characters": (a_claim(note="X" * 81), "NTE", 2, "note"),
    "note with a line break": (a_claim(note="ONE\nTWO"), "NTE", 2, "note"),
    "note of a kind that is none": (a_claim(note="ONE", note_kind="ZZZ"), "NTE", 1, "note_kind"),
    "authorization of 51 characters": (a_claim(authorization="A" * 51), "REF*G1", 2, "authorization"),
    "amount paid that is none": (a_claim(patient_paid="x"), "AMT*F5", 2, "patient_paid"),
    "admitted on a day to come": (a_claim(admitted_on="20270101"), "DTP*435", 3, "admitted_on"),
    "discharged on no day": (a_claim(discharged_on="20250230"), "DTP*096", 3, "discharged_on"),
    "no diagnosis": (a_claim(diagnoses=()), "HI", 1, "diagnoses"),
    "thirteen diagnoses": (a_claim(diagnoses=tuple(f"C50{n}" for n in range(10, 23))), "HI", 1, "diagnoses"),
    "diagnosis twice": (a_claim(diagnoses=("C61", "C20", "C61")), "HI", 3, "diagnoses[2]"),
    "diagnosis with its point": (a_claim(diagnoses=("C50.911",)), "HI", 1, "diagnoses[0]"),
    "diagnosis in small letters": (a_claim(diagnoses=("c50911",)), "HI", 1, "diagnoses[0]"),
    "diagnosis of the ninth revision": (a_claim(diagnoses=("C61", "1749")), "HI", 2, "diagnoses[1]"),
    "no line": (a_claim(lines=()), "LX", 1, "lines"),
    "fifty-one lines": (
        a_claim(lines=tuple(a_line(n) for n in range(51)), charge="34170"),
        "LX",
        1,
        "lines",
    ),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_faulty_claim_is_told(name: str) -> None:
    claim, segment, element, field = CLAIMS[name]
    assert ("2300", segment, element, field) in places(claim)


PARTIES = {
    "member id of one character": (a_claim(subscriber=ADA._replace(member_id="1")), "2010BA", "subscriber.member_id"),
    "member id of 81 characters": (
        a_claim(subscriber=ADA._replace(member_id="1" * 81)),
        "2010BA",
        "subscriber.member_id",
    ),
    "filing indicator that is none": (
        a_claim(subscriber=ADA._replace(filing_indicator="XX")),
        "2000B",
        "subscriber.filing_indicator",
    ),
    "rank that is none": (a_claim(subscriber=BORIS._replace(rank="X")), "2000B", "subscriber.rank"),
    "Medicare second without a reason": (a_claim(subscriber=ADA._replace(rank="S")), "2000B", "subscriber.msp_type"),
    "reason that is none": (a_claim(subscriber=ADA._replace(msp_type="99")), "2000B", "subscriber.msp_type"),
    "patient without address": (a_claim(subscriber=ADA._replace(address=None)), "2010BA", "subscriber.address"),
    "patient without birth date": (a_claim(subscriber=ADA._replace(birth_on="")), "2010BA", "subscriber.birth_on"),
    "patient born in time to come": (
        a_claim(subscriber=ADA._replace(birth_on="20990101")),
        "2010BA",
        "subscriber.birth_on",
    ),
    "patient of no sex": (a_claim(subscriber=ADA._replace(sex="")), "2010BA", "subscriber.sex"),
    "dependant of no relationship": (
        a_dependants_claim(dependant=CLARA._replace(relationship="18")),
        "2000C",
        "dependant.relationship",
    ),
    "dependant without a last name": (
        a_dependants_claim(dependant=CLARA._replace(last_name=" ")),
        "2010CA",
        "dependant.last_name",
    ),
    "dependant without a street": (
        a_dependants_claim(dependant=CLARA._replace(address=HOME._replace(street=""))),
        "2010CA",
        "dependant.address.street",
    ),
    "dependant born on no day": (
        a_dependants_claim(dependant=CLARA._replace(birth_on="20110229")),
        "2010CA",
        "dependant.birth_on",
    ),
    "payer without id": (a_claim(payer=MEDICARE._replace(payer_id="")), "2010BB", "payer.payer_id"),
    "payer id of no kind": (a_claim(payer=MUTUAL._replace(id_kind="NI")), "2010BB", "payer.id_kind"),
    "payer's ZIP code of four digits": (
        a_claim(payer=MUTUAL._replace(address=HOME._replace(zip_code="0211"))),
        "2010BB",
        "payer.address.zip_code",
    ),
    "rendering NPI wrong": (a_claim(rendering=BEAM._replace(npi="1679576723")), "2310B", "rendering.npi"),
    "rendering taxonomy wrong": (a_claim(rendering=BEAM._replace(taxonomy="X")), "2310B", "rendering.taxonomy"),
    "referring NPI missing": (a_claim(referring=REEVE._replace(npi="")), "2310A", "referring.npi"),
    "supervising group": (a_claim(supervising=SPENCER._replace(is_person=False)), "2310D", "supervising.is_person"),
    "facility NPI wrong": (a_claim(facility=ANNEX._replace(npi="1")), "2310C", "facility.npi"),
    "facility with a short ZIP code": (
        a_claim(facility=ANNEX._replace(address=HOME)),
        "2310C",
        "facility.address.zip_code",
    ),
}


@pytest.mark.parametrize("name", PARTIES)
def test_a_faulty_party_is_told(name: str) -> None:
    claim, loop, field = PARTIES[name]
    assert (loop, field) in {(place[0], place[3]) for place in places(claim)}


def test_a_subscriber_who_is_not_the_patient_needs_no_address_and_no_birth_date() -> None:
    assert faults_of(a_dependants_claim(subscriber=BORIS._replace(address=None, birth_on="", sex=""))) == []


def test_medicare_second_with_its_reason_has_no_fault() -> None:
    assert faults_of(a_secondary_claim()) == []


LINES = {
    "control number of 31 characters": (with_line(control_number="L" * 31), "REF*6R", 2, "control_number"),
    "control number missing": (with_line(control_number=""), "REF*6R", 2, "control_number"),
    "code of six characters": (with_line(code="7742X9"), "SV1", 1, "code"),
    "code in small letters": (with_line(code="g6015"), "SV1", 1, "code"),
    "code missing": (with_line(code=""), "SV1", 1, "code"),
    "modifier of three letters": (with_line(modifiers=("ABC",)), "SV1", 1, "modifiers"),
    "modifier twice": (with_line(modifiers=("26", "26")), "SV1", 1, "modifiers"),
    "five modifiers": (with_line(modifiers=("26", "59", "76", "XE", "TC")), "SV1", 1, "modifiers"),
    "charge of nothing": (with_line(charge="0"), "SV1", 2, "charge"),
    "charge above the limit": (with_line(charge="100000000"), "SV1", 2, "charge"),
    "charge with three decimals": (with_line(charge="1.125"), "SV1", 2, "charge"),
    "unit that is none": (with_line(unit="DA"), "SV1", 3, "unit"),
    "units of nothing": (with_line(units="0"), "SV1", 4, "units"),
    "units below nothing": (with_line(units="-1"), "SV1", 4, "units"),
    "units missing": (with_line(units=""), "SV1", 4, "units"),
    "place of service that is none": (with_line(place_of_service="ZZ"), "SV1", 5, "place_of_service"),
    "pointer past the diagnoses": (with_line(pointers=(2,)), "SV1", 7, "pointers"),
    "pointer to nothing": (with_line(pointers=(0,)), "SV1", 7, "pointers"),
    "no pointer": (with_line(pointers=()), "SV1", 7, "pointers"),
    "pointer twice": (with_line(pointers=(1, 1)), "SV1", 7, "pointers"),
    "day of service to come": (with_line(service_on="20261123"), "DTP*472", 3, "service_on"),
    "day of service that does not exist": (with_line(service_on="20250229"), "DTP*472", 3, "service_on"),
    "day of service missing": (with_line(service_on=""), "DTP*472", 3, "service_on"),
    "day of service with hyphens": (with_line(service_on="2025-11-05"), "DTP*472", 3, "service_on"),
    "day of service before birth": (with_line(service_on="19500401"), "DTP*472", 3, "service_on"),
    "last day before the first": (with_line(service_through="20251104"), "DTP*472", 3, "service_through"),
    "last day to come": (with_line(service_through="20261123"), "DTP*472", 3, "service_through"),
    "unlisted code without a description": (with_line(code="77299"), "SV1", 1, "description"),
    "unlisted code with a blank description": (with_line(code="77399", description="  "), "SV1", 1, "description"),
    "description of 81 characters": (with_line(code="77299", description="D" * 81), "SV1", 1, "description"),
    "note of 81 characters": (with_line(note="D" * 81), "NTE", 2, "note"),
    "note of a kind for claims only": (with_line(note="D", note_kind="CER"), "NTE", 1, "note_kind"),
    "authorization of 51 characters": (with_line(authorization="A" * 51), "REF*G1", 2, "authorization"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_faulty_line_is_told(name: str) -> None:
    claim, segment, element, field = LINES[name]
    assert ("2400/1", segment, element, f"lines[0].{field}") in places(claim)


IDENTIFIERS = {
    "member id": a_claim(subscriber=ADA._replace(member_id="1EG4#TE5")),
    "group number": a_claim(subscriber=BORIS._replace(group_number="G~77")),
    "payer id": a_claim(payer=MUTUAL._replace(payer_id="60*54")),
    "authorization": a_claim(authorization="A:1"),
    "referral": a_claim(referral="R^1"),
    "number of the payer": a_claim(frequency="7", payer_claim_number="Pé1"),
    "record number": a_claim(medical_record_number="A_1"),
}


@pytest.mark.parametrize("name", IDENTIFIERS)
def test_an_identifier_that_the_file_cannot_carry_is_told(name: str) -> None:
    (fault,) = faults_of(IDENTIFIERS[name])
    assert "which this payer's files cannot carry" in fault.remedy


def test_a_partner_with_the_extended_set_takes_more_identifiers() -> None:
    claim = a_claim(medical_record_number="a_1#", subscriber=ADA._replace(member_id="1eg4@te5"))
    assert check_claim(claim, today=TODAY, alphabet=alphabet_of(extended=True)) == []


def test_a_partners_own_delimiters_are_no_part_of_an_identifier() -> None:
    claim = a_claim(medical_record_number="A/1")
    assert faults_of(claim) == []
    assert len(check_claim(claim, today=TODAY, alphabet=alphabet_of(Separators("/")))) == 1


def test_four_pointers_are_the_most() -> None:
    diagnoses = ("C61", "C20", "C180", "C7951", "Z510")
    assert faults_of(a_claim(diagnoses=diagnoses, lines=(a_line(pointers=(4, 3, 2, 1)),))) == []
    assert places(a_claim(diagnoses=diagnoses, lines=(a_line(pointers=(5, 4, 3, 2, 1)),))) == {
        ("2400/1", "SV1", 7, "lines[0].pointers")
    }


def test_two_lines_of_one_number_are_told_at_the_second() -> None:
    claim = a_claim(lines=(a_line(1), a_line(2), a_line(1)), charge="2010")
    assert places(claim) == {("2400/3", "REF*6R", 2, "lines[2].control_number")}


def test_today_is_no_day_to_come_but_tomorrow_is() -> None:
    claim = with_line(service_on=f"{TODAY:%Y%m%d}")
    assert check_claim(claim, today=TODAY) == []
    assert len(check_claim(claim, today=TODAY - timedelta(days=1))) == 1


def test_the_day_of_birth_is_no_day_before_birth() -> None:
    assert faults_of(with_line(service_on=ADA.birth_on)) == []


def test_the_dependants_birth_date_counts_not_the_subscribers() -> None:
    claim = a_dependants_claim(lines=(a_line(service_on="20120228"),))
    assert places(claim) == {("2400/1", "DTP*472", 3, "lines[0].service_on")}


def test_cents_add_up_exactly() -> None:
    lines = tuple(a_line(number, charge="0.1") for number in range(3))
    assert faults_of(a_claim(lines=lines, charge="0.3")) == []
    assert places(a_claim(lines=lines, charge="0.31")) == {("2300", "CLM", 2, "charge")}


def test_the_largest_amount_is_taken() -> None:
    assert faults_of(with_line(charge="99999999.99")) == []


def test_other_codes_may_be_named_as_unlisted() -> None:
    claim = with_line(code="77386")
    (fault,) = check_claim(claim, today=TODAY, unlisted_codes={"77386"})
    assert fault.field == "lines[0].description"


def test_all_faults_of_a_claim_are_told_at_once_in_the_order_of_the_guide() -> None:
    claim = a_claim(
        billing=HARBOR._replace(npi="1"),
        subscriber=ADA._replace(member_id=""),
        charge="1",
        rendering=BEAM._replace(npi="2"),
        lines=(a_line(1), a_line(2, code="X")),
    )
    assert [fault.loop for fault in faults_of(claim)] == ["2010AA", "2010BA", "2300", "2310B", "2400/2"]


def test_a_fault_says_what_was_found_and_what_to_do() -> None:
    (fault,) = faults_of(a_claim(charge="671"))
    assert fault.found == "671"
    assert fault.remedy == "The lines add up to 670.00; claim and lines must agree."


def test_a_remembered_verdict_is_the_verdict_of_that_value_only() -> None:
    wrong = a_claim(billing=HARBOR._replace(npi="1245319598"))
    assert len(faults_of(wrong)) == 1
    assert faults_of(a_claim()) == []
    assert len(faults_of(wrong)) == 1
