"""What a change posts again: corrected, cancelled and late facts, changed fees, lines that were on a claim."""

from datetime import date
from decimal import Decimal

import pytest

from billing import follow_ups, worklist
from billing.capture import capture_course, capture_courses, sweep
from billing.ledger import balance
from billing.models import ClaimLine, LedgerEntry, ManualLine, Review, StandingFinding
from courses.models import Plan, Session
from patients.roles import Role
from tests import cast
from tests.captures import (
    cancel,
    codes,
    deliver,
    deliver_days,
    open_codes,
    practice_fees,
    put_on_claim,
    set_fee,
    standing,
)
from tests.cast import Treated, local, user

pytestmark = pytest.mark.django_db

NOW = local("2025-03-20 12:00")


def capture(patient: Treated) -> list[str]:
    """Capture, then return what stands."""
    capture_course(course_id=patient.course.pk)
    return codes(standing(patient))


def released(patient: Treated) -> None:
    """Capture and release whatever is clean."""
    capture(patient)
    worklist.release(entry_ids=[entry.pk for entry in standing(patient)], by=user(Role.BILLER), at=NOW)


def test_a_corrected_session_is_reversed_and_posted_anew_each_naming_the_other() -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    capture(ada)
    (_plan, first) = standing(ada)
    Session.objects.filter(pk=session.pk).update(status="partial", status_reason="Machine fault")
    assert capture(ada) == ["77301", "77385-52"]
    second = standing(ada)[1]
    reversal = LedgerEntry.objects.get(reverses=first)
    assert (second.replaces, second.generation, second.session) == (first, 2, session)
    assert (reversal.amount, reversal.kind) == (-first.amount if first.amount else None, "reversal")
    assert "modifiers none -> 52" in reversal.because["reason"]
    assert open_codes(ada) == {"partial-fraction"}


def test_a_cancelled_session_is_reversed_and_earns_nothing() -> None:
    practice_fees()
    ada = cast.ada()
    wrong, right = deliver_days(ada, date(2025, 3, 4), 2)
    capture(ada)
    cancel(wrong)
    assert capture(ada) == ["77301", "77385"]
    assert standing(ada)[1].session == right
    assert balance(course_id=ada.course.pk) == Decimal("3050.00") + Decimal("980.00") + 2 * Decimal("155.00") + Decimal(
        "845.00"
    )


def test_a_session_that_stands_again_after_its_cancellation_names_the_charge_that_it_had() -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    capture(ada)
    first = standing(ada)[1]
    cancel(session)
    capture(ada)
    Session.objects.filter(pk=session.pk).update(cancelled_at=None, cancelled_by=None)
    capture(ada)
    assert (standing(ada)[1].replaces, standing(ada)[1].generation) == (first, 2)


def test_a_late_session_changes_the_modifier_of_the_one_that_came_after_it() -> None:
    practice_fees()
    boris = cast.boris()
    deliver(boris, "2025-05-06 16:00", number=2)
    capture(boris)
    assert [code for code in codes(standing(boris)) if code.startswith("77386")] == ["77386"]
    deliver(boris, "2025-05-06 09:00", number=1)
    capture(boris)
    assert sorted(code for code in codes(standing(boris)) if code.startswith("77386")) == ["77386", "77386-76"]
    assert LedgerEntry.objects.filter(course=boris.course, kind="reversal", code="77386").count() == 1


def test_a_plan_approved_late_earns_its_line_and_holds_the_deliveries_before_it() -> None:
    practice_fees()
    ada = cast.ada()
    Plan.objects.filter(pk=ada.plan.pk).update(approved_on=None)
    deliver_days(ada, date(2025, 3, 4), 2)
    assert capture(ada) == ["77385", "77385"]
    assert open_codes(ada) == {"delivery-before-approval"}
    Plan.objects.filter(pk=ada.plan.pk).update(approved_on=date(2025, 3, 5))
    assert capture(ada) == ["77385", "77385", "77301"]
    held = StandingFinding.objects.get(resolved_at=None, code="delivery-before-approval")
    assert held.entry is not None and held.entry.service_on == date(2025, 3, 4)
    assert not LedgerEntry.objects.filter(kind="reversal").exists()


def test_an_unsigned_session_earns_nothing() -> None:
    practice_fees()
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1, signed_at=None, signed_by=None)
    assert capture(ada) == ["77301"]


