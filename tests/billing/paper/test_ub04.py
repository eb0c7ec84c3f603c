"""Each part of an institutional claim stands in the form locator of the UB-04 that is meant for it."""

import pytest

from billing.x12.claim_837i import Note, Occurrence, OccurrenceSpan, ValueCode
from tests.billing.paper.printed import one_page, ub04, written
from tests.billing.x12.claims import (
    BEAM,
    BORIS,
    MUTUAL,
    REEVE,
    SPENCER,
    a_primary_payer,
)
from tests.billing.x12.institutional_claims import (
    ADA_PART_A,
    CAPE_HOSPITAL,
    a_bill,
    a_bill_line,
    a_dependants_bill,
)


def test_text_stands_on_the_lines_and_columns_of_the_form() -> None:
    (page,) = ub04(a_bill()).pages()
    assert page[2, 78] == "0131"
    assert page[6, 1] == "ARCHER, ADA"
    assert page[18, 0] == "0333"
    assert page[18, 30] == "77386"
    assert page[40, 0] == "0001"
    assert page[53, 1] == "C50911"
    assert page[56, 59] == BEAM.npi


@pytest.mark.parametrize(("frequency", "reason"), [("7", "D1"), ("8", "D5")])
def test_a_bill_that_is_sent_again_says_so_in_its_type_and_names_the_payers_number(frequency: str, reason: str) -> None:
    bill = a_bill(frequency=frequency, payer_claim_number="P77", condition_codes=(reason, "G0"))
    page = one_page(ub04(bill))
    assert (page["bill_type"], page["payer_number/0"]) == (f"013{frequency}", "P77")
    assert written(page, "condition_.*") == [reason, "G0"]


def test_the_head_names_hospital_patient_and_statement() -> None:
    page = one_page(ub04(a_bill(billing=CAPE_HOSPITAL, medical_record_number="A-1"), phone="6175550100"))
    assert written(page, "billing/.*") == ["CAPE HOSPITAL", "9 CAPE RD EAST WING", "LYNN MA 01901-1234", "6175550100"]
    assert written(page, "pay_to/.*") == ["CAPE HOSPITAL", "PO BOX 12", "LYNN MA 01903-0012"]
    assert (page["tax_id"], page["account"], page["record"]) == ("98-7654321", "B000001", "A-1")
    assert written(page, "statement_.*") == ["110125", "113025"]
    assert (page["birth"], page["sex"]) == ("04021950", "F")
    assert written(page, "patient_.*") == ["ARCHER, ADA", "1 ELM ST", "BOSTON", "MA", "02115"]
    assert written(page, "admission_.*|status") == ["3", "1", "01"]


def test_a_dependant_is_the_patient_of_somebody_elses_policy() -> None:
    page = one_page(ub04(a_dependants_bill()))
    assert (page["patient_name"], page["insured_name/0"], page["relation/0"]) == ("CRANE, CLARA", "CRANE, CARL", "19")


def test_occurrences_spans_and_values_run_across_and_then_down() -> None:
    bill = a_bill(
        occurrences=tuple(Occurrence(f"{code}", f"202501{code}") for code in range(11, 17)),
        occurrence_spans=tuple(OccurrenceSpan(f"{code}", "20250101", "20250109") for code in (70, 71, 72)),
        value_codes=(ValueCode("A1", "12.5"), ValueCode("61", "35"), ValueCode("A2", "1234.56"), ValueCode("A3", "3")),
    )
    page = one_page(ub04(bill))
    assert [page[f"occurrence_{column}/0"] for column in range(1, 5)] == ["11", "12", "13", "14"]
    assert (page["occurrence_1/1"], page["occurrence_day_2/1"]) == ("15", "011625")
    assert (page["span_1/1"], page["span_from_1/1"], page["span_through_1/1"]) == ("72", "010125", "010925")
    assert [page[f"value_{column}/0"] for column in (1, 2, 3)] == ["A1", "61", "A2"]
    assert (page["value_1/1"], page["value_dollars_3/0"], page["value_cents_3/0"]) == ("A3", "1234", "56")


