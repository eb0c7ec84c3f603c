"""Voids that the payer took: their lines wait again, once, whatever was answered, how often and in which order."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from billing import follow_ups, receipts, remittance, worklist
from billing.claims import end_taken_voids
from billing.models import Claim, ClaimFile, Receipt, Remittance, Review, StandingFinding, TradingPartner, WaitingLine
from patients.models import Coverage
from patients.roles import Role
from tests import cast
from tests.answers import AT, Says, codes, statuses, take
from tests.cast import local, user
from tests.exports import export, line, partner, release
from tests.follow_ups import decided, instead, sent, sent_as, sent_as_after
from tests.remittances import Pays, answered, edi

pytestmark = pytest.mark.django_db
LATER = local("2026-04-20 01:00")


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()


def voided() -> tuple[Claim, Claim]:
    """A claim with a line as it was sent, and one that another replaced since; and its void, which is sent."""
    ada = cast.ada()
    claim = sent(line(ada), line(ada, service_on=date(2026, 3, 3)))
    changed = claim.lines.get(number=2).entry
    release(instead(changed, code="77385"))
    return claim, sent_as_after(decided(claim, "8"))


def payer_says(void: Claim, status: str = "A2:20", action: str = "WQ", **values: str) -> str:
    file = ClaimFile.objects.select_related("partner").get(pk=void.file_id)
    return statuses(file, Says(void.control_number, status, action), **{"role": "PR", **values})


def taken_back(claim: Claim, **values: str) -> str:
    """A remittance that takes a payment back."""
    return edi(Pays([answered(claim, sign=-1)], **values)).decode()  # type: ignore[arg-type]


def waiting() -> list[str]:
    return list(WaitingLine.objects.order_by("entry").values_list("entry__code", flat=True))


def standing(claim: Claim) -> int:
    return claim.lines.filter(ended_at=None).count()


def of_void(claim: Claim, void: Claim) -> str:
    return payer_says(void)


def of_void_by_remittance(claim: Claim, void: Claim) -> str:
    return taken_back(void)


def of_claim_by_remittance(claim: Claim, void: Claim) -> str:
    return taken_back(claim)


ANSWERS = (of_void, of_void_by_remittance, of_claim_by_remittance)


@pytest.mark.parametrize("answer", ANSWERS)
def test_void_that_the_payer_took_lets_its_lines_wait_and_go_as_new(answer: Callable[[Claim, Claim], str]) -> None:
    claim, void = voided()
    assert (waiting(), standing(void)) == (["77385"], 2)
    assert set(codes(take(answer(claim, void)))) <= {"other-sender"}
    assert (waiting(), standing(claim), standing(void)) == (["77386", "77385"], 0, 0)
    kept = claim.lines.get(number=1).entry
    review = Review.objects.get(entry=kept)
    assert (review.state, review.reason) == ("open", "The payer took the void of its claim")
    assert not StandingFinding.objects.filter(source="payer").exists()
    assert list(follow_ups.claims_to_correct()) == []
    assert worklist.release(entry_ids=[kept.pk], by=user(Role.BILLER), at=LATER).refused == ()
    assert export(at=LATER).lines == 2


def test_answers_of_a_void_in_any_order_and_twice_free_its_lines_once() -> None:
    claim, void = voided()
    take(taken_back(claim))
    ended = list(void.lines.values_list("ended_at", flat=True))
    Review.objects.update(state="released")
    export(at=LATER)
    for text in (payer_says(void), taken_back(void, trace="EFT2"), payer_says(void, on="20260501")):
        assert set(codes(take(text))) <= {"other-sender"}
    assert end_taken_voids(claim_ids=[claim.pk, void.pk]) == 0
    assert list(void.lines.values_list("ended_at", flat=True)) == ended and waiting() == []
    assert set(Review.objects.values_list("state", flat=True)) == {"released"}


def test_void_that_only_the_clearinghouse_has_keeps_its_lines() -> None:
    _, void = voided()
    take(payer_says(void, role="AY"))
    assert standing(void) == 2


def test_payment_taken_back_before_the_void_was_sent_does_not_say_that_it_was_taken() -> None:
    claim, void = voided()
    take(edi(Pays([answered(claim, sign=-1)], on=void.file.sealed_at.date() - timedelta(days=5))))
    assert standing(void) == 2


def test_void_refused_after_the_payer_took_it_is_told_to_a_person_and_gives_nothing_back() -> None:
    claim, void = voided()
    take(payer_says(void))
    assert codes(take(payer_says(void, "A7:562:85", "U", on="20260501"))) == ["late-rejection"]
    assert (standing(claim), standing(void), len(waiting())) == (0, 0, 2)


def test_remittance_that_a_manager_releases_frees_the_lines_of_the_void() -> None:
    claim, void = voided()
    take(taken_back(claim, usage="P").replace("BPR*I*0*", "BPR*I*1*"))
    held = Remittance.objects.get()
    assert (held.state, standing(void)) == ("held", 2)
    manager = user(Role.BILLING_MANAGER)
    remittance.release(remittance_id=held.pk, reason="Seen", by=manager, at=LATER)
    assert standing(void) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_two_answers_at_once_free_the_lines_once() -> None:
    claim, void = voided()
    sender = TradingPartner.objects.get()
    texts = (payer_says(void), taken_back(claim))
    stored = [receipts.store(partner_id=sender.pk, name="a.edi", chunks=[text.encode()]).receipt_id for text in texts]

    def read(receipt_id: int) -> None:
        receipts.read_receipt(receipt_id=receipt_id, at=AT)
        connection.close()

    workers = [Thread(target=read, args=(one,)) for one in stored]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert not Receipt.objects.filter(read_at=None).exists()
    assert (waiting(), standing(void)) == (["77386", "77385"], 0)


def test_void_of_which_the_payer_says_by_phone_alone_that_it_took_it_lets_its_lines_wait(client: Client) -> None:
    claim, void = voided()
    client.force_login(user(Role.BILLER))
    assert "The payer took the void…" in client.get(reverse("billing:claim", args=[void.pk])).content.decode()
    told = client.post(reverse("billing:told-by-hand", args=[void.pk]), {"note": "By phone, ref 4711"})
    assert told.status_code == 302
    assert (waiting(), standing(claim), standing(void)) == (["77386", "77385"], 0, 0)
    assert Review.objects.get(entry=claim.lines.get(number=1).entry).state == "open"
    assert list(follow_ups.claims_to_correct()) == []
    page = client.get(reverse("billing:claim", args=[void.pk])).content.decode()
    assert "By phone, ref 4711" in page and "the payer took the void" in page
    assert codes(take(payer_says(void, "A7:562:85", "U", on="20260501"))) == ["late-rejection"]
    assert (standing(claim), standing(void), len(waiting())) == (0, 0, 2)


def test_void_of_a_claim_to_the_next_payer_frees_no_line_of_the_first_and_lets_another_be_asked() -> None:
    ada = cast.ada()
    claim = sent(line(ada))
    take(edi(Pays([answered(claim)])).decode())
    other = Coverage.objects.create(
        patient=ada.patient, payer=cast.medicare(), rank="secondary", member_id="1EG4TE5MK73",
        effective_from=date(2010, 1, 1),
    )  # fmt: skip
    asked = decided(claim, "next", coverage=other, reason_code="12")
    assert export(at=LATER).errors == []
    second = sent_as(asked)
    taken_back = decided(second, "8")
    assert export(at=LATER).errors == []
    void = sent_as(taken_back)
    assert list(follow_ups.claims_for_next_payer()) == []
    take(payer_says(void))
    assert (standing(claim), standing(second), standing(void), waiting()) == (1, 0, 0, [])
    assert list(follow_ups.claims_for_next_payer()) == [claim]
    assert Review.objects.get().state == "released"
