"""What is written can be read back, whatever the claim; and every file that we write passes our own inspection."""

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billing.x12.check_837p import check_claim
from billing.x12.claim_837p import Claim837P
from billing.x12.inspect_837 import inspect_837
from billing.x12.read_back import read_claims
from billing.x12.syntax import Separators
from tests.billing.x12.claims import TODAY, a_claim, a_file
from tests.billing.x12.strategies import batches, claims, full_claims

_FIELDS = (
    *("control_number", "payer_claim_number", "authorization", "referral", "medical_record_number", "note"),
    *("line.control_number", "line.description", "line.note", "line.authorization", "line.units", "line.code"),
    *("subscriber.last_name", "subscriber.first_name", "subscriber.middle_name", "subscriber.suffix"),
    *("subscriber.member_id", "subscriber.group_number", "subscriber.group_name", "subscriber.address.street"),
    *("subscriber.address.street2", "subscriber.address.city", "payer.name", "payer.payer_id", "billing.name"),
    *("note_kind", "line.note_kind", "line.service_through", "subscriber.birth_on", "subscriber.sex"),
    *("billing.address.street2", "rendering.last_name", "rendering.first_name"),
)

_patient = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@_patient
@given(claims() | full_claims())
def test_a_claim_read_back_is_the_claim_that_was_written(claim: Claim837P) -> None:
    assert read_claims(a_file(claim).text) == [claim]


@_patient
@given(batches(), st.integers(1, 4))
def test_a_batch_over_several_transaction_sets_reads_back_whole_and_in_order(batch: list[Claim837P], size: int) -> None:
    assert read_claims(a_file(*batch, claims_per_transaction=size).text) == batch


@_patient
@given(claims() | full_claims())
def test_a_partners_own_delimiters_carry_the_same_claim(claim: Claim837P) -> None:
    file = a_file(claim, separators=Separators("|", ">", "}", "\x1d", "\n"), extended_characters=True)
    assert read_claims(file.text) == [claim]


@_patient
@given(batches())
def test_a_claim_without_faults_gives_a_file_without_faults(batch: list[Claim837P]) -> None:
    assert [fault for claim in batch for fault in check_claim(claim, today=TODAY)] == []
    assert inspect_837(a_file(*batch).text, today=TODAY) == []


_changes = st.lists(
    st.tuples(st.sampled_from(_FIELDS), st.text("AZ09 *:^~#.-/é\x1f", max_size=6) | st.text(max_size=6)), max_size=3
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(_changes)
def test_what_the_check_lets_through_the_writer_never_refuses_and_the_inspection_finds_sound(
    changes: list[tuple[str, str]],
) -> None:
    claim: Any = a_claim()
    for path, text in changes:
        claim = changed(claim, path.split("."), text)
    assume(not check_claim(claim, today=TODAY))
    assert inspect_837(a_file(claim).text, today=TODAY) == []


def changed(value: Any, path: list[str], text: str) -> Any:
    """Return a value with one field changed, however deep; ``line`` is the claim's one line."""
    field, *deeper = path
    if not deeper:
        return value._replace(**{field: text})
    if field == "line":
        return value._replace(lines=(changed(value.lines[0], deeper, text),))
    return value._replace(**{field: changed(getattr(value, field), deeper, text)})
