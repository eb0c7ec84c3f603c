"""sent = accepted + rejected + waiting after anything that may be said, and the same whatever comes first."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from billing import receipts
from billing.acknowledgment import Tally, all_claims, claims_by_file
from billing.models import Claim, ClaimEvent, ClaimFile, ClaimLine, ClaimStanding, Receipt, WaitingLine
from tests.answers import AT, Says, ack, ack_set, numbers, states, statuses, ta1, take
from tests.exports import department, export, partner

pytestmark = pytest.mark.django_db
CLAIMS = 3
_numbers = count(1000)


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"


@pytest.fixture
def file() -> ClaimFile:
    partner()
    department(CLAIMS, lines=2)
    export()
    return ClaimFile.objects.select_related("partner").get()


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is done here, as if another example had not been."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


# What may be said: by whom, of which claim, on which day of March, how. None: of the whole file.
SAID = st.tuples(
    st.sampled_from(["TA1", "999", "AY", "PR"]),
    st.integers(0, CLAIMS - 1),
    st.integers(21, 25),
    st.sampled_from(["A2:20", "A1:19", "A7:21", "A3:21", "A9:99"]),
)
Said = tuple[str, int, int, str]


def text_of(said: Said, file: ClaimFile, number: int) -> str:
    who, claim, day, status = said
    is_refusal = status.startswith(("A7", "A3"))
    around: dict[str, Any] = {"number": number, "day": f"2603{day}"}
    if who == "TA1":
        return ta1(file, "R" if is_refusal else "A", "010" if is_refusal else "000", **around)
    if who == "999":
        code = "R" if is_refusal else "A"
        return ack(file, ack_set(code), closing=f"{code}*1*1*{int(not is_refusal)}", **around)
    action = "U" if is_refusal else "WQ"
    return statuses(file, Says(numbers()[claim], status, action), role=who, on=f"202603{day}", **around)


def everything_is_somewhere(file: ClaimFile) -> None:
    tally = all_claims()
    assert tally.sent == CLAIMS == tally.accepted + tally.rejected + tally.waiting
    assert claims_by_file(file_ids=[file.pk]) == {file.pk: tally}
    standing = ClaimLine.objects.filter(ended_at=None)
    assert standing.count() + WaitingLine.objects.count() == CLAIMS * 2
    # A claim's lines are open if, and only if, the claim is refused.
    refused = Claim.objects.filter(standing__state="rejected")
    assert set(ClaimLine.objects.exclude(ended_at=None).values_list("claim_id", flat=True)) == set(
        refused.values_list("pk", flat=True)
    )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(SAID, max_size=7))
def test_after_anything_that_is_said_every_claim_is_in_one_place(file: ClaimFile, said: list[Said]) -> None:
    with undone():
        for one in said:
            receipt = take(text_of(one, file, next(_numbers)))
            assert receipt.error == ""
            everything_is_somewhere(file)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_where_a_claim_stands_does_not_depend_on_what_came_first(file: ClaimFile, data: st.DataObject) -> None:
    claims = st.tuples(
        st.sampled_from(["AY", "PR"]), st.integers(0, CLAIMS - 1), st.integers(21, 25),
        st.sampled_from(["A2:20", "A1:19", "A7:21"]),
    )  # fmt: skip
    said = data.draw(st.lists(claims, max_size=6))
    texts = [text_of(one, file, 500 + place) for place, one in enumerate(said)]
    ends = []
    for order in (texts, data.draw(st.permutations(texts))):
        with undone():
            for text in order:
                take(text)
            ends.append((states(), all_claims()))
    assert ends[0] == ends[1]


def test_a_payment_or_denial_counts_as_accepted(file: ClaimFile) -> None:
    claims = list(Claim.objects.order_by("pk"))
    receipt = take("")
    for claim, outcome in zip(claims, ("paid", "denied", "reversed"), strict=True):
        ClaimEvent.objects.create(claim=claim, receipt=receipt, position=1, level="remittance", outcome=outcome)
    assert all_claims() == Tally(3, 3, 0, 0)


def test_a_file_that_was_not_delivered_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    partner()
    department(1)
    monkeypatch.setattr("billing.submission.export.deliver_sealed", lambda **_: [])
    export()
    assert all_claims() == Tally(0, 0, 0, 0)


def test_the_number_of_statements_does_not_grow_with_the_claims() -> None:
    partner()
    department(40)
    export()
    file = ClaimFile.objects.select_related("partner").get()
    every = numbers()
    few = statuses(file, *(Says(number, "A7:21", "U") for number in every[:2]), number=1)
    many = statuses(file, *(Says(number, "A7:21", "U") for number in every[2:]), number=2)
    assert _statements(few) == _statements(many)
    assert ClaimStanding.objects.filter(state="rejected").count() == 40


def _statements(text: str) -> int:
    partner_id = ClaimFile.objects.get().partner_id
    receipt_id = receipts.store(partner_id=partner_id, name="x", chunks=[text.encode()]).receipt_id
    assert receipt_id is not None
    with CaptureQueriesContext(connection) as queries:
        receipts.read_receipt(receipt_id=receipt_id, at=AT)
    assert Receipt.objects.get(pk=receipt_id).read_at is not None
    return len(queries)
