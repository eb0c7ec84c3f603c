"""How paid lines and claims are found to be ours: by number, by service, by a person; never by a guess."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import ProgrammingError, transaction

from billing.models import ClaimStanding, EntryBalance, RemittanceClaim, RemittanceLine
from billing.remittance import RemittanceError, match_by_hand, release, set_aside, suggestions, unmatched_claims
from patients.roles import Role
from tests.cast import user
from tests.remittances import NOON, PaidClaim, Pays, answered, edi, exported, post_noted, post_payment


def test_lines_without_our_number_are_found_by_code_day_and_charge() -> None:
    (claim,) = exported(1, lines=3)
    post_payment(answered(claim, is_numbered=False))
    found = [(line.entry_id, line.matched_by) for line in RemittanceLine.objects.order_by("number")]
    assert found == [(line.entry_id, "service") for line in claim.lines.order_by("number")]


def test_line_with_modifiers_that_the_payer_made_up_is_still_found_if_only_one_fits() -> None:
    (claim,) = exported(1)
    (line,) = answered(claim, is_numbered=False).lines
    other = PaidClaim(claim.control_number, [line.__class__(**{**vars(line), "modifiers": ["59"]})])
    post_payment(other)
    assert RemittanceLine.objects.get().matched_by == "service"


def test_numbers_that_the_payer_gives_back_in_small_letters_are_ours() -> None:
    (claim,) = exported(1)
    paid = answered(claim)
    lines = [replace(line, number=line.number.lower()) for line in paid.lines]
    post_payment(replace(paid, number=paid.number.lower(), lines=lines))
    assert RemittanceClaim.objects.get().claim == claim
    assert RemittanceLine.objects.get().matched_by == "number"


def test_line_that_two_charges_fit_stays_at_the_claim() -> None:
    (claim,) = exported(1, lines=2)
    lines = [
        line.__class__(**{**vars(line), "on": date(2026, 1, 1)}) for line in answered(claim, is_numbered=False).lines
    ]
    post_payment(PaidClaim(claim.control_number, lines))
    assert {line.matched_by for line in RemittanceLine.objects.all()} == {""}
    assert ClaimStanding.objects.get().state == "paid"


def test_number_of_a_line_that_stands_on_another_claim_is_not_believed() -> None:
    one, two = exported(2)
    (line,) = answered(one).lines
    strayed = PaidClaim(
        one.control_number, [line.__class__(**{**vars(line), "number": f"L{two.lines.get().entry_id}"})]
    )
    post_payment(strayed)
    found = RemittanceLine.objects.get()
    assert (found.entry_id, found.matched_by) == (one.lines.get().entry_id, "service")


def test_unknown_claim_waits_with_what_it_may_be() -> None:
    claim, other = exported(2)
    person = claim.patient
    stranger = answered(claim, is_numbered=False)
    posted = post_payment(
        PaidClaim("LOST", stranger.lines, patient=(person.last_name.upper(), "", claim.coverage.member_id))
    )
    assert (posted.state, posted.unmatched) == ("posted", 1)
    assert not ClaimStanding.objects.exists()
    (waiting,) = unmatched_claims()
    (first, *_) = suggestions(waiting)
    assert first.claim == claim
    assert {"last name", "member id", "charge", "day of service"} <= set(first.agrees)
    assert other not in [one.claim for one in suggestions(waiting)]


def test_claim_matched_by_hand_is_posted_line_by_line() -> None:
    (claim,) = exported(1, lines=2)
    post_payment(PaidClaim("LOST", answered(claim).lines))
    (waiting,) = unmatched_claims()
    clerk = user(Role.BILLER)
    paid = match_by_hand(remittance_claim_id=waiting.pk, control_number=f" {claim.control_number} ", by=clerk, at=NOON)
    assert (paid.matched_by, paid.matched_user) == ("person", clerk)
    assert ClaimStanding.objects.get().state == "paid"
    assert {balance.paid for balance in EntryBalance.objects.all()} == {Decimal("728.00")}
    with pytest.raises(RemittanceError, match="matched already"):
        match_by_hand(remittance_claim_id=waiting.pk, control_number=claim.control_number, by=clerk, at=NOON)


def test_claim_of_a_held_remittance_may_be_matched_but_counts_only_when_it_is_posted() -> None:
    (claim,) = exported(1)
    posted = post_payment(PaidClaim("LOST", answered(claim).lines), amount=Decimal(1))
    (waiting,) = unmatched_claims()
    clerk, manager = user(Role.BILLER), user(Role.BILLING_MANAGER)
    match_by_hand(remittance_claim_id=waiting.pk, control_number=claim.control_number, by=clerk, at=NOON)
    assert not ClaimStanding.objects.exists()
    release(remittance_id=posted.remittance_id, reason="checked", by=manager, at=NOON)
    assert ClaimStanding.objects.get().state == "paid"


def test_claim_that_is_none_of_ours_leaves_the_queue_and_can_come_back() -> None:
    (claim,) = exported(1)
    post_payment(PaidClaim("LOST", answered(claim).lines))
    (waiting,) = unmatched_claims()
    clerk = user(Role.BILLER)
    set_aside(remittance_claim_id=waiting.pk, by=clerk, at=NOON)
    assert not unmatched_claims().exists()
    match_by_hand(remittance_claim_id=waiting.pk, control_number=claim.control_number, by=clerk, at=NOON)
    assert EntryBalance.objects.get().paid == Decimal("728.00")


def test_no_claim_has_the_number_that_was_typed() -> None:
    (claim,) = exported(1)
    post_payment(PaidClaim("LOST", answered(claim).lines))
    with pytest.raises(RemittanceError, match="No claim has the number 'XX'"):
        match_by_hand(remittance_claim_id=unmatched_claims()[0].pk, control_number="XX", by=user(Role.BILLER), at=NOON)


def test_unknown_codes_are_noted_once_and_refuse_nothing() -> None:
    one, two = exported(2)
    posted, noted = post_noted(edi(Pays(claims=[answered(one, refused="ZZ9"), answered(two, refused="ZZ9")])))
    assert [item.state for item in posted] == ["posted"]
    assert [(item.code, item.segment, item.found) for item in noted] == [("unknown-code", "CAS", "ZZ9")]


def test_what_a_payer_said_cannot_be_changed_or_deleted() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim))
    for rows in (RemittanceClaim.objects.all(), RemittanceLine.objects.all()):
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows.update(paid=1)
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows._raw_delete(rows.db)
    with pytest.raises(ProgrammingError), transaction.atomic():
        RemittanceClaim.objects.update(claim=None, matched_by="")
