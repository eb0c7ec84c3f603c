"""The coverage was changed after the claim went out: its days are another payer's now, and nothing else changed."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from billing import follow_ups, worklist
from billing.models import Claim, ClaimFile, ClaimLine, FeeSchedule, FollowUp, WaitingLine
from patients.models import Coverage, Payer
from patients.registration import add_coverage, correct_coverage
from patients.roles import Role
from tests import cast
from tests.answers import Says, statuses, take
from tests.billing.claimed_ada import (
    NIGHT,
    NOW,
    ada_on_a_claim,
    answered,
    biller,
    capture,
    claim_of,
    decide,
)
from tests.captures import PRICES, open_codes, set_fee, standing
from tests.cast import Treated, user
from tests.exports import export, past_every_trigger
from tests.follow_ups import decided, error_of, every_line_stands_once, on, sent_as

pytestmark = pytest.mark.django_db
SECOND, THIRD = NIGHT + timedelta(days=1), NIGHT + timedelta(days=2)


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path


def advantage() -> Payer:
    """A payer that wants the same codes as Acme."""
    return Payer.objects.get_or_create(
        name="Bay Advantage", defaults={"kind": "commercial", "payer_id": "BAYADV", "filing_indicator": "CI"}
    )[0]


def moved_to_advantage(patient: Treated, day: date = date(2025, 1, 1)) -> None:
    """Learn, and capture, that the coverage ended before a day, from which on another payer is the first."""
    old = Coverage.objects.get(patient=patient.patient, rank="primary")
    add_coverage(patient=patient.patient, payer=advantage(), member_id="BA-1", effective_from=day, ends_previous=True)
    assert Coverage.objects.get(pk=old.pk).effective_to == day - timedelta(days=1)
    capture(patient)


def listed() -> list[Claim]:
    return list(follow_ups.claims_to_correct())


def taken(void: Claim) -> None:
    file = ClaimFile.objects.select_related("partner").get(pk=void.file_id)
    take(statuses(file, Says(void.control_number, "A2:20", "WQ"), role="PR"))


def release_all(patient: Treated) -> None:
    capture(patient)
    waiting = list(WaitingLine.objects.values_list("entry_id", flat=True))
    assert worklist.release(entry_ids=waiting, by=biller(), at=NOW).refused == ()


def test_claim_of_days_that_are_another_payers_by_now_is_voided_and_goes_to_that_payer_once(client: Client) -> None:
    ada = ada_on_a_claim()
    claim, lines = claim_of(ada), {entry.pk for entry in standing(ada, with_the_plan=True)}
    moved_to_advantage(ada)
    assert set(on(claim)) == lines == {entry.pk for entry in standing(ada, with_the_plan=True)} and listed() == [claim]
    client.force_login(biller())
    for page in (reverse("billing:corrections"), reverse("billing:claim", args=[claim.pk])):
        text = client.get(page).content.decode()
        assert "its lines are for Bay Advantage now. Void the claim" in text
        assert "Bay Advantage, by the coverage from 1 Jan 2025 on" in text
    decision = decide(claim, kind="8")
    assert listed() == [claim]
    export(at=SECOND)
    void = sent_as(decision)
    capture(ada)
    assert listed() == [] and not WaitingLine.objects.exists()
    taken(void)
    release_all(ada)
    assert export(at=THIRD).lines == len(lines)
    assert set(on(Claim.objects.get(payer=advantage(), frequency="1"))) == lines
    every_line_stands_once()
    assert ClaimLine.objects.filter(ended_at=None).count() == len(lines)
    capture(ada)
    assert listed() == [] and "claim-of-another-payer" not in open_codes(ada)


def test_refused_void_puts_the_claim_of_another_payers_days_on_the_list_again() -> None:
    ada = ada_on_a_claim()
    moved_to_advantage(ada)
    decision = decide(claim_of(ada), kind="8")
    export(at=SECOND)
    capture(ada)
    void = sent_as(decision)
    take(statuses(void.file, Says(void.control_number, "A7:562:85", "U")))
    capture(ada)
    assert listed() == [claim_of(ada)] and on(claim_of(ada))


def test_coverage_that_is_put_right_again_takes_the_claim_off_the_list(client: Client) -> None:
    ada = ada_on_a_claim()
    moved_to_advantage(ada)
    Coverage.objects.filter(payer=advantage()).delete()
    old = Coverage.objects.get(patient=ada.patient)
    correct_coverage(
        coverage=old, payer=old.payer, member_id=old.member_id, effective_from=old.effective_from, effective_to=None
    )
    client.force_login(biller())
    assert claim_of(ada).control_number not in client.get(reverse("billing:corrections")).content.decode()
    capture(ada)
    assert listed() == []


def test_only_sent_claims_that_stand_ask_to_be_moved() -> None:
    ada = ada_on_a_claim()
    claim = claim_of(ada)
    moved_to_advantage(ada)
    with past_every_trigger():
        ClaimFile.objects.filter(pk=claim.file_id).update(delivered_at=None)
    assert listed() == []
    answered(claim, "accepted")
    assert listed() == [claim]
    ClaimLine.objects.filter(claim=claim).update(ended_at=NOW)
    assert listed() == []


def test_claim_that_was_paid_stays_with_its_payer_for_a_reason_until_the_coverage_changes_again(client: Client) -> None:
    ada = ada_on_a_claim()
    claim = claim_of(ada)
    moved_to_advantage(ada)
    client.force_login(biller())
    address = reverse("billing:claim-stays", args=[claim.pk])
    assert client.post(address, {"note": ""}).status_code == 422
    assert client.post(address, {"note": "Acme pays on, its letter of 2 May"}).status_code == 302
    capture(ada)
    assert listed() == []
    assert "Acme pays on, its letter of 2 May" in client.get(reverse("billing:claim", args=[claim.pk])).content.decode()
    found = Coverage.objects.get(payer=advantage())
    correct_coverage(
        coverage=found, payer=cast.medicare(), member_id="1EG4TE5MK73", effective_from=found.effective_from
    )
    capture(ada)
    assert listed() == [claim]


def test_claim_with_a_decided_void_or_without_another_payer_cannot_be_left_as_it_stands() -> None:
    ada = ada_on_a_claim()
    claim = claim_of(ada)

    def leave() -> None:
        follow_ups.leave_as_it_stands(claim_id=claim.pk, note="Acme pays", by=biller(), at=NOW)

    with pytest.raises(ValidationError, match="Nothing of this claim changed"):
        leave()
    moved_to_advantage(ada)
    decide(claim, kind="8")
    with pytest.raises(ValidationError, match="The void is decided"):
        leave()
    with pytest.raises(PermissionDenied):
        follow_ups.leave_as_it_stands(claim_id=claim.pk, note="So", by=user(Role.AUDITOR), at=NOW)


def test_payer_told_by_hand_of_days_that_are_anothers_keeps_its_own_days() -> None:
    ada = ada_on_a_claim()
    claim = claim_of(ada)
    moved_to_advantage(ada, date(2025, 3, 5))
    theirs = {entry.pk for entry in standing(ada) if entry.service_on >= date(2025, 3, 5)}
    kept = set(on(claim)) - theirs
    assert listed() == [claim] and kept and theirs
    follow_ups.note_told_by_hand(claim_id=claim.pk, note="By phone, ref 4711", by=biller(), at=NOW)
    assert set(on(claim)) == kept and listed() == []
    release_all(ada)
    assert export(at=SECOND).lines == len(theirs)
    assert set(on(Claim.objects.get(payer=advantage()))) == theirs
    every_line_stands_once()


@pytest.mark.parametrize("way", ["void", "by hand"])
def test_lines_that_left_their_claim_are_released_at_the_new_payers_price_alone(way: str) -> None:
    ada = ada_on_a_claim()
    fees = FeeSchedule.objects.create(name="Advantage", payer=advantage())
    for code in PRICES:
        for modifier in ("", "26", "TC"):
            set_fee(fees, code, "77.00", modifier)
    moved_to_advantage(ada)
    if way == "void":
        decision = decide(claim_of(ada), kind="8")
        export(at=SECOND)
        taken(sent_as(decision))
    else:
        told(claim_of(ada))
    waiting = list(WaitingLine.objects.values_list("entry_id", flat=True))
    refused = worklist.release(entry_ids=waiting, by=biller(), at=NOW).refused
    assert {one.entry_id for one in refused} == set(waiting) != set()
    release_all(ada)
    export(at=THIRD)
    charged = Claim.objects.get(payer=advantage()).lines.values_list("amount", flat=True)
    assert {amount % 77 for amount in charged} == {0}


def second_payer(patient: Treated) -> Coverage:
    return add_coverage(
        patient=patient.patient, payer=advantage(), member_id="BA-1", effective_from=date(2025, 1, 1), rank="secondary"
    )


def in_reversed_order(patient: Treated) -> None:
    """Learn, and capture, that the second payer is the first."""
    first = Coverage.objects.get(patient=patient.patient, rank="primary")
    second = Coverage.objects.get(patient=patient.patient, rank="secondary")
    for coverage, rank in ((second, "tertiary"), (first, "secondary"), (second, "primary")):
        correct_coverage(
            coverage=coverage, payer=coverage.payer, member_id=coverage.member_id,
            effective_from=coverage.effective_from, rank=rank,
        )  # fmt: skip
    capture(patient)


def test_claim_whose_payers_were_the_other_way_round_is_to_be_moved_and_not_to_be_sent_on_to_its_own_payer() -> None:
    ada = ada_on_a_claim()
    claim = claim_of(ada)
    second_payer(ada)
    answered(claim, "paid")
    assert [one.is_changed for one in follow_ups.next_payers_of([claim.pk])] == [False]
    in_reversed_order(ada)
    assert (listed(), list(follow_ups.claims_for_next_payer())) == ([claim], [])


def test_claim_that_belongs_to_another_payer_is_corrected_before_the_next_one_is_asked() -> None:
    ada = ada_on_a_claim()
    claim = claim_of(ada)
    second = add_coverage(
        patient=ada.patient, payer=cast.medicare(), member_id="1EG4TE5MK73", effective_from=date(2025, 1, 1),
        rank="secondary",
    )  # fmt: skip
    answered(claim, "paid")
    moved_to_advantage(ada)
    (row,) = follow_ups.next_payers_of([claim.pk])
    assert row.coverage == second and row.is_changed
    decision = decided(claim, "next", coverage=second)
    export(at=SECOND)
    assert "Correct the claim, or leave it as it stands, first" in error_of(decision)
    follow_ups.cancel(follow_up_id=decision.pk, by=biller(), at=NOW)
    follow_ups.leave_as_it_stands(claim_id=claim.pk, note="Acme pays on", by=biller(), at=NOW)
    assert [one.may_send for one in follow_ups.next_payers_of([claim.pk])] == [True]


def test_payer_that_has_the_lines_as_the_second_never_gets_them_as_the_first_too() -> None:
    ada = ada_on_a_claim()
    claim, coverage = claim_of(ada), second_payer(ada)
    capture(ada)
    answered(claim, "denied")
    asked = decided(claim, "next", coverage=coverage)
    with past_every_trigger():  # what the first payer decided line by line is another test's
        later = Claim.objects.create(
            file=claim.file, control_number="SECOND-1", sequence="S", payer=advantage(), coverage=coverage,
            **{name: getattr(claim, name) for name in (
                "course", "patient", "facility", "place_of_service", "diagnoses", "total_amount")},
        )  # fmt: skip
        for line_ in claim.lines.all():
            ClaimLine.objects.create(
                claim=later, number=line_.number, entry=line_.entry, sequence="S", amount=line_.amount
            )
    asked.sent_as = later
    asked.save()
    in_reversed_order(ada)
    assert listed() == []
    with pytest.raises(ValidationError, match="SECOND-1") as refused:
        decide(claim, kind="8")
    assert "Void that one first" in str(refused.value)
    with pytest.raises(ValidationError, match="SECOND-1"):
        told(claim)
    told(later)
    capture(ada)
    assert listed() == [claim] and decide(claim, kind="8").kind == "8"


def told(claim: Claim) -> FollowUp:
    return follow_ups.note_told_by_hand(claim_id=claim.pk, note="By phone, ref 4711", by=biller(), at=NOW)


def test_claim_that_stands_again_is_looked_at_anew_for_who_pays_first() -> None:
    ada = ada_on_a_claim()
    claim = claim_of(ada)
    take(statuses(claim.file, Says(claim.control_number, "A7:562:85", "U")))
    moved_to_advantage(ada)
    assert listed() == []
    take(statuses(claim.file, Says(claim.control_number, "A2:20", "WQ"), role="PR", on="20260322"))
    assert on(claim)
    capture(ada)
    assert listed() == [claim]