def test_diagnoses_stand_nine_to_a_row_with_their_version() -> None:
    codes = tuple(f"C50{number}" for number in range(10, 28))
    page = one_page(ub04(a_bill(diagnoses=codes, visit_reasons=("R0789", "R0600"))))
    assert page["code_version"] == "0"
    assert [page[f"diagnosis_{column}/0"] for column in range(1, 10)] == list(codes[:9])
    assert [page[f"diagnosis_{column}/1"] for column in range(1, 10)] == list(codes[9:])
    assert written(page, "reason_.*") == ["R0789", "R0600"]


def test_a_line_says_revenue_code_procedure_day_units_and_charges() -> None:
    line = a_bill_line(modifiers=("PO", "76"), units="2", charge="1234.5", not_covered="34.5")
    page = one_page(ub04(a_bill(lines=(line,), charge="1234.5")))
    assert written(page, "(revenue_code|procedure|service_day|units|charge_.*|not_covered_.*)/0") == [
        *("0333", "77386PO76", "110525", "2", "1234", "50", "34", "50")
    ]
    assert written(page, "(revenue_code|charge_.*|not_covered_.*)/22") == ["0001", "1234", "50", "34", "50"]


def test_more_than_22_lines_make_pages_with_the_total_on_the_last() -> None:
    lines = tuple(a_bill_line(number) for number in range(1, 51))
    pages = ub04(a_bill(lines=lines, charge="33500")).boxes()
    assert [written(page, "page|pages") for page in pages] == [["1", "3"], ["2", "3"], ["3", "3"]]
    assert [len(written(page, "procedure/.*")) for page in pages] == [22, 22, 6]
    assert [written(page, "charge_.*/22") for page in pages] == [[], [], ["33500", "00"]]
    assert {page["made_on"] for page in pages} == {"112226"}
    assert {(page["account"], page["patient_name"], page["npi"]) for page in pages} == {
        ("B000001", "ARCHER, ADA", "1245319599")
    }


def test_payers_stand_in_the_order_in_which_they_pay() -> None:
    bill = a_bill(
        subscriber=ADA_PART_A._replace(rank="S"),
        other_payers=(a_primary_payer(authorization="OTHER-AUTH"),),
        authorization="AUTH1",
    )
    page = one_page(ub04(bill))
    assert written(page, "payer/.*") == ["BAY MUTUAL", "MEDICARE PART A"]
    assert (page["paid_dollars/0"], page["paid_cents/0"]) == ("500", "00")
    assert written(page, "relation/.*") == ["01", "18"]
    assert written(page, "authorization/.*") == ["OTHER-AUTH", "AUTH1"]
    assert written(page, "insured_name/.*") == ["ARCHER, ALAN", "ARCHER, ADA"]
    assert page["payer_number/0"] == "2025320000111"


def test_a_policy_stands_with_member_and_group() -> None:
    page = one_page(ub04(a_bill(payer=MUTUAL, subscriber=BORIS)))
    assert written(page, "(member_id|group_.*|plan_id|release|assigned)/0") == ["60054", "Y", "Y", "BM0001234", "G-77"]


def test_who_attends_renders_and_refers_is_named_once_each() -> None:
    page = one_page(ub04(a_bill(rendering=SPENCER, referring=REEVE)))
    assert written(page, "attending_.*") == [BEAM.npi, "BEAM", "ANN"]
    assert written(page, "other_.*_1") == ["82", SPENCER.npi, "SPENCER MD", "STELLA Q"]
    assert written(page, "other_.*_2") == ["DN", REEVE.npi, "REEVE", "REFA"]
    same = one_page(ub04(a_bill(rendering=BEAM)))
    assert written(same, "other_.*") == []


def test_remarks_are_parted_between_words_and_the_first_line_is_shorter() -> None:
    bill = a_bill(notes=(Note("MED", "CISPLATIN WEEKLY"),), billing_note="COUNTED TWICE BY MISTAKE")
    page = one_page(ub04(bill))
    assert written(page, "remark_.*") == ["CISPLATIN WEEKLY", "COUNTED TWICE BY MISTAKE"]


def test_the_specialty_of_the_hospital_stands_with_its_qualifier() -> None:
    page = one_page(ub04(a_bill()))
    assert (page["code_kind"], page["code_value"]) == ("B3", "282N00000X")
