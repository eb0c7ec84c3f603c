"""The dashboard and the audit pack in a real browser: choose, follow a number to its rows, take lists and pack away."""

import csv
import io
import re
import zipfile
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.capture import capture_course
from patients.roles import Role
from tests import cast
from tests.billing.dashboard.department import SINCE, UNTIL, department
from tests.browser import OpenAs
from tests.captures import deliver_days, practice_fees
from tests.looks import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAYS = f"?since={SINCE}&until={UNTIL}"


def download(page: Page, button: str) -> tuple[str, bytes]:
    """What a button hands out: the file's name and its bytes."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=button, exact=True).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_manager_narrows_the_dashboard_follows_a_number_and_takes_its_rows_away(open_as: OpenAs) -> None:
    department()
    page = open_as(Role.BILLING_MANAGER, f"{reverse('billing:dashboard')}{DAYS}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")
    expect(page.get_by_text("First session without units")).to_be_visible()  # came after the page
    page.get_by_label("Machine", exact=True).select_option("Halcyon, Lakeside Radiation Center")
    expect(page).to_have_url(re.compile(r"machine=\d+"))
    page.get_by_label("Compare by").select_option("payer")
    expect(page.get_by_role("heading", name="By payer")).to_be_visible()
    column = page.locator("a.db-column[href]").first
    column.focus()
    said = column.get_attribute("aria-label") or ""
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Charged lines")
    shown = page.locator("tbody tr").count()
    assert f"in {shown} lines" in said
    name, content = download(page, "CSV")
    assert name == "dashboard-charged.csv"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert {row["machine"] for row in rows} == {"Halcyon"}
    assert len(rows) == shown
    page.get_by_role("link", name="Dashboard", exact=True).last.click()
    expect(page.get_by_label("Machine", exact=True)).to_have_value(re.compile(r"\d+"))


def test_auditor_takes_the_pack_of_a_course_from_its_page(open_as: OpenAs) -> None:
    practice_fees()
    ada = cast.ada()
    deliver_days(ada, date(2025, 3, 4), 7)
    capture_course(course_id=ada.course.pk)
    page = open_as(Role.AUDITOR, reverse("courses:course", args=[ada.course.pk]))
    name, content = download(page, "Audit pack")
    assert name == f"audit-pack-course-{ada.course.pk}.zip"
    with zipfile.ZipFile(io.BytesIO(content)) as folder:
        assert [Path(one).suffix for one in folder.namelist()] == [".pdf", ".csv"]
    therapist = open_as(Role.THERAPIST, reverse("courses:course", args=[ada.course.pk]))
    expect(therapist.get_by_role("link", name="Estimate what is left")).to_be_visible()
    assert therapist.get_by_role("link", name="Audit pack").count() == 0


def test_dashboard_can_be_used_by_everybody_and_fits_its_width(windows: Windows, tmp_path: Path) -> None:
    department()
    start = f"{reverse('billing:dashboard')}{DAYS}"
    rows = reverse("billing:dashboard-rows", args=["held"])
    bare = reverse("billing:dashboard")
    addresses = [
        start, f"{start}&by=payer&machine=0", bare, f"{bare}?since=2025-06-01&until=2026-04-30", f"{bare}?since=never",
        f"{rows}{DAYS}", f"{reverse('billing:dashboard-rows', args=['denied'])}{DAYS}",
        f"{rows}?who=rule&reason=none", f"{reverse('billing:dashboard-authorizations')}{DAYS}",
    ]  # fmt: skip
    for address in addresses:
        assert windows.faults_at(Role.BILLER, address) == [], address
    page = windows.at(Role.BILLER, start)
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.get_by_role("form", name="Choose the days")).to_be_hidden()
    expect(page.get_by_role("table", name="Charges by family, delivery by its codes")).to_be_visible()
    page.pdf(path=tmp_path / "dashboard.pdf", format="Letter")
    assert (tmp_path / "dashboard.pdf").stat().st_size > 10_000
