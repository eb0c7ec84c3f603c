"""A therapist logs a fraction in a real browser: two clicks, one session, whatever the fingers and the network do."""

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, Route, ViewportSize, expect

from courses.models import Plan, Session
from courses.terms import SessionStatus
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import TABLET, OpenAs
from tests.courses.logbook import log

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TOUCH_PX = 44
ACROSS: ViewportSize = {"width": 1024, "height": 768}


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, due every day of the week, so that the story can be told on any."""
    found = cast.ada()
    Plan.objects.update(weekdays="1234567", default_guidance="cbct", retired_on=None)
    return found


def _earlier_today() -> datetime:
    """Half an hour ago, or the day's first minute where that was yesterday: the list is of one day of the clinic."""
    now = timezone.localtime()
    return max(now - timedelta(minutes=30), now.replace(hour=0, minute=0, second=0, microsecond=0))


def day_of(treated: cast.Treated) -> str:
    return f"{reverse('courses:machine-day')}?machine={treated.machine.pk}"


def test_a_normal_fraction_takes_two_clicks(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_role("button", name="Save").click()
    row = page.locator(f"#course-{ada.course.pk}")
    expect(row).to_contain_text("Treated")
    expect(page.locator("dialog.cl-dialog")).to_have_count(0)
    expect(page.locator(".oc-toasts")).to_contain_text("Saved: fraction 1 of P1")
    expect(page.locator("#day-tiles")).to_contain_text("1 of 1")
    session = Session.objects.get()
    assert (session.guidance, session.machine, session.signed_by) == (
        "cbct", ada.machine, cast.user(Role.THERAPIST),
    )  # fmt: skip
    assert abs(session.starts_at - timezone.now()) < timedelta(minutes=5)


def test_a_refused_entry_that_is_left_gives_the_focus_back_to_its_row(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Partial: beam, not all of it").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Log fraction 1")).to_be_focused()


def test_a_normal_fraction_takes_two_keys(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    assert Session.objects.count() == 1


def test_escape_closes_the_entry_and_gives_the_focus_back(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    button = page.get_by_role("link", name="Log fraction 1")
    button.click()
    expect(page.locator("dialog.cl-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.cl-dialog")).to_be_hidden()
    expect(button).to_be_focused()
    # What was still on its way when it was closed does not open it again.
    page.evaluate("document.dispatchEvent(new CustomEvent('htmx:afterSettle'))")
    expect(page.locator("dialog.cl-dialog")).to_be_hidden()
    expect(button).to_be_focused()
    assert Session.objects.count() == 0


def test_a_double_click_is_one_session(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").dblclick()
    page.get_by_role("button", name="Save").dblclick()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    page.wait_for_load_state("networkidle")
    assert Session.objects.count() == 1


def test_a_double_click_opens_the_entry_once_however_slow_the_network(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    asked: list[str] = []

    def answer_late(route: Route) -> None:
        if "x-background" in route.request.headers:  # fetched ahead, for a network that may go
            route.continue_()
            return
        asked.append(route.request.method)
        answer = route.fetch()
        page.wait_for_timeout(400)
        route.fulfill(response=answer)

    page.route(re.compile("/sessions/new/"), answer_late)
    page.get_by_role("link", name="Log fraction 1").dblclick()
    expect(page.locator("dialog.cl-dialog")).to_have_count(1)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    assert asked == ["GET", "POST"]


def test_reloading_after_saving_logs_nothing_more(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    page.reload()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    assert Session.objects.count() == 1


def test_without_scripts_back_and_save_again_asks_before_a_second_session(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada), scripts=False)
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".oc-messages")).to_contain_text("Saved: fraction 1 of P1")
    page.reload()
    page.go_back()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why the patient is treated a second time today.")
    assert Session.objects.count() == 1


def test_two_browsers_with_the_entry_open_log_one_session_and_the_second_is_told(
    open_as: OpenAs, ada: cast.Treated
) -> None:
    pages = [open_as(Role.THERAPIST, day_of(ada), username=name) for name in ("kim", "lee")]
    for page in pages:
        page.get_by_role("link", name="Log fraction 1").click()
        expect(page.locator("dialog.cl-dialog")).to_be_visible()
    for page in pages:
        page.get_by_role("button", name="Save").click()
    expect(pages[1].locator(".oc-toasts")).to_contain_text("was already logged by Therapist Tester")  # it leaves again
    for page in pages:
        expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    assert Session.objects.count() == 1


def test_a_partial_asks_its_reason_only_then_and_is_resumed(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").click()
    expect(page.get_by_label("Reason")).to_be_hidden()
    page.get_by_text("Partial: beam, not all of it").click()
    page.get_by_label("Reason").select_option("machine fault")
    with page.expect_request_finished(lambda request: "/billing/authorized/" in request.url):  # the row's last question
        page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("partial: machine fault")
    # The row and the figures above it still grow by what is asked for after the save.
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Needs review: partial fraction")
    expect(page.locator("#day-tiles")).to_contain_text("Partial")
    _has_room_for_words_on_a_tablet_held_across(page, ada)
    page.get_by_role("link", name="Resume fraction 1").click()
    expect(page.locator("dialog.cl-dialog")).to_contain_text("Completes the partial session")
    # In the same minute the resumption would not begin after what it completes.
    Session.objects.update(starts_at=timezone.now() - timedelta(minutes=20))
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    assert Session.objects.count() == 2


def _has_room_for_words_on_a_tablet_held_across(page: Page, ada: cast.Treated) -> None:
    """In a column of a word's width the row grows by half a screen, and the deeds below it move away."""
    desk = page.viewport_size
    page.set_viewport_size(ACROSS)
    words = page.locator(f"#course-{ada.course.pk} .oc-status").bounding_box()
    assert words is not None
    assert words["width"] >= 200
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(desk or ACROSS)


def test_what_is_typed_is_judged_before_saving(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_label("Fraction of P1").fill("30")
    page.get_by_label("Fraction of P1").press("Tab")
    expect(page.locator("#cautions")).to_contain_text("Fraction 30 of P1 is beyond the 28 prescribed.")


def test_an_entry_is_amended_from_the_list(open_as: OpenAs, ada: cast.Treated) -> None:
    log(ada, _earlier_today(), guidance="cbct")
    page = open_as(Role.THERAPIST, day_of(ada))
    page.get_by_role("link", name="Amend").click()
    page.get_by_label("Image guidance").select_option("kv")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.get_by_label("Why is it corrected")).to_be_focused()
    page.get_by_label("Why is it corrected").fill("kV pair was taken")
    page.get_by_role("button", name="Save the correction").click()
    expect(page.locator(".oc-messages")).to_contain_text("Corrected")
    assert Session.objects.get().guidance == "kv"


def test_the_deeds_of_the_list_are_wide_enough_for_a_finger(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada), size=TABLET)
    box = page.get_by_role("link", name="Log fraction 1").bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= TOUCH_PX
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Log fraction 1").click()
    expect(page.locator("dialog.cl-dialog")).to_be_visible()
    assert faults_of(page) == []


def test_a_session_that_was_aborted_waits_to_be_logged(open_as: OpenAs, ada: cast.Treated) -> None:
    log(ada, _earlier_today(), status=SessionStatus.ABORTED)
    page = open_as(Role.THERAPIST, day_of(ada))
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("No beam")
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
