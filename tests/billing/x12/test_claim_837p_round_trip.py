"""What is written can be read back, whatever the claim; and every file that we write passes our own inspection."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.x12.check_837p import check_claim
from billing.x12.claim_837p import Claim837P
from billing.x12.inspect_837 import inspect_837
from billing.x12.syntax import Separators
from tests.billing.x12.claim_reader import read_claims
from tests.billing.x12.claims import TODAY, a_file
from tests.billing.x12.strategies import batches, claims

_patient = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@_patient
@given(claims())
def test_a_claim_read_back_is_the_claim_that_was_written(claim: Claim837P) -> None:
    assert read_claims(a_file(claim).text) == [claim]


@_patient
@given(batches(), st.integers(1, 4))
def test_a_batch_over_several_transaction_sets_reads_back_whole_and_in_order(batch: list[Claim837P], size: int) -> None:
    assert read_claims(a_file(*batch, claims_per_transaction=size).text) == batch


@_patient
@given(claims())
def test_a_partners_own_delimiters_carry_the_same_claim(claim: Claim837P) -> None:
    file = a_file(claim, separators=Separators("|", ">", "}", "\x1d", "\n"), extended_characters=True)
    assert read_claims(file.text) == [claim]


@_patient
@given(batches())
def test_a_claim_without_faults_gives_a_file_without_faults(batch: list[Claim837P]) -> None:
    assert [fault for claim in batch for fault in check_claim(claim, today=TODAY)] == []
    assert inspect_837(a_file(*batch).text, today=TODAY) == []
