"""Answers of partners in a real browser: a file taken in by hand, its warning settled, every page for everybody."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from playwright.sync_api import expect
from pytest_django import Settings

from billing.models import ClaimFile, Receipt
from patients.roles import Role
from tests.answers import Says, ack, ack_set, numbers, statuses, ta1, take
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.exports import department, export, partner
from tests.looks import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/billing/receipts/"


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"


@pytest.fixture
def file() -> ClaimFile:
    partner()
    department(5, lines=3)
    export()
    return ClaimFile.objects.select_related("partner").get()


def test_biller_takes_in_a_file_and_settles_its_warning(file: ClaimFile, open_as: OpenAs, tmp_path: Path) -> None:
    answer = tmp_path / "downloaded.277"
    answer.write_text(statuses(file, Says(numbers()[0], "A7:562:85", "U"), Says("OC0000000000")))
    page = open_as(Role.BILLER, LIST)
    expect(page.get_by_text("Nothing has come yet")).to_be_visible()
    page.get_by_role("link", name="Take in a file").click()
    page.get_by_label("File").set_input_files(answer)
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_text("Read, with one warning, which stands below.")).to_be_visible()
    expect(page.get_by_role("link", name=numbers()[0])).to_be_visible()
    expect(page.get_by_text("NPI of the billing provider.")).to_be_visible()
    page.get_by_role("button", name="Settle: No claim of ours").click()
    expect(page.get_by_text("settled by Biller Tester")).to_be_visible()
    assert faults_of(page) == []


def test_pages_are_for_everybody(file: ClaimFile, windows: Windows) -> None:
    first, second, third, *_ = numbers()
    fault = ["IK3*CLM*22*2300*8", f"CTX*CLM01:{second}", "IK4*5:1*1331*7*ZZ"]
    receipt = take(
        ta1(file) + ack(file, ack_set("E", *fault), closing="E*1*1*1")
        + statuses(file, Says(first, number="2026-PAYER-7"), Says(third, "A7:562:85", "U"), Says("OC0000000000")),
        name="2026-03-21 a rather long name of an answer as a clearinghouse writes it (1).277CA.txt",
    )  # fmt: skip
    take("no X12 at all", name="note.txt")
    ClaimFile.objects.update(acknowledged_at=F("acknowledged_at") - timedelta(days=9))
    Receipt.objects.filter(name="note.txt").update(read_at=None, error="The database did not take it.", tries=5)
    for address in (LIST, f"{LIST}{receipt.pk}/", f"{LIST}upload/", "/billing/files/", "/billing/"):
        assert windows.faults_at(Role.BILLER, address) == [], address
