"""What is wrong with a bill is told before it is written: where, what was found, what to do; all of it at once."""

from datetime import timedelta
from typing import Any

import pytest

from billing.x12.characters import alphabet_of
from billing.x12.check_837i import check_claim
from billing.x12.claim_837i import Claim837I, Note, Occurrence, OccurrenceSpan, ValueCode
from billing.x12.parties import Address
from billing.x12.syntax import Separators
from tests.billing.x12.bill_faults import faults_of, places, with_line
from tests.billing.x12.claims import ANNEX, BEAM, CLARA, HARBOR, MUTUAL, REEVE, SOLO, SPENCER, TODAY
from tests.billing.x12.institutional_claims import (
    ADA_PART_A,
    BAY_HOSPITAL,
    a_bill,
    a_bill_line,
    a_dependants_bill,
    varied_bills,
)

HOME = Address("1 ELM ST", "BOSTON", "MA", "02115")


def an_adjustment(frequency: str, *conditions: str, **changes: Any) -> Claim837I:
    """Return a bill that takes the place of another, or takes it back."""
    return a_bill(frequency=frequency, payer_claim_number="P1", condition_codes=conditions, **changes)


def test_bills_of_every_shape_have_no_fault() -> None:
    assert [fault for bill in varied_bills(60) for fault in faults_of(bill)] == []


