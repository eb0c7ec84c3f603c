"""Medicare as the next payer: the page asks why it is not the first, and nothing is decided before that is said."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from billing import follow_ups
from billing.models import Claim, FollowUp
from billing.x12.checking.parties import MSP_TYPES
from patients.models import Coverage, Payer
from patients.roles import Role
from tests import cast
from tests.cast import Treated, user
from tests.exports import NIGHT, line, partner
from tests.follow_ups import sent
from tests.remittances import answered, post_payment

pytestmark = pytest.mark.django_db


def decided_by_the_first(treated: Treated, second: Payer) -> Claim:
    """A claim that the first payer has paid, of a patient whom another one covers too."""
    Coverage.objects.create(
        patient=treated.patient, payer=second, rank="secondary", member_id="1EG4TE5MK73",
        effective_from=date(2010, 1, 1),
    )  # fmt: skip
    claim = sent(line(treated))
    post_payment(answered(claim), trace=f"EFT{claim.pk}")
    return claim


@pytest.fixture
def claim() -> Claim:
    """Ada's claim, paid by her group plan; Medicare comes next."""
    partner()
    return decided_by_the_first(cast.ada(), cast.medicare())


def send_on(claim: Claim, reason: str) -> follow_ups.Sending:
    return follow_ups.send_to_next_payer(
        claim_ids=[claim.pk], by=user(Role.BILLER), at=NIGHT, reasons={claim.pk: reason}
    )


def test_every_reason_that_a_claim_may_give_is_offered_in_words() -> None:
    offered = dict(follow_ups.reasons_for_medicare())
    assert set(offered) == MSP_TYPES - {""}
    assert all(follow_ups.reason_words(code) == words != code for code, words in offered.items())


@pytest.mark.parametrize("reason", ["", "99", "D1"])
def test_without_a_reason_medicare_is_not_asked(claim: Claim, reason: str) -> None:
    sending = send_on(claim, reason)
    assert sending.decided == () and "Say why Medicare is not the primary payer" in sending.refused[0][1]
    assert not FollowUp.objects.exists()


def test_reason_is_kept_with_the_decision(claim: Claim) -> None:
    (decision,) = send_on(claim, "43").decided
    assert FollowUp.objects.get(pk=decision.pk).reason_code == "43"


def test_other_payers_do_not_ask() -> None:
    partner()
    other = Payer.objects.create(name="Second Health", payer_id="SECOND1", kind="commercial", filing_indicator="CI")
    claim = decided_by_the_first(cast.ada(), other)
    (row,) = follow_ups.next_payers_of([claim.pk])
    assert not row.asks_why
    (decision,) = send_on(claim, "12").decided
    assert decision.reason_code == ""


def test_page_asks_and_stores_what_is_chosen_for_the_claim_alone(claim: Claim, client: Client) -> None:
    client.force_login(user(Role.BILLER))
    page, send = reverse("billing:next-payers"), reverse("billing:next-payers-send")
    assert "Why does Medicare pay later?" in client.get(page).content.decode()
    refused = client.post(send, {"only": claim.pk, f"why-{claim.pk}": ""}, follow=True)
    assert "Say why Medicare is not the primary payer" in refused.content.decode()
    client.post(send, {"only": claim.pk, f"why-{claim.pk}": "15", "claim": ["999"], "why-999": "12"})
    decision = FollowUp.objects.get()
    assert (decision.claim, decision.reason_code) == (claim, "15")
    assert "15 Injured at work" in client.get(page).content.decode()
