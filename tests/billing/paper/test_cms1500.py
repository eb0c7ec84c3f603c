"""Each part of a professional claim stands in the box of the CMS-1500 that is meant for it, in the form's own form."""

from datetime import date
from typing import Any

import pytest

from billing.x12.attachments import Attachment
from tests.billing.paper.printed import cms1500, one_page, written
from tests.billing.x12.claims import (
    ADA,
    ANNEX,
    BORIS,
    MUTUAL,
    REEVE,
    SOLO,
    SPENCER,
    a_claim,
    a_decision,
    a_dependants_claim,
    a_line,
    a_primary_payer,
    a_secondary_claim,
)

BORIS_ALONE: dict[str, Any] = {"payer": MUTUAL, "subscriber": BORIS}


def test_text_stands_on_the_lines_and_columns_of_the_form() -> None:
    (page,) = cms1500(a_claim()).pages()
    assert page[8, 50] == "1EG4TE5MK72"
    assert page[10, 1] == "ARCHER, ADA"
    assert page[38, 3] == "C50911"
    assert page[44, 25] == "77386"
    assert page[56, 1] == "123456789"
    assert page[61, 51] == "1245319599"


def test_the_first_box_begins_where_the_manual_says() -> None:
    (marks,) = cms1500(a_claim()).points()
    left = min(x for x, _, _ in marks)
    first_line = next(y for _, y, text in marks if text == "1EG4TE5MK72")
    assert left == pytest.approx(0.30 * 72)
    # The top line of the form lies 1.33 inch below the edge, the first box is two lines high.
    assert 792 - 1.33 * 72 - 24 < first_line < 792 - 1.33 * 72 - 12


def test_days_stand_in_three_parts_and_money_without_a_point() -> None:
    line = a_line(charge="1234.5", service_on="20250103", service_through="20250107")
    page = one_page(cms1500(a_claim(lines=(line,), charge="1234.5")))
    assert written(page, "birth_.*") == ["04", "02", "1950"]
    assert written(page, "(from|through)_.*") == ["01", "03", "25", "01", "07", "25"]
    assert written(page, "charge_.*") == ["1234", "50"]
    assert written(page, "total_.*") == ["1234", "50"]


def test_pointers_are_letters_and_diagnoses_run_across() -> None:
    codes = tuple(f"C50{number}" for number in range(10, 22))
    page = one_page(cms1500(a_claim(diagnoses=codes, lines=(a_line(pointers=(12, 1, 5)),))))
    assert page["pointers/0"] == "LAE"
    assert [page[f"diagnosis_{column}/0"] for column in range(1, 5)] == list(codes[:4])
    assert page["diagnosis_4/2"] == codes[11]
    assert page["code_version"] == "0"


def test_modifiers_place_units_and_the_words_for_an_unlisted_code() -> None:
    line = a_line(
        code="77299", modifiers=("26", "59"), place_of_service="22", units="1.5", description="Planning on a phantom"
    )
    page = one_page(cms1500(a_claim(lines=(line,))))
    assert page["supplement/0"] == "ZZPLANNING ON A PHANTOM"
    assert written(page, "(procedure|modifier_.|place|units)/0") == ["22", "77299", "26", "59", "1.5"]


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_claim_that_is_sent_again_says_why_and_which(frequency: str) -> None:
    page = one_page(cms1500(a_claim(frequency=frequency, payer_claim_number="20253200001")))
    assert (page["resubmission_code"], page["original_number"]) == (frequency, "20253200001")


def test_a_first_claim_has_no_resubmission_code() -> None:
    assert written(one_page(cms1500(a_claim())), "resubmission_code|original_number") == []


def test_authorization_hospital_days_and_what_else_is_known() -> None:
    paper = Attachment("OZ", "FX", "REPORT-17")
    given = a_claim(
        authorization="AUTH1",
        admitted_on="20251101",
        discharged_on="20251109",
        note="Replanned",
        attachments=(paper,),
    )
    page = one_page(cms1500(given))
    assert page["authorization"] == "AUTH1"
    assert written(page, "(admitted|discharged)_.*") == ["11", "01", "2025", "11", "09", "2025"]
    assert page["more"] == "REPLANNED   PWKOZFXREPORT-17"


