"""Reading what was written from values gives the values again, whatever the delimiters; and no bytes raise."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billing.x12.ack_277ca import ClaimAcknowledgment
from billing.x12.ack_999 import GroupAcknowledgment
from billing.x12.reading import HARMS_AMOUNTS
from billing.x12.remit_835 import Remittance
from billing.x12.syntax import Separators
from tests.billing.x12.receipt_strategies import (
    claim_acknowledgments,
    group_acknowledgments,
    remittances,
    separators,
)
from tests.billing.x12.receipt_writer import write_277ca, write_835, write_999
from tests.billing.x12.receipts import golden, golden_files, read_through, the_277ca, the_999, the_remittance, values_of

generous = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])


def placeless(value: Any) -> Any:
    """Return a value without the places at which its parts stood in the file."""
    if hasattr(value, "_fields"):
        made = {name: placeless(part) for name, part in zip(value._fields, value, strict=True)}
        return value._replace(**{name: 0 if name == "position" else part for name, part in made.items()})
    return tuple(placeless(part) for part in value) if isinstance(value, tuple) else value


@generous
@given(remittances(), separators())
def test_a_remittance_is_read_as_it_was_written(value: Remittance, own: Separators) -> None:
    read, deviations = the_remittance(write_835(value, own))
    assert deviations == []
    assert placeless(read) == value


@generous
@given(claim_acknowledgments(), separators())
def test_a_claim_acknowledgment_is_read_as_it_was_written(value: ClaimAcknowledgment, own: Separators) -> None:
    read, deviations = the_277ca(write_277ca(value, own))
    assert {note.code for note in deviations} <= {"wrong-total"}
    assert placeless(read) == value


@generous
@given(group_acknowledgments(), separators())
def test_an_implementation_acknowledgment_is_read_as_it_was_written(
    value: GroupAcknowledgment, own: Separators
) -> None:
    read, deviations = the_999(write_999(value, own))
    assert deviations == []
    assert placeless(read) == value


# --- whatever comes -------------------------------------------------------------------------------------------------


@generous
@given(st.binary(max_size=2000) | st.text("ISAGEST835*:~^\r\n0 1", max_size=400).map(str.encode))
@example(b"ISA")
@example(b"ISA*")
@example(golden("ta1/accepted")[:106])
def test_any_bytes_give_a_result(source: bytes) -> None:
    deviations = read_through(source)
    assert all(0 <= note.offset <= len(source) for note in deviations)


@pytest.mark.parametrize(
    "story", ["835/boris_second_day_without_authorization", "277ca/one_claim_rejected_for_the_npi",
              "999/one_claim_without_place_of_service", "ta1/before_a_999_in_one_interchange"],
)  # fmt: skip
def test_every_cut_of_a_file_is_read_and_noted(story: str) -> None:
    source = golden(story)
    for length in range(len(source) - 1):
        values, deviations = values_of(source[:length])
        assert deviations != []
        for value in values:
            if isinstance(value, Remittance):
                assert b"~SE*" in source[:length] or not value.closing.may_be_posted


@generous
@given(
    st.sampled_from([path.read_bytes() for path in golden_files()]),
    st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 40), st.binary(max_size=4)), min_size=1, max_size=6),
)
def test_a_file_with_bytes_lost_changed_and_added_is_read(source: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    for start, length, instead in changes:
        source = source[:start] + instead + source[start + length :]
    deviations = read_through(source)
    assert all(0 <= note.offset <= len(source) for note in deviations)
    assert all(note.meaning for note in deviations)


@generous
@given(st.integers(0, 2500), st.integers(1, 200))
def test_what_is_lost_from_a_remittance_is_never_posted_as_if_it_were_whole(start: int, length: int) -> None:
    source = golden("835/ada_week_of_imrt_paid")
    start %= len(source)
    whole, _ = the_remittance(source)
    for value in values_of(source[:start] + source[start + length :])[0]:
        if isinstance(value, Remittance) and value.closing.may_be_posted:
            assert value.closing.claims_paid == whole.closing.claims_paid
            paid = [[line.paid for line in claim.services] for claim in value.claims]
            assert paid == [[line.paid for line in claim.services] for claim in whole.claims]


@pytest.mark.parametrize("name", [b"SVC", b"CLP", b"CAS", b"PLB"])
def test_a_segment_whose_name_was_damaged_holds_the_payment(name: bytes) -> None:
    source = golden("835/ada_week_of_imrt_paid").replace(b"~SE*", b"~PLB*1972508401*20261231*WO:A1*0~SE*", 1)
    damaged = source.replace(b"~" + name + b"*", b"~" + name[1:] + b"*", 1)
    assert damaged != source
    value, deviations = the_remittance(damaged)
    assert "unknown-segment" in {found.code for found in deviations}
    assert not value.closing.may_be_posted


def test_codes_that_harm_amounts_are_what_holds_a_payment() -> None:
    assert {"not-a-number", "missing-amount", "unterminated"} <= HARMS_AMOUNTS
