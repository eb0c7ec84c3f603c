"""Each deliberate corruption of a clean file is found, at its segment; many of them no general validator sees."""

import pytest

from billing.x12.inspect_837 import inspect_837
from billing.x12.syntax import Separators
from tests.billing.x12.claims import (
    ANNEX,
    BORIS,
    HARBOR,
    MUTUAL,
    TODAY,
    a_claim,
    a_dependants_claim,
    a_file,
    a_line,
    varied_claims,
)
from tests.billing.x12.corrupting import Corruption, is_found, places, put, rewrite, twenty_corruptions


def clean() -> str:
    """Ten claims, every kind of patient, three lines each."""
    claims = []
    for number in range(1, 11):
        make = a_dependants_claim if number % 3 == 0 else a_claim
        lines = tuple(a_line(number * 10 + place) for place in range(3))
        claim = make(number, lines=lines, charge="2010", diagnoses=("C50911", "Z510"), facility=ANNEX)
        claims.append(claim._replace(payer=MUTUAL, subscriber=BORIS) if number % 3 == 1 else claim)
    return a_file(*claims, claims_per_transaction=6).text


CORRUPTIONS = twenty_corruptions(
    clm05="11:B:1",
    street="100 HARBOR WAY",
    service="SV1 1",
    missing="place of service",
    line_fault=("pointer past the diagnoses", (put("*UN*1***1~", "*UN*1***9~"), "SV1", 7)),
)
"""The twenty by which other validators were measured; pyx12 and x12sdk together find thirteen."""

MORE: dict[str, Corruption] = {
    "file cut off": (lambda text: text[: text.index("~SE*")] + "~", "REF", 0),
    "last segment not terminated": (lambda text: text[:-1], "IEA", 0),
    "segment after the end": (lambda text: text + "ST*837*0009*005010X222A1~", "ST", 0),
    "segment outside a set": (put("~GE*", "~REF*G1*A~GE*"), "REF", 0),
    "unknown segment": (put("~HI*", "~ZZZ*1~HI*"), "ZZZ", 0),
    "set within a set": (put("~BHT*", "~ST*837*0003*005010X222A1~BHT*"), "ST", 0),
    "group within a group": (put("~ST*", "~GS*HC*AA*BB*20261122*0100*18*X*005010X222A1~ST*"), "GS", 0),
    "number of sets": (put("~GE*2*", "~GE*3*"), "GE", 1),
    "number of groups": (put("~IEA*1*", "~IEA*2*"), "IEA", 1),
    "set number used twice": (put("~ST*837*0002*", "~ST*837*0001*"), "ST", 2),
    "set ends with another number": (rewrite(r"(~SE\*\d+\*)0001", r"\g<1>0009"), "SE", 2),
    "another version of the guide": (put("ST*837*0001*005010X222A1", "ST*837*0001*005010X223A2"), "ST", 3),
    "group of another kind": (put("GS*HC*", "GS*HP*"), "GS", 1),
    "neither test nor production": (put("*0*T*:~", "*0*X*:~"), "ISA", 15),
    "gap in the hierarchy": (put("~HL*3*", "~HL*4*"), "HL", 1),
    "patient below a practice": (rewrite(r"~HL\*(\d+)\*\d+\*23\*0", r"~HL*\1*1*23*0"), "HL", 2),
    "subscriber announces no patient": (rewrite(r"\*22\*1~SBR", "*22*0~SBR"), "HL", 4),
    "subscriber announces a patient in vain": (rewrite(r"\*22\*0~SBR", "*22*1~SBR"), "HL", 4),
    "level that is none": (rewrite(r"\*23\*0~", "*24*0~"), "HL", 3),
    "patient without a claim": (rewrite(r"~CLM\*.*?(?=~(HL|SE))", ""), "HL", 0),
    "patient is not the subscriber but says so": (put("SBR*P***CRANE", "SBR*P*18**CRANE"), "SBR", 2),
    "patient without birth date": (rewrite(r"~DMG\*D8\*19610711\*M", ""), "NM1", 0),
    "dependant without address": (rewrite(r"~N3\*5 ASH RD", ""), "N4", 0),
    "sex that is none": (put("*19610711*M", "*19610711*X"), "DMG", 3),
    "relationship that is none": (put("~PAT*19", "~PAT*99"), "PAT", 1),
    "filing indicator that is none": (put("******CI", "******XX"), "SBR", 9),
    "tax id of eight digits": (put("REF*EI*123456789", "REF*EI*12345678"), "REF", 2),
    "taxonomy of nine characters": (put("PXC*2085R0001X", "PXC*2085R0001"), "PRV", 3),
    "state that is none": (put("*BOSTON*MA*", "*BOSTON*XX*"), "N4", 2),
    "ZIP code of a facility": (put("019701234", "01970"), "N4", 3),
    "name missing": (put("NM1*82*1*BEAM*", "NM1*82*1**"), "NM1", 3),
    "id without qualifier": (put("*XX*1679576722", "**1679576722"), "NM1", 9),
    "payer without id": (rewrite(r"\*PI\*60054", ""), "NM1", 9),
    "two claims of one number": (put("CLM*C000002", "CLM*C000001"), "CLM", 1),
    "two lines of one number": (put("6R*L000011", "6R*L000010"), "REF", 2),
    "void without the payer's number": (put("11:B:1", "11:B:8"), "CLM", 5),
    "code for accepting assignment": (put("*Y*A*Y*Y~", "*Y*X*Y*Y~"), "CLM", 7),
    "principal diagnosis twice": (put("ABF:Z510", "ABF:C50911"), "HI", 2),
    "second diagnosis as principal": (put("ABF:Z510", "ABK:Z510"), "HI", 2),
    "units of nothing": (put("*UN*1*", "*UN*0*"), "SV1", 4),
    "unit that is none": (put("*UN*1*", "*ZZ*1*"), "SV1", 3),
    "charge of nothing": (put("*670*UN", "*0*UN"), "SV1", 2),
    "charge with needless zeros": (put("*670*UN", "*670.00*UN"), "SV1", 2),
    "modifier of three letters": (put("HC:77386*", "HC:77386:ABC*"), "SV1", 1),
    "unlisted code without description": (put("HC:77386*", "HC:77299*"), "SV1", 1),
    "pointer twice": (put("*UN*1***1~", "*UN*1***1:1~"), "SV1", 7),
    "day of service to come": (put("D8*20251105", "D8*20261123"), "DTP", 3),
    "day of service before birth": (put("D8*20251105", "D8*19600101"), "DTP", 3),
    "range that ends before it begins": (put("D8*20251105", "RD8*20251105-20251104"), "DTP", 3),
    "range with one day": (put("472*D8*20251105", "472*RD8*20251105"), "DTP", 2),
    "line without control number": (rewrite(r"~REF\*6R\*L000011", ""), "LX", 0),
    "small letter in the basic set": (put("*BEAM*ANN", "*BEAM*Ann"), "NM1", 4),
    "empty element at the end": (put("~N4*BOSTON*MA*021151234~", "~N4*BOSTON*MA*021151234*~"), "N4", 4),
    "element too many": (put("~LX*1~", "~LX*1*2~"), "LX", 2),
    "blank at the end of a name": (put("*BEAM*ANN", "*BEAM *ANN"), "NM1", 3),
    "component separator in a name": (put("*BEAM*ANN", "*BE:AM*ANN"), "NM1", 3),
    "amount in the head without a number": (put("~HI*", "~AMT*F5*X~HI*"), "AMT", 2),
    "note before the reference": (put("~HI*", "~NTE*ADD*X~REF*G1*A~HI*"), "REF", 0),
}


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


