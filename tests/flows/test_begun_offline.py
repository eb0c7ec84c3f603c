"""An entry begun while the network is gone, for a patient whose row is on screen: its form was fetched ahead."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from courses.models import Plan, Session
from patients.models import PatientAccess
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import TABLET, OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STORES = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, document.cookie, (await indexedDB.databases()).map(one => one.name),
  await caches.keys(), (await navigator.serviceWorker.getRegistrations()).length,
])"""


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, due every day of the week."""
    found = cast.ada()
    Plan.objects.update(weekdays="1234567", default_guidance="cbct", retired_on=None)
    return found


def opened(open_as: OpenAs, treated: cast.Treated) -> Page:
    """Return the machine's day once the form of the row was fetched ahead."""
    url = f"{reverse('courses:machine-day')}?machine={treated.machine.pk}"
    page = open_as(Role.THERAPIST, url, size=TABLET, zone="Asia/Tokyo")
    expect(page.locator("a[data-held]")).to_have_count(1)
    return page


def names_nobody(page: Page, treated: cast.Treated) -> bool:
    kept = page.evaluate(STORES)
    return not any(
        word in kept for word in (treated.patient.last_name, treated.patient.first_name, treated.patient.mrn)
    )


def test_an_entry_is_begun_saved_and_kept_without_the_network_and_sent_once(open_as: OpenAs, ada: cast.Treated) -> None:
    page = opened(open_as, ada)
    assert not PatientAccess.objects.exists()
    page.context.set_offline(True)
    page.get_by_role("link", name="Log fraction 1").click()
    dialog = page.locator("dialog.cl-dialog")
    expect(dialog).to_contain_text("No connection to the server.")
    now = timezone.now().astimezone(cast.ZONE)
    shown = dialog.locator("[data-when]").inner_text()
    assert shown in {
        f"today, {moment:%H:%M}" for moment in (now, now - timedelta(minutes=1), now + timedelta(minutes=1))
    }
    expect(page.get_by_role("button", name="Save")).to_be_focused()
    assert faults_of(page) == []
    page.get_by_text("Partial: beam, not all of it").click()
    page.get_by_label("Reason").select_option("machine fault")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Waiting to be sent")
    expect(page.locator("dialog.cl-dialog")).to_have_count(0)
    assert names_nobody(page, ada)
    assert Session.objects.count() == 0
    page.context.set_offline(False)
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("partial: machine fault")
    session = Session.objects.get()
    assert abs(session.starts_at - now) < timedelta(minutes=2)
    assert session.starts_at.second == 0
    assert (session.guidance, session.status_reason) == ("cbct", "machine fault")
    assert PatientAccess.objects.get().what == "courses:session-log"


def test_a_row_that_changed_is_fetched_anew_before_the_network_goes(open_as: OpenAs, ada: cast.Treated) -> None:
    page = opened(open_as, ada)
    Plan.objects.update(fractions=2, default_guidance="kv")
    page.get_by_role("link", name="Log fraction 1").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Treated")
    another = page.get_by_role("link", name="Log another session of Abbott")
    expect(page.locator("a[data-held]")).to_have_count(1)
    page.context.set_offline(True)
    another.click()
    expect(page.get_by_label("Fraction of P1")).to_have_value("2")
    expect(page.locator("dialog.cl-dialog")).to_contain_text("Why a second session today")


def test_forms_fetched_ahead_go_with_the_page_and_nothing_is_left_after_signing_out(
    open_as: OpenAs, ada: cast.Treated
) -> None:
    page = opened(open_as, ada)
    assert names_nobody(page, ada)
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert names_nobody(page, ada)
    assert '"oncocharge.entry' not in page.evaluate(STORES)
    page.go_back()
    expect(page).to_have_url(re.compile("login"))
    assert "Abbott" not in page.content()
