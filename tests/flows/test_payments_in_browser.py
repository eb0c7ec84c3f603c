"""Payments in a real browser: a held remittance posted, a claim matched, a denial worked on; for everybody."""

from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from billing.models import Denial, Remittance, RemittanceClaim
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.exports import partner
from tests.looks import Windows
from tests.remittances import PaidClaim, answered, exported, post_payment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def practice(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path
    partner()
    cast.center()


def test_manager_posts_a_held_remittance_with_a_reason(open_as: OpenAs) -> None:
    (claim,) = exported(1)
    posted = post_payment(answered(claim), amount=Decimal("700.00"))
    page = open_as(Role.BILLING_MANAGER, "/billing/remittances/")
    page.get_by_role("link", name="EFT1").click()
    expect(page.get_by_text("Held: nothing of it counts.")).to_be_visible()
    page.get_by_label("Why may it count?").fill("Bank confirms 728.00")
    page.get_by_role("button", name="Post it all the same").click()
    page.get_by_role("button", name="Post it", exact=True).click()
    expect(page.get_by_text("Posted: what its claims say counts now.")).to_be_visible()
    assert Remittance.objects.get(pk=posted.remittance_id).release_reason == "Bank confirms 728.00"
    assert faults_of(page) == []


def test_biller_matches_a_paid_claim_and_works_on_its_denial(open_as: OpenAs) -> None:
    (claim,) = exported(1)
    refused = answered(claim, refused="197", status="4")
    post_payment(PaidClaim("LOST1", refused.lines, "4", patient=(claim.patient.last_name, "", "")))
    page = open_as(Role.BILLER, "/billing/remittances/unmatched/")
    page.get_by_role("button", name=f"It is this one: {claim.control_number}").click()
    expect(page.get_by_text("Everything is matched")).to_be_visible()
    page.goto(page.url.replace("remittances/unmatched/", "denials/"))
    page.get_by_role("link", name="Work on it").click()
    page.get_by_label("What is being done").select_option("appealed")
    page.get_by_label("Note").fill("Letter sent")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Letter sent")).to_be_visible()
    assert faults_of(page) == []
    assert Denial.objects.get().state == "appealed"
    assert RemittanceClaim.objects.get().matched_by == "person"


def test_pages_of_payments_are_for_everybody(windows: Windows) -> None:
    empty = ["/billing/remittances/", "/billing/remittances/unmatched/", "/billing/denials/"]
    for address in [*empty, "/billing/remittances/underpayments/"]:
        assert windows.faults_at(Role.BILLING_MANAGER, address) == [], address
    one, two, three = exported(3, lines=2)
    post_payment(answered(one), plb=[("WO", one.control_number, Decimal(50))])
    held = post_payment(answered(two, refused="16"), trace="EFT2", amount=Decimal(3))
    post_payment(
        answered(three, refused="16"), PaidClaim("LOST1", answered(two).lines, payer_number="P1"), trace="EFT3"
    )
    for address in [
        *empty,
        f"/billing/remittances/{held.remittance_id}/",
        f"/billing/remittances/{held.remittance_id - 1}/",
    ]:
        assert windows.faults_at(Role.BILLING_MANAGER, address) == [], address
