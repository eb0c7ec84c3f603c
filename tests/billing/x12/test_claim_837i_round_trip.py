"""What is written can be read back, whatever the bill; and every file that we write passes our own inspection."""

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billing.x12.check_837i import check_claim
from billing.x12.claim_837i import Claim837I, Note, Occurrence, OccurrenceSpan, ValueCode
from billing.x12.inspect_837 import inspect_837
from billing.x12.read_back import read_bills
from billing.x12.syntax import Separators
from tests.billing.x12.bill_strategies import bill_batches, bills, full_bills
from tests.billing.x12.claims import TODAY
from tests.billing.x12.institutional_claims import a_bill, a_bill_file

_patient = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@_patient
@given(bills() | full_bills())
def test_a_bill_read_back_is_the_bill_that_was_written(bill: Claim837I) -> None:
    assert read_bills(a_bill_file(bill).text) == [bill]


@_patient
@given(bill_batches(), st.integers(1, 4))
def test_a_batch_over_several_transaction_sets_reads_back_whole_and_in_order(batch: list[Claim837I], size: int) -> None:
    assert read_bills(a_bill_file(*batch, claims_per_transaction=size).text) == batch


@_patient
@given(bills() | full_bills())
def test_a_partners_own_delimiters_carry_the_same_bill(bill: Claim837I) -> None:
    file = a_bill_file(bill, separators=Separators("|", ">", "}", "\x1d", "\n"), extended_characters=True)
    assert read_bills(file.text) == [bill]


@_patient
@given(bill_batches())
def test_a_bill_without_faults_gives_a_file_without_faults(batch: list[Claim837I]) -> None:
    assert [fault for claim in batch for fault in check_claim(claim, today=TODAY)] == []
    assert inspect_837(a_bill_file(*batch).text, today=TODAY) == []


_FIELDS = (
    *("control_number", "charge", "statement_from", "statement_through", "facility_code", "frequency"),
    *("payer_claim_number", "authorization", "referral", "medical_record_number", "billing_note", "estimated_due"),
    *("admission_type", "admission_source", "patient_status", "assignment", "benefits_assigned"),
    *("lines.control_number", "lines.revenue_code", "lines.code", "lines.charge", "lines.units", "lines.unit"),
    *("lines.service_on", "lines.service_through", "lines.description", "lines.not_covered"),
    *("notes.kind", "notes.text", "occurrences.code", "occurrences.on", "occurrence_spans.code"),
    *("occurrence_spans.first", "occurrence_spans.last", "value_codes.code", "value_codes.amount"),
    *("attending.last_name", "attending.npi", "attending.taxonomy", "billing.name", "subscriber.member_id"),
)
_texts = st.text("AD0579 *:^~#.-/é\x1f", max_size=6) | st.text(max_size=6) | st.sampled_from(("13", "7", "20251101"))
_changes = st.lists(st.tuples(st.sampled_from(_FIELDS), _texts), max_size=2)
_conditions = st.sampled_from(((), (), ("G0",), ("D0",), ("G0", "W2"), ("D5",), ("D9", "G0"), ("*",), ("é1",)))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(_changes, _conditions)
def test_what_the_check_lets_through_the_writer_never_refuses_and_the_inspection_finds_sound(
    changes: list[tuple[str, str]], conditions: tuple[str, ...]
) -> None:
    claim: Any = a_bill(
        condition_codes=conditions,
        notes=(Note("MED", "CISPLATIN"),),
        occurrences=(Occurrence("11", "20250101"),),
        occurrence_spans=(OccurrenceSpan("74", "20250101", "20250102"),),
        value_codes=(ValueCode("A1", "5"),),
    )
    for path, text in changes:
        claim = changed(claim, path.split("."), text)
    assume(not check_claim(claim, today=TODAY))
    assert inspect_837(a_bill_file(claim).text, today=TODAY) == []


def changed(value: Any, path: list[str], text: str) -> Any:
    """Return a value with one field changed, however deep; of several values the first."""
    field, *deeper = path
    if not deeper:
        return value._replace(**{field: text})
    inner = getattr(value, field)
    is_many = type(inner) is tuple
    new = changed(inner[0] if is_many else inner, deeper, text)
    return value._replace(**{field: (new,) if is_many else new})