def test_a_car_accident_has_its_state_and_day() -> None:
    given = a_claim(related_causes=("AA", "EM"), accident_state="MA", accident_on="20241230")
    page = one_page(cms1500(given))
    assert written(page, "work_.*|car_.*|accident_.*") == ["X", "X", "X", "MA"]
    assert {"work_yes", "car_yes", "accident_no"} < set(page)
    assert written(page, "other_(date_kind|month|day|year)") == ["439", "12", "30", "2024"]


@pytest.mark.parametrize(
    ("changes", "role", "name"),
    [
        ({"referring": REEVE, "supervising": SPENCER}, "DN", "REFA REEVE"),
        ({"supervising": SPENCER}, "DQ", "STELLA Q SPENCER MD"),
        ({"lines": (a_line(ordering=SPENCER),), "supervising": REEVE}, "DK", "STELLA Q SPENCER MD"),
    ],
)
def test_box_17_names_the_referring_before_the_ordering_before_the_supervising_provider(
    changes: dict[str, Any], role: str, name: str
) -> None:
    page = one_page(cms1500(a_claim(**changes)))
    assert (page["source_role"], page["source_name"]) == (role, name)


def test_who_renders_is_the_lines_own_the_claims_or_the_person_who_bills() -> None:
    lines = (a_line(1, rendering=REEVE), a_line(2))
    assert written(one_page(cms1500(a_claim(lines=lines, charge="1340"))), "rendering_npi.*") == [
        REEVE.npi,
        "1679576722",
    ]
    assert one_page(cms1500(a_claim(billing=SOLO, rendering=None)))["rendering_npi/0"] == SOLO.npi
    assert written(one_page(cms1500(a_claim(rendering=None))), "rendering_npi.*") == []


def test_the_place_of_service_is_named_even_where_it_is_the_billing_address() -> None:
    assert one_page(cms1500(a_claim()))["facility/0"] == "HARBOR RADIATION ONCOLOGY"
    page = one_page(cms1500(a_claim(facility=ANNEX)))
    assert written(page, "facility.*") == ["HARBOR ANNEX", "7 QUAY ST", "SALEM MA 01970-1234", ANNEX.npi]


def test_who_bills_stands_with_telephone_tax_id_and_signature() -> None:
    page = one_page(cms1500(a_claim(billing=SOLO), phone="6175550100", signed_on=date(2026, 11, 22)))
    assert written(page, "billing/.*") == ["SOL PRACTICE", "9 CAPE RD FLOOR 2", "LYNN MA 01901-1234"]
    assert (page["area_code"], page["phone"]) == ("617", "5550100")
    assert "is_employer_number" in page
    assert (page["signature"], page["signed_on"]) == ("SIGNATURE ON FILE", "11 22 2026")


@pytest.mark.parametrize(("assignment", "box"), [("A", "assignment_yes"), ("C", "assignment_no")])
def test_assignment_is_checked(assignment: str, box: str) -> None:
    assert box in one_page(cms1500(a_claim(assignment=assignment)))


@pytest.mark.parametrize(
    ("indicator", "group", "box"),
    [
        ("MB", "", "medicare"),
        ("MC", "", "medicaid"),
        ("CH", "", "tricare"),
        ("CI", "G1", "group_plan"),
        ("CI", "", "other_plan"),
    ],
)
def test_the_kind_of_insurance_is_checked(indicator: str, group: str, box: str) -> None:
    policy = ADA._replace(filing_indicator=indicator, group_number=group)
    assert box in one_page(cms1500(a_claim(subscriber=policy)))


# --- who is insured -------------------------------------------------------------------------------------------------


def test_a_policy_of_the_patient_names_him_as_insured() -> None:
    page = one_page(cms1500(a_claim(**BORIS_ALONE)))
    assert (page["patient_name"], page["insured_name"]) == ("BLOOM JR, BORIS, J", "BLOOM JR, BORIS, J")
    assert written(page, "insured_(street|city|state|zip)") == ["22 OAK AVE APT 3", "SALEM", "MA", "01970-1111"]
    assert (page["insured_group"], page["insured_plan"]) == ("G-77", "BAY MUTUAL")
    assert {"self", "another_plan_no", "insured_male"} < set(page)