CLAIMS = {
    "number of 21 characters": (a_bill(control_number="C" * 21), "CLM", 1, "control_number"),
    "total that is not the sum of the lines": (a_bill(charge="671"), "CLM", 2, "charge"),
    "total of nothing": (a_bill(charge="0"), "CLM", 2, "charge"),
    "facility code of an inpatient bill": (a_bill(facility_code="11"), "CLM", 5, "facility_code"),
    "frequency of an interim bill": (a_bill(frequency="2"), "CLM", 5, "frequency"),
    "assignment that is none": (a_bill(assignment="P"), "CLM", 7, "assignment"),
    "benefits that are none": (a_bill(benefits_assigned=""), "CLM", 8, "benefits_assigned"),
    "release that is none": (a_bill(release_of_information="N"), "CLM", 9, "release_of_information"),
    "statement that never begins": (a_bill(statement_from=""), "DTP*434", 3, "statement_from"),
    "statement that begins on no day": (a_bill(statement_from="20250230"), "DTP*434", 3, "statement_from"),
    "statement that ends in time to come": (a_bill(statement_through="20261123"), "DTP*434", 3, "statement_through"),
    "statement that ends before it begins": (
        a_bill(statement_from="20251130", statement_through="20251101"),
        "DTP*434",
        3,
        "statement_through",
    ),
    "admission type that is none": (a_bill(admission_type="7"), "CL1", 1, "admission_type"),
    "admission source that is none": (a_bill(admission_source=""), "CL1", 2, "admission_source"),
    "patient status that is none": (a_bill(patient_status="1"), "CL1", 3, "patient_status"),
    "amount due that is none": (a_bill(estimated_due="25.50"), "AMT*F3", 2, "estimated_due"),
    "authorization of 51 characters": (a_bill(authorization="A" * 51), "REF*G1", 2, "authorization"),
    "referral that no file carries": (a_bill(referral="R*1"), "REF*9F", 2, "referral"),
    "record number of signs only": (a_bill(medical_record_number="--"), "REF*EA", 2, "medical_record_number"),
    "replacement without the payer's number": (
        a_bill(frequency="7", condition_codes=("D1",)),
        "REF*F8",
        2,
        "payer_claim_number",
    ),
    "payer's number of 51 characters": (a_bill(payer_claim_number="P" * 51), "REF*F8", 2, "payer_claim_number"),
    "note of a kind for professional claims": (a_bill(notes=(Note("CER", "X"),)), "NTE", 1, "notes[0].kind"),
    "note without text": (a_bill(notes=(Note("MED", " "),)), "NTE", 2, "notes[0].text"),
    "second note of 81 characters": (
        a_bill(notes=(Note("MED", "X"), Note("DGN", "X" * 81))),
        "NTE",
        2,
        "notes[1].text",
    ),
    "eleven notes": (a_bill(notes=(Note("MED", "X"),) * 11), "NTE", 0, "notes"),
    "billing note of 81 characters": (a_bill(billing_note="X" * 81), "NTE*ADD", 2, "billing_note"),
    "billing note with a line break": (a_bill(billing_note="ONE\nTWO"), "NTE*ADD", 2, "billing_note"),
    "no diagnosis": (a_bill(diagnoses=()), "HI*ABK", 1, "diagnoses"),
    "twenty-six diagnoses": (
        a_bill(diagnoses=tuple(f"C50{number}" for number in range(10, 36))),
        "HI*ABK",
        1,
        "diagnoses",
    ),
    "principal diagnosis with its point": (a_bill(diagnoses=("C50.911",)), "HI*ABK", 1, "diagnoses[0]"),
    "second diagnosis twice": (a_bill(diagnoses=("C61", "C20", "C20")), "HI*ABF", 2, "diagnoses[2]"),
    "fourteenth diagnosis in small letters": (
        a_bill(diagnoses=(*(f"C50{number}" for number in range(10, 23)), "c61")),
        "HI*ABF",
        1,
        "diagnoses[13]",
    ),
    "reason for the visit of the ninth revision": (a_bill(visit_reasons=("1749",)), "HI*APR", 1, "visit_reasons[0]"),
    "four reasons for the visit": (
        a_bill(visit_reasons=("R0789", "R0600", "R05", "R51")),
        "HI*APR",
        1,
        "visit_reasons",
    ),
    "reason for the visit twice": (a_bill(visit_reasons=("R0789", "R0789")), "HI*APR", 2, "visit_reasons[1]"),
    "span of a code of three signs": (
        a_bill(occurrence_spans=(OccurrenceSpan("741", "20250101", "20250102"),)),
        "HI*BI",
        1,
        "occurrence_spans[0].code",
    ),
    "span that begins on no day": (
        a_bill(occurrence_spans=(OccurrenceSpan("74", "20250230", "20250302"),)),
        "HI*BI",
        1,
        "occurrence_spans[0].first",
    ),
    "span that ends before it begins": (
        a_bill(occurrence_spans=(OccurrenceSpan("74", "20250102", "20250101"),)),
        "HI*BI",
        1,
        "occurrence_spans[0].last",
    ),
    "twenty-five spans": (
        a_bill(occurrence_spans=(OccurrenceSpan("74", "20250101", "20250102"),) * 25),
        "HI*BI",
        1,
        "occurrence_spans",
    ),
    "occurrence of a code in small letters": (
        a_bill(occurrences=(Occurrence("a1", "20250101"),)),
        "HI*BH",
        1,
        "occurrences[0].code",
    ),
    "thirteenth occurrence without a day": (
        a_bill(occurrences=(*(Occurrence("11", "20250101"),) * 12, Occurrence("11", ""))),
        "HI*BH",
        1,
        "occurrences[12].on",
    ),
    "twenty-five occurrences": (
        a_bill(occurrences=(Occurrence("11", "20250101"),) * 25),
        "HI*BH",
        1,
        "occurrences",
    ),
    "value of a code of one sign": (a_bill(value_codes=(ValueCode("A", "1"),)), "HI*BE", 1, "value_codes[0].code"),
    "value twice": (
        a_bill(value_codes=(ValueCode("A1", "1"), ValueCode("A1", "2"))),
        "HI*BE",
        2,
        "value_codes[1].code",
    ),
    "value of nothing": (a_bill(value_codes=(ValueCode("A1", "0"),)), "HI*BE", 1, "value_codes[0].amount"),
    "twenty-five values": (
        a_bill(value_codes=tuple(ValueCode(f"{number}", "1") for number in range(10, 35))),
        "HI*BE",
        1,
        "value_codes",
    ),
    "condition of one sign": (a_bill(condition_codes=("G",)), "HI*BG", 1, "condition_codes[0]"),
    "condition twice": (a_bill(condition_codes=("G0", "G0")), "HI*BG", 2, "condition_codes[1]"),
    "twenty-five conditions": (
        a_bill(condition_codes=tuple(f"{number}" for number in range(10, 35))),
        "HI*BG",
        1,
        "condition_codes",
    ),
    "a thousand lines": (
        a_bill(lines=tuple(a_bill_line(number) for number in range(1000)), charge="670000"),
        "LX",
        1,
        "lines",
    ),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_a_faulty_bill_is_told(name: str) -> None:
    bill, segment, element, field = CLAIMS[name]
    assert places(bill) == {("2300", segment, element, field)}


def test_a_bill_without_a_line_is_told() -> None:
    assert ("2300", "LX", 1, "lines") in places(a_bill(lines=()))


# --- adjustments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frequency", "reason"),
    [*(("7", reason) for reason in ("D0", "D1", "D2", "D7", "D8", "E0")), ("8", "D5"), ("8", "D6")],
)
def test_an_adjustment_with_one_reason_of_its_kind_has_no_fault(frequency: str, reason: str) -> None:
    assert faults_of(an_adjustment(frequency, "G0", reason)) == []


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_an_adjustment_without_a_reason_is_told_which_there_are(frequency: str) -> None:
    (fault,) = faults_of(an_adjustment(frequency, "G0"))
    assert (fault.segment, fault.field) == ("HI*BG", "condition_codes")
    assert "exactly one of D" in fault.remedy


def test_an_adjustment_with_two_reasons_is_told() -> None:
    (fault,) = faults_of(an_adjustment("7", "D0", "D1"))
    assert (fault.field, fault.found) == ("condition_codes", "D0 D1")


@pytest.mark.parametrize(("frequency", "reason"), [("7", "D5"), ("8", "D1"), ("7", "D3"), ("7", "D4"), ("8", "D4")])
def test_a_reason_of_another_kind_of_bill_is_told_at_its_place(frequency: str, reason: str) -> None:
    assert ("2300", "HI*BG", 2, "condition_codes[1]") in places(an_adjustment(frequency, "G0", reason))


