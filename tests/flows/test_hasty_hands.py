"""Clinicians faster than the answers: nothing typed is lost, and one tap does one thing for one patient."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from courses.models import Plan, Session
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs
from tests.courses.logbook import log
from tests.looks import IS_SETTLED, wait_until_settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, due twice on every day of the week."""
    found = cast.ada()
    every_day(sessions_per_day=2)
    return found


def every_day(*, sessions_per_day: int = 1) -> None:
    Plan.objects.update(weekdays="1234567", default_guidance="cbct", retired_on=None, sessions_per_day=sessions_per_day)


def another(ada: cast.Treated, number: int = 2) -> cast.Treated:
    """A further patient on the same machine's list."""
    return cast.treated(
        mrn=f"Z-{number}", last_name=f"Zed{number}", facility=ada.course.facility, payer=cast.commercial(),
        opened_on=ada.course.opened_on, diagnosis="C61",
    )  # fmt: skip


def day_of(treated: cast.Treated) -> str:
    return f"{reverse('courses:machine-day')}?machine={treated.machine.pk}"


def hold_back(page: Page, which: str, *, method: str = "GET", at_most: int = 1) -> list[Route]:
    held: list[Route] = []

    def look(route: Route) -> None:
        if route.request.method == method and len(held) < at_most:
            held.append(route)
        else:
            route.continue_()

    page.route(re.compile(which), look)
    return held


def test_the_focus_stays_in_a_field_while_a_refused_entry_is_checked(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_text("Partial: beam, not all of it").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("dialog .oc-error-summary")).to_be_visible()
    page.get_by_label("Reason").select_option("other")
    page.get_by_label("In words").focus()
    page.keyboard.type("gantry stopped at beam two", delay=40)
    expect(page.get_by_label("In words")).to_have_value("gantry stopped at beam two")


def test_a_saved_row_takes_the_focus_once(open_as: OpenAs, ada: cast.Treated) -> None:
    other = another(ada)
    every_day()
    page = open_as(Role.THERAPIST, day_of(ada))
    page.locator(f"#course-{ada.course.pk} a.btn-big").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Charged")
    page.locator(f"#course-{other.course.pk} a.btn-big").focus()
    with page.expect_response("**/questions/**"):
        page.evaluate("window.htmx.trigger(document.body, 'worklist-changed')")
    wait_until_settled(page)
    assert page.evaluate("document.activeElement.closest('tr')?.id") == f"course-{other.course.pk}"


def test_a_page_whose_dialog_went_before_its_answer_is_not_busy_for_ever(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    expect(page.locator("a[data-held]")).to_have_count(1)
    slow = hold_back(page, "/courses/[0-9]+/authorized/")
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Second due")
    assert page.evaluate(IS_SETTLED) is False
    slow[0].continue_()
    wait_until_settled(page)


def test_save_stays_where_it_is_whatever_comes_in_above_it(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    expect(page.locator("a[data-held]")).to_have_count(1)
    slow = hold_back(page, "/courses/[0-9]+/authorized/")
    page.get_by_role("link", name="Log fraction 1").click()
    save = page.get_by_role("button", name="Save")
    expect(save).to_be_visible()
    before = save.bounding_box()
    slow[0].fulfill(content_type="text/html", body='<div class="oc-note">Authorized: 3 of 30 are left.</div>')
    expect(page.get_by_text("Authorized: 3 of 30 are left.")).to_be_visible()
    assert save.bounding_box() == before


def test_an_entry_opens_though_the_list_changes_meanwhile(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    expect(page.locator("a[data-held]")).to_have_count(1)
    slow = hold_back(page, "/sessions/new/")
    page.get_by_role("link", name="Log fraction 1").click()
    other = another(ada)
    every_day()
    with page.expect_response("**/day/changes/**"):
        pass
    slow[0].continue_()
    expect(page.locator("dialog.cl-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(f"#course-{other.course.pk}")).to_be_visible()


def test_an_open_entry_is_left_alone_by_the_answer_to_an_earlier_no_show(open_as: OpenAs, ada: cast.Treated) -> None:
    other = another(ada)
    every_day()
    page = open_as(Role.THERAPIST, day_of(ada))
    slow = hold_back(page, "/absences/", method="POST")
    page.get_by_role("link", name="No show: Abbott").click()
    page.get_by_role("button", name="Unwell").click()
    page.keyboard.press("Escape")
    page.locator(f"#course-{other.course.pk} a.btn-big").click()
    expect(page.locator("dialog[open]")).to_contain_text("Zed")
    page.get_by_text("Partial: beam, not all of it").click()
    page.get_by_label("In words").fill("gantry")
    slow[0].continue_()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("No show")
    expect(page.get_by_label("In words")).to_have_value("gantry")


def with_images(ada: cast.Treated, patients: int) -> None:
    log(ada, timezone.now() - timedelta(minutes=5), guidance="cbct")
    for number in range(2, patients + 1):
        log(another(ada, number), timezone.now() - timedelta(minutes=5), guidance="cbct")


def reviewed() -> int:
    return Session.objects.filter(guidance_reviewed=True).count()


def test_a_double_click_reviews_the_images_of_one_patient(open_as: OpenAs, ada: cast.Treated) -> None:
    with_images(ada, 3)
    page = open_as(Role.PHYSICIAN, reverse("courses:worklist"))
    wait_until_settled(page)
    button = page.get_by_role("button", name="Images of").first
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    # At once when the rows have moved up: a fixed wait would grow past what a double click is on a busy machine.
    page.evaluate(
        """() => new Promise((moved) => {
            const buttons = () => document.querySelectorAll("button[aria-label^='Images of']");
            const look = () => (buttons().length === 2 ? moved() : requestAnimationFrame(look));
            look();
        })"""
    )
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    expect(page.get_by_role("button", name="Images of")).to_have_count(2)
    wait_until_settled(page)
    assert reviewed() == 1


def test_a_second_click_on_rows_that_have_just_moved_up_reviews_nothing(open_as: OpenAs, ada: cast.Treated) -> None:
    with_images(ada, 3)
    page = open_as(Role.PHYSICIAN, reverse("courses:worklist"))
    wait_until_settled(page)
    # Between the new rows and their taking over by htmx lies a moment, longer where the machine is busy.
    page.evaluate("htmx.config.defaultSettleDelay = 500")
    buttons = page.get_by_role("button", name="Images of")
    # In the page: a hand is no slower than the first look at the new rows.
    page.evaluate(
        """() => new MutationObserver((_, watch) => {
            const button = document.querySelector("#worklist button[aria-label^='Images of']");
            if (!button) return;
            watch.disconnect();
            button.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, detail: 2 }));
        }).observe(document.getElementById("worklist"), { childList: true })"""
    )
    buttons.first.click()
    expect(buttons).to_have_count(2)
    wait_until_settled(page)
    assert reviewed() == 1


def test_enter_held_down_reviews_the_images_of_one_patient(open_as: OpenAs, ada: cast.Treated) -> None:
    with_images(ada, 3)
    page = open_as(Role.PHYSICIAN, reverse("courses:worklist"))
    wait_until_settled(page)
    page.get_by_role("button", name="Images of").first.focus()
    page.keyboard.down("Enter")
    page.wait_for_timeout(500)
    for _ in range(20):
        page.wait_for_timeout(33)
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    wait_until_settled(page)
    assert reviewed() == 1
