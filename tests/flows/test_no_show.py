"""A patient who stays away, noted and taken back in a real browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from courses.models import Absence, Plan
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import TABLET, OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, due every day of the week."""
    found = cast.ada()
    Plan.objects.update(weekdays="1234567", retired_on=None)
    return found


def day_of(treated: cast.Treated, day: str = "") -> str:
    return f"{reverse('courses:machine-day')}?machine={treated.machine.pk}" + (f"&day={day}" if day else "")


def test_who_stays_away_is_noted_with_one_tap_on_the_reason_and_taken_back(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.THERAPIST, day_of(ada), size=TABLET)
    row = page.locator(f"#course-{ada.course.pk}")
    page.get_by_role("link", name="No show:").click()
    expect(page.locator("dialog.cl-dialog")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Unwell").click()
    expect(row).to_contain_text("unwell")
    expect(row).to_contain_text("Came after all")
    assert faults_of(page) == []
    row.get_by_role("button", name="Undo the no show").click()
    expect(row).to_contain_text("Log fraction 1")
    assert Absence.objects.get().undone_at is not None