def test_a_first_bill_has_no_reason_of_an_adjustment() -> None:
    (fault,) = faults_of(a_bill(condition_codes=("D1",)))
    assert (fault.field, fault.found) == ("condition_codes[0]", "D1")
    assert "first bill" in fault.remedy


def test_any_other_change_needs_remarks() -> None:
    assert places(an_adjustment("7", "D9")) == {("2300", "NTE*ADD", 2, "billing_note")}
    assert faults_of(an_adjustment("7", "D9", billing_note="LINES OF TWO COURSES WERE MIXED")) == []


# --- parties --------------------------------------------------------------------------------------------------------

PARTIES = {
    "person who bills": (a_bill(billing=SOLO._replace(pay_to=None)), "2010AA", "billing.is_person"),
    "hospital with a wrong check digit": (a_bill(billing=HARBOR._replace(npi="1245319598")), "2010AA", "billing.npi"),
    "hospital at a post office box": (
        a_bill(billing=BAY_HOSPITAL._replace(address=BAY_HOSPITAL.address._replace(street="PO BOX 1"))),
        "2010AA",
        "billing.address.street",
    ),
    "hospital with a social security number": (
        a_bill(billing=BAY_HOSPITAL._replace(tax_id_kind="SY")),
        "2010AA",
        "billing.tax_id_kind",
    ),
    "member id of one character": (
        a_bill(subscriber=ADA_PART_A._replace(member_id="1")),
        "2010BA",
        "subscriber.member_id",
    ),
    "payer without id": (a_bill(payer=MUTUAL._replace(payer_id="")), "2010BB", "payer.payer_id"),
    "dependant of no relationship": (
        a_dependants_bill(dependant=CLARA._replace(relationship="18")),
        "2000C",
        "dependant.relationship",
    ),
    "attending provider missing": (a_bill(attending=None), "2310A", "attending"),
    "attending NPI wrong": (a_bill(attending=BEAM._replace(npi="1")), "2310A", "attending.npi"),
    "attending specialty missing": (a_bill(attending=SPENCER), "2310A", "attending.taxonomy"),
    "attending specialty wrong": (a_bill(attending=BEAM._replace(taxonomy="X")), "2310A", "attending.taxonomy"),
    "group that attends": (a_bill(attending=BEAM._replace(is_person=False)), "2310A", "attending.is_person"),
    "rendering NPI missing": (a_bill(rendering=SPENCER._replace(npi="")), "2310D", "rendering.npi"),
    "group that renders": (a_bill(rendering=SPENCER._replace(is_person=False)), "2310D", "rendering.is_person"),
    "department with a short ZIP code": (
        a_bill(facility=ANNEX._replace(address=HOME)),
        "2310E",
        "facility.address.zip_code",
    ),
    "referring name missing": (a_bill(referring=REEVE._replace(last_name="")), "2310F", "referring.last_name"),
}


@pytest.mark.parametrize("name", PARTIES)
def test_a_faulty_party_is_told(name: str) -> None:
    bill, loop, field = PARTIES[name]
    assert {(place[0], place[3]) for place in places(bill)} == {(loop, field)}


# --- all of it ------------------------------------------------------------------------------------------------------


def test_all_faults_of_a_bill_are_told_at_once_in_the_order_of_the_guide() -> None:
    bill = a_bill(
        billing=BAY_HOSPITAL._replace(npi="1"),
        subscriber=ADA_PART_A._replace(member_id=""),
        charge="1",
        attending=BEAM._replace(npi="2"),
        condition_codes=("D1",),
        lines=(a_bill_line(1), a_bill_line(2, code="X")),
    )
    assert [fault.loop for fault in faults_of(bill)] == ["2010AA", "2010BA", "2300", "2300", "2310A", "2400/2"]


def test_a_fault_says_what_was_found_and_what_to_do() -> None:
    (fault,) = faults_of(with_line(service_on="20251201"))
    assert fault.found == "20251201"
    assert fault.remedy == (
        "It lies outside the days of the statement, 20251101 to 20251130; correct the day or the statement."
    )


def test_wrong_days_of_the_statement_are_told_once_and_not_at_each_line() -> None:
    assert [fault.field for fault in faults_of(a_bill(statement_through="20251100"))] == ["statement_through"]


def test_today_is_no_day_to_come_but_tomorrow_is() -> None:
    day = f"{TODAY:%Y%m%d}"
    bill = a_bill(lines=(a_bill_line(service_on=day),), statement_through=day)
    assert check_claim(bill, today=TODAY) == []
    fields = [fault.field for fault in check_claim(bill, today=TODAY - timedelta(days=1))]
    assert fields == ["statement_through", "lines[0].service_on"]


def test_a_partners_own_delimiters_are_no_part_of_an_identifier() -> None:
    bill = a_bill(medical_record_number="A/1")
    assert faults_of(bill) == []
    assert len(check_claim(bill, today=TODAY, alphabet=alphabet_of(Separators("/")))) == 1


def test_other_codes_may_be_named_as_unlisted() -> None:
    (fault,) = check_claim(with_line(), today=TODAY, unlisted_codes={"77386"})
    assert fault.field == "lines[0].description"