def test_a_dependant_is_the_patient_of_somebody_elses_policy() -> None:
    page = one_page(cms1500(a_dependants_claim()))
    assert (page["patient_name"], page["insured_name"]) == ("CRANE, CLARA", "CRANE, CARL")
    assert "child" in page
    assert page["patient_street"] == "5 ASH RD"


def test_another_payers_policy_stands_in_box_9() -> None:
    other = a_primary_payer()
    claim = a_claim(payer=MUTUAL, subscriber=BORIS._replace(rank="S"), other_payers=(other,))
    page = one_page(cms1500(claim))
    assert written(page, "other_insured_.*") == ["ARCHER, ALAN", "G-12", "BAY MUTUAL"]
    assert "another_plan_yes" in page


def test_medicare_first_says_none_and_names_no_insured() -> None:
    page = one_page(cms1500(a_claim()))
    assert page["insured_group"] == "NONE"
    assert written(page, "insured_(name|street|plan)|self|another_plan_.*") == []


def test_medicare_second_names_the_policy_before_it() -> None:
    page = one_page(cms1500(a_secondary_claim()))
    assert (page["insured_name"], page["insured_group"], page["insured_plan"]) == ("ARCHER, ALAN", "G-12", "BAY MUTUAL")
    assert "spouse" in page
    own = a_primary_payer(relationship="18")
    assert one_page(cms1500(a_secondary_claim(other_payers=(own,))))["insured_name"] == "SAME"


SECOND: dict[str, Any] = {"payer": MUTUAL, "subscriber": BORIS._replace(rank="S")}


def test_what_others_paid_is_added_to_what_the_patient_paid() -> None:
    page = one_page(cms1500(a_secondary_claim(patient_paid="25.5", **SECOND)))
    assert written(page, "paid_.*") == ["525", "50"]
    assert written(one_page(cms1500(a_claim())), "paid_.*") == []


def test_medicare_is_told_what_the_patient_paid_alone() -> None:
    page = one_page(cms1500(a_secondary_claim(patient_paid="25.5")))
    assert written(page, "paid_.*") == ["25", "50"]


# --- several forms --------------------------------------------------------------------------------------------------


def test_more_than_six_lines_make_forms_that_are_each_complete() -> None:
    lines = tuple(a_line(number, charge="100.01") for number in range(1, 15))
    pages = cms1500(a_claim(lines=lines, charge="1400.14", authorization="AUTH1")).boxes()
    assert [len(written(page, "procedure/.*")) for page in pages] == [6, 6, 2]
    assert [written(page, "total_.*") for page in pages] == [["600", "06"], ["600", "06"], ["200", "02"]]
    for page in pages:
        assert (page["patient_name"], page["authorization"], page["account"]) == ("ARCHER, ADA", "AUTH1", "C000001")


def test_each_form_says_what_was_paid_for_its_own_lines() -> None:
    lines = tuple(a_line(number, adjudications=(a_decision(),)) for number in range(1, 9))
    claim = a_secondary_claim(
        lines=lines, charge="5360", other_payers=(a_primary_payer(paid="4000"),), patient_paid="10", **SECOND
    )
    pages = cms1500(claim).boxes()
    assert [written(page, "paid_.*") for page in pages] == [["3010", "00"], ["1000", "00"]]


def test_what_a_payer_withheld_from_the_whole_claim_is_never_paid_below_nothing() -> None:
    lines = tuple(
        a_line(number, adjudications=(a_decision(paid="500" if number == 7 else "0"),)) for number in range(1, 8)
    )
    claim = a_secondary_claim(lines=lines, charge="4690", other_payers=(a_primary_payer(paid="490"),), **SECOND)
    pages = cms1500(claim).boxes()
    assert [written(page, "paid_.*") for page in pages] == [["490", "00"], []]


def test_several_claims_follow_each_other_on_forms_of_their_own() -> None:
    pages = cms1500(a_claim(1), a_claim(2)).boxes()
    assert [page["account"] for page in pages] == ["C000001", "C000002"]
