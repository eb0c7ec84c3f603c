"""A billing manager at the partners in a real browser: one is entered, tried out, mended, and takes a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from billing.models import ClaimFile, TradingPartner
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs
from tests.exports import export, partner, released_line
from tests.looks import Windows, faults_in_every_look
from tests.partners import put_secret, sftp_partner
from tests.sftp_server import USER, Running, sftp_server

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def server(tmp_path: Path, settings: Settings) -> Iterator[Running]:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    settings.PARTNER_SECRETS = tmp_path / "secrets"
    put_secret(tmp_path / "secrets")
    with sftp_server(tmp_path / "partner") as running:
        yield running


def fill(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#id_{name}").fill(value)


def test_a_partner_is_entered_tried_out_mended_and_served(open_as: OpenAs, server: Running) -> None:
    released_line(cast.ada())
    page = open_as(Role.BILLING_MANAGER, reverse("billing:partners"))
    page.get_by_role("link", name="New partner").click()
    fill(
        page, name="Bay Clearing", submitter_name="Harbor Radiation Oncology", contact_name="Pat Clerk",
        receiver_name="Bay Clearing", sender_id="HARBOR01", receiver_id="BAY", application_sender="HARBOR01",
        application_receiver="BAY", submitter_id="HARBOR01", receiver_code="BAY", element_separator="|",
        host="127.0.0.1", port=str(server.port), user=USER, secret_name="bay.password", remote_outbox="/outbx",
        remote_inbox="/inbox", host_keys=server.host_key_lines,
    )  # fmt: skip
    page.get_by_label("Takes payers without a route").check()
    page.get_by_label("Files go by").select_option("sftp")
    page.get_by_label("We sign in with a").select_option("password")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("One thing to correct")
    page.get_by_role("alert").get_by_role("link", name="Contact's phone").click()
    page.keyboard.type("6175550100")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_role("status", name="Connection test")).to_contain_text("no folder /outbx")
    page.get_by_role("link", name="Change…").click()
    fill(page, remote_outbox="/outbox")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test the connection").click()
    expect(page.get_by_role("status", name="Connection test")).to_contain_text("Everything went well")
    assert export().errors == []
    (name,) = server.names()
    assert (server.root / "outbox" / name).read_bytes().startswith(b"ISA|00|")
    assert ClaimFile.objects.get().delivered_at is not None
    page.goto(page.url.split("/billing/")[0] + reverse("billing:partners"))
    expect(page.get_by_role("row").filter(has_text="Bay Clearing")).to_contain_text("Reached")


@pytest.mark.parametrize("name", ["partners", "none yet", "partner", "tried out", "partner-change", "refused"])
def test_every_page_of_partners_can_be_used_by_everybody(name: str, windows: Windows, server: Running) -> None:
    address = "billing:partners"
    found: TradingPartner | None = None
    if name != "none yet":
        partner("Aardvark Clearing", is_default=False)
        found = sftp_partner(server)
        released_line(cast.ada())
        server.password = "changed at the partner"
        export()
        address = {"partners": "billing:partners", "partner-change": "billing:partner-change"}.get(
            name, "billing:partner"
        )
    if name == "refused":
        address = "billing:partner-enter"
    args = [found.pk] if found and address in ("billing:partner", "billing:partner-change") else []
    page = windows.at(Role.BILLING_MANAGER, reverse(address, args=args))
    if name == "tried out":
        page.get_by_role("button", name="Test the connection").click()
        expect(page.get_by_role("status", name="Connection test")).to_be_visible()
    if name == "refused":
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("alert")).to_contain_text("things to correct")
    assert faults_in_every_look(page) == []
