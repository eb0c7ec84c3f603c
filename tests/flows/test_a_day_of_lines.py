"""A biller clears a day of five hundred lines by keyboard, in a real browser; counts and dollars are those of SQL."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from billing.models import CaptureMark, LedgerEntry, StandingFinding, WaitingLine
from billing.money import print_dollars
from courses.models import Course
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENTS, LINES_EACH, HELD, LOOKS, A_PAGE = 20, 25, 8, 12, 10
DAY = date(2025, 3, 4)


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> list[LedgerEntry]:
    """Five hundred lines of one day: eight that a finding holds, twelve to look at, the others clean. Short pages."""
    monkeypatch.setattr("billing.views.worklist.PAGE", A_PAGE)
    center, payer = cast.center(), cast.commercial()
    courses = [
        cast.treated(
            mrn=f"D-{number:04}", last_name=f"Day{number:02}", facility=center, payer=payer, opened_on=DAY,
            diagnosis="C61",
        ).course
        for number in range(PATIENTS)
    ]  # fmt: skip
    revisions = Course.objects.values_list("pk", "revision")  # as plan and diagnosis left them
    CaptureMark.objects.bulk_create(CaptureMark(course_id=pk, course_revision=revision) for pk, revision in revisions)
    lines = LedgerEntry.objects.bulk_create(
        LedgerEntry(
            kind="charge", course=course, line_key=f"line {number}", family="delivery", code="77385", service_on=DAY,
            units=1, claim_kind="professional", place_of_service="11", unit_amount=Decimal(100 + number),
            amount=Decimal(100 + number), rule="S1", because={"rule": "S1"},
        )
        for course in courses
        for number in range(LINES_EACH)
    )  # fmt: skip
    for severity, code, some in (
        ("hold", "partial-fraction", lines[::25][:HELD]),
        ("warning", "late-entry", lines[1::25][:LOOKS]),
    ):
        StandingFinding.objects.bulk_create(
            StandingFinding(
                course_id=line.course_id, entry=line, severity=severity, code=code, message="Look at the record.",
                subject=line.line_key, service_on=DAY,
            )
            for line in some
        )  # fmt: skip
    assert WaitingLine.objects.count() == PATIENTS * LINES_EACH
    return lines


def in_sql() -> dict[str, tuple[int, Decimal]]:
    """Count and dollars of the lines by what was decided, by a statement of its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(r.state, 'open'), count(*), sum(e.amount) FROM oncocharge_billing_ledgerentry e"
            " LEFT JOIN oncocharge_billing_review r ON r.entry_id = e.id GROUP BY 1"
        )
        return {state: (count, amount) for state, count, amount in cursor.fetchall()}


def current(page: Page) -> str:
    """Which line the keys are at."""
    return page.locator("tr.oc-row-current").get_attribute("data-line") or ""


def hold_by_key(page: Page, reason: str) -> None:
    line = current(page)
    page.keyboard.press("h")
    page.get_by_label("Reason").fill(reason)
    page.keyboard.press("Enter")
    expect(page.locator(f"#line-{line}")).to_contain_text(reason)
    expect(page.locator(f"#line-{line}")).not_to_have_class(re.compile("oc-row-current"))


def release_by_key(page: Page) -> None:
    line = current(page)
    page.keyboard.press("a")
    expect(page.locator(f"#line-{line}.oc-row-current")).to_have_count(0)


def test_biller_clears_a_day_of_five_hundred_lines_by_keyboard(open_as: OpenAs, day: list[LedgerEntry]) -> None:
    page = open_as(Role.BILLER, "/billing/")
    clean = [line for line in day if not StandingFinding.objects.filter(entry=line).exists()]
    dollars = print_dollars(sum((line.amount or Decimal(0) for line in clean), Decimal(0)))
    # The clean ones at once, after a look at what they come to.
    page.get_by_role("button", name="Release the clean lines…").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Release {len(clean)} lines for {dollars}?")
    assert in_sql() == {"open": (500, sum(line.amount or 0 for line in day))}
    page.get_by_role("button", name=f"Release {len(clean)} lines").press("Enter")
    expect(page.get_by_text(f"Released {len(clean)} lines for {dollars}.")).to_be_visible()
    # What a finding holds: six are selected and held together, two alone.
    for _ in range(HELD - 2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.get_by_role("button", name="Hold selected…").press("Enter")
    page.get_by_label("Reason").fill("Record of the machine asked for")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Held 6 lines for")).to_be_visible()
    if page.locator("tr.oc-row-current").count() == 0:
        page.keyboard.press("j")
    hold_by_key(page, "Seen on paper, not yet signed")
    hold_by_key(page, "Waits for the physicist")
    # What asks to be looked at, on this page and on the next, to which the keys lead by themselves.
    for _ in range(LOOKS - 1):
        release_by_key(page)
        expect(page.locator("tr.oc-row-current")).to_have_count(1)
    page.keyboard.press("a")
    expect(page.get_by_text("That was the last line of this list.")).to_be_visible()
    decided = in_sql()
    assert decided["held"][0] == HELD
    assert decided["released"] == (500 - HELD, sum(line.amount or 0 for line in day) - decided["held"][1])
    assert set(decided) == {"held", "released"}
    page.goto(page.url.split("?")[0])
    expect(page.get_by_text("No line needs a person")).to_be_visible()
    expect(page.locator("#total-held")).to_have_text(f"{HELD} lines, {print_dollars(decided['held'][1])}")
    expect(page.locator("#total-clean")).to_have_text("0 lines, $0.00")
    page.goto(f"{page.url}?state=released")
    expect(page.locator(".oc-table-foot").first).to_contain_text(f"of {500 - HELD} lines")