# --- fees ------------------------------------------------------------------------------------------------------------


def test_without_a_fee_the_line_stands_unpriced_and_held_and_is_priced_once_the_fee_is_loaded() -> None:
    schedule = practice_fees({"77301": "3050.00", "77338": "980.00", "77300": "155.00"})
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1)
    capture(ada)
    assert [entry.amount for entry in standing(ada)] == [Decimal("3050.00"), None]
    assert open_codes(ada) == {"missing-fee"}
    fee = set_fee(schedule, "77385", "845.00")
    capture(ada)
    assert (standing(ada)[1].amount, standing(ada)[1].fee_line) == (Decimal("845.00"), fee)
    assert open_codes(ada) == set()


def test_a_changed_fee_prices_open_lines_anew_and_leaves_released_and_claimed_ones() -> None:
    schedule = practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), 3)
    capture(ada)
    _plan, claimed, let_go, _open = standing(ada)
    worklist.release(entry_ids=[claimed.pk, let_go.pk], by=user(Role.BILLER), at=NOW)
    put_on_claim([claimed])
    schedule.lines.filter(code="77385", modifier="").update(amount=Decimal("900.00"))
    capture(ada)
    assert [entry.amount for entry in standing(ada)[1:]] == [Decimal("845.00"), Decimal("845.00"), Decimal("900.00")]
    assert standing(ada)[3].replaces == _open


def test_a_release_taken_back_lets_the_line_follow_the_fee_schedule_again() -> None:
    schedule = practice_fees()
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1)
    released(ada)
    schedule.lines.filter(code="77385", modifier="").update(amount=Decimal("900.00"))
    capture(ada)
    assert standing(ada)[1].amount == Decimal("845.00")
    worklist.undo(entry_ids=[standing(ada)[1].pk], by=user(Role.BILLER), at=NOW)
    capture(ada)
    assert standing(ada)[1].amount == Decimal("900.00")


def test_an_override_follows_a_line_whose_price_alone_changed_but_not_one_that_changed_otherwise() -> None:
    schedule = practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1, status="partial", status_reason="Machine fault")
    capture(ada)
    finding = StandingFinding.objects.get(code="partial-fraction", resolved_at=None)
    manager = user(Role.BILLING_MANAGER)
    worklist.override_finding(finding_id=finding.pk, reason="Payer agreed", by=manager, at=NOW)
    schedule.lines.filter(code="77385", modifier="52").update(amount=Decimal("400.00"))
    capture(ada)
    carried = StandingFinding.objects.get(code="partial-fraction", resolved_at=None)
    assert (carried.entry, carried.override_reason) == (standing(ada)[1], "Payer agreed")
    Session.objects.filter(pk=session.pk).update(starts_at=local("2025-03-05 09:00"), treated_on=date(2025, 3, 5))
    capture(ada)
    assert StandingFinding.objects.get(code="partial-fraction", resolved_at=None).overridden_at is None


# --- decisions that no longer fit ----------------------------------------------------------------------------------


def test_a_new_hold_opens_a_released_line_again_and_says_why() -> None:
    practice_fees()
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1)
    released(ada)
    Plan.objects.filter(pk=ada.plan.pk).update(dvh_documented=False)
    capture(ada)
    plan_line, delivery = standing(ada)
    review = Review.objects.get(entry=plan_line)
    assert (review.state, review.by) == ("open", None) and review.reason.startswith("No longer released:")
    assert Review.objects.get(entry=delivery).state == "released"


def test_a_reversed_line_is_no_longer_released() -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    released(ada)
    delivery = standing(ada)[1]
    cancel(session)
    capture(ada)
    assert Review.objects.get(entry=delivery).state == "open"


def test_a_persons_hold_follows_the_line_to_its_new_form() -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    capture(ada)
    biller = user(Role.BILLER)
    worklist.hold(entry_ids=[standing(ada)[1].pk], reason="Ask the physicist", by=biller, at=NOW)
    Session.objects.filter(pk=session.pk).update(starts_at=local("2025-03-05 09:00"), treated_on=date(2025, 3, 5))
    capture(ada)
    review = Review.objects.get(entry=standing(ada)[1])
    assert (review.state, review.reason, review.by) == ("held", "Ask the physicist", biller)


# --- after the claim -------------------------------------------------------------------------------------------------


