"""Each deliberate corruption of a clean institutional file is found, at its segment; many no general validator sees."""

import pytest

from billing.x12.claim_837i import Note, Occurrence, OccurrenceSpan, ValueCode
from billing.x12.inspect_837 import inspect_837
from billing.x12.other_payers import Adjustment, LineAdjudication, OtherPayer, Reason
from billing.x12.syntax import Separators
from tests.billing.x12.claims import ANNEX, BORIS, MUTUAL, REEVE, SPENCER, TODAY, a_file
from tests.billing.x12.corrupting import Corruption, is_found, places, put, rewrite, twenty_corruptions
from tests.billing.x12.institutional_claims import (
    ADA_PART_A,
    a_bill,
    a_bill_file,
    a_bill_line,
    a_dependants_bill,
    varied_bills,
)
from tests.billing.x12.optional_parts import ALAN, HARVEST


def clean() -> str:
    """Ten bills, every kind of patient, three lines each, all codes; the first is replaced, the second void."""
    bills = []
    for number in range(1, 11):
        make = a_dependants_bill if number % 3 == 0 else a_bill
        frequency, reason = {1: ("7", ("D1",)), 2: ("8", ("D5",))}.get(number, ("1", ()))
        bill = make(
            number,
            lines=tuple(a_bill_line(number * 10 + place) for place in range(3)),
            charge="2010",
            diagnoses=("C50911", "Z510"),
            facility=ANNEX,
            rendering=SPENCER,
            referring=REEVE,
            frequency=frequency,
            payer_claim_number="P1" if reason else "",
            condition_codes=(*reason, "G0"),
            occurrences=(Occurrence("11", "20250101"),),
            occurrence_spans=(OccurrenceSpan("74", "20250101", "20250109"),),
            value_codes=(ValueCode("A1", "12.5"),),
            visit_reasons=("R0789",),
            notes=(Note("MED", "CISPLATIN WEEKLY"),),
            estimated_due="25",
        )
        bills.append(bill._replace(payer=MUTUAL, subscriber=BORIS) if number % 3 == 1 else bill)
    return a_bill_file(*bills, claims_per_transaction=6).text


CORRUPTIONS = twenty_corruptions(
    clm05="13:A:7",
    street="1 HOSPITAL DR",
    service="SV2 2",
    missing="bill type",
    line_fault=("unit that is none", (put("*670*UN*1~", "*670*ZZ*1~"), "SV2", 4)),
)
"""The twenty by which other validators were measured; pyx12 and x12sdk together find fourteen."""

