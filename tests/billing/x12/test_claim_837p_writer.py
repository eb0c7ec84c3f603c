"""Whole files: envelope counts, splitting, places of claims, sameness, flat memory, and what is left out or cleaned."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from billing.x12.claim_837p import Claim837P, Line837P, write_interchange
from billing.x12.parties import Address
from billing.x12.syntax import Separators, X12Fault
from tests.billing.x12.claims import (
    ANNEX,
    BEAM,
    BORIS,
    HARBOR,
    MUTUAL,
    REEVE,
    SPENCER,
    a_claim,
    a_dependants_claim,
    a_file,
    a_line,
    an_envelope,
)


def test_one_claim_gives_one_whole_interchange() -> None:
    file = a_file()
    names = [segment.split("*")[0] for segment in file.segments]
    assert names[:4] == ["ISA", "GS", "ST", "BHT"]
    assert names[-3:] == ["SE", "GE", "IEA"]
    assert file.text.endswith("IEA*1*000000017~")
    assert file.written.claims == 1


def test_isa_has_its_fixed_width() -> None:
    assert a_file().text[105] == "~"
    assert a_file().segments[0] == (
        "ISA*00*          *00*          *ZZ*HARBOR01       *ZZ*CLEARING       *261122*0100*^*00501*000000017*0*T*:"
    )


def test_the_same_claims_and_numbers_give_the_same_bytes() -> None:
    claims = [a_claim(1), a_dependants_claim(2), a_claim(3, subscriber=BORIS)]
    assert a_file(*claims).text == a_file(*claims).text


def test_se_counts_the_segments_of_its_set() -> None:
    file = a_file(a_claim(1), a_dependants_claim(2), a_claim(3), claims_per_transaction=2)
    assert [segments[-1] for segments in file.sets()] == [
        f"SE*{len(segments)}*000{number}" for number, segments in enumerate(file.sets(), 1)
    ]


def test_claims_above_the_partners_limit_go_into_a_further_set_of_the_same_group() -> None:
    file = a_file(*(a_claim(number) for number in range(1, 6)), claims_per_transaction=2)
    assert [elements[2] for elements in file.named("ST")] == ["0001", "0002", "0003"]
    assert [elements[2] for elements in file.named("SE")] == ["0001", "0002", "0003"]
    assert file.named("GE") == [["GE", "3", "17"]]
    assert [transaction.claims for transaction in file.written.transactions] == [2, 2, 1]


def test_each_set_has_a_batch_id_of_its_own() -> None:
    file = a_file(a_claim(1), a_claim(2), claims_per_transaction=1)
    batch_ids = [elements[3] for elements in file.named("BHT")]
    assert batch_ids == ["B000017-0001", "B000017-0002"]
    assert [transaction.batch_id for transaction in file.written.transactions] == batch_ids


def test_exactly_the_limit_of_claims_stays_in_one_set() -> None:
    file = a_file(a_claim(1), a_claim(2), claims_per_transaction=2)
    assert len(file.named("ST")) == 1


def test_places_of_claims_are_counted_as_a_999_counts_them() -> None:
    claims = [a_claim(1), a_claim(2), a_dependants_claim(3, lines=(a_line(3), a_line(4)), charge="1340"), a_claim(5)]
    file = a_file(*claims, claims_per_transaction=3)
    assert [claim for claim, _ in file.places] == claims
    sets = {f"{number:04}": segments for number, segments in enumerate(file.sets(), 1)}
    for claim, place in file.places:
        segments = sets[place.transaction]
        assert segments[place.first - 1].startswith(f"CLM*{claim.control_number}*")
        assert segments[place.last - 1] == f"REF*6R*{claim.lines[-1].control_number}"
        assert segments[place.subscriber_from - 1].split("*")[3] == "22"


def test_claims_of_one_subscriber_share_where_it_begins() -> None:
    (_, first), (_, second) = a_file(a_claim(1), a_claim(2)).places
    assert first.subscriber_from == second.subscriber_from < first.first
    assert second.first == first.last + 1


def test_a_claim_takes_fifty_lines() -> None:
    lines = tuple(a_line(number) for number in range(1, 51))
    file = a_file(a_claim(lines=lines, charge="33500"))
    assert file.named("LX")[-1] == ["LX", "50"]


def test_a_claim_takes_twelve_diagnoses() -> None:
    codes = tuple(f"C50{number}" for number in range(10, 22))
    (hi,) = a_file(a_claim(diagnoses=codes)).named("HI")
    assert hi == ["HI", "ABK:C5010", *(f"ABF:{code}" for code in codes[1:])]


def test_an_unlisted_code_carries_its_description_in_its_seventh_part() -> None:
    line = a_line(code="77299", description="PLANNING FOR A PHANTOM STUDY", modifiers=("26",))
    (sv1,) = a_file(a_claim(lines=(line,))).named("SV1")
    assert sv1[1] == "HC:77299:26::::PLANNING FOR A PHANTOM STUDY"


def test_four_modifiers_and_a_description_fill_all_seven_parts() -> None:
    line = a_line(modifiers=("26", "59", "76", "XE"), description="BOTH")
    (sv1,) = a_file(a_claim(lines=(line,))).named("SV1")
    assert sv1[1] == "HC:77386:26:59:76:XE:BOTH"


def test_a_line_over_several_days_carries_the_range() -> None:
    file = a_file(a_claim(lines=(a_line(service_through="20251109"),)))
    assert file.named("DTP") == [["DTP", "472", "RD8", "20251105-20251109"]]


def test_a_pay_to_address_goes_without_a_name() -> None:
    billing = HARBOR._replace(pay_to=Address("PO BOX 9", "BOSTON", "MA", "021150009"))
    text = a_file(a_claim(billing=billing)).text
    assert "~REF*EI*123456789~NM1*87*2~N3*PO BOX 9~N4*BOSTON*MA*021150009~HL*2*" in text


def test_a_dependants_subscriber_shows_no_address_and_no_birth_date() -> None:
    file = a_file(a_dependants_claim(subscriber=BORIS))
    assert "N3*22 OAK AVE" not in file.text
    assert "19610711" not in file.text


def test_a_group_name_is_sent_only_without_a_group_number() -> None:
    named = BORIS._replace(group_name="BLOOM WORKS")
    assert a_file(a_claim(subscriber=named)).named("SBR") == [
        ["SBR", "P", "18", "G-77", "", "", "", "", "", "CI"],
    ]
    assert a_file(a_claim(subscriber=named._replace(group_number=""))).named("SBR") == [
        ["SBR", "P", "18", "", "BLOOM WORKS", "", "", "", "", "CI"],
    ]


def test_a_rendering_provider_who_bills_is_not_repeated() -> None:
    assert "NM1*82" not in a_file(a_claim(rendering=BEAM._replace(npi=HARBOR.npi))).text


def test_a_facility_at_the_billing_address_is_not_repeated() -> None:
    assert "NM1*77" not in a_file(a_claim(facility=ANNEX._replace(address=HARBOR.address))).text


def test_providers_stand_in_the_order_of_the_guide() -> None:
    file = a_file(a_claim(referring=REEVE, facility=ANNEX, supervising=SPENCER))
    assert [elements[1] for elements in file.named("NM1")][5:] == ["DN", "82", "77", "DQ"]
    assert ["NM1", "DQ", "1", "SPENCER", "STELLA", "Q", "", "MD", "XX", "1111111112"] in file.named("NM1")


def test_references_of_a_claim_stand_in_the_order_of_the_guide() -> None:
    claim = a_claim(
        frequency="7",
        referral="R1",
        authorization="A1",
        payer_claim_number="P1",
        medical_record_number="M1",
        note="SEE FILE",
    )
    text = a_file(claim).text
    assert "~REF*9F*R1~REF*G1*A1~REF*F8*P1~REF*EA*M1~NTE*ADD*SEE FILE~HI*" in text
    assert a_file(claim).named("CLM") == [["CLM", "C000001", "670", "", "", "11:B:7", "Y", "A", "Y", "Y"]]


def test_no_segment_ends_with_an_empty_element() -> None:
    file = a_file(a_claim(), a_dependants_claim(2))
    assert [segment for segment in file.segments if segment.endswith(("*", ":"))][1:] == []  # ISA16 is the colon


# --- characters -----------------------------------------------------------------------------------------------------


def test_names_are_written_in_capitals_and_plain_letters() -> None:
    patient = BORIS._replace(last_name="Sørensen-Weiß", first_name="Élodie")
    file = a_file(a_claim(payer=MUTUAL, subscriber=patient))
    assert "NM1*IL*1*SORENSEN-WEISS*ELODIE*J**JR*MI*BM0001234~" in file.text
    assert file.written.replacements == ()


def test_a_delimiter_in_a_name_becomes_a_blank_and_is_reported_without_the_name() -> None:
    patient = BORIS._replace(last_name="BLOOM*HART", first_name="BO~RIS")
    file = a_file(a_claim(payer=MUTUAL, subscriber=patient))
    assert "NM1*IL*1*BLOOM HART*BO RIS*" in file.text
    assert {tuple(one) for one in file.written.replacements} == {
        ("C000001", "last_name", "*"),
        ("C000001", "first_name", "~"),
    }


def test_letters_that_no_plain_letter_stands_for_become_blanks() -> None:
    file = a_file(a_claim(lines=(a_line(note="DOSE ≤ 5 Gy"),)))
    assert ["NTE", "ADD", "DOSE   5 GY"] in file.named("NTE")
    assert [(one.field, one.character) for one in file.written.replacements] == [("note", "≤")]


def test_the_component_separator_in_an_address_becomes_a_blank() -> None:
    address = BORIS.address
    assert address is not None
    file = a_file(a_claim(subscriber=BORIS._replace(address=address._replace(street2="APT:3"))))
    assert ["N3", "22 OAK AVE", "APT 3"] in file.named("N3")


def test_a_partner_with_the_extended_set_gets_small_letters() -> None:
    patient = BORIS._replace(last_name="Bloom #2", first_name="bo*ris")
    file = a_file(a_claim(subscriber=patient), extended_characters=True)
    assert "NM1*IL*1*Bloom #2*bo ris*" in file.text


def test_a_partners_own_delimiters_leave_the_usual_ones_out_of_the_data_too() -> None:
    file = a_file(a_claim(subscriber=BORIS._replace(last_name="BL|OOM*")), separators=Separators("|", ">", "}", "!"))
    assert "NM1|IL|1|BL OOM|BORIS|" in file.text
    assert "11>B>1" in file.text
    assert file.text[82] == "}" and file.text[104] == ">" and file.text[105] == "!"


def test_one_segment_a_line_for_a_partner_who_wants_it() -> None:
    file = a_file(separators=Separators(line_end="\n"))
    assert file.text.count("~\n") == file.text.count("~") == a_file().text.count("~")


@pytest.mark.parametrize(
    ("claim", "field"),
    [
        (a_claim(control_number="c1"), "control_number"),
        (a_claim(control_number="C*1"), "control_number"),
        (a_claim(lines=(a_line(control_number="l1"),)), "line control_number"),
        (a_claim(lines=(a_line(code="77:86"),)), "code"),
        (a_claim(lines=(a_line(modifiers=("2*",)),)), "modifiers"),
        (a_claim(diagnoses=("C50~11",)), "diagnoses"),
        (a_claim(subscriber=BORIS._replace(member_id="É1234")), "member_id"),
        (a_claim(subscriber=BORIS._replace(member_id="1*234")), "member_id"),
        (a_claim(payer=MUTUAL._replace(payer_id="60^54")), "payer_id"),
        (a_claim(authorization="A:1"), "authorization"),
    ],
)
def test_an_identifier_is_never_changed_silently(claim: Claim837P, field: str) -> None:
    with pytest.raises(X12Fault, match=f"Claim {claim.control_number[0]}.*{field}"):
        a_file(claim)


# --- streams --------------------------------------------------------------------------------------------------------


def test_no_claim_at_all_is_refused_and_nothing_is_written() -> None:
    pieces: list[str] = []
    with pytest.raises(X12Fault, match="no claim"):
        write_interchange(an_envelope(), [], pieces.append)
    assert pieces == []


@pytest.mark.parametrize("size", [0, 5001])
def test_a_set_size_that_the_guide_forbids_is_refused(size: int) -> None:
    with pytest.raises(X12Fault, match="1 to 5,000"):
        a_file(claims_per_transaction=size)


def test_memory_does_not_grow_with_the_number_of_claims() -> None:
    def stream(count: int) -> Iterator[Claim837P]:
        for number in range(count):
            patient = BORIS._replace(last_name=f"BLOOM{number}", member_id=f"BM{number}")
            yield a_claim(number, subscriber=patient, lines=(a_line(number),))

    def peak(count: int) -> int:
        tracemalloc.start()
        write_interchange(an_envelope(), stream(count), lambda text: None)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(4000)  # the interpreter's own free lists of tuples (2,000 of each length) are full only after some
    assert peak(8000) < 1.2 * peak(1000)


def test_text_leaves_in_pieces_while_claims_arrive() -> None:
    file = a_file(*(a_claim(number, subscriber=BORIS._replace(member_id=f"BM{number}")) for number in range(1, 2001)))
    assert len(file.pieces) > 3


def test_a_line_begins_with_what_every_line_writes_as_it_is() -> None:
    assert Line837P._fields[:6] == ("control_number", "code", "charge", "units", "service_on", "pointers")


@pytest.mark.parametrize("field", ["control_number", "code", "charge", "units", "service_on"])
@pytest.mark.parametrize("text", ["A*1", "A~1", "A:1", "A^1", "a\n1", "\u00e9"])
def test_a_usual_line_never_carries_a_delimiter(field: str, text: str) -> None:
    changes: dict[str, Any] = {field: text}
    with pytest.raises(X12Fault, match="cannot"):
        a_file(a_claim(lines=(a_line(1), a_line(2, **changes), a_line(3))))


@pytest.mark.parametrize("field", ["control_number", "charge", "place_of_service"])
def test_the_head_of_a_usual_claim_never_carries_a_delimiter(field: str) -> None:
    changes: dict[str, Any] = {field: "1*1"}
    with pytest.raises(X12Fault, match="cannot"):
        a_file(a_claim(**changes))


def test_a_claim_with_an_unusual_line_among_usual_ones_keeps_their_order() -> None:
    lines = (a_line(1), a_line(2, note="SECOND SESSION"), a_line(3))
    assert [elements[2] for elements in a_file(a_claim(lines=lines, charge="2010")).named("REF")][1:] == [
        "L000001",
        "L000002",
        "L000003",
    ]
