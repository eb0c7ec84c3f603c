"""One claim is cut out of a file with everything above it, however the file comes and whatever else stands in it."""

from collections.abc import Iterator

import pytest

from billing.x12.explain import cut_claim
from billing.x12.syntax import Separators, X12Fault
from tests.billing.x12.claims import File, a_claim, a_dependants_claim, a_file, varied_claims
from tests.billing.x12.institutional_claims import BillFile, a_bill_file, varied_bills


def in_pieces(text: str, size: int) -> Iterator[bytes]:
    data = text.encode()
    return (data[start : start + size] for start in range(0, len(data), size))


def claims_of(file: File | BillFile) -> dict[str, list[str]]:
    """Return the segments of each claim, by the places that the writer told."""
    return {
        claim.control_number: segments[place.first - 1 : place.last]
        for claim, place in file.places
        for segments in [file.sets()[int(place.transaction) - 1]]
    }


@pytest.mark.parametrize("size", [1, 97, 4096, 10_000_000])
def test_each_claim_is_cut_out_whole_whatever_the_size_of_the_pieces(size: int) -> None:
    file = a_file(*varied_claims(12 if size == 1 else 40), claims_per_transaction=15)
    for number, segments in claims_of(file).items():
        cut = cut_claim(in_pieces(file.text, size), number)
        assert cut is not None
        assert list(cut.segments[-len(segments) :]) == segments


def test_each_institutional_claim_is_cut_out_whole() -> None:
    file = a_bill_file(*varied_bills(25))
    for number, segments in claims_of(file).items():
        cut = cut_claim(file.text.encode(), number)
        assert cut is not None
        assert list(cut.segments[-len(segments) :]) == segments


def test_what_stands_above_is_that_of_the_claim_and_nothing_else() -> None:
    claims = [a_claim(1), a_dependants_claim(2), a_dependants_claim(3), a_claim(4)]
    cut = cut_claim(a_file(*claims).text.encode(), "C000003")
    assert cut is not None
    names = [segment.split("*")[0] for segment in cut.segments]
    assert names[:7] == ["ISA", "GS", "ST", "BHT", "NM1", "PER", "NM1"]
    levels = [segment.split("*")[3] for segment in cut.segments if segment.startswith("HL*")]
    assert levels == ["20", "22", "23"]
    assert [segment for segment in cut.segments if segment.startswith("CLM*")] == ["CLM*C000003*670***11:B:1*Y*A*Y*Y"]
    assert not any("ARCHER" in segment for segment in cut.segments)


def test_a_claim_of_the_subscriber_has_no_patient_above_it() -> None:
    cut = cut_claim(a_file(a_dependants_claim(1), a_claim(2)).text.encode(), "C000002")
    assert cut is not None
    assert [segment.split("*")[3] for segment in cut.segments if segment.startswith("HL*")] == ["20", "22"]


def test_a_claim_of_a_later_set_stands_under_its_own_set() -> None:
    file = a_file(*(a_claim(number) for number in range(1, 8)), claims_per_transaction=3)
    cut = cut_claim(file.text.encode(), "C000005")
    assert cut is not None
    assert [segment.split("*")[2] for segment in cut.segments if segment.startswith("ST*")] == ["0002"]


def test_reading_stops_behind_the_claim() -> None:
    text = a_file(*(a_claim(number) for number in range(1, 200))).text
    pieces = in_pieces(text, 500)
    assert cut_claim(pieces, "C000002") is not None
    assert len(b"".join(pieces)) > len(text) * 0.8


def test_a_number_that_begins_like_another_is_not_taken_for_it() -> None:
    file = a_file(a_claim(1, control_number="C10"), a_claim(2, control_number="C1"))
    cut = cut_claim(file.text.encode(), "C1")
    assert cut is not None
    assert cut.segments[-1] == "REF*6R*L000002"


def test_a_claim_that_is_not_in_the_file_is_none() -> None:
    assert cut_claim(a_file().text.encode(), "C9") is None


def test_a_partners_own_delimiters_and_line_ends_are_kept() -> None:
    separators = Separators("|", ">", "}", "!", "\r\n")
    cut = cut_claim(a_file(a_claim(), separators=separators).text.encode(), "C000001")
    assert cut is not None
    assert cut.separators[:4] == separators[:4]
    assert "CLM|C000001|670|||11>B>1|Y|A|Y|Y" in cut.segments


@pytest.mark.parametrize("source", [b"", b"hello", b"\xff" * 200])
def test_what_is_no_file_of_claims_is_told_as_such(source: bytes) -> None:
    with pytest.raises(X12Fault):
        cut_claim(source, "C1")
