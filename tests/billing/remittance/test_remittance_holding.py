"""A remittance that is not even, or not for us, is stored whole and counts for nothing until a manager says so."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import (
    ClaimEvent,
    ClaimStanding,
    Denial,
    EntryBalance,
    Remittance,
    RemittanceClaim,
    RemittanceLine,
    TradingPartner,
)
from billing.remittance import RemittanceError, release
from patients.roles import Role
from tests.cast import user
from tests.remittances import NOON, Cas, PaidClaim, PaidLine, Pays, answered, edi, exported, post_file, post_payment


def held(remittance_id: int) -> list[str]:
    """Why a remittance is held; nothing of it may count."""
    remittance = Remittance.objects.get(pk=remittance_id)
    assert remittance.state == "held"
    assert not ClaimEvent.objects.exists()
    assert not ClaimStanding.objects.exists()
    assert not Denial.objects.exists()
    assert not EntryBalance.objects.exclude(paid=0, contract=0, patient=0).exists()
    return remittance.why_held


def test_payment_that_is_not_what_its_claims_give_is_held_whole() -> None:
    claims = exported(2)
    posted = post_payment(*[answered(claim) for claim in claims], amount=Decimal("1460.00"))
    assert held(posted.remittance_id) == [
        "The claims pay 1,456.00, less 0.00 outside of claims gives 1,456.00, but the payment is 1,460.00:"
        " 4.00 too much."
    ]
    assert RemittanceClaim.objects.count() == RemittanceLine.objects.count() == 2


def test_each_uneven_claim_is_named_with_what_is_missing() -> None:
    one, two = exported(2)
    line = two.lines.get()
    short = PaidLine(
        "77386", line.amount, Decimal(700), line.entry.service_on, f"L{line.entry_id}", [Cas("CO", "45", Decimal(200))]
    )
    crooked = PaidClaim(two.control_number, [short])
    posted = post_payment(answered(one), crooked)
    assert held(posted.remittance_id) == [
        f"Claim {two.control_number}: 910.00 charged less 200.00 adjusted gives 710.00, but 700.00 is paid.",
        f"Claim {two.control_number}, line 1: 910.00 charged less 200.00 adjusted gives 710.00, but 700.00 is paid.",
    ]


def test_remittance_for_another_practice_is_held() -> None:
    (claim,) = exported(1)
    posted = post_payment(answered(claim), npi="1881747889")
    assert held(posted.remittance_id) == [
        "It pays LAKESIDE (NPI 1881747889, tax id not given): no facility of this practice has either number."
    ]


def test_file_that_is_cut_off_is_held() -> None:
    (claim,) = exported(1)
    content = edi(Pays(claims=[answered(claim)]))
    (posted,) = post_file(content[: content.index(b"SE*")])
    assert held(posted.remittance_id) == ["The file ends before the remittance does: its end (SE) is missing."]


def test_test_file_of_a_partner_in_production_is_held() -> None:
    (claim,) = exported(1)
    TradingPartner.objects.update(usage="P")
    posted = post_payment(answered(claim))
    assert held(posted.remittance_id) == [
        "The interchange says that it is a test (ISA15), but its partner works in production."
    ]


@pytest.mark.parametrize(("paid", "adjusted"), [("728.005", ["181.995"]), ("728", ["182", "0.0000001", "-0.0000001"])])
def test_amount_finer_than_a_cent_is_held_and_not_rounded_in_silence(paid: str, adjusted: list[str]) -> None:
    (claim,) = exported(1)
    fine = answered(claim)
    line = fine.lines[0]
    reasons = [Cas("CO", "45", Decimal(amount)) for amount in adjusted]
    odd = PaidLine(line.code, line.charge, Decimal(paid), line.on, line.number, reasons)
    posted = post_payment(PaidClaim(fine.number, [odd]))
    assert held(posted.remittance_id) == ["An amount is finer than a cent."]


@pytest.mark.parametrize(
    ("said", "absurd"),
    [
        ("**1~DTM*472", "**999999999999999999.99999999~DTM*472"),  # SVC05
        ("CAS*CO*45*91.00~", "CAS*CO*45*91.00*999999999999999999.99999999~"),
        ("SE*", "PLB*1*20261231*WO:X*999999999999999999.99~" * 20 + "SE*"),
    ],
)
def test_number_that_no_column_holds_is_a_reason_to_hold_and_no_error(said: str, absurd: str) -> None:
    (claim,) = exported(1)
    text = edi(Pays([answered(claim)])).decode()
    assert said in text
    (posted,) = post_file(text.replace(said, absurd, 1).encode())
    assert any("could not be read" in reason for reason in held(posted.remittance_id))


def test_payment_without_a_number_is_held() -> None:
    (claim,) = exported(1)
    posted = post_payment(answered(claim), trace="")
    assert "no number (TRN02)" in held(posted.remittance_id)[0]


def test_manager_posts_a_held_remittance_with_a_reason_and_then_it_counts() -> None:
    claims = exported(2)
    posted = post_payment(*[answered(claim) for claim in claims], amount=Decimal("1460.00"))
    manager = user(Role.BILLING_MANAGER)
    remittance = release(remittance_id=posted.remittance_id, reason="Bank confirms 1,460.00", by=manager, at=NOON)
    assert (remittance.state, remittance.release_reason) == ("posted", "Bank confirms 1,460.00")
    assert ClaimStanding.objects.filter(state="paid").count() == 2
    assert {event.by for event in ClaimEvent.objects.all()} == {manager}
    assert sum(balance.paid for balance in EntryBalance.objects.all()) == Decimal("1456.00")


def test_held_remittance_is_posted_once_and_not_without_a_reason() -> None:
    (claim,) = exported(1)
    posted = post_payment(answered(claim), amount=Decimal(1))
    manager = user(Role.BILLING_MANAGER)
    with pytest.raises(RemittanceError, match="Say why"):
        release(remittance_id=posted.remittance_id, reason=" ", by=manager, at=NOON)
    release(remittance_id=posted.remittance_id, reason="checked", by=manager, at=NOON)
    with pytest.raises(RemittanceError, match="is not held"):
        release(remittance_id=posted.remittance_id, reason="again", by=manager, at=NOON)
    assert ClaimEvent.objects.count() == 1


def two_of_one_payment() -> tuple[int, int]:
    """One payment in two held remittances: the first does not add up, the second came after it."""
    (claim,) = exported(1)
    first, second = post_payment(answered(claim), amount=Decimal(1)), post_payment(answered(claim))
    assert (first.state, second.state) == ("held", "held")
    return first.remittance_id, second.remittance_id


def test_a_payment_that_counts_already_is_not_posted_again_by_whoever_was_not_told() -> None:
    wrong, right = two_of_one_payment()
    manager = user(Role.BILLING_MANAGER)
    release(remittance_id=right, reason="The corrected file", by=manager, at=NOON)
    with pytest.raises(RemittanceError, match=f"Payment EFT1 counts already as remittance {right}"):
        release(remittance_id=wrong, reason="The old one", by=manager, at=NOON)
    assert EntryBalance.objects.get().paid == Decimal("728.00")
    posted = release(remittance_id=wrong, reason="Paid twice, the bank says", by=manager, at=NOON, knowing=[right])
    assert posted.state == "posted"
    assert EntryBalance.objects.get().paid == Decimal("1456.00")


def test_the_page_says_what_counts_already_for_the_payment_and_posts_only_who_saw_it() -> None:
    wrong, right = two_of_one_payment()
    client = Client()
    client.force_login(user(Role.BILLING_MANAGER))
    address, deed = (reverse(f"billing:{name}", args=[wrong]) for name in ("remittance", "remittance-release"))
    release(remittance_id=right, reason="The corrected file", by=user(Role.BILLING_MANAGER), at=NOON)
    page = client.post(deed, {"reason": "Opened before the other was posted"}, follow=True).content.decode()
    assert f"counts already as remittance {right}" in page
    assert Remittance.objects.get(pk=wrong).state == "held"
    assert f'<input type="hidden" name="knowing" value="{right}"' in client.get(address).content.decode()
    client.post(deed, {"reason": "Paid twice, the bank says", "knowing": [right]})
    assert Remittance.objects.get(pk=wrong).state == "posted"


def test_held_remittance_that_comes_again_is_still_one() -> None:
    (claim,) = exported(1)
    states = [post_payment(answered(claim), amount=Decimal(1), name=name).state for name in ("a", "b")]
    assert states == ["held", "repeated"]
