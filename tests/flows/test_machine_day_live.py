"""The machine's day keeps itself up to date: what a colleague logs is seen without a reload, and disturbs nobody."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import APIResponse, Route, expect

from courses.models import Plan, Session
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs
from tests.courses.logbook import log

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, due every day of the week."""
    found = cast.ada()
    Plan.objects.update(weekdays="1234567", retired_on=None)
    return found


def day_of(treated: cast.Treated) -> str:
    return f"{reverse('courses:machine-day')}?machine={treated.machine.pk}"


def test_a_colleagues_session_is_seen_without_a_reload_and_the_focus_stays_in_its_row(
    open_as: OpenAs, ada: cast.Treated
) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").focus()
    log(ada, timezone.now())
    row = page.locator(f"#course-{ada.course.pk}")
    expect(row).to_contain_text("Treated")
    expect(page.locator("#day-tiles")).to_contain_text("1 of 1")
    assert page.evaluate("document.activeElement.closest('tr')?.id") == f"course-{ada.course.pk}"


def test_an_open_entry_is_left_alone_while_the_list_behind_it_changes(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_text("Partial: beam, not all of it").click()
    page.get_by_label("In words").fill("gantry")
    log(ada, timezone.now())
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    expect(page.get_by_label("In words")).to_have_value("gantry")
    expect(page.get_by_label("In words")).to_be_focused()


def test_a_list_asked_for_before_a_session_was_saved_does_not_take_it_off_the_screen_again(
    open_as: OpenAs, ada: cast.Treated
) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    overtaken: list[tuple[Route, APIResponse]] = []

    def hold_back_the_first(route: Route) -> None:
        if overtaken:
            route.continue_()
        else:
            overtaken.append((route, route.fetch()))

    page.route("**/day/changes/**", hold_back_the_first)
    with page.expect_request("**/day/changes/**"):
        page.evaluate("document.dispatchEvent(new CustomEvent('rows-stale'))")
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_role("button", name="Save").click()
    row = page.locator(f"#course-{ada.course.pk}")
    expect(row).to_contain_text("Treated")
    page.evaluate("""() => {
        window.was_due = false;
        new MutationObserver(() => (window.was_due ||= Boolean(document.querySelector("[data-entry].btn-big"))))
            .observe(document.body, { childList: true, subtree: true });
    }""")
    route, stale = overtaken[0]
    assert "Log fraction 1" in stale.text()
    with page.expect_response("**/day/changes/**"):
        route.fulfill(response=stale)
    with page.expect_response("**/day/changes/**"):  # the list is asked for again, and only that answer is taken
        pass
    expect(row).to_contain_text("Treated")
    assert page.evaluate("window.was_due") is False


def test_a_patient_who_becomes_due_comes_in_without_a_reload(open_as: OpenAs, ada: cast.Treated) -> None:
    Plan.objects.update(retired_on="2025-01-01")
    page = open_as(Role.THERAPIST, day_of(ada))
    expect(page.get_by_text("Nobody is due on this machine")).to_be_visible()
    Plan.objects.update(retired_on=None)
    expect(page.get_by_role("link", name="Log fraction 1")).to_be_visible()
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    assert Session.objects.count() == 1


def test_another_day_is_typed_to_its_end_before_it_is_shown(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_label("Day", exact=True).focus()
    page.keyboard.type("11202025")
    page.get_by_role("heading", level=1).click()
    expect(page).to_have_url(re.compile("day=2025-11-20$"))
    page.get_by_label("Day", exact=True).focus()
    page.keyboard.type("11212025")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("day=2025-11-21$"))


def test_a_list_that_cannot_be_kept_up_to_date_says_so(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.context.set_offline(True)
    expect(page.locator("#day-live")).to_contain_text("No connection: this list is as it was at")
    page.context.set_offline(False)
    expect(page.locator("#day-live")).to_be_empty()
