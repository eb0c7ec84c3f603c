"""Corrections and claims to next payers that are refused, and refusals that come too late or are contradicted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_django import Settings

from billing import follow_ups, remittance, worklist
from billing.models import (
    Claim,
    ClaimEvent,
    ClaimFile,
    ClaimLine,
    FollowUp,
    ReceiptWarning,
    RemittanceClaim,
    Review,
    StandingFinding,
    WaitingLine,
)
from patients.models import Coverage, Payer
from patients.roles import Role
from tests import cast
from tests.answers import Says, codes, states, statuses, take
from tests.cast import local, user
from tests.exports import NIGHT, export, line, partner, release
from tests.follow_ups import decided, instead, sent, sent_as, sent_as_after
from tests.holds import as_held
from tests.remittances import Pays, answered, edi, post_file

pytestmark = pytest.mark.django_db
REPLACEMENT = FollowUp.Kind.REPLACEMENT
LATER = local("2026-04-20 01:00")


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()


def standing(claim: Claim) -> list[int]:
    """The entries that stand on a claim, in the order of its lines."""
    return list(claim.lines.filter(ended_at=None).order_by("number").values_list("entry_id", flat=True))


def refuse(claim: Claim, **values: str) -> list[str]:
    """Let the clearinghouse refuse a claim; return the codes of the warnings."""
    file = ClaimFile.objects.select_related("partner").get(pk=claim.file_id)
    return codes(take(statuses(file, Says(claim.control_number, "A7:562:85", "U"), **values)))


def accept(claim: Claim, **values: str) -> list[str]:
    """Let the payer accept a claim; return the codes of the warnings."""
    file = ClaimFile.objects.select_related("partner").get(pk=claim.file_id)
    return codes(take(statuses(file, Says(claim.control_number), **{"role": "PR", **values})))


def test_refused_correction_gives_the_corrected_claim_its_lines_back() -> None:
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    new = instead(changed, code="77385")
    release(new)
    decision = decided(claim, REPLACEMENT)
    export()
    correction = sent_as(decision)
    assert refuse(correction) == []
    assert (standing(claim), standing(correction)) == ([kept.pk, changed.pk], [])
    assert [row.entry_id for row in WaitingLine.objects.all()] == [new.pk]
    assert Review.objects.get(entry=new).state == "open"
    assert Review.objects.get(entry=kept).state == "released"
    decision.refresh_from_db()
    assert decision.cancelled_at is not None
    assert "NPI of the billing provider." in decision.error
    told = ClaimEvent.objects.get(claim=claim)
    assert told.outcome == "noted"
    assert told.message.startswith("Its correction was refused; this claim stands again")
    assert claim.control_number not in states()
    assert export().claims == 0


def test_refused_correction_of_a_refused_claim_gives_nothing_back() -> None:
    ada = cast.ada()
    entry = line(ada)
    claim = sent(entry)
    new = instead(entry, code="77385")
    release(new)
    decision = decided(claim, REPLACEMENT)
    export()
    correction = sent_as(decision)
    assert refuse(claim) == ["late-rejection"]
    refuse(correction)
    assert standing(claim) == standing(correction) == []


def test_refused_claim_takes_its_undecided_correction_with_it() -> None:
    ada = cast.ada()
    entry = line(ada)
    claim = sent(entry)
    decision = decided(claim, REPLACEMENT)
    refuse(claim)
    decision.refresh_from_db()
    assert decision.cancelled_at is not None


def test_refusal_after_the_payer_accepted_opens_nothing_and_warns() -> None:
    entry = line(cast.ada())
    claim = sent(entry)
    assert accept(claim) == []
    assert refuse(claim) == ["late-rejection"]
    assert standing(claim) == [entry.pk]
    assert not StandingFinding.objects.filter(source="payer").exists()
    assert ClaimEvent.objects.filter(claim=claim, outcome="rejected").exists()


def test_claim_that_the_payer_has_after_all_stands_again() -> None:
    entry = line(cast.ada())
    claim = sent(entry)
    refuse(claim)
    assert standing(claim) == []
    assert accept(claim) == []
    assert standing(claim) == [entry.pk]
    assert not StandingFinding.objects.filter(source="payer", resolved_at=None).exists()
    assert not WaitingLine.objects.exists()
    assert export().claims == 0


def test_claim_that_went_out_again_meanwhile_is_left_and_warned_of() -> None:
    entry = line(cast.ada())
    claim = sent(entry)
    refuse(claim)
    Review.objects.update(state="released")
    assert export().claims == 1
    assert accept(claim) == ["accepted-after-rejection"]
    assert ClaimLine.objects.filter(entry=entry, ended_at=None).count() == 1
    assert standing(claim) == []


def test_second_refusal_of_an_open_claim_changes_nothing() -> None:
    entry = line(cast.ada())
    claim = sent(entry)
    refuse(claim)
    Review.objects.update(reason="mine", **as_held(NIGHT))
    assert refuse(claim, role="PR", on="20260325") == []
    assert Review.objects.get().state == "held"
    assert StandingFinding.objects.filter(source="payer").count() == 1


def test_refused_claim_to_the_next_payer_ends_its_own_lines_alone() -> None:
    boris = cast.boris()
    entry = line(boris)
    claim = sent(entry)
    post_file(edi(Pays([answered(claim)], npi=boris.course.facility.npi)), name="era.835")
    beacon = Payer.objects.create(name="Beacon", kind="commercial", payer_id="BEACON", filing_indicator="CI")
    second = Coverage.objects.create(
        patient=boris.patient, payer=beacon, member_id="M2", rank="secondary", effective_from=date(2010, 1, 1)
    )
    decision = decided(claim, FollowUp.Kind.NEXT_PAYER, coverage=second)
    export(at=local("2026-04-20 01:00"))
    next_claim = sent_as(decision)
    refuse(next_claim)
    assert (standing(claim), standing(next_claim)) == ([entry.pk], [])
    assert Review.objects.get().state == "released"
    assert not StandingFinding.objects.filter(source="payer", code="claim-rejected").exists()
    decision.refresh_from_db()
    assert decision.cancelled_at is not None


def test_claim_that_was_paid_after_all_stands_again() -> None:
    entry = line(cast.ada())
    claim = sent(entry)
    refuse(claim)
    take(edi(Pays([answered(claim)])))
    assert states() == {claim.control_number: "paid"}
    assert standing(claim) == [entry.pk]
    assert export().claims == 0


def pay_by_release(claim: Claim) -> None:
    """Let an 835 that is held pay a claim, and a manager post it."""
    (posted,) = post_file(edi(Pays([answered(claim)], amount=Decimal("1.00"))))
    assert posted.state == "held"
    manager = user(Role.BILLING_MANAGER)
    remittance.release(remittance_id=posted.remittance_id, reason="seen", by=manager, at=LATER)


def pay_by_match(claim: Claim) -> None:
    """Let an 835 with a mistyped number pay a claim, and a biller match it."""
    take(edi(Pays([replace(answered(claim), number="TYPO1")])))
    paid = RemittanceClaim.objects.get(claim=None)
    number = claim.control_number
    remittance.match_by_hand(remittance_claim_id=paid.pk, control_number=number, by=user(Role.BILLER), at=LATER)


@pytest.mark.parametrize("pay", [pay_by_release, pay_by_match])
def test_refused_claim_that_a_person_let_be_paid_stands_again(pay: Callable[[Claim], None]) -> None:
    entry = line(cast.ada())
    claim = sent(entry)
    refuse(claim)
    pay(claim)
    assert (states(), standing(claim)) == ({claim.control_number: "paid"}, [entry.pk])
    assert not ReceiptWarning.objects.filter(code="accepted-after-rejection").exists()
    assert export(at=LATER).claims == 0


@pytest.mark.parametrize("pay", [pay_by_release, pay_by_match])
def test_where_it_cannot_stand_again_a_person_is_told_and_its_open_lines_are_held(pay: Callable[[Claim], None]) -> None:
    ada = cast.ada()
    kept, held = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, held)
    refuse(claim)
    Review.objects.filter(entry=kept).update(state="released")
    Review.objects.filter(entry=held).update(reason="mine", **as_held(NIGHT))
    pay(claim)
    assert standing(claim) == []
    assert ReceiptWarning.objects.get(code="accepted-after-rejection").found == claim.control_number
    paid = RemittanceClaim.objects.get()
    assert remittance.sent_twice_maybe(remittance_id=paid.remittance_id) == [claim.control_number]
    assert export(at=LATER).claims == 0
    clerk = user(Role.BILLER)
    worklist.undo(entry_ids=[kept.pk, held.pk], by=clerk, at=LATER)
    refused = worklist.release(entry_ids=[kept.pk, held.pk], by=clerk, at=LATER).refused
    assert {one.findings for one in refused if "taken-after-refusal" in one.findings} != set()
    assert len([one for one in refused if "Do not send the line again" in one.reason]) == len([kept, held])
    assert export(at=LATER).claims == 0


def test_refused_claim_to_the_next_payer_that_is_paid_after_all_warns_and_is_not_asked_again() -> None:
    boris = cast.boris()
    npi = boris.course.facility.npi
    claim = sent(line(boris))
    post_file(edi(Pays([answered(claim)], npi=npi)), name="era.835")
    beacon = Payer.objects.create(name="Beacon", kind="commercial", payer_id="BEACON", filing_indicator="CI")
    second = Coverage.objects.create(
        patient=boris.patient, payer=beacon, member_id="M2", rank="secondary", effective_from=date(2010, 1, 1)
    )
    decision = decided(claim, FollowUp.Kind.NEXT_PAYER, coverage=second)
    export(at=LATER)
    next_claim = sent_as(decision)
    refuse(next_claim)
    assert list(follow_ups.claims_for_next_payer()) == [claim]
    told = codes(take(edi(Pays([answered(next_claim)], trace="EFT2", npi=npi))))
    assert "accepted-after-rejection" in told
    assert not follow_ups.claims_for_next_payer().exists()
    assert not follow_ups.send_to_next_payer(claim_ids=[claim.pk], by=user(Role.BILLER), at=LATER).decided


def test_refused_correction_that_the_payer_accepts_after_all_warns() -> None:
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    release(instead(changed, code="77385"))
    correction = sent_as_after(decided(claim, REPLACEMENT))
    refuse(correction)
    assert accept(correction, on="20260401") == ["accepted-after-rejection"]
    assert standing(claim) == [kept.pk, changed.pk]


def test_payment_of_a_claim_whose_payer_was_told_by_hand_warns_of_nothing() -> None:
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    paid = answered(claim)
    assert accept(claim) == []
    assert refuse(claim) == ["late-rejection"]
    instead(changed, code="77385")
    follow_ups.note_told_by_hand(claim_id=claim.pk, note="called", by=user(Role.BILLER), at=NIGHT)
    assert "accepted-after-rejection" not in codes(take(edi(Pays([paid]))))


def test_two_refused_corrections_give_the_lines_back_to_the_claim_that_the_payer_has() -> None:
    ada = cast.ada()
    kept, changed = line(ada), line(ada, service_on=date(2026, 3, 3))
    claim = sent(kept, changed)
    accept(claim)
    new = instead(changed, code="77385")
    release(new)
    first = sent_as_after(decided(claim, REPLACEMENT))
    release(instead(new, code="77387"))
    second = sent_as_after(decided(first, REPLACEMENT))
    refuse(first, on="20260401")
    refuse(second, on="20260402")
    assert (standing(claim), standing(first), standing(second)) == ([kept.pk, changed.pk], [], [])
    assert ClaimEvent.objects.filter(claim=claim, message__startswith="Its correction was refused").exists()
    assert not FollowUp.objects.filter(kind=REPLACEMENT, cancelled_at=None).exists()
    assert export(at=NIGHT + timedelta(days=20)).claims == 0
