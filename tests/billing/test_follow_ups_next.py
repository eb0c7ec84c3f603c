"""Payers told by hand, and claims sent on to the next payer."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError

from billing import follow_ups, worklist
from billing.capture import capture_courses
from billing.models import FollowUp, LedgerEntry
from patients.models import Coverage, Payer, PayerPolicy
from tests import cast, remittances
from tests.billing.claimed_ada import (
    LATER,
    NIGHT,
    NOW,
    ada_on_a_claim,
    answered,
    biller,
    capture,
    claim_of,
    correction_of,
    decide,
    sessions,
    shorten,
)
from tests.captures import open_codes, standing
from tests.cast import Treated
from tests.exports import export
from tests.follow_ups import sent_as
from tests.remittances import post_payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Treated:
    return ada_on_a_claim()


def test_payer_that_takes_no_corrections_is_told_by_hand_and_the_rest_goes_out_as_new(ada: Treated) -> None:
    payer = claim_of(ada).payer
    PayerPolicy.objects.create(payer=payer, effective_from=date(2020, 1, 1), takes_corrections=False)
    shorten(ada, sessions(ada)[1])
    (changed,) = correction_of(ada).changed
    assert changed.after is not None
    with pytest.raises(ValidationError, match="takes no corrected claims"):
        decide(claim_of(ada))
    follow_ups.note_told_by_hand(claim_id=claim_of(ada).pk, note="By phone, ref 4711", by=biller(), at=NOW)
    done = FollowUp.objects.get()
    assert (done.kind, done.done_note, done.done_by) == ("7", "By phone, ref 4711", biller())
    assert not follow_ups.claims_to_correct().exists()
    assert not open_codes(ada) & {"correction-to-send", "replaces-claimed-line"}
    capture(ada)
    worklist.release(entry_ids=[changed.after.pk], by=biller(), at=NOW)
    export(at=NIGHT + timedelta(days=1))
    assert changed.after.claim_lines.get().claim.frequency == "1"


def test_claim_to_the_wrong_payer_is_told_by_hand_and_its_lines_go_to_the_right_one(ada: Treated) -> None:
    claim, right = claim_of(ada), Payer.objects.create(name="Beacon", kind="commercial", payer_id="BEACON")
    claim.coverage.payer = right
    claim.coverage.save()
    void = decide(claim, "8")
    export(at=NIGHT + timedelta(days=1))
    void.refresh_from_db()
    assert "Tell the old payer by hand" in void.error
    follow_ups.note_told_by_hand(claim_id=claim.pk, note="By phone, ref 4712", by=biller(), at=NOW)
    with pytest.raises(ValidationError, match="No line stands"):
        follow_ups.note_told_by_hand(claim_id=claim.pk, note="Twice", by=biller(), at=NOW)
    capture(ada)
    lines = standing(ada, with_the_plan=True)
    assert {line.review.state for line in lines} == {"open"}
    assert worklist.release(entry_ids=[line.pk for line in lines], by=biller(), at=NOW).refused == ()
    export(at=NIGHT + timedelta(days=2))
    assert {line.claim_lines.get(ended_at=None).claim.payer for line in lines} == {right}


def test_telling_by_hand_needs_a_note(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    with pytest.raises(ValidationError, match="Say how"):
        follow_ups.note_told_by_hand(claim_id=claim_of(ada).pk, note="  ", by=biller(), at=NOW)


# --- next payers ------------------------------------------------------------------------------------------------------


def second_coverage(patient: Treated, **values: object) -> Coverage:
    return Coverage.objects.create(**{
        "patient": patient.patient, "payer": cast.medicare(), "rank": "secondary", "member_id": "S-1",
        "effective_from": date(2020, 1, 1), **values,
    })  # fmt: skip


def waiting() -> list[int]:
    return list(follow_ups.claims_for_next_payer().values_list("pk", flat=True))


def send_on(claim_ids: list[int]) -> follow_ups.Sending:
    """Let the next payers be asked, Medicare because a spouse's group plan paid first."""
    reasons = dict.fromkeys(claim_ids, "12")
    return follow_ups.send_to_next_payer(claim_ids=claim_ids, by=biller(), at=NOW, reasons=reasons)


