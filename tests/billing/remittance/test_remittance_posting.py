"""A remittance of claims that our export made: posted line by line, its sums equal, once only."""

from datetime import date
from decimal import Decimal

import pytest
from django.db.models import Sum

from billing.models import (
    ClaimEvent,
    ClaimStanding,
    EntryBalance,
    Remittance,
    RemittanceAdjustment,
    RemittanceClaim,
    RemittanceLine,
)
from tests.remittances import Pays, answered, edi, exported, post_file, post_payment

pytestmark = pytest.mark.django_db


def test_every_line_is_found_by_the_number_that_our_claim_gave_it() -> None:
    claims = exported(3, lines=4)
    posted = post_payment(*[answered(claim) for claim in claims])
    assert (posted.state, posted.claims, posted.unmatched) == ("posted", 3, 0)
    lines = RemittanceLine.objects.all()
    assert {line.matched_by for line in lines} == {"number"}
    assert {line.entry_id for line in lines} == {line.entry_id for claim in claims for line in claim.lines.all()}


def test_the_sums_of_the_remittance_are_the_sums_of_its_lines_and_of_the_balances() -> None:
    claims = exported(3, lines=4)
    posted = post_payment(*[answered(claim) for claim in claims])
    remittance = Remittance.objects.get(pk=posted.remittance_id)
    assert remittance.amount == RemittanceLine.objects.aggregate(paid=Sum("paid"))["paid"] == Decimal("8736.00")
    sums = EntryBalance.objects.aggregate(Sum("charged"), Sum("paid"), Sum("contract"), Sum("patient"), Sum("open"))
    assert sums == {
        "charged__sum": Decimal("10920.00"), "paid__sum": Decimal("8736.00"), "contract__sum": Decimal("1092.00"),
        "patient__sum": Decimal("1092.00"), "open__sum": Decimal("1092.00"),
    }  # fmt: skip


def test_a_paid_claim_stands_as_paid_with_the_number_that_the_payer_gave_it() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim))
    standing = ClaimStanding.objects.get(claim=claim)
    assert (standing.state, standing.payer_claim_number, standing.is_forwarded) == ("paid", f"ICN{claim.pk}", False)
    event = ClaimEvent.objects.get()
    assert (event.level, event.outcome, event.said_on) == ("remittance", "paid", date(2026, 4, 9))
    assert event.message == "728.00 paid of 910.00; 91.00 is the patient's part."


def test_adjustments_are_kept_by_line_with_the_charge_that_they_lower() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim))
    rows = RemittanceAdjustment.objects.values_list("line_number", "entry", "group", "reason", "amount", "state")
    entry = claim.lines.get().entry_id
    assert list(rows) == [
        (1, entry, "CO", "45", Decimal("91.00"), "posted"),
        (1, entry, "PR", "2", Decimal("91.00"), "posted"),
    ]


@pytest.mark.parametrize(
    "edited",
    [
        {"control": "000000902"},
        {"line_end": "\r\n"},
        {"separators": "|>\n"},
    ],
)
def test_the_same_remittance_posts_once_however_its_envelope_and_white_space_are_edited(edited: dict[str, str]) -> None:
    claims = exported(2)
    answers = [answered(claim) for claim in claims]
    first = post_payment(*answers)
    second = post_payment(*answers, name="other.835", **edited)
    assert second.state == "repeated"
    assert Remittance.objects.get(pk=second.remittance_id).repeats_id == first.remittance_id
    assert RemittanceClaim.objects.count() == ClaimEvent.objects.count() == 2


def test_the_same_file_under_another_name_posts_once() -> None:
    (claim,) = exported(1)
    content = edi(Pays(claims=[answered(claim)]))
    states = [post_file(content, name=name)[0].state for name in ("monday.835", "tuesday.835")]
    assert states == ["posted", "repeated"]
    assert EntryBalance.objects.get().paid == Decimal("728.00")


def test_the_same_payment_number_with_other_content_waits_for_a_person() -> None:
    one, two = exported(2)
    post_payment(answered(one))
    second = post_payment(answered(two))
    held = Remittance.objects.get(pk=second.remittance_id)
    assert held.state == "held"
    assert held.why_held == [
        f"Payment EFT1 came before as remittance {held.pk - 1}, with other content."
        " Compare the two before you post this one."
    ]
    assert not ClaimStanding.objects.filter(claim=two).exists()