def test_a_fault_names_the_segment_of_the_file_and_the_set(text: str) -> None:
    changed = text.replace("~LX*2~", "~LX*7~", 1)
    (fault,) = inspect_837(changed, today=TODAY)
    assert changed.split("~")[fault.position - 1] == "LX*7"
    assert fault.transaction == "0001"
    assert str(fault).startswith(f"segment {fault.position} LX01: '7': ")


def test_all_faults_of_a_file_are_told_at_once(text: str) -> None:
    changed = text.replace("~LX*2~", "~LX*7~", 1).replace("IEA*1*", "IEA*4*").replace("XX*1245319599", "XX*1245319598")
    assert places(inspect_837(changed, today=TODAY)) == {("LX", 1), ("IEA", 1), ("NM1", 9)}


@pytest.mark.parametrize("text", ["", "hello", "ISA*00*~", "ST*837*0001~", "ISA" + "*" * 102])
def test_text_that_is_no_interchange_is_told_as_such(text: str) -> None:
    (fault,) = inspect_837(text, today=TODAY)
    assert (fault.segment, fault.position) == ("ISA", 1)


def test_more_than_fifty_lines_are_found() -> None:
    lines = tuple(a_line(number) for number in range(1, 52))
    assert ("CLM", 0) in places(inspect_837(a_file(a_claim(lines=lines, charge="34170")).text, today=TODAY))


def test_more_than_twelve_diagnoses_are_found() -> None:
    codes = tuple(f"C50{number}" for number in range(10, 23))
    assert ("HI", 0) in places(inspect_837(a_file(a_claim(diagnoses=codes)).text, today=TODAY))


def test_small_letters_stand_in_a_file_of_the_extended_set() -> None:
    name = "Harbor #1 @ Boston"
    text = a_file(a_claim(billing=HARBOR._replace(name=name)), extended_characters=True).text
    assert inspect_837(text, today=TODAY, extended_characters=True) == []
    assert ("NM1", 3) in places(inspect_837(text, today=TODAY))


def test_a_file_in_a_partners_own_delimiters_is_inspected_alike() -> None:
    text = a_file(*varied_claims(20), separators=Separators("|", ">", "}", "!", "\n")).text
    assert inspect_837(text, today=TODAY) == []
    assert ("LX", 1) in places(inspect_837(text.replace("!\nLX|1!", "!\nLX|3!", 1), today=TODAY))
