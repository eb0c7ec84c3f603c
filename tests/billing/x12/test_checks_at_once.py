"""What is looked at all at once, for speed, gets the verdict and the text that a look at each field would give it."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from billing.x12.characters import Alphabet, alphabet_of
from billing.x12.check_837p import check_claim
from billing.x12.check_837p.claim import _FIRST_SAID, _NOTHING_SAID, _said_faults
from billing.x12.check_837p.lines import line_faults, sound_cents
from billing.x12.checking.claims import UNLISTED_CODES, total_faults
from billing.x12.checking.faults import WORTH_A_PATTERN, ClaimFault, Text, Texts, cents, text_remedy
from billing.x12.claim_837p import Claim837P, Line837P
from billing.x12.syntax import Separators, ended, segment
from tests.billing.x12.claims import TODAY, a_claim, a_line
from tests.billing.x12.strategies import claims

_ALPHABETS = (alphabet_of(), alphabet_of(extended=True), alphabet_of(Separators("|", ">", "!", "="), extended=True))
_LETTERS = " aZ09.-'*:^~@É\x1f\t\x00ß=|(é"


@st.composite
def texts(draw: st.DrawFn) -> tuple[tuple[Text, ...], tuple[str, ...], Alphabet]:
    """Return up to four fields with limits of their own, what stands in them, and an alphabet."""
    fields, found = [], []
    for number in range(draw(st.integers(1, 4))):
        least = draw(st.integers(0, 2))
        most = draw(st.integers(max(least, 2), 9))
        fields.append(Text(f"field{number}", "NM1", number, least, most, is_identifier=draw(st.booleans())))
        plain = st.text("ABab 09.-", max_size=most + 1)
        found.append(draw(plain | st.text(_LETTERS, max_size=most + 1)))
    return tuple(fields), tuple(found), draw(st.sampled_from(_ALPHABETS))


class _Value:
    def __init__(self, fields: tuple[Text, ...], found: tuple[str, ...]) -> None:
        for field, text in zip(fields, found, strict=True):
            setattr(self, field.field, text)


@settings(max_examples=600, deadline=None)
@given(texts())
def test_texts_looked_at_together_have_the_faults_that_each_has_alone(
    case: tuple[tuple[Text, ...], tuple[str, ...], Alphabet],
) -> None:
    fields, found, alphabet = case
    expected = [
        ClaimFault("2010BA", field.segment, field.element, f"subscriber.{field.field}", text, remedy)
        for field, text in zip(fields, found, strict=True)
        if (remedy := text_remedy(text, field, alphabet))
    ]
    looked_at = Texts(*fields)
    for _ in range(WORTH_A_PATTERN):
        assert looked_at.faults("2010BA", "subscriber.", _Value(fields, found), alphabet) == expected


_ODD: dict[str, Any] = {
    "control_number": st.sampled_from(("L1", "", "l1", "L 1", "L-1.2", "L\x1f1", "É", "X" * 31, "L1 ")),
    "code": st.sampled_from(("77386", "77399", "7738", "G6015", "")),
    "charge": st.sampled_from(("670", "670.00", "0", "", "12.5")),
    "units": st.sampled_from(("1", "0", "1.5", "")),
    "service_on": st.sampled_from(("20251103", "20990101", "18991231", "20250230", "")),
    "service_through": st.sampled_from(("", "20251104", "20990101")),
    "modifiers": st.sampled_from(((), ("26",), ("26", "26"), ("2",), ("TC", "59", "XU", "GC", "GA"))),
    "pointers": st.sampled_from(((1,), (), (0,), (1, 1), (9,), (1, 2, 3, 4, 1))),
    "description": st.sampled_from(("", "WHAT WAS DONE", " ", "\t", "D" * 81)),
    "note": st.sampled_from(("", "NOTE", "N" * 81)),
    "note_kind": st.sampled_from(("ADD", "XXX")),
    "unit": st.sampled_from(("UN", "DA")),
    "place_of_service": st.sampled_from(("", "11", "1")),
}


@st.composite
def odd_claims(draw: st.DrawFn) -> Claim837P:
    """Return a claim that is right, with lines of which some fields may be wrong, or too many lines, or none."""
    claim = draw(claims())
    lines: list[Line837P] = list(claim.lines)
    for field in draw(st.lists(st.sampled_from(sorted(_ODD)), max_size=3)):
        place = draw(st.integers(0, len(lines) - 1))
        lines[place] = lines[place]._replace(**{field: draw(_ODD[field])})
    return claim._replace(lines=tuple(lines * draw(st.sampled_from((1, 1, 1, 1, 0, 2, 60)))))


@settings(max_examples=400, deadline=None)
@given(odd_claims(), st.sampled_from(_ALPHABETS))
@example(a_claim(lines=(a_line(control_number="L\x1f1"),)), _ALPHABETS[0])
def test_lines_taken_as_sound_are_those_in_which_no_look_finds_a_fault(claim: Claim837P, alphabet: Alphabet) -> None:
    together = sound_cents(claim, TODAY, alphabet, UNLISTED_CODES)
    if together is not None:
        assert list(line_faults(claim, TODAY, alphabet, UNLISTED_CODES)) == []
        assert together == sum(cents(line.charge) or 0 for line in claim.lines)


@settings(max_examples=200, deadline=None)
@given(odd_claims(), st.sampled_from(("", "0", "12.5", "670", "670.00", "99999999.99", "999999999")))
def test_a_total_has_its_fault_whether_or_not_the_lines_were_looked_at(claim: Claim837P, charge: str) -> None:
    for whole in (claim, claim._replace(charge=charge)):
        said = [fault for fault in check_claim(whole, today=TODAY) if fault.field == "charge"]
        assert said == total_faults(whole.charge, whole.lines)


def test_lines_of_a_plain_claim_are_taken_as_sound() -> None:
    claim = a_claim()
    assert sound_cents(claim, TODAY, alphabet_of(), UNLISTED_CODES) == cents(claim.charge)


def test_a_claim_that_says_nothing_beside_its_lines_has_no_fault_there() -> None:
    claim = a_claim()
    assert claim[_FIRST_SAID:] == _NOTHING_SAID
    assert list(_said_faults(claim, TODAY, alphabet_of())) == []


@given(st.lists(st.sampled_from(("", "A", "B C")), min_size=1))
def test_a_segment_put_together_ends_as_one_of_elements_does(elements: list[str]) -> None:
    assert ended("*".join(("N3", *elements))) == segment("N3", *elements)
