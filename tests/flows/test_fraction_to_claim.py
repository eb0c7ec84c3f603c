"""The main job in a real browser: a therapist logs, a biller releases, the export runs, the file validates."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from billing.models import ClaimFile, ClaimLine, LedgerEntry
from billing.x12.inspect_837 import inspect_837
from courses.models import Plan
from patients.models import Patient
from patients.roles import Role
from tests import cast, exports
from tests.browser import OpenAs
from tests.captures import practice_fees
from tests.validators import claim_numbers_read_by_x12sdk, pyx12_report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def outbox(settings: Any, tmp_path: Path) -> Path:
    """The folder that the clearinghouse takes files from."""
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    settings.CLAIM_OUTBOX.mkdir()
    return tmp_path / "outbox"


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, due every day; her course opened this month, so that no filing limit is near."""
    found = cast.ada()
    today = timezone.localdate()
    Plan.objects.update(weekdays="1234567", approved_on=today, default_guidance="none")
    Patient.objects.update(sex="M")
    practice_fees()
    return found


def test_a_logged_fraction_becomes_a_valid_claim_file(
    open_as: OpenAs, ada: cast.Treated, outbox: Path, tmp_path: Path
) -> None:
    partner = exports.partner()
    _therapist_logs(open_as, ada)
    _biller_releases(open_as, ada)
    call_command("export_claims")
    file = ClaimFile.objects.get()
    delivered = next((outbox / str(partner.folder)).glob("*"))
    text = delivered.read_bytes().decode("ascii")
    assert (delivered.name, len(text)) == (file.name, file.byte_count)
    assert inspect_837(text, today=date.today()) == []  # noqa: DTZ011  # the file is dated by this machine's day
    is_valid, errors = pyx12_report(text, tmp_path)
    assert is_valid, errors
    claim = file.claims.get()
    assert claim_numbers_read_by_x12sdk(text) == [claim.control_number]
    entry = LedgerEntry.objects.get(family="delivery")
    assert list(ClaimLine.objects.filter(entry=entry).values_list("claim", flat=True)) == [claim.pk]
    assert f"HC:{entry.code}" in text


def test_a_manager_exports_on_the_page_and_downloads_the_sealed_bytes(
    open_as: OpenAs, ada: cast.Treated, outbox: Path
) -> None:
    exports.partner()
    _therapist_logs(open_as, ada)
    _biller_releases(open_as, ada)
    page = open_as(Role.BILLING_MANAGER, reverse("billing:files"))
    page.get_by_role("button", name="Export now").click()
    page.get_by_role("dialog").get_by_role("button", name="Export now").click()
    expect(page.locator("table").first).to_contain_text("Delivered")
    file = ClaimFile.objects.get()
    page.get_by_role("link", name=file.name).first.click()
    expect(page.locator("main")).to_contain_text(file.sha256)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert exports.text_of(file) == Path(download.value.path()).read_text("ascii")


def _therapist_logs(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, f"{reverse('courses:machine-day')}?machine={ada.machine.pk}")
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_role("button", name="Save").click()
    row = page.locator(f"#course-{ada.course.pk}")
    expect(row).to_contain_text("Treated")
    expect(row).to_contain_text("Charged:")


def _biller_releases(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.BILLER, reverse("billing:worklist"))
    line = page.locator("tr[data-line]", has_text=LedgerEntry.objects.get(family="delivery").code)
    line.get_by_role("button", name="Release").click()
    expect(page.locator("#oc-toasts")).to_contain_text("Released")