@pytest.mark.parametrize("outcome", ["paid", "denied"])
def test_claim_waits_for_the_second_payer_once_the_first_has_decided(ada: Treated, outcome: str) -> None:
    second = second_coverage(ada)
    assert waiting() == []
    answered(claim_of(ada), outcome)
    assert waiting() == [claim_of(ada).pk]
    (row,) = follow_ups.next_payers_of(waiting())
    assert (row.coverage, row.may_send, row.first_day) == (second, True, standing(ada)[0].service_on)


def test_coverage_of_another_day_is_no_next_payer(ada: Treated) -> None:
    second_coverage(ada, effective_from=date(2026, 1, 1))
    answered(claim_of(ada), "paid")
    assert waiting() == []


def test_claim_that_the_payer_sent_on_itself_is_shown_and_not_offered(ada: Treated) -> None:
    second_coverage(ada)
    answered(claim_of(ada), "paid", "19")
    assert waiting() == []
    assert list(follow_ups.forwarded_claims()) == [claim_of(ada)]
    sending = send_on([claim_of(ada).pk])
    assert sending.decided == () and len(sending.refused) == 1


def test_sending_on_is_decided_once_and_may_be_taken_back(ada: Treated) -> None:
    second = second_coverage(ada)
    answered(claim_of(ada), "paid")
    for _ in range(2):
        (decision,) = send_on(waiting()).decided
    assert (FollowUp.objects.count(), decision.coverage) == (1, second)
    (row,) = follow_ups.next_payers_of(waiting())
    assert not row.may_send
    follow_ups.cancel(follow_up_id=decision.pk, by=biller(), at=NOW)
    (row,) = follow_ups.next_payers_of(waiting())
    assert row.may_send


def test_claim_that_is_not_sent_on_leaves_the_list_with_a_note(ada: Treated) -> None:
    second_coverage(ada)
    answered(claim_of(ada), "paid")
    follow_ups.not_sent(claim_id=claim_of(ada).pk, note="Nothing is left", by=biller(), at=NOW)
    assert waiting() == []
    assert FollowUp.objects.get().done_note == "Nothing is left"


def test_claim_that_changed_is_corrected_before_the_next_payer_is_asked(ada: Treated) -> None:
    second_coverage(ada)
    answered(claim_of(ada), "paid")
    shorten(ada, sessions(ada)[1])
    (row,) = follow_ups.next_payers_of(waiting())
    assert row.is_changed and not row.may_send
    sending = send_on(waiting())
    assert sending.decided == () and "correction first" in sending.refused[0][1]


def test_bulk_names_the_claims_that_wait_for_nobody(ada: Treated) -> None:
    second_coverage(ada)
    answered(claim_of(ada), "paid")
    sending = send_on([claim_of(ada).pk, 999_999])
    assert [one.claim_id for one in sending.decided] == [claim_of(ada).pk]
    assert [claim_id for claim_id, _reason in sending.refused] == [999_999]


def test_reversals_balance_after_a_replacement(ada: Treated) -> None:
    shorten(ada, sessions(ada)[1])
    decision = decide(claim_of(ada))
    export(at=NIGHT + timedelta(days=1))
    on_claim = LedgerEntry.objects.filter(claim_lines__claim=sent_as(decision), claim_lines__ended_at=None)
    assert sorted(on_claim.values_list("pk", flat=True)) == sorted(
        line.pk for line in standing(ada, with_the_plan=True)
    )


def test_claim_to_the_second_payer_is_corrected_after_the_first_ones(ada: Treated) -> None:
    first = cast.commercial()
    values = {
        name: getattr(first, name) for name in ("kind", "filing_indicator", "street", "city", "state", "zip_code")
    }
    second_coverage(ada, payer=Payer.objects.create(name="Second Health", payer_id="SECOND1", **values))
    post_payment(remittances.answered(claim_of(ada)))
    (sending_on,) = send_on(waiting()).decided
    export(at=LATER)
    second = sent_as(sending_on)
    shorten(ada, sessions(ada)[1])
    assert list(follow_ups.claims_to_correct()) == [claim_of(ada), second]
    decide(claim_of(ada))
    export(at=LATER + timedelta(days=1))
    capture_courses(course_ids=[ada.course.pk], again=True)
    assert list(follow_ups.claims_to_correct()) == [second]
    correction = follow_ups.correction_of(second.pk)
    assert correction is not None
    (changed,) = correction.changed
    assert changed.after is not None and changed.held == "" and correction.proposal == "7"
    assert decide(second).kind == "7"
