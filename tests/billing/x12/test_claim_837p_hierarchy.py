"""The HL chain holds for any mix of practices, payers, subscribers and dependants (openemr/openemr#6471)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.x12.claim_837p import Claim837P
from tests.billing.x12.claims import BORIS, CLARA, MUTUAL, a_claim, a_dependants_claim, a_file, a_line
from tests.billing.x12.strategies import mixes


@settings(max_examples=300, deadline=None)
@given(mixes(a_claim()), st.sampled_from((1, 2, 3, 5000)))
def test_hl_numbers_have_no_gap_and_parents_of_the_right_level(batch: list[Claim837P], size: int) -> None:
    levels: dict[str, str] = {}
    for name, *elements in (segment.split("*") for segment in a_file(*batch, claims_per_transaction=size).segments):
        if name == "ST":
            levels = {}
        if name == "HL":
            number, parent, level, _ = elements
            assert number == str(len(levels) + 1)
            assert levels.get(parent, "") == {"20": "", "22": "20", "23": "22"}[level]
            levels[number] = level


@settings(max_examples=200, deadline=None)
@given(mixes(a_claim()))
def test_a_subscriber_announces_patients_exactly_when_some_follow(batch: list[Claim837P]) -> None:
    levels = [elements[3:] for elements in a_file(*batch).named("HL")]
    for (level, announces), following in zip(levels, [*levels[1:], ["20", "1"]], strict=True):
        assert (announces == "1") == (following[0] > level)


def claims_of(*kinds: str) -> list[Claim837P]:
    """Return one claim a letter: A Ada, B Boris, C Clara."""
    ada = a_claim()
    models = {"A": ada, "B": ada._replace(payer=MUTUAL, subscriber=BORIS), "C": a_dependants_claim()}
    return [models[kind]._replace(control_number=f"C{number}") for number, kind in enumerate(kinds, 1)]


def levels_of(*kinds: str) -> list[str]:
    return [elements[3] for elements in a_file(*claims_of(*kinds)).named("HL")]


def test_claims_of_one_patient_one_after_the_other_share_the_subscriber() -> None:
    assert levels_of("A", "A", "A") == ["20", "22"]


def test_claims_of_one_dependant_share_subscriber_and_patient() -> None:
    assert levels_of("C", "C") == ["20", "22", "23"]


def test_another_patient_between_opens_the_subscriber_anew() -> None:
    assert levels_of("A", "B", "A") == ["20", "22", "22", "22"]


def test_two_children_hang_from_one_subscriber() -> None:
    cora = CLARA._replace(first_name="CORA", birth_on="20140301")
    file = a_file(a_dependants_claim(1), a_dependants_claim(2, dependant=cora))
    assert [elements[1:] for elements in file.named("HL")] == [
        ["1", "", "20", "1"],
        ["2", "1", "22", "1"],
        ["3", "2", "23", "0"],
        ["4", "2", "23", "0"],
    ]


def test_a_parents_own_claim_and_the_childs_do_not_share_a_subscriber_loop() -> None:
    parent = BORIS
    file = a_file(a_claim(1, payer=MUTUAL, subscriber=parent), a_dependants_claim(2, subscriber=parent))
    assert [elements[3:] for elements in file.named("HL")] == [["20", "1"], ["22", "0"], ["22", "1"], ["23", "0"]]
    assert [elements[2] for elements in file.named("SBR")] == ["18", ""]


def test_the_same_subscriber_at_another_payer_is_opened_anew() -> None:
    file = a_file(a_claim(1), a_claim(2, payer=MUTUAL))
    assert len(file.named("SBR")) == 2


def test_the_same_subscriber_at_another_practice_is_opened_anew() -> None:
    file = a_file(a_claim(1), a_claim(2, billing=a_claim().billing._replace(npi="1730155771")))
    assert [elements[3] for elements in file.named("HL")] == ["20", "22", "20", "22"]


def test_a_patient_with_more_than_a_hundred_claims_is_opened_again() -> None:
    file = a_file(*(a_claim(number) for number in range(1, 202)))
    assert [elements[3] for elements in file.named("HL")] == ["20", "22", "22", "22"]


def test_a_dependant_with_more_than_a_hundred_claims_is_opened_again_below_the_same_subscriber() -> None:
    file = a_file(*(a_dependants_claim(number) for number in range(1, 102)))
    assert [elements[2:] for elements in file.named("HL")] == [
        ["", "20", "1"],
        ["1", "22", "1"],
        ["2", "23", "0"],
        ["2", "23", "0"],
    ]


def test_hl_numbers_begin_anew_in_each_transaction_set() -> None:
    file = a_file(*claims_of("A", "C", "B"), claims_per_transaction=1)
    assert [elements[1] for elements in file.named("HL")] == ["1", "2", "1", "2", "3", "1", "2"]


def test_lines_are_numbered_from_one_in_each_claim() -> None:
    lines = (a_line(1), a_line(2), a_line(3))
    file = a_file(a_claim(1, lines=lines[:2]), a_claim(2, lines=lines))
    assert [elements[1] for elements in file.named("LX")] == ["1", "2", "1", "2", "3"]
