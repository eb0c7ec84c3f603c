"""A billing manager proves, looks through the grid and closes a month in a real browser; what comes late is held."""

import re
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing import ledger
from billing.capture import capture_course
from billing.models import AFTER_CLOSE, MonthClose
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs
from tests.captures import cancel, deliver, deliver_days, open_codes, practice_fees, see_weekly, standing
from tests.cast import PASSWORD, Treated, user
from tests.looks import faults_in_every_look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MARCH = "?span=month&day=2025-03-04"


@pytest.fixture
def ada() -> Treated:
    """Ada after six sessions: one has lost its line, one was cancelled after its line was posted, one is unsigned."""
    practice_fees()
    patient = cast.ada()
    sessions = deliver_days(patient, date(2025, 3, 4), 6)
    see_weekly(patient)
    capture_course(course_id=patient.course.pk)
    lost = next(line for line in standing(patient) if line.session_id == sessions[1].pk)
    ledger.reverse(reasons={lost.pk: "By hand."})
    cancel(sessions[3])
    deliver(patient, "2025-03-13 09:00", number=9, signed_at=None, signed_by=None)
    deliver(patient, "2025-03-14 09:00", status="aborted", status_reason="Machine down")
    return patient


def assert_usable(page: Page, what: str) -> None:
    """Axe finds nothing, and nothing but a table of its own scrolls sideways."""
    assert faults_in_every_look(page) == [], what


def test_grid_is_walked_by_arrow_keys_and_leads_to_sessions_and_lines(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, reverse("billing:grid") + MARCH)
    expect(page.get_by_text("unreconciled: 2")).to_be_visible()
    gap = page.get_by_role("link", name="09:00 treated, not charged")
    expect(gap).to_be_visible()
    page.get_by_role("link", name="09:00 charged, to review").first.focus()
    page.keyboard.press("ArrowRight")
    expect(gap).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    expect(page.get_by_role("link", name=ada.patient.full_name)).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator("a.rc-line").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(reverse_like("billing:line"))
    page.go_back()
    gap.click()
    expect(page).to_have_url(reverse_like("courses:session"))


def reverse_like(name: str) -> re.Pattern[str]:
    """The form of addresses of a name with one number."""

    return re.compile(reverse(name, args=[4711]).replace("4711", r"\d+") + "$")


def test_pages_of_reconciliation_can_be_used_by_everybody(open_as: OpenAs, ada: Treated) -> None:
    month = [ada.course.facility_id, date(2025, 3, 1)]
    page = open_as(Role.BILLING_MANAGER, reverse("billing:proof"))
    assert_usable(page, "proof, none yet")
    page.get_by_role("button", name="Prove now").click()
    expect(page.get_by_role("row", name="Treated, not charged")).to_be_visible()
    assert_usable(page, "proof")
    for address in (
        reverse("billing:grid") + MARCH,
        reverse("billing:grid") + "?day=2025-03-04",
        reverse("billing:month-close"),
        reverse("billing:month", args=month),
        reverse("billing:month-rows", args=[*month, "unreconciled"]),
        reverse("billing:month-sign", args=month),
        reverse("billing:standings"),
    ):
        page.goto(page.url.split("/billing/")[0] + address)
        assert_usable(page, address)


def test_month_is_signed_off_and_what_comes_later_needs_a_second_person(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLING_MANAGER, reverse("billing:month", args=[ada.course.facility_id, date(2025, 3, 1)]))
    page.get_by_role("link", name="Sign off…").click()
    page.get_by_label("Note").fill("One session waits for its signature.")
    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not your password")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_text("Signed off by Billing Manager Tester").first).to_be_visible()
    boss = user(Role.BILLING_MANAGER)
    assert MonthClose.objects.get().signed_by == boss
    deliver(ada, "2025-03-18 09:00", number=7, logged_by=boss, signed_by=boss)
    capture_course(course_id=ada.course.pk)
    assert AFTER_CLOSE in open_codes(ada)
    page.reload()
    page.get_by_role("link", name="Entries after the sign-off").click()
    expect(page.get_by_role("row").filter(has_text="18 Mar 2025")).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Open again…").click()
    expect(page.get_by_label("Reason")).to_be_visible()
    assert_usable(page, "opening a month again")
    page.get_by_label("Reason").fill("The session of the 18th was missing.")
    page.get_by_role("button", name="Open the month again").click()
    expect(page.get_by_text("The session of the 18th was missing.")).to_be_visible()
    capture_course(course_id=ada.course.pk)
    assert AFTER_CLOSE not in open_codes(ada)
