"""What a posted remittance does to claims: paid, denied, taken back, forwarded; and what it never does by itself."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billing.follow_ups import payer_claim_numbers
from billing.models import (
    Claim,
    ClaimEvent,
    ClaimStanding,
    Denial,
    EntryBalance,
    FollowUp,
    LedgerEntry,
    ProviderAdjustment,
    RemittanceClaim,
)
from billing.remittance import RemittanceError, decide, effects
from patients.models import Payer, PayerPolicy
from patients.roles import Role
from tests.cast import user
from tests.exports import export
from tests.follow_ups import decided, sent_as
from tests.remittances import NOON, Cas, PaidClaim, Pays, answered, edi, exported, post_file, post_payment


def state_of(claim_id: int) -> str:
    return ClaimStanding.objects.get(claim=claim_id).state


def test_denied_claim_becomes_a_row_of_work_with_its_reason_and_writes_nothing_off() -> None:
    (claim,) = exported(1, lines=2)
    post_payment(answered(claim, refused="197", status="4"))
    assert state_of(claim.pk) == "denied"
    denials = Denial.objects.values_list("group", "reason", "amount", "state", "denied_on")
    assert list(denials) == [("CO", "197", Decimal("910.00"), "open", date(2026, 4, 9))] * 2
    assert {balance.open for balance in EntryBalance.objects.all()} == {Decimal("910.00")}
    assert not LedgerEntry.objects.exclude(kind="charge").exists()


def test_line_refused_within_a_paid_claim_is_a_denial_of_its_own() -> None:
    (claim,) = exported(1, lines=2)
    good, bad = answered(claim), answered(claim, refused="97")
    mixed = type(good)(good.number, [good.lines[0], bad.lines[1]], payer_number="ICN1")
    post_payment(mixed)
    assert state_of(claim.pk) == "paid"
    assert [(denial.entry_id, denial.reason) for denial in Denial.objects.all()] == [
        (claim.lines.get(number=2).entry_id, "97")
    ]


def test_large_remittance_has_the_effects_of_a_small_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "LARGE", 2)
    one, two = exported(2)
    post_payment(answered(one, refused="197", status="4"), answered(two))
    assert [state_of(claim.pk) for claim in (one, two)] == ["denied", "paid"]
    post_payment(answered(one), answered(two, sign=-1), trace="EFT2", on=date(2026, 4, 20))
    assert [state_of(claim.pk) for claim in (one, two)] == ["paid", "reversed"]
    assert set(Denial.objects.values_list("claim", "state")) == {(one.pk, "paid"), (two.pk, "open")}


def test_line_that_went_to_the_deductible_is_no_denial() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, paid="0", patient="0.9"))
    assert state_of(claim.pk) == "paid"
    assert not Denial.objects.exists()
    balance = EntryBalance.objects.get()
    assert (balance.paid, balance.patient, balance.open) == (Decimal(0), Decimal("819.00"), Decimal("819.00"))


def test_last_day_to_appeal_is_the_policys_or_the_kinds() -> None:
    one, two = exported(2)
    payer = one.payer
    PayerPolicy.objects.create(payer=payer, effective_from=date(2020, 1, 1), appeal_days=90)
    post_payment(answered(one, refused="50"), trace="A")
    PayerPolicy.objects.all().delete()
    Payer.objects.update(kind="medicare")
    post_payment(answered(two, refused="50"), trace="B")
    assert [denial.appeal_until for denial in Denial.objects.order_by("claim")] == [date(2026, 7, 8), date(2026, 8, 7)]


def test_reversal_takes_the_payment_back_and_both_are_kept() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim))
    post_payment(answered(claim, sign=-1), trace="EFT2", on=date(2026, 4, 20))
    assert state_of(claim.pk) == "reversed"
    assert RemittanceClaim.objects.count() == 2
    balance = EntryBalance.objects.get()
    assert (balance.paid, balance.contract, balance.patient, balance.open) == (*[Decimal(0)] * 3, Decimal("910.00"))


def test_reversal_that_comes_before_the_payment_gives_the_same_in_the_end() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, sign=-1), trace="EFT2", on=date(2026, 4, 20))
    assert state_of(claim.pk) == "reversed"
    post_payment(answered(claim))
    assert state_of(claim.pk) == "reversed"
    assert EntryBalance.objects.get().paid == 0


@pytest.mark.parametrize("is_reversed_first", [True, False])
def test_reversal_and_new_decision_in_one_remittance_leave_the_new_decision(is_reversed_first: bool) -> None:
    (claim,) = exported(1)
    post_payment(answered(claim))
    back, anew = answered(claim, sign=-1), answered(claim, paid="0.5", patient="0.2", payer_number="ICN-ANEW")
    post_payment(*([back, anew] if is_reversed_first else [anew, back]), trace="EFT2", on=date(2026, 4, 20))
    assert state_of(claim.pk) == "paid"
    balance = EntryBalance.objects.get()
    assert (balance.paid, balance.patient, balance.contract) == (Decimal(455), Decimal(182), Decimal(273))
    assert payer_claim_numbers([claim]) == {claim.pk: "ICN-ANEW"}


def taken_back() -> list[tuple[str, Decimal]]:
    return list(Denial.objects.filter(remittance_claim__status="22").values_list("state", "amount"))


@pytest.mark.parametrize("is_reversed_first", [True, False])
def test_payment_taken_back_with_nothing_decided_instead_is_a_row_of_work(is_reversed_first: bool) -> None:
    (claim,) = exported(1, lines=2)
    if is_reversed_first:
        reverse(claim)
    post_payment(answered(claim))
    if not is_reversed_first:
        reverse(claim)
    assert taken_back() == [("open", Decimal("1820.00"))]
    assert Denial.objects.get().denied_on == date(2026, 4, 20)


def reverse(claim: Claim) -> None:
    post_payment(answered(claim, sign=-1), trace="EFT2", on=date(2026, 4, 20))


@pytest.mark.parametrize(
    ("paid", "refused", "state"), [("0.8", "", "paid"), ("0", "", "corrected"), ("0.8", "50", "corrected")]
)
def test_what_is_decided_after_a_payment_was_taken_back_ends_that_work(paid: str, refused: str, state: str) -> None:
    (claim,) = exported(1)
    post_payment(answered(claim))
    reverse(claim)
    post_payment(
        answered(claim, paid=paid, refused=refused, payer_number="ICN-ANEW"), trace="EFT3", on=date(2026, 4, 27)
    )
    assert taken_back() == [(state, Decimal("910.00"))]


def test_what_was_decided_anew_before_the_takeback_is_read_leaves_no_work() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, payer_number="ICN-ANEW"), trace="EFT3", on=date(2026, 4, 27))
    reverse(claim)
    assert taken_back() == []


def test_payment_taken_back_for_a_correction_is_no_work_of_its_own() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim))
    follow_up = decided(claim, FollowUp.Kind.REPLACEMENT)
    export()
    sent_as(follow_up)
    reverse(claim)
    assert taken_back() == []


def test_reversal_under_another_claim_number_is_found_by_the_payers_own() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim))
    back = answered(claim, sign=-1)
    post_payment(type(back)("UNKNOWN", back.lines, "22", back.payer_number), trace="EFT2", on=date(2026, 4, 20))
    paid = RemittanceClaim.objects.latest("pk")
    assert (paid.claim_id, paid.matched_by) == (claim.pk, "payer")
    assert EntryBalance.objects.get().paid == 0


def test_forwarded_claim_says_so_and_to_whom() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, status="19", to_next="SUPPLEMENT INC"))
    standing = ClaimStanding.objects.get()
    assert (standing.state, standing.is_forwarded) == ("paid", True)
    assert ClaimEvent.objects.get().message.endswith("Forwarded to SUPPLEMENT INC.")


@pytest.mark.parametrize("is_of_line", [False, True])
def test_claim_of_which_only_a_remark_says_that_it_was_sent_on_is_forwarded(is_of_line: bool) -> None:
    (claim,) = exported(1)
    given = answered(claim)
    if is_of_line:
        given = replace(given, lines=[replace(given.lines[0], remarks=["N89"])])
    text = edi(Pays([given])).decode()
    post_file(text.replace("~NM1*QC", "~MOA***MA01*MA18~NM1*QC").encode() if not is_of_line else text.encode())
    standing = ClaimStanding.objects.get()
    assert (standing.state, standing.is_forwarded) == ("paid", True)
    assert ClaimEvent.objects.get().message.endswith("Forwarded to the next payer.")


@pytest.mark.parametrize("is_first_late", [False, True])
def test_what_a_later_payer_says_under_the_first_ones_claim_yields_to_the_first(is_first_late: bool) -> None:
    (claim,) = exported(1)
    later = {"payer": "1999999999"}
    told = [
        (answered(claim, status="19", to_next="SUPPLEMENT INC"), "EFT1", date(2026, 4, 9), {}),
        (answered(claim, refused="96", status="2", payer_number="S1"), "EFT2", date(2026, 5, 1), later),
    ]
    for given, trace, on, payer in reversed(told) if is_first_late else told:
        post_payment(given, trace=trace, on=on, **payer)
    back = answered(claim, refused="96", sign=-1, payer_number="S1")
    post_payment(back, trace="EFT3", on=date(2026, 5, 9), **later)
    assert state_of(claim.pk) == "paid"
    assert payer_claim_numbers([claim]) == {claim.pk: f"ICN{claim.pk}"}
    denied, taken_back = ClaimEvent.objects.filter(said_on=None).order_by("id")
    who = "ACME HEALTH, as a later payer, on 2026-05-"
    assert denied.message == f"{who}01 of its claim S1: 0.00 paid of 910.00; 0.00 is the patient's part."
    assert taken_back.message == f"{who}09 of its claim S1: Payment of 0.00 taken back."


def test_a_payer_that_was_asked_first_and_pays_as_second_has_decided_all_the_same() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, status="2"))
    assert state_of(claim.pk) == "paid"
    assert payer_claim_numbers([claim]) == {claim.pk: f"ICN{claim.pk}"}
    post_payment(answered(claim, sign=-1), trace="EFT2", on=date(2026, 4, 20))
    assert state_of(claim.pk) == "reversed"


def test_takeback_interest_and_forward_balance_keep_the_claim_they_name_and_change_no_line() -> None:
    one, two = exported(2)
    post_payment(answered(one))
    post_payment(
        answered(two),
        trace="EFT2",
        plb=[("WO", f"ICN{one.pk}", Decimal(100)), ("L6", "", Decimal("-1.25")), ("FB", "EFT9", Decimal(20))],
    )
    rows = ProviderAdjustment.objects.values_list("reason", "reference", "amount", "claim")
    assert list(rows) == [
        ("WO", f"ICN{one.pk}", Decimal(100), one.pk),
        ("L6", "", Decimal("-1.25"), None),
        ("FB", "EFT9", Decimal(20), None),
    ]
    assert {balance.paid for balance in EntryBalance.objects.all()} == {Decimal("728.00")}


def test_payment_after_a_denial_takes_the_denial_off_the_worklist() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, refused="16"))
    post_payment(answered(claim), trace="EFT2", on=date(2026, 5, 20))
    assert (Denial.objects.get().state, state_of(claim.pk)) == ("paid", "paid")


def test_payment_of_a_claim_that_was_denied_as_a_whole_takes_that_denial_off_the_worklist() -> None:
    (claim,) = exported(1)
    whole = [Cas("CO", "197", claim.total_amount)]
    post_payment(PaidClaim(claim.control_number, [], "4", cas=whole, charge=claim.total_amount, paid=Decimal(0)))
    assert (Denial.objects.get().line_number, Denial.objects.get().entry) == (0, None)
    post_payment(answered(claim), trace="EFT2", on=date(2026, 5, 20))
    assert (Denial.objects.get().state, state_of(claim.pk)) == ("paid", "paid")


def test_remittance_that_comes_late_settles_only_what_was_denied_before_its_day() -> None:
    one, two = exported(2)
    post_payment(answered(one), on=date(2026, 5, 20))
    post_payment(answered(one, refused="16"), trace="EFT2", on=date(2026, 4, 9))
    assert (Denial.objects.get(claim=one).state, state_of(one.pk)) == ("paid", "paid")
    post_payment(answered(two, sign=-1), answered(two, refused="50", status="4"), trace="EFT3", on=date(2026, 5, 20))
    post_payment(answered(two), trace="EFT4", on=date(2026, 4, 9))
    assert (Denial.objects.get(claim=two).state, state_of(two.pk)) == ("open", "denied")


@pytest.mark.parametrize("is_late", [False, True])
def test_denial_that_is_taken_back_and_pronounced_anew_is_one_row_of_work(is_late: bool) -> None:
    (claim,) = exported(1)
    anew = answered(claim, refused="50", status="4", payer_number="ICN-NEW")
    told = [
        ([answered(claim, refused="197", status="4")], "EFT1", date(2026, 4, 9)),
        ([answered(claim, refused="197", sign=-1), anew], "EFT2", date(2026, 5, 20)),
    ]
    for given, trace, on in reversed(told) if is_late else told:
        post_payment(*given, trace=trace, on=on)
    denials = Denial.objects.order_by("denied_on").values_list("reason", "state")
    assert list(denials) == [("197", "corrected"), ("50", "open")]


@pytest.mark.parametrize("is_paid_first", [True, False])
def test_claim_that_the_payer_split_and_paid_in_part_is_paid_and_its_other_part_denied(is_paid_first: bool) -> None:
    (claim,) = exported(1, lines=2)
    good, bad = answered(claim, payer_number="A"), answered(claim, refused="97", status="4", payer_number="B")
    parts = [replace(good, lines=good.lines[:1]), replace(bad, lines=bad.lines[1:])]
    post_payment(*(parts if is_paid_first else reversed(parts)))
    assert state_of(claim.pk) == "paid"
    denied = claim.lines.get(number=2).entry_id
    assert list(Denial.objects.values_list("entry", "state")) == [(denied, "open")]


def test_what_a_second_payer_gives_leaves_the_first_ones_denial_to_work_on() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, refused="50", status="19", to_next="SUPPLEMENT INC"))
    given = answered(claim, paid="0.2", patient="0", status="2", payer_number="S1")
    post_payment(given, trace="EFT2", on=date(2026, 5, 20), payer="1999999999")
    assert Denial.objects.get().state == "open"


@pytest.mark.parametrize(("refused", "is_late"), [("", False), ("97", False), ("97", True)])
def test_what_the_payer_says_of_a_correction_ends_the_denials_of_the_claim_it_corrects(
    refused: str, is_late: bool
) -> None:
    (claim,) = exported(1, lines=2)
    first = answered(claim, refused="197")
    if not is_late:
        post_payment(first)
    for _time in range(2):  # corrected, and the correction corrected
        follow_up = decided(claim, FollowUp.Kind.REPLACEMENT)
        export()
        claim = sent_as(follow_up)
    assert set(Denial.objects.values_list("state", flat=True)) <= {"open"}
    post_payment(answered(claim, refused=refused), trace="EFT2", on=date(2026, 5, 20))
    if is_late:
        post_payment(first)
    before = Denial.objects.exclude(claim=claim).values_list("state", flat=True)
    assert set(before) == ({"corrected"} if refused else {"paid"})
    assert Denial.objects.filter(claim=claim, state="open").count() == (2 if refused else 0)


def test_predetermination_pays_nothing_and_forgives_nothing() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, paid="0", patient="0", status="25"))
    assert not ClaimStanding.objects.exists()
    assert EntryBalance.objects.get().open == Decimal("910.00")


def test_only_a_manager_writes_a_denial_off_and_says_why() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, refused="29"))
    denial = Denial.objects.get()
    with pytest.raises(RemittanceError, match="Only a billing manager"):
        decide(denial_id=denial.pk, state="written_off", note="late", is_mine=False, by=user(Role.BILLER), at=NOON)
    manager = user(Role.BILLING_MANAGER)
    with pytest.raises(RemittanceError, match="Say why"):
        decide(denial_id=denial.pk, state="written_off", note=" ", is_mine=False, by=manager, at=NOON)
    decided = decide(denial_id=denial.pk, state="written_off", note="sent late", is_mine=False, by=manager, at=NOON)
    assert (decided.state, decided.decided_by) == ("written_off", manager)
