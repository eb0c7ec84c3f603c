"""The pages of remittances, of unmatched claims, denials and underpayments, as a biller sees them."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from billing.cms.kinds import FileKind
from billing.models import Denial, FeeLine, FeeSchedule, Remittance, RemittanceClaim
from billing.reference import Wanted, load_code_files
from billing.remittance.underpaid import by_payer, paid_below
from patients.models import Payer
from patients.roles import Role
from tests.cast import user
from tests.code_files import write_whole
from tests.remittances import PaidClaim, Pays, answered, edi, exported, post_noted, post_payment


def as_role(role: Role) -> Client:
    browser = Client()
    browser.force_login(user(role))
    return browser


def test_list_shows_held_remittances_first_with_the_reason() -> None:
    one, two = exported(2)
    post_payment(answered(one), amount=Decimal(1), trace="UNEVEN")
    post_payment(answered(two), trace="EVEN")
    page = as_role(Role.BILLER).get("/billing/remittances/").content.decode()
    assert page.index("UNEVEN") < page.index(">EVEN<")
    assert "but the payment is 1.00" in page


def test_remittance_shows_its_balance_as_an_equation_and_each_adjustment_in_words() -> None:
    (claim,) = exported(1)
    posted = post_payment(answered(claim), plb=[("WO", claim.control_number, Decimal(100))])
    page = as_role(Role.BILLER).get(f"/billing/remittances/{posted.remittance_id}/").content.decode()
    assert "Claims paid <strong>$728.00</strong> \N{MINUS SIGN} outside of claims <strong>$100.00</strong>" in page
    assert "= <strong>$628.00</strong>; the payment is <strong>$628.00</strong>" in page
    assert "Above the fee schedule or the contracted amount." in page
    assert "Overpayment taken back." in page


def test_manager_posts_a_held_remittance_and_a_biller_may_not() -> None:
    (claim,) = exported(1)
    posted = post_payment(answered(claim), amount=Decimal(1))
    address = f"/billing/remittances/{posted.remittance_id}/release/"
    assert as_role(Role.BILLER).post(address, {"reason": "because"}).status_code == 403
    manager = as_role(Role.BILLING_MANAGER)
    assert manager.post(address, {"reason": ""}).status_code == 422
    assert manager.post(address, {"reason": "Bank confirms"}).status_code == 302
    assert Remittance.objects.get().state == "posted"


def test_biller_matches_a_claim_out_of_the_queue() -> None:
    (claim,) = exported(1)
    post_payment(PaidClaim("LOST", answered(claim).lines, patient=(claim.patient.last_name, "", "")))
    biller = as_role(Role.BILLER)
    page = biller.get("/billing/remittances/unmatched/").content.decode()
    assert "same last name, charge, day of service, line numbers" in page
    paid = RemittanceClaim.objects.get()
    biller.post(f"/billing/remittances/unmatched/{paid.pk}/match/", {"claim": claim.control_number})
    paid.refresh_from_db()
    assert paid.claim == claim


def test_payment_taken_back_stands_among_the_denials_in_words() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim))
    post_payment(answered(claim, sign=-1), trace="EFT2", on=date(2026, 4, 20))
    biller = as_role(Role.BILLER)
    for address in ("/billing/denials/", f"/billing/denials/{Denial.objects.get().pk}/"):
        assert "took its payment back, and decided nothing instead" in biller.get(address).content.decode()


def test_denials_tab_shows_reason_and_days_left_and_takes_a_decision() -> None:
    (claim,) = exported(1)
    post_payment(answered(claim, refused="197"))
    Denial.objects.update(appeal_until=date(2020, 1, 1))
    biller = as_role(Role.BILLER)
    page = biller.get("/billing/denials/").content.decode()
    assert "Authorization or notification is missing." in page
    assert "Too late" in page
    denial = Denial.objects.get()
    address = f"/billing/denials/{denial.pk}/"
    refused = biller.post(address, {"state": "written_off", "note": "late"})
    assert refused.status_code == 422
    assert "Only a billing manager may write off" in refused.content.decode()
    biller.post(address, {"state": "appealed", "note": "letter sent", "is_mine": "on"})
    denial.refresh_from_db()
    assert (denial.state, denial.note, denial.worked_by) == ("appealed", "letter sent", user(Role.BILLER))


def test_line_that_is_allowed_less_than_the_payers_schedule_is_listed_with_the_sum_by_payer() -> None:
    one, two = exported(2)
    schedule = FeeSchedule.objects.create(name="Acme contract", payer=one.payer)
    FeeLine.objects.create(
        schedule=schedule, code="77386", modifier="", amount=Decimal("830.00"), effective_from=date(2026, 1, 1)
    )
    post_payment(answered(one), answered(two, paid="0.85", patient="0.15"))
    found = paid_below(first=date(2026, 4, 1), last=date(2026, 4, 30), tolerance=Decimal(1))
    assert [(line.entry_id, line.missing) for line in found] == [(one.lines.get().entry_id, Decimal("11.00"))]
    assert [(of_payer.lines, of_payer.missing) for of_payer in by_payer(found)] == [(1, Decimal("11.00"))]
    assert not paid_below(first=date(2026, 4, 1), last=date(2026, 4, 30), tolerance=Decimal(11))
    address = "?paid_from=2026-04-01&paid_to=2026-04-30"
    page = as_role(Role.BILLER).get(f"/billing/remittances/underpayments/{address}").content.decode()
    assert "$11.00" in page
    Payer.objects.filter(pk=one.payer_id).update(name=" =Mutuelle Santé")
    answer = as_role(Role.BILLER).get(f"/billing/remittances/underpayments.csv{address}")
    rows = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert rows[0].startswith("\ufeffpayer,"), "a spreadsheet reads the accents"
    assert rows[1].startswith(f"' =Mutuelle Santé,{one.control_number},"), "and computes nothing"


def test_line_that_the_payer_decided_anew_in_another_month_is_short_by_what_is_allowed_in_the_end() -> None:
    one, two = exported(2)
    schedule = FeeSchedule.objects.create(name="Acme contract", payer=one.payer)
    FeeLine.objects.create(
        schedule=schedule, code="77386", modifier="", amount=Decimal("819.00"), effective_from=date(2026, 1, 1)
    )
    post_payment(answered(one, paid="0.5"), answered(two), on=date(2026, 4, 9), trace="APRIL")
    taken = [answered(one, paid="0.5", sign=-1), answered(two, sign=-1)]
    post_payment(*taken, answered(one), answered(two, paid="0.5"), on=date(2026, 5, 12), trace="MAY")
    months = [(date(2026, 4, 1), date(2026, 4, 30)), (date(2026, 5, 1), date(2026, 5, 31))]
    found = [paid_below(first=first, last=last, tolerance=Decimal(1)) for first, last in months]
    assert not found[0], "the payer mended the one, and was not short with the other then"
    assert [(line.entry_id, line.allowed) for line in found[1]] == [(two.lines.get().entry_id, Decimal("546.00"))]


@pytest.mark.parametrize("is_taken_back", [False, True])
def test_what_the_next_payer_allows_does_not_hide_that_the_first_one_paid_too_little(is_taken_back: bool) -> None:
    (claim,) = exported(1)
    schedule = FeeSchedule.objects.create(name="Acme contract", payer=claim.payer)
    FeeLine.objects.create(
        schedule=schedule, code="77386", modifier="", amount=Decimal("819.00"), effective_from=date(2026, 1, 1)
    )
    post_payment(answered(claim, paid="0.5", status="19", to_next="SUPPLEMENT INC"), on=date(2026, 4, 9))
    next_payers = answered(claim, paid="0.3", patient="0", status="2", payer_number="S1")
    post_payment(next_payers, on=date(2026, 4, 20), trace="NEXT", payer="1999999999")
    if is_taken_back:
        back = answered(claim, paid="0.3", patient="0", sign=-1, payer_number="S1")
        post_payment(back, on=date(2026, 4, 25), trace="BACK", payer="1999999999")
    found = paid_below(first=date(2026, 4, 1), last=date(2026, 4, 30), tolerance=Decimal(1))
    assert [(line.allowed, line.missing) for line in found] == [(Decimal("546.00"), Decimal("273.00"))]


def test_line_of_which_nothing_is_paid_and_nothing_refused_is_compared_with_its_fee_too() -> None:
    to_deductible, all_contract, denied, taken_back = exported(4)
    schedule = FeeSchedule.objects.create(name="Acme contract", payer=denied.payer)
    FeeLine.objects.create(
        schedule=schedule, code="77386", modifier="", amount=Decimal("819.00"), effective_from=date(2026, 1, 1)
    )
    post_payment(
        answered(to_deductible, paid="0", patient="0.5"), answered(all_contract, paid="0", patient="0"),
        answered(denied, refused="50"), answered(taken_back),
    )  # fmt: skip
    post_payment(answered(taken_back, sign=-1), on=date(2026, 4, 20), trace="BACK")
    found = paid_below(first=date(2026, 4, 1), last=date(2026, 4, 30), tolerance=Decimal(1))
    assert {line.claim_id: (line.allowed, line.missing) for line in found} == {
        to_deductible.pk: (Decimal("455.00"), Decimal("364.00")),
        all_contract.pk: (Decimal(0), Decimal("819.00")),
    }


def test_days_in_the_wrong_order_are_refused_in_words() -> None:
    page = as_role(Role.BILLER).get("/billing/remittances/underpayments/?paid_from=2026-04-30&paid_to=2026-04-01")
    assert page.status_code == 422
    assert "It is before 2026-04-30" in page.content.decode()


def test_reason_that_only_a_loaded_list_knows_is_shown_in_its_words_and_is_no_unknown_code(tmp_path: Path) -> None:
    lists = [write_whole(tmp_path, kind) for kind in (FileKind.ADJUSTMENT_REASONS, FileKind.REMARKS)]
    load_code_files(wanted=[Wanted(path, effective=date(2026, 1, 1)) for path in lists], by="tester")
    (claim,) = exported(1)
    _, noted = post_noted(edi(Pays(claims=[answered(claim, refused="P14")])))
    assert not noted
    page = as_role(Role.BILLER).get("/billing/denials/").content.decode()
    assert "Made-up words for another plan" in page
