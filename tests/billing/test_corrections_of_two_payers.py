"""The insurance changed in mid-course: a replacement carries no line of a day on which another payer is the first."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from billing import follow_ups, worklist
from billing.models import Claim, FollowUp, Review, WaitingLine
from patients.models import Coverage
from patients.registration import add_coverage, correct_coverage
from tests import cast
from tests.answers import Says, statuses, take
from tests.billing.claimed_ada import (
    NIGHT,
    NOW,
    ada_on_a_claim,
    biller,
    capture,
    claim_of,
    correction_of,
    decide,
)
from tests.captures import standing
from tests.cast import Treated
from tests.exports import export, line, partner, release
from tests.follow_ups import decided, error_of, every_line_stands_once, instead, on, sent, sent_as, sent_as_after

pytestmark = pytest.mark.django_db
SECOND, THIRD = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path


def medicare_from(patient: Treated, day: date) -> None:
    """Learn that the coverage ended, and that Medicare is the first payer from a day on."""
    old = Coverage.objects.get(patient=patient.patient, rank="primary")
    correct_coverage(
        coverage=old, payer=old.payer, member_id=old.member_id, effective_from=old.effective_from,
        effective_to=day - timedelta(days=1),
    )  # fmt: skip
    add_coverage(patient=patient.patient, payer=cast.medicare(), member_id="1EG4TE5MK73", effective_from=day)


def test_days_of_another_payer_leave_the_claim_with_its_replacement_and_go_to_that_payer_once() -> None:
    ada = ada_on_a_claim()  # sessions of 4, 5 and 6 March
    claim = claim_of(ada)
    medicare_from(ada, date(2025, 3, 5))
    capture(ada)
    shown = correction_of(ada)
    theirs = {entry.pk for entry in standing(ada) if entry.service_on >= date(2025, 3, 5)}
    new = {one.after.pk for one in shown.changed if one.after is not None and one.payer == cast.medicare()}
    assert new and new <= theirs and shown.instead == ()
    decision = decide(claim)
    export(at=SECOND)
    replacement = sent_as(decision)
    assert replacement.total_amount == shown.after
    assert {row.entry.service_on for row in replacement.lines.all()} <= {date(2025, 3, 3), date(2025, 3, 4)}
    assert set(WaitingLine.objects.values_list("entry_id", flat=True)) == theirs
    every_line_stands_once()
    capture(ada)
    assert worklist.release(entry_ids=sorted(theirs), by=biller(), at=NOW).refused == ()
    assert export(at=THIRD).lines == len(theirs)
    assert on(Claim.objects.get(payer=cast.medicare(), frequency="1")) == sorted(theirs)
    every_line_stands_once()
    assert export(at=THIRD).lines == 0


def test_biller_sees_before_deciding_what_the_replacement_leaves_out(client: Client) -> None:
    ada = ada_on_a_claim()
    medicare_from(ada, date(2025, 3, 5))
    capture(ada)
    client.force_login(biller())
    page = client.get(reverse("billing:corrections")).content.decode()
    assert "goes to Medicare Part B as a new line" in page


def test_claim_of_which_all_days_are_another_payers_is_proposed_for_a_void_in_words(client: Client) -> None:
    ada = ada_on_a_claim()
    medicare_from(ada, date(2025, 2, 1))
    capture(ada)
    shown = correction_of(ada)
    assert shown.proposal == FollowUp.Kind.VOID
    assert (shown.after, shown.before) == (Decimal(0), claim_of(ada).total_amount)
    assert "its lines are for Medicare Part B now. Void the claim" in shown.why_void
    with pytest.raises(ValidationError, match="its lines are for Medicare Part B now"):
        decide(claim_of(ada))
    client.force_login(biller())
    page = client.get(reverse("billing:corrections")).content.decode()
    assert "its lines are for Medicare Part B now. Void the claim" in page


def test_claim_whose_coverage_was_corrected_in_place_is_proposed_for_a_void() -> None:
    ada = ada_on_a_claim()
    old = Coverage.objects.get(patient=ada.patient, rank="primary")
    correct_coverage(coverage=old, payer=cast.medicare(), member_id="1EG4TE5MK73", effective_from=old.effective_from)
    capture(ada)
    shown = correction_of(ada)
    assert shown.proposal == FollowUp.Kind.VOID and shown.after == Decimal(0) and "Medicare Part B" in shown.why_void
    with pytest.raises(ValidationError, match="Medicare Part B"):
        decide(claim_of(ada))


def test_standing_line_of_another_payers_day_waits_open_after_the_replacement() -> None:
    partner()
    ada = cast.ada()
    kept, moved, changed = line(ada), line(ada, service_on=date(2026, 3, 12)), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, moved, changed)
    new = instead(changed, code="77385")
    release(new)
    medicare_from(ada, date(2026, 3, 10))
    shown = follow_ups.correction_of(claim.pk)
    assert shown is not None and [one.line.entry for one in shown.moved] == [moved] and shown.instead == (new,)
    replacement = sent_as_after(decided(claim, "7"))
    assert on(replacement) == sorted([kept.pk, new.pk]) and replacement.total_amount == shown.after
    assert [row.entry_id for row in WaitingLine.objects.all()] == [moved.pk]
    review = Review.objects.get(entry=moved)
    assert review.state == "open" and claim.control_number in review.reason
    assert export().lines == 0
    Review.objects.filter(entry=moved).update(state="released")
    assert export().lines == 1 and Claim.objects.latest("pk").payer == cast.medicare()
    every_line_stands_once()


def test_released_line_of_another_payer_waits_until_the_replacement_is_sealed() -> None:
    partner()
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 12))
    claim = sent(kept, changed)
    medicare_from(ada, date(2026, 3, 10))
    new = instead(changed, code="77385")
    release(new)
    assert export().lines == 0
    decision = decided(claim, "7")
    first = export()
    assert on(sent_as(decision)) == [kept.pk]
    assert (first.lines, [row.entry_id for row in WaitingLine.objects.all()]) == (1, [new.pk])
    assert export().lines == 1
    assert (Claim.objects.latest("pk").payer, Claim.objects.latest("pk").frequency) == (cast.medicare(), "1")
    every_line_stands_once()


def test_refused_replacement_leaves_the_line_with_the_payer_that_has_it() -> None:
    partner()
    ada = cast.ada()
    kept, moved, changed = line(ada), line(ada, service_on=date(2026, 3, 12)), line(ada, service_on=date(2026, 3, 13))
    claim = sent(kept, moved, changed)
    medicare_from(ada, date(2026, 3, 10))
    new = instead(changed, code="77385")
    release(new)
    replacement = sent_as_after(decided(claim, "7"))
    assert export().lines == 1  # the new line went to Medicare, the moved one is not released
    take(statuses(replacement.file, Says(replacement.control_number, "A7:562:85", "U")))
    assert on(claim) == sorted([kept.pk, moved.pk, changed.pk]) and not WaitingLine.objects.exists()
    every_line_stands_once()
    again = sent_as_after(decided(claim, "7"))
    assert on(again) == [kept.pk] and [row.entry_id for row in WaitingLine.objects.all()] == [moved.pk]


def test_replacement_of_which_another_payers_days_leave_nothing_says_so_and_stays() -> None:
    partner()
    ada = cast.ada()
    changed = line(ada)
    claim = sent(changed)
    release(instead(changed, code="77385"))
    medicare_from(ada, date(2026, 3, 1))
    decision = decided(claim, "7")
    assert export().lines == 0
    assert "No line of the claim is left to send. Void it instead." in error_of(decision)
    assert on(claim) == [changed.pk]
