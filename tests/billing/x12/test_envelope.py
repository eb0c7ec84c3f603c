"""What stands on the outside of a file, and what is refused there."""

from typing import Any

import pytest

from billing.x12.envelope import Receiver, Submitter
from billing.x12.syntax import X12Fault
from tests.billing.x12.claims import a_file


def test_submitter_and_receiver_have_ids_of_their_own() -> None:
    file = a_file(
        submitter=Submitter("HARBOR", "TIN123", "PAT CLERK", "6175550100"), receiver=Receiver("CLEARING", "REC9")
    )
    assert "NM1*41*2*HARBOR*****46*TIN123~PER*IC*PAT CLERK*TE*6175550100~NM1*40*2*CLEARING*****46*REC9~" in file.text
    assert file.segments[0][35:50] == "HARBOR01       "


def test_a_contact_named_as_the_submitter_is_not_repeated() -> None:
    file = a_file(submitter=Submitter("PAT CLERK", "X1", "Pat Clerk", "6175550100"))
    assert file.named("PER") == [["PER", "IC", "", "TE", "6175550100"]]


def test_an_email_goes_to_a_partner_with_the_extended_set() -> None:
    file = a_file(submitter=Submitter("Harbor", "X1", "Pat", email="pat@harbor.example"), extended_characters=True)
    assert file.named("PER") == [["PER", "IC", "Pat", "EM", "pat@harbor.example"]]


def test_group_ids_are_those_of_the_interchange_unless_given() -> None:
    assert a_file().named("GS")[0][2:4] == ["HARBOR01", "CLEARING"]
    assert a_file(group_sender="APP", group_receiver="PAYERS").named("GS")[0][2:4] == ["APP", "PAYERS"]


def test_a_reissue_says_so() -> None:
    assert a_file().named("BHT")[0][2] == "00"
    assert a_file(is_reissue=True).named("BHT")[0][2] == "18"


def test_a_production_file_with_acknowledgment_says_so() -> None:
    assert a_file(usage="P", wants_acknowledgment=True).segments[0].endswith("*000000017*1*P*:")


def test_control_numbers_stand_at_both_ends() -> None:
    file = a_file(interchange_number=999_999_999, group_number=4711)
    assert file.segments[0].split("*")[13] == file.segments[-1].split("*")[2] == "999999999"
    assert file.named("GS")[0][6] == file.named("GE")[0][2] == "4711"


@pytest.mark.parametrize(
    ("changes", "segment", "element"),
    [
        ({"sender_id": "A" * 16}, "ISA", 6),
        ({"receiver_id": ""}, "ISA", 8),
        ({"interchange_number": 0}, "ISA", 13),
        ({"interchange_number": 1_000_000_000}, "ISA", 13),
        ({"group_sender": "A"}, "GS", 2),
        ({"group_number": 0}, "GS", 6),
        ({"batch_id": "B" * 26}, "BHT", 3),
        ({"submitter": Submitter("HARBOR", "X1", "PAT")}, "PER", 3),
        ({"submitter": Submitter("HARBOR", "X1", "PAT", "617-555-0100")}, "PER", 4),
    ],
)
def test_an_envelope_that_does_not_fit_is_refused_with_its_place(
    changes: dict[str, Any], segment: str, element: int
) -> None:
    with pytest.raises(X12Fault) as caught:
        a_file(**changes)
    assert (caught.value.segment, caught.value.element) == (segment, element)


def test_a_small_letter_in_the_batch_id_is_refused_for_it_must_come_back_as_it_is() -> None:
    with pytest.raises(X12Fault, match="batch_id"):
        a_file(batch_id="b17")
