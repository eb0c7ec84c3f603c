"""The front desk in a real browser: fill in a plan, read its lines and why, print it on one sheet; and every page."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.capture import capture_course
from courses.models import Course
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs
from tests.captures import deliver_days, practice_fees
from tests.cast import Treated
from tests.looks import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORM = "/billing/estimates/"
LONG = {
    "technique": "vmat", "site": "prostate", "includes_nodes": "on", "fractions": "25", "boost_fractions": "5",
    "starts_on": "2025-12-08", "guidance": "cbct", "motion": "none", "arcs": "2", "isocenters": "1",
    "keeps_holidays": "on", "simulation": "on", "planning_note": "on",
}  # fmt: skip


def long_estimate() -> str:
    """The address of an estimate that fills a sheet: both claims of a hospital, over New Year, with a boost."""
    facility, payer = cast.hospital(), cast.medicare()
    said = {**LONG, "facility": str(facility.pk), "payer": str(payer.pk)}
    days = "&".join(f"weekdays={day}" for day in range(1, 6))
    return f"{FORM}?{'&'.join(f'{name}={value}' for name, value in said.items())}&{days}"


def sheets_of(page: Page, paper: str, folder: Path) -> int:
    """How many sheets the page takes when it is printed."""
    path = folder / f"{paper}.pdf"
    page.pdf(path=path, format=paper)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", path.read_bytes()))


@pytest.fixture
def ada() -> Treated:
    """Ada after seven of her 28 fractions."""
    practice_fees()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 7)
    capture_course(course_id=patient.course.pk)
    return patient


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_front_desk_fills_in_a_plan_reads_its_lines_and_changes_it(open_as: OpenAs, scripts: bool) -> None:
    practice_fees()
    cast.center()
    page = open_as(Role.BILLER, FORM, scripts=scripts)
    expect(page.get_by_text("No estimate yet")).to_be_visible()
    page.get_by_role("button", name="Estimate").click()
    expect(page.get_by_role("heading", name="4 things to correct")).to_be_visible()
    page.get_by_label("Technique", exact=False).first.select_option("vmat")
    page.get_by_label("Treated site").select_option("lung")
    page.get_by_label("Fractions").fill("30")
    page.get_by_label("First session").fill("2026-03-02")
    page.get_by_role("button", name="Estimate").click()
    row = page.get_by_role("row").filter(has_text="77407")
    expect(row.first).to_contain_text("30 times")
    expect(row.first).to_contain_text("$16,800.00")
    row.first.locator("summary").click()
    expect(row.first.get_by_role("heading", name="Why this line")).to_be_visible()
    page.get_by_role("heading", name="Change the plan").click()
    page.get_by_label("Fractions").fill("20")
    page.get_by_role("button", name="Estimate").click()
    expect(page.get_by_role("row").filter(has_text="77407").first).to_contain_text("20 times")


def test_therapist_reads_units_and_no_amount(open_as: OpenAs) -> None:
    practice_fees()
    page = open_as(Role.THERAPIST, long_estimate())
    expect(page.get_by_role("heading", name="Units to have approved")).to_be_visible()
    assert "$" not in page.locator("main").inner_text()


@pytest.mark.parametrize("paper", ["Letter", "A4"])
def test_estimate_prints_on_one_sheet_without_the_form(open_as: OpenAs, tmp_path: Path, paper: str) -> None:
    practice_fees()
    page = open_as(Role.BILLER, long_estimate())
    assert sheets_of(page, paper, tmp_path) == 1
    page.emulate_media(media="print")
    expect(page.get_by_text("Prepared for:")).to_be_visible()
    expect(page.get_by_text("It is not a bill")).to_be_visible()
    expect(page.get_by_role("heading", name="Change the plan")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()


def test_course_page_leads_to_what_is_left_and_shows_expected_and_actual(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, reverse("courses:course", args=[ada.course.pk]))
    panel = page.get_by_role("region", name="Expected and actual")
    expect(panel.get_by_role("row", name=re.compile("Delivery 7 7"))).to_be_visible()
    page.get_by_role("link", name="Estimate what is left").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Estimate of what is left")
    expect(page.get_by_text("21 sessions still to come")).to_be_visible()


def test_pages_can_be_used_by_everybody_and_fit_their_width(windows: Windows, ada: Treated) -> None:
    Course.objects.filter(pk=ada.course.pk).update(closed_on=date(2025, 4, 1))
    capture_course(course_id=ada.course.pk)
    closed = reverse("billing:reconciliation")
    addresses = [
        FORM, long_estimate(), long_estimate().replace("fractions=25", "fractions=none"),
        reverse("billing:course-estimate", args=[ada.course.pk]),
        f"{closed}?closed_from=2025-01-01", closed, f"{closed}?closed_from=never",
        reverse("billing:course-reconciliation", args=[ada.course.pk]),
        reverse("courses:course", args=[ada.course.pk]),
    ]  # fmt: skip
    for address in addresses:
        assert windows.faults_at(Role.BILLER, address) == [], address
