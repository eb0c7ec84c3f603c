"""Two hands at once: two browsers save the same patient in the same moment, a finger taps twice."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.models import Fraction, Plan, Session
from patients.roles import Role
from tests import cast
from tests.browser import TABLET, OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVE_AT = (
    """at => setTimeout(() => document.querySelector("dialog.cl-dialog [type=submit]").click(), at - Date.now())"""
)


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, due every day of the week."""
    found = cast.ada()
    Plan.objects.update(weekdays="1234567", retired_on=None)
    return found


def entry_open(open_as: OpenAs, treated: cast.Treated, username: str) -> Page:
    url = f"{reverse('courses:machine-day')}?machine={treated.machine.pk}"
    page = open_as(Role.THERAPIST, url, username=username, size=TABLET, touch=True)
    page.get_by_role("link", name="Log fraction 1").tap()
    expect(page.locator("dialog.cl-dialog")).to_be_visible()
    return page


def test_two_browsers_that_save_in_the_same_moment_log_one_session_and_one_is_told(
    open_as: OpenAs, ada: cast.Treated
) -> None:
    pages = [entry_open(open_as, ada, name) for name in ("kim", "lee")]
    at = pages[0].evaluate("Date.now()") + 1500
    for page in pages:
        page.evaluate(SAVE_AT, at)
    for page in pages:
        expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
        expect(page.locator("dialog.cl-dialog")).to_have_count(0)
    told = [page.locator(".oc-toasts").inner_text() for page in pages]
    assert sorted("was already logged by" in text for text in told) == [False, True]
    assert (Session.objects.count(), Fraction.objects.filter(is_standing=True).count()) == (1, 1)


def test_a_double_tap_is_one_session(open_as: OpenAs, ada: cast.Treated) -> None:
    page = entry_open(open_as, ada, "kim")
    box = page.get_by_role("button", name="Save").bounding_box()
    assert box is not None
    spot = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.touchscreen.tap(*spot)
    page.touchscreen.tap(*spot)
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    page.wait_for_load_state("networkidle")
    assert Session.objects.count() == 1
