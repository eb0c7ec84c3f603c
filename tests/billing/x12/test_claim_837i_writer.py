"""Whole institutional files: order of segments, codes by twelve, who is left out, what is cleaned, places."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.x12.attachments import Attachment
from billing.x12.claim_837i import (
    Claim837I,
    Note,
    Occurrence,
    OccurrenceSpan,
    ValueCode,
    write_interchange,
)
from billing.x12.other_payers import LineAdjudication, OtherPayer
from billing.x12.parties import Address
from billing.x12.syntax import Separators, X12Fault
from tests.billing.x12.bill_strategies import bill_mixes
from tests.billing.x12.claims import ANNEX, BEAM, BORIS, MUTUAL, REEVE, SPENCER, an_envelope
from tests.billing.x12.institutional_claims import (
    ADA_PART_A,
    BAY_HOSPITAL,
    CONDITIONS,
    PART_A,
    a_bill,
    a_bill_file,
    a_bill_line,
    a_dependants_bill,
)
from tests.billing.x12.optional_parts import ALAN, HARVEST


def names_of(bill: Claim837I) -> list[str]:
    """Return the segments of a bill, from CLM to its last line, each with its qualifier if it has one."""
    segments = a_bill_file(bill).segments
    first = next(number for number, segment in enumerate(segments) if segment.startswith("CLM*"))
    last = next(number for number, segment in enumerate(segments) if segment.startswith("SE*"))
    qualified = ("DTP", "AMT", "REF", "NTE", "HI", "NM1", "PRV")
    return [
        "*".join(segment.replace(":", "*").split("*")[: 2 if segment.startswith(qualified) else 1])
        for segment in segments[first:last]
    ]


def test_group_and_sets_have_the_version_of_institutional_claims() -> None:
    file = a_bill_file()
    assert file.named("GS")[0][8] == file.named("ST")[0][3] == "005010X223A2"


def test_the_bill_type_has_facility_code_qualifier_and_frequency_and_no_signature() -> None:
    assert a_bill_file().named("CLM") == [["CLM", "B000001", "670", "", "", "13:A:1", "", "A", "Y", "Y"]]


def test_a_plain_bill_has_the_segments_that_every_bill_has() -> None:
    assert names_of(a_bill()) == [
        *("CLM", "DTP*434", "CL1", "HI*ABK", "NM1*71", "PRV*AT", "LX", "SV2", "DTP*472", "REF*6R"),
    ]


def test_all_segments_stand_in_the_order_of_the_guide() -> None:
    bill = a_bill(
        estimated_due="5",
        referral="R1",
        authorization="A1",
        payer_claim_number="P1",
        medical_record_number="M1",
        notes=(Note("MED", "X"), Note("DGN", "Y")),
        billing_note="Z",
        diagnoses=("C61", "C20"),
        visit_reasons=("R0789",),
        occurrence_spans=(OccurrenceSpan("74", "20250101", "20250109"),),
        occurrences=(Occurrence("11", "20250101"),),
        value_codes=(ValueCode("A1", "12.5"),),
        condition_codes=("G0",),
        rendering=SPENCER,
        facility=ANNEX,
        referring=REEVE,
    )
    assert names_of(bill) == [
        *("CLM", "DTP*434", "CL1", "AMT*F3", "REF*9F", "REF*G1", "REF*F8", "REF*EA", "NTE*MED", "NTE*DGN", "NTE*ADD"),
        *("HI*ABK", "HI*APR", "HI*ABF", "HI*BI", "HI*BH", "HI*BE", "HI*BG"),
        *("NM1*71", "PRV*AT", "NM1*82", "NM1*77", "N3", "N4", "NM1*DN", "LX", "SV2", "DTP*472", "REF*6R"),
    ]


def test_the_principal_diagnosis_stands_alone_and_the_others_by_twelve() -> None:
    codes = tuple(f"C50{number}" for number in range(10, 35))
    principal, first, second = a_bill_file(a_bill(diagnoses=codes)).named("HI")
    assert principal == ["HI", "ABK:C5010"]
    assert first == ["HI", *(f"ABF:{code}" for code in codes[1:13])]
    assert second == ["HI", *(f"ABF:{code}" for code in codes[13:])]


def test_conditions_stand_by_twelve() -> None:
    first, second = a_bill_file(a_bill(condition_codes=tuple(CONDITIONS))).named("HI")[1:]
    assert len(first) == 13
    assert second == ["HI", *(f"BG:{code}" for code in CONDITIONS[12:])]


def test_codes_with_days_and_amounts_carry_them_in_their_parts() -> None:
    bill = a_bill(
        occurrences=(Occurrence("11", "20250101"),),
        occurrence_spans=(OccurrenceSpan("74", "20250101", "20250109"),),
        value_codes=(ValueCode("A1", "12.5"),),
    )
    assert [elements[1] for elements in a_bill_file(bill).named("HI")][1:] == [
        *("BI:74:RD8:20250101-20250109", "BH:11:D8:20250101", "BE:A1:::12.5"),
    ]


def test_a_line_has_revenue_code_procedure_charge_and_units() -> None:
    assert a_bill_file().named("SV2") == [["SV2", "0333", "HC:77386", "670", "UN", "1"]]


def test_an_unlisted_code_carries_its_description_in_its_seventh_part() -> None:
    line = a_bill_line(code="77299", description="PLANNING FOR A PHANTOM STUDY", modifiers=("PO",))
    (sv2,) = a_bill_file(a_bill(lines=(line,))).named("SV2")
    assert sv2[2] == "HC:77299:PO::::PLANNING FOR A PHANTOM STUDY"


def test_what_is_not_covered_stands_in_the_seventh_element() -> None:
    (sv2,) = a_bill_file(a_bill(lines=(a_bill_line(not_covered="70"),))).named("SV2")
    assert sv2[6:] == ["", "70"]


def test_a_line_over_several_days_carries_the_range() -> None:
    file = a_bill_file(a_bill(lines=(a_bill_line(service_through="20251109"),)))
    assert file.named("DTP")[1] == ["DTP", "472", "RD8", "20251105-20251109"]


def test_a_bill_takes_999_lines() -> None:
    file = a_bill_file(a_bill(lines=tuple(a_bill_line(number) for number in range(1, 1000)), charge="669330"))
    assert file.named("LX")[-1] == ["LX", "999"]


def test_who_attends_is_not_named_again_as_rendering_or_referring() -> None:
    names = names_of(a_bill(rendering=BEAM, referring=BEAM))
    assert [name for name in names if name.startswith("NM1")] == ["NM1*71"]


def test_only_the_attending_provider_has_a_specialty() -> None:
    bill = a_bill(rendering=SPENCER._replace(taxonomy="2085R0001X"), referring=REEVE._replace(taxonomy="2085R0001X"))
    assert [elements[1] for elements in a_bill_file(bill).named("PRV")] == ["BI", "AT"]


def test_a_department_at_the_hospitals_address_is_not_repeated() -> None:
    bill = a_bill(facility=ANNEX._replace(address=BAY_HOSPITAL.address))
    assert "NM1*77" not in names_of(bill)


def test_a_pay_to_address_goes_without_a_name() -> None:
    billing = BAY_HOSPITAL._replace(pay_to=Address("PO BOX 9", "BOSTON", "MA", "021150009"))
    text = a_bill_file(a_bill(billing=billing)).text
    assert "~REF*EI*123456789~NM1*87*2~N3*PO BOX 9~N4*BOSTON*MA*021150009~HL*2*" in text


def test_no_segment_ends_with_an_empty_element() -> None:
    file = a_bill_file(a_bill(), a_dependants_bill(2))
    assert [segment for segment in file.segments if segment.endswith(("*", ":"))][1:] == []  # ISA16 is the colon


# --- other payers ---------------------------------------------------------------------------------------------------


def test_another_payer_stands_between_the_providers_and_the_lines() -> None:
    decision = LineAdjudication("87726", "670", "77386", "1", "20260105", revenue_code="0333")
    line = a_bill_line(adjudications=(decision,), attachments=(Attachment("OZ", "FX", "R-17"),))
    bill = a_bill(other_payers=(OtherPayer(HARVEST, ALAN, paid="670"),), lines=(line,), referring=REEVE)
    assert names_of(bill)[5:] == [
        *("PRV*AT", "NM1*DN", "SBR", "AMT*D", "OI", "NM1*IL", "N3", "N4", "NM1*PR", "N3", "N4"),
        *("LX", "SV2", "PWK", "DTP*472", "REF*6R", "SVD", "DTP*573"),
    ]
    assert a_bill_file(bill).named("SVD") == [["SVD", "87726", "670", "HC:77386", "0333", "1"]]


def test_why_medicare_is_second_and_who_signed_stand_on_professional_claims_only() -> None:
    medicare = OtherPayer(PART_A, ADA_PART_A._replace(rank="T", msp_type="12"), patient_signature_source="P")
    file = a_bill_file(a_bill(subscriber=ADA_PART_A._replace(rank="S", msp_type="12"), other_payers=(medicare,)))
    assert [elements[5] for elements in file.named("SBR")] == ["", ""]
    assert file.named("OI") == [["OI", "", "", "Y", "", "", "Y"]]


# --- hierarchy and places -------------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(bill_mixes(a_bill()), st.sampled_from((1, 2, 5000)))
def test_hl_numbers_have_no_gap_and_parents_of_the_right_level(batch: list[Claim837I], size: int) -> None:
    levels: dict[str, str] = {}
    for name, *elements in (s.split("*") for s in a_bill_file(*batch, claims_per_transaction=size).segments):
        if name == "ST":
            levels = {}
        if name == "HL":
            number, parent, level, _ = elements
            assert number == str(len(levels) + 1)
            assert levels.get(parent, "") == {"20": "", "22": "20", "23": "22"}[level]
            levels[number] = level


def test_bills_of_one_patient_share_hospital_and_subscriber() -> None:
    file = a_bill_file(a_bill(1), a_bill(2), a_dependants_bill(3), a_dependants_bill(4))
    assert [elements[3:] for elements in file.named("HL")] == [["20", "1"], ["22", "0"], ["22", "1"], ["23", "0"]]


def test_places_of_bills_are_counted_as_a_999_counts_them() -> None:
    bills = [a_bill(1), a_bill(2), a_dependants_bill(3, lines=(a_bill_line(3), a_bill_line(4)), charge="1340")]
    file = a_bill_file(*bills, claims_per_transaction=2)
    assert [bill for bill, _ in file.places] == bills
    sets = {f"{number:04}": segments for number, segments in enumerate(file.sets(), 1)}
    for bill, place in file.places:
        segments = sets[place.transaction]
        assert segments[place.first - 1].startswith(f"CLM*{bill.control_number}*")
        assert segments[place.last - 1] == f"REF*6R*{bill.lines[-1].control_number}"
        assert segments[place.subscriber_from - 1].split("*")[3] == "22"


def test_what_was_written_is_told_set_by_set() -> None:
    file = a_bill_file(a_bill(1), a_bill(2), a_bill(3), claims_per_transaction=2)
    told = [(one.number, one.batch_id, one.claims, one.segments) for one in file.written.transactions]
    assert told == [
        (f"000{number}", f"B000017-000{number}", claims, len(segments))
        for number, (claims, segments) in enumerate(zip((2, 1), file.sets(), strict=True), 1)
    ]
    assert file.written.claims == 3


# --- characters -----------------------------------------------------------------------------------------------------


def test_delimiters_in_free_text_become_blanks_and_are_reported_without_the_text() -> None:
    bill = a_bill(
        payer=MUTUAL,
        subscriber=BORIS._replace(last_name="BLOOM*HART"),
        notes=(Note("MED", "DOSE ≤ 5 Gy"),),
        billing_note="A:B",
        lines=(a_bill_line(code="77299", description="ONE^TWO"),),
    )
    file = a_bill_file(bill)
    assert "NM1*IL*1*BLOOM HART*" in file.text
    assert ["NTE", "MED", "DOSE   5 GY"] in file.named("NTE")
    assert ["NTE", "ADD", "A B"] in file.named("NTE")
    assert {tuple(one) for one in file.written.replacements} == {
        ("B000001", "last_name", "*"),
        ("B000001", "text", "≤"),
        ("B000001", "billing_note", ":"),
        ("B000001", "description", "^"),
    }


def test_a_partners_own_delimiters_stand_in_every_composite() -> None:
    file = a_bill_file(a_bill(value_codes=(ValueCode("A1", "1"),)), separators=Separators("|", ">", "}", "!"))
    assert "13>A>1" in file.text and "BE>A1>>>1!" in file.text and "HC>77386" in file.text


@pytest.mark.parametrize(
    ("bill", "field"),
    [
        (a_bill(control_number="b1"), "control_number"),
        (a_bill(lines=(a_bill_line(control_number="l1"),)), "line control_number"),
        (a_bill(lines=(a_bill_line(revenue_code="03:3"),)), "revenue_code"),
        (a_bill(lines=(a_bill_line(code="77:86"),)), "code"),
        (a_bill(lines=(a_bill_line(modifiers=("2*",)),)), "modifiers"),
        (a_bill(diagnoses=("C50~11",)), "diagnoses"),
        (a_bill(visit_reasons=("R0~11",)), "visit_reasons"),
        (a_bill(condition_codes=("G*",)), "condition_codes"),
        (a_bill(occurrences=(Occurrence("1:", "20250101"),)), "code"),
        (a_bill(value_codes=(ValueCode("A1", "1*"),)), "amount"),
        (a_bill(authorization="A:1"), "authorization"),
        (a_bill(payer_claim_number="É1"), "payer_claim_number"),
    ],
)
def test_an_identifier_is_never_changed_silently(bill: Claim837I, field: str) -> None:
    with pytest.raises(X12Fault, match=f"Claim {bill.control_number[0]}.*{field}"):
        a_bill_file(bill)


# --- streams --------------------------------------------------------------------------------------------------------


def test_no_bill_at_all_is_refused_and_nothing_is_written() -> None:
    pieces: list[str] = []
    with pytest.raises(X12Fault, match="no claim"):
        write_interchange(an_envelope(), [], pieces.append)
    assert pieces == []


def test_the_same_bills_and_numbers_give_the_same_bytes() -> None:
    bills = [a_bill(1), a_dependants_bill(2), a_bill(3, subscriber=BORIS)]
    assert a_bill_file(*bills).text == a_bill_file(*bills).text


def test_memory_does_not_grow_with_the_number_of_bills() -> None:
    def stream(count: int) -> Iterator[Claim837I]:
        for number in range(count):
            patient = BORIS._replace(last_name=f"BLOOM{number}", member_id=f"BM{number}")
            yield a_bill(number, subscriber=patient, lines=(a_bill_line(number),))

    def peak(count: int) -> int:
        tracemalloc.start()
        write_interchange(an_envelope(), stream(count), lambda text: None)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(8000)
    assert peak(8000) < 1.2 * peak(1000)
