"""The words for an unlisted code fill the description first, and go on in the note, no word cut or lost."""

from billing.x12.check_837p import check_claim
from billing.x12.narrative import split_narrative
from tests.billing.x12.claims import TODAY, a_claim, a_line

LONG = (
    "PLANNING ON A PHANTOM FOR AN IMPLANT WITH MEASUREMENTS IN AIR AND IN WATER BEFORE AND AFTER THE IMPLANT WAS MOVED"
)


def test_eighty_characters_stand_in_the_description_alone() -> None:
    assert split_narrative("A" * 80) == ("A" * 80, "")


def test_a_longer_narrative_goes_on_in_the_note_between_two_words() -> None:
    description, note = split_narrative(LONG)
    assert len(description) <= 80
    assert f"{description} {note}" == LONG


def test_a_word_without_end_is_parted_at_eighty() -> None:
    assert split_narrative("A" * 100) == ("A" * 80, "A" * 20)


def test_line_breaks_and_double_blanks_become_one_blank() -> None:
    assert split_narrative(" ONE\n\nTWO  THREE ") == ("ONE TWO THREE", "")


def test_a_parted_narrative_passes_the_check_of_its_line() -> None:
    description, note = split_narrative(LONG)
    line = a_line(code="77299", description=description, note=note)
    assert check_claim(a_claim(lines=(line,)), today=TODAY) == []