def test_a_reversed_line_that_was_on_a_claim_waits_as_a_correction_to_send() -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    released(ada)
    claimed = standing(ada)[1]
    claim = put_on_claim([claimed])
    cancel(session)
    capture(ada)
    (correction,) = follow_ups.corrections_to_send()
    assert correction.entry is not None and correction.entry.reverses == claimed
    assert [line.claim for line in correction.entry.reverses.claim_lines.all()] == [claim]
    assert list(follow_ups.claims_to_correct()) == [claim]
    capture(ada)
    assert list(follow_ups.corrections_to_send()) == [correction]
    follow_ups.note_told_by_hand(claim_id=claim.pk, note="Voided at the payer's site", by=user(Role.BILLER), at=NOW)
    assert not follow_ups.corrections_to_send()
    capture_courses(course_ids=[ada.course.pk], again=True)
    assert not follow_ups.corrections_to_send()


def test_a_line_that_comes_back_to_its_claim_asks_for_its_correction_again() -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    released(ada)
    claim = put_on_claim([standing(ada)[1]])
    cancel(session)
    capture(ada)
    ClaimLine.objects.filter(claim=claim).update(ended_at=NOW)
    sweep()
    assert not follow_ups.corrections_to_send()
    ClaimLine.objects.filter(claim=claim).update(ended_at=None)
    sweep()
    assert len(follow_ups.corrections_to_send()) == 1


def test_what_replaces_a_claimed_line_waits_for_its_correction_however_often_it_changes() -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    released(ada)
    put_on_claim([standing(ada)[1]])
    for day in (date(2025, 3, 5), date(2025, 3, 6)):
        Session.objects.filter(pk=session.pk).update(starts_at=local(f"{day} 09:00"), treated_on=day)
        capture(ada)
        instead = standing(ada)[1]
        (finding,) = instead.findings.filter(resolved_at=None, code="replaces-claimed-line")
        assert finding.severity == "warning" and "not as new" in finding.message
        assert worklist.release(entry_ids=[instead.pk], by=user(Role.BILLER), at=NOW).done == (instead.pk,)
    assert len(follow_ups.corrections_to_send()) == 1


def test_a_session_entered_anew_after_its_claim_is_held_as_a_duplicate_until_the_claim_is_corrected() -> None:
    practice_fees()
    ada = cast.ada()
    session = deliver(ada, "2025-03-04 09:00", number=1)
    released(ada)
    claim = put_on_claim([standing(ada)[1]])
    cancel(session)
    deliver(ada, "2025-03-04 09:30", number=1)
    capture(ada)
    anew = standing(ada)[1]
    biller = user(Role.BILLER)
    decided = worklist.release(entry_ids=[anew.pk], by=biller, at=NOW)
    assert [refusal.findings for refusal in decided.refused] == [("duplicate-line",)]
    follow_ups.note_told_by_hand(claim_id=claim.pk, note="Voided by phone", by=biller, at=NOW)
    assert worklist.release(entry_ids=[anew.pk], by=biller, at=NOW).done == (anew.pk,)


# --- keyed lines -----------------------------------------------------------------------------------------------------


def test_a_refused_keyed_line_is_a_finding_and_no_entry() -> None:
    practice_fees()
    ada = cast.ada()
    ManualLine.objects.create(course=ada.course, code="77299", service_on=date(2025, 3, 4))
    assert capture(ada) == ["77301"]
    (refused,) = worklist.loose_findings()
    assert (refused.severity, refused.code, refused.entry) == ("refused", "unlisted-needs-narrative", None)
    assert refused.service_on == date(2025, 3, 4)


def test_a_keyed_line_is_posted_with_its_narrative_and_reversed_when_it_is_withdrawn() -> None:
    practice_fees({"77301": "3050.00", "77299": "250.00"})
    ada = cast.ada()
    long = "Unlisted planning of a surface mould, worked out by hand from photographs and a cast of the ear"
    keyed = ManualLine.objects.create(
        course=ada.course, code="77299", service_on=date(2025, 3, 4), narrative=long, attachment="PWK-77"
    )
    assert capture(ada) == ["77301", "77299"]
    entry = standing(ada)[1]
    assert (entry.narrative, entry.attachment, entry.family) == (long[:80].strip(), "PWK-77", "manual")
    ManualLine.objects.filter(pk=keyed.pk).update(cancelled_at=NOW)
    assert capture(ada) == ["77301"]