MORE: dict[str, Corruption] = {
    "facility code of no outpatient bill": (put("***13:A:7*", "***11:A:7*"), "CLM", 5),
    "qualifier of a professional claim": (put("***13:A:7*", "***13:B:7*"), "CLM", 5),
    "frequency that is none": (put("***13:A:7*", "***13:A:5*"), "CLM", 5),
    "signature of a professional claim": (put(":A:7**A*Y*Y~", ":A:7*Y*A*Y*Y~"), "CLM", 6),
    "code for accepting assignment": (put(":A:7**A*Y*Y~", ":A:7**X*Y*Y~"), "CLM", 7),
    "void without the payer's number": (put("~REF*F8*P1", ""), "CLM", 5),
    "statement days missing": (rewrite(r"~DTP\*434[^~]*", ""), "CL1", 0),
    "statement of one day only": (put("434*RD8*20251101-20251130", "434*D8*20251101"), "DTP", 2),
    "statement that ends before it begins": (put("20251101-20251130", "20251130-20251101"), "DTP", 3),
    "statement to come": (put("20251101-20251130", "20251101-20261130"), "DTP", 3),
    "line outside the statement": (put("472*D8*20251105", "472*D8*20251205"), "DTP", 3),
    "admission missing": (rewrite(r"~CL1\*3\*1\*01", ""), "AMT", 0),
    "admission type that is none": (put("~CL1*3*1*01", "~CL1*7*1*01"), "CL1", 1),
    "admission source that is none": (put("~CL1*3*1*01", "~CL1*3*Z*01"), "CL1", 2),
    "patient status that is none": (put("~CL1*3*1*01", "~CL1*3*1*99"), "CL1", 3),
    "amount due without a number": (put("AMT*F3*25", "AMT*F3*X"), "AMT", 2),
    "amount of a professional claim": (put("AMT*F3*25", "AMT*F5*25"), "AMT", 0),
    "note of a kind that is none": (put("NTE*MED", "NTE*CER"), "NTE", 0),
    "billing note before the claim note": (put("~NTE*MED*", "~NTE*ADD*X~NTE*MED*"), "NTE", 0),
    "other diagnosis beside the principal one": (put("ABK:C50911~", "ABK:C50911*ABF:C61~"), "HI", 2),
    "principal diagnosis missing": (put("HI*ABK:C50911~", ""), "HI", 0),
    "principal diagnosis twice": (put("ABF:Z510", "ABF:C50911"), "HI", 1),
    "other diagnosis without a code": (put("ABF:Z510", "ABF"), "HI", 1),
    "present on admission on an outpatient bill": (put("ABK:C50911~", "ABK:C50911:::::::Y~"), "HI", 1),
    "reason for the visit that is no diagnosis": (put("APR:R0789", "APR:R07.89"), "HI", 1),
    "codes that are not in the order of the guide": (rewrite(r"(HI\*BI[^~]*~)(HI\*BH[^~]*~)", r"\2\1"), "HI", 0),
    "occurrence to come": (put("BH:11:D8:20250101", "BH:11:D8:20270101"), "HI", 1),
    "occurrence with a range": (put("BH:11:D8:20250101", "BH:11:D8:20250101-20250102"), "HI", 1),
    "occurrence without its day": (put("BH:11:D8:20250101", "BH:11"), "HI", 1),
    "span that ends before it begins": (put("20250101-20250109", "20250109-20250101"), "HI", 1),
    "span with one day": (put("RD8:20250101-20250109", "D8:20250101"), "HI", 1),
    "value without an amount": (put("BE:A1:::12.5", "BE:A1"), "HI", 1),
    "value with needless zeros": (put("BE:A1:::12.5", "BE:A1:::12.50"), "HI", 1),
    "condition of three signs": (put("BG:G0", "BG:G00"), "HI", 2),
    "condition twice": (put("BG:D1*BG:G0", "BG:D1*BG:D1"), "HI", 2),
    "condition among the values": (put("BE:A1:::12.5", "BE:A1:::12.5*BG:W2"), "HI", 2),
    "replacement without a reason": (put("BG:D1*BG:G0", "BG:G0"), "CLM", 5),
    "replacement with two reasons": (put("BG:D1*BG:G0", "BG:D1*BG:E0"), "CLM", 5),
    "replacement for the reason of a void": (put("BG:D1*BG:G0", "BG:D6*BG:G0"), "CLM", 5),
    "void for the reason of a replacement": (put("BG:D5*BG:G0", "BG:D0*BG:G0"), "CLM", 5),
    "first bill with the reason of an adjustment": (rewrite(r"HI\*BG:G0", "HI*BG:D5"), "CLM", 5),
    "other change without remarks": (put("BG:D1*BG:G0", "BG:D9*BG:G0"), "CLM", 0),
    "attending provider missing": (rewrite(r"~NM1\*71[^~]*~PRV\*AT[^~]*", ""), "NM1", 0),
    "specialty of the attending provider missing": (rewrite(r"~PRV\*AT[^~]*", ""), "NM1", 0),
    "group that attends": (put("NM1*71*1*", "NM1*71*2*"), "NM1", 2),
    "person who bills": (put("NM1*85*2*", "NM1*85*1*"), "NM1", 2),
    "social security number of a hospital": (put("REF*EI*123456789", "REF*SY*123456789"), "REF", 0),
    "supervising provider": (put("~NM1*82*", "~NM1*DQ*"), "NM1", 0),
    "ZIP code of a facility": (put("019701234", "01970"), "N4", 3),
    "revenue code of three digits": (put("SV2*0333", "SV2*333"), "SV2", 1),
    "revenue code with a letter": (put("SV2*0333", "SV2*033A"), "SV2", 1),
    "revenue code of the total": (put("SV2*0333", "SV2*0001"), "SV2", 1),
    "service of a professional claim": (rewrite(r"SV2\*0333\*HC:77386\*670", "SV1*HC:77386*670"), "SV1", 0),
    "charge of nothing": (put("*670*UN", "*0*UN"), "SV2", 3),
    "units of nothing": (put("*670*UN*1~", "*670*UN*0~"), "SV2", 5),
    "not covered above the charge": (put("*670*UN*1~", "*670*UN*1**671~"), "SV2", 7),
    "not covered without a number": (put("*670*UN*1~", "*670*UN*1**X~"), "SV2", 7),
    "unlisted code without description": (put("HC:77386*", "HC:77299*"), "SV2", 2),
    "modifier twice": (put("HC:77386*", "HC:77386:PO:PO*"), "SV2", 2),
    "authorization of a line": (put("~REF*6R*H000010", "~REF*G1*A1~REF*6R*H000010"), "REF", 0),
    "note of a line": (rewrite(r"(~REF\*6R\*H000010)", r"\1~NTE*ADD*X"), "NTE", 0),
    "line without control number": (rewrite(r"~REF\*6R\*H000010", ""), "LX", 0),
    "two lines of one number": (put("6R*H000011", "6R*H000010"), "REF", 2),
    "two claims of one number": (put("CLM*B000002", "CLM*B000001"), "CLM", 1),
    "set of professional claims in the group": (
        put("ST*837*0001*005010X223A2", "ST*837*0001*005010X222A1"),
        "ST",
        3,
    ),
    "version that is none of ours": (put("*X*005010X223A2", "*X*005010X223A3"), "GS", 8),
}


