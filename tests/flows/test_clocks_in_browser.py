"""Sessions around midnight and in the hours that the clocks repeat and skip, logged in a real browser far away.

The browser stands in another zone: what counts is the clinic's clock alone.
"""

from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django import Settings

from courses.models import Plan, Session
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import TABLET, OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ELSEWHERE = "Pacific/Auckland"


@pytest.fixture
def boris(settings: Settings) -> cast.Treated:
    """Boris, twice a day on every day of the week; nobody is logged off while the clock is turned."""
    settings.IDLE_MINUTES = 24 * 60
    found = cast.boris()
    Plan.objects.update(weekdays="1234567")
    return found


def day_of(treated: cast.Treated, day: str = "") -> str:
    return f"{reverse('courses:machine-day')}?machine={treated.machine.pk}" + (f"&day={day}" if day else "")


def opened(open_as: OpenAs, treated: cast.Treated, day: str = "") -> Page:
    return open_as(Role.THERAPIST, day_of(treated, day), size=TABLET, zone=ELSEWHERE)


def log_as_proposed(page: Page, fraction: int, shown: str) -> None:
    page.get_by_role("link", name=f"Log fraction {fraction}").click()
    expect(page.locator("[data-when]")).to_contain_text(shown)
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".oc-toasts")).to_contain_text(f"Saved: fraction {fraction} of P1")


def log_as_typed(page: Page, fraction: int, at: str) -> None:
    page.get_by_role("link", name=f"Log fraction {fraction}").click()
    page.get_by_text("Time, guidance, machine and the rest").click()
    page.locator('input[name="time"]').fill(at)
    page.get_by_role("button", name="Save").click()


def moments() -> list[datetime]:
    return list(Session.objects.order_by("starts_at").values_list("starts_at", flat=True))


def test_both_half_past_one_of_the_autumn_night_are_told_apart(open_as: OpenAs, boris: cast.Treated) -> None:
    first, second = datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    with time_machine.travel(first) as clock:
        page = opened(open_as, boris)
        log_as_proposed(page, 1, "01:30")
        clock.move_to(second)
        page.reload()
        log_as_proposed(page, 2, "01:30")
        assert moments() == [first, second]
        assert page.locator(f"#course-{boris.course.pk} .oc-status a").all_inner_texts() == ["01:30", "01:30"]
        # Written down by hand and entered in the morning: the clinic's clock showed it twice, so it is asked.
        clock.move_to(datetime(2026, 11, 1, 15, 0, tzinfo=UTC))
        page.goto(page.url.split("?")[0] + day_of(boris, "2026-11-01")[len(reverse("courses:machine-day")) :])
        page.get_by_role("link", name="Log another session of Brandt").click()
        page.get_by_text("Time, guidance, machine and the rest").click()
        expect(page.locator('[name="adapted_online"]')).to_be_in_viewport()
        page.locator('input[name="time"]').fill("01:45")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("01:45 happened twice on 2026-11-01. Say which one it was.").first).to_be_visible()
        assert faults_of(page) == []
        page.get_by_label("the second (EST)").check()
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".oc-toasts")).to_contain_text("Saved: fraction 3 of P1")
    assert moments() == [first, second, datetime(2026, 11, 1, 6, 45, tzinfo=UTC)]


def test_a_session_at_a_minute_to_midnight_stays_on_its_day(open_as: OpenAs, boris: cast.Treated) -> None:
    late = datetime(2026, 11, 1, 3, 59, tzinfo=UTC)  # 23:59 of 31 October on the clinic's clock
    with time_machine.travel(late) as clock:
        page = opened(open_as, boris)
        expect(page.get_by_role("heading", level=1)).to_contain_text("31 October")
        page.get_by_role("link", name="Log fraction 1").click()
        expect(page.locator("[data-when]")).to_contain_text("23:59")
        clock.move_to(datetime(2026, 11, 1, 4, 1, tzinfo=UTC))
        page.get_by_role("button", name="Save").click()
        expect(page.locator(f"#course-{boris.course.pk}")).to_contain_text("23:59")
        page.goto(page.url.split("?")[0] + f"?machine={boris.machine.pk}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("1 November")
        expect(page.get_by_role("link", name="Log fraction 2")).to_be_visible()
    session = Session.objects.get()
    assert (str(session.treated_on), session.starts_at) == ("2026-10-31", late)


def test_the_hour_that_spring_skips_is_refused_in_words(open_as: OpenAs, boris: cast.Treated) -> None:
    with time_machine.travel(datetime(2026, 3, 8, 7, 10, tzinfo=UTC)):  # 03:10, ten minutes after 01:59
        page = opened(open_as, boris)
        log_as_typed(page, 1, "02:30")
        expect(
            page.get_by_text("The clocks were put forward: 02:30 did not happen on 2026-03-08.").first
        ).to_be_visible()
        page.locator('input[name="time"]').fill("01:55")
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".oc-toasts")).to_contain_text("Saved: fraction 1 of P1")
        log_as_proposed(page, 2, "03:10")
    assert moments() == [datetime(2026, 3, 8, 6, 55, tzinfo=UTC), datetime(2026, 3, 8, 7, 10, tzinfo=UTC)]
