"""The picture of a course in a real browser: seen at a desk, on a tablet and on paper, walked through by keyboard."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect

from billing.capture import capture_course
from courses import planning
from courses.calendar import treatment_days
from courses.models import Session
from courses.terms import SessionStatus
from patients.roles import Role
from tests import cast
from tests.browser import TABLET, OpenAs
from tests.courses.logbook import log
from tests.looks import faults_in_every_look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLACES = "['svg.cl-band', '#cl-earned-0 svg'].map(one => document.querySelector(one).getBoundingClientRect().toJSON())"
LETTER: ViewportSize = {"width": 816, "height": 1056}


@pytest.fixture
def dora() -> cast.Treated:
    """Dora over New Year: a day missed, a partial session, a replan, five fractions without a check."""
    found = cast.dora()
    days = treatment_days(date(2025, 12, 8), range(1, 6))
    plans = [found.plan]
    for number, day in enumerate((next(days) for _ in range(20)), 1):
        if number == 4:
            continue
        if number == 12:
            plans = [_replan(found, day)]
        status = SessionStatus.PARTIAL if number == 7 else SessionStatus.TREATED
        log(found, f"{day} 09:00", plans=plans, status=status, guidance="cbct", guidance_reviewed=number != 9)
    planning.record_event(course=found.course, family="visit", on=date(2025, 12, 10), performer="physician")
    planning.record_event(course=found.course, family="physics_check", on=date(2025, 12, 18), performer="physicist")
    capture_course(course_id=found.course.pk)
    return found


def _replan(dora: cast.Treated, day: date) -> Any:
    plan = planning.propose_plan(
        course=dora.course, key="P2", site="esophagus", technique="vmat", arcs=2, isocenters=1, fractions=15,
        kind="replan", by=cast.user(Role.PHYSICIST), follows=dora.plan, planning_ct_on=day - timedelta(days=3),
        necessity_note="The tumour shrank.", necessity_documented=True, machine=dora.machine,
    )  # fmt: skip
    return planning.approve_plan(plan=plan, by=cast.user(Role.PHYSICIAN), on=day)


def opened(open_as: OpenAs, dora: cast.Treated, role: Role = Role.PHYSICIAN, **how: Any) -> Page:
    page = open_as(role, reverse("courses:course", args=[dora.course.pk]), **how)
    expect(page.locator("#cl-earned-0 text").first).to_be_visible()
    return page


def test_the_picture_can_be_read_by_everybody(open_as: OpenAs, dora: cast.Treated) -> None:
    page = opened(open_as, dora)
    page.wait_for_load_state("networkidle")
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("table", name="The course by day")).to_be_visible()
    assert faults_in_every_look(page) == []
    page.set_viewport_size(TABLET)
    assert page.evaluate("document.querySelector('.cl-session').getBoundingClientRect().width") >= 24


def test_codes_stand_under_their_days_and_no_price_stands_anywhere(open_as: OpenAs, dora: cast.Treated) -> None:
    page = opened(open_as, dora, Role.THERAPIST)
    codes = page.locator("#cl-earned-0 .cl-code").all_text_contents()
    assert codes.count("77301") == 2
    assert sum(code in ("77386", "77407") for code in codes) == Session.objects.count() == 19
    assert "$" not in page.locator(".cl-picture").inner_text()


def test_a_day_is_reached_by_keyboard_and_leads_to_its_session(open_as: OpenAs, dora: cast.Treated) -> None:
    page = opened(open_as, dora)
    page.get_by_role("link", name="Skip the picture").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused.startswith("Mon 8 Dec 2025, 09:00: fraction 1 of 25, P1, treated")
    page.keyboard.press("Enter")
    first = Session.objects.earliest("starts_at")
    page.wait_for_url(f"**{reverse('courses:session', args=[first.pk])}")


def test_who_skips_the_picture_lands_behind_it(open_as: OpenAs, dora: cast.Treated) -> None:
    page = opened(open_as, dora)
    page.get_by_role("link", name="Skip the picture").press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.cl-scroll')") is None


def test_the_picture_fits_a_sheet_of_paper(open_as: OpenAs, dora: cast.Treated) -> None:
    page = opened(open_as, dora, size=LETTER)
    page.emulate_media(media="print")
    page.wait_for_load_state("networkidle")
    band, strip = page.evaluate(PLACES)  # in one go: the sheet is laid out anew for paper
    assert band["right"] <= LETTER["width"]
    assert (strip["x"], strip["width"]) == pytest.approx((band["x"], band["width"]))


def test_what_is_missing_is_said_in_words_too(open_as: OpenAs, dora: cast.Treated) -> None:
    page = opened(open_as, dora)
    panel = page.locator(".cl-picture")
    expect(panel).to_contain_text("No visit in fractions 6\N{EN DASH}10")
    expect(panel).to_contain_text("No physics check in fractions 1\N{EN DASH}5")
    expect(panel).to_contain_text("Images of 1 session not reviewed before the next fraction")
    expect(panel).to_contain_text("P1 \N{RIGHTWARDS ARROW} P2")