def shared() -> str:
    """A bill to the second payer, decided line by line by the first."""
    decision = LineAdjudication(
        "87726", "500", "77386", "1", "20260105", adjustments=(Adjustment("CO", (Reason("45", "170"),)),)
    )
    return a_bill_file(
        a_bill(
            subscriber=ADA_PART_A._replace(rank="S"),
            other_payers=(OtherPayer(HARVEST, ALAN, paid="500"),),
            lines=(a_bill_line(adjudications=(decision._replace(revenue_code="0333"),)),),
        )
    ).text


SHARED: dict[str, Corruption] = {
    "first payer missing": (rewrite(r"~SBR\*P.*?(?=~LX)", ""), "SBR", 1),
    "why Medicare is second": (put("SBR*S*18*******MA", "SBR*S*18***12****MA"), "SBR", 5),
    "who signed for the patient": (put("OI***Y***Y", "OI***Y*P**Y"), "OI", 4),
    "paid that does not add up": (put("AMT*D*500", "AMT*D*501"), "AMT", 2),
    "line that does not add up": (put("CAS*CO*45*170", "CAS*CO*45*171"), "SVD", 2),
    "decision of no payer": (put("SVD*87726", "SVD*87727"), "SVD", 1),
    "decision without its revenue code": (put("HC:77386*0333*1~", "HC:77386**1~"), "SVD", 4),
    "decision after today": (put("573*D8*20260105", "573*D8*20270105"), "DTP", 3),
}


def test_the_shared_bill_has_no_fault() -> None:
    assert inspect_837(shared(), today=TODAY) == []


@pytest.mark.parametrize("name", SHARED)
def test_a_fault_in_what_another_payer_decided_is_found(name: str) -> None:
    assert is_found(shared(), SHARED[name])


@pytest.fixture(scope="module")
def text() -> str:
    return clean()


def test_the_clean_file_has_no_fault(text: str) -> None:
    assert inspect_837(text, today=TODAY) == []


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_of_the_twenty_corruptions_is_found_at_its_place(text: str, name: str) -> None:
    assert is_found(text, CORRUPTIONS[name])


@pytest.mark.parametrize("name", MORE)
def test_further_faults_are_found_at_their_place(text: str, name: str) -> None:
    assert is_found(text, MORE[name])


def test_all_faults_of_a_file_are_told_at_once(text: str) -> None:
    changed = text.replace("~LX*2~", "~LX*7~", 1).replace("IEA*1*", "IEA*4*").replace("SV2*0333", "SV2*X", 1)
    assert places(inspect_837(changed, today=TODAY)) == {("LX", 1), ("IEA", 1), ("SV2", 1)}


def test_a_remark_mends_the_reason_for_any_other_change(text: str) -> None:
    changed = text.replace("BG:D1*BG:G0", "BG:D9*BG:G0", 1).replace("WEEKLY~", "WEEKLY~NTE*ADD*CORRECTED~", 1)
    segments = changed.count("~", changed.index("~ST*"), changed.index("~SE*")) + 1
    counted = rewrite(r"~SE\*\d+\*0001", f"~SE*{segments}*0001")(changed)
    assert inspect_837(counted, today=TODAY) == []


@pytest.mark.parametrize(("lines", "is_sound"), [(999, True), (1000, False)])
def test_a_claim_has_at_most_999_lines(lines: int, is_sound: bool) -> None:
    bill = a_bill(lines=tuple(a_bill_line(number) for number in range(lines)), charge=str(670 * lines))
    assert (inspect_837(a_bill_file(bill).text, today=TODAY) == []) is is_sound


@pytest.mark.parametrize(("codes", "is_sound"), [(25, True), (26, False)])
def test_a_claim_has_at_most_25_diagnoses(codes: int, is_sound: bool) -> None:
    bill = a_bill(diagnoses=tuple(f"C50{number}" for number in range(10, 10 + codes)))
    assert (inspect_837(a_bill_file(bill).text, today=TODAY) == []) is is_sound


def test_a_file_in_a_partners_own_delimiters_is_inspected_alike() -> None:
    text = a_bill_file(*varied_bills(20), separators=Separators("|", ">", "}", "!", "\n")).text
    assert inspect_837(text, today=TODAY) == []
    assert ("LX", 1) in places(inspect_837(text.replace("!\nLX|1!", "!\nLX|3!", 1), today=TODAY))


def test_a_professional_file_under_the_institutional_version_is_no_sound_file() -> None:
    text = a_file().text.replace("005010X222A1", "005010X223A2")
    assert ("SV1", 0) in places(inspect_837(text, today=TODAY))
