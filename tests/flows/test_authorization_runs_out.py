"""An authorization of 20 for a course of 25: entered by a biller, told to the therapist before the beam, then held."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from billing.capture import capture_course
from billing.models import Authorization, StandingFinding
from courses.models import ClinicalEvent, Plan
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.captures import deliver, practice_fees
from tests.looks import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CODES = "77407 77412"


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, 25 fractions, treated every day of the week; 17 are delivered, the last one yesterday."""
    found = cast.ada()
    today = timezone.localdate()
    Plan.objects.update(fractions=25, weekdays="1234567", approved_on=today - timedelta(days=40), site="lung")
    found.course.opened_on = today - timedelta(days=40)
    found.course.save()
    practice_fees()
    for number in range(1, 18):
        _delivered(found, number, days_ago=18 - number)
    return found


def _delivered(treated: cast.Treated, number: int, *, days_ago: int) -> None:
    day = timezone.localdate() - timedelta(days=days_ago)
    deliver(treated, f"{day} 00:05", number=number)


def test_the_units_of_a_course_are_entered_told_and_held(open_as: OpenAs, ada: cast.Treated) -> None:
    _biller_enters(open_as, ada)
    last = f"{timezone.localdate() + timedelta(days=2):%A}"
    sentence = f"17 of 20 authorized, 25 prescribed: runs out on {last}"
    day = f"{reverse('courses:machine-day')}?machine={ada.machine.pk}"
    page = open_as(Role.THERAPIST, day)
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text(sentence)
    page.get_by_role("link", name="Log fraction 18").click()
    expect(page.get_by_role("dialog")).to_contain_text(sentence)
    assert faults_of(page) == []
    for number in (18, 19, 20):  # Of days before those that were treated, so that today's is the 21st.
        _delivered(ada, number, days_ago=number)
    page = open_as(Role.THERAPIST, day)
    row = page.locator(f"#course-{ada.course.pk}")
    expect(row).to_contain_text("20 of 20 authorized, 25 prescribed: used up, the next session is held")
    page.get_by_role("link", name="Log fraction 21").click()
    expect(page.get_by_role("dialog")).to_contain_text("the next session is held")
    page.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Treated")
    capture_course(course_id=ada.course.pk)
    held = StandingFinding.objects.filter(code="authorization-exceeded", resolved_at=None, entry__family="delivery")
    assert list(held.values_list("entry__session__fractions__number", flat=True)) == [21]
    page = open_as(Role.BILLER, reverse("billing:authorizations"))
    expect(page.locator("tbody")).to_contain_text("20 of 20 authorized")


def _biller_enters(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.BILLER, reverse("courses:course", args=[ada.course.pk]))
    page.get_by_role("link", name="Authorization", exact=True).click()
    today = timezone.localdate()
    page.get_by_label("Number").fill("PA-2026-77")
    page.get_by_label("Codes").fill(CODES)
    page.get_by_label("Units").fill("20")
    page.get_by_label("First day").fill(str(today - timedelta(days=40)))
    page.get_by_label("Last day").fill(str(today + timedelta(days=90)))
    page.get_by_role("button", name="Enter it").click()
    expect(page.locator("main")).to_contain_text("17 used · 3 reserved · 0 left of 20")
    assert Authorization.objects.get().coverage == ada.coverage


def test_every_page_of_authorizations_and_events_can_be_used_by_everybody(windows: Windows, ada: cast.Treated) -> None:
    today = timezone.localdate()
    row = Authorization.objects.create(
        course=ada.course, coverage=ada.coverage, number="PA-1", codes=["77407"], units=20, technique="sbrt",
        effective_from=today - timedelta(days=40), effective_to=today + timedelta(days=90),
    )  # fmt: skip
    event = ClinicalEvent.objects.create(course=ada.course, family="device_complex", happened_on=today, units=2)
    record = reverse("courses:event-record", args=[ada.course.pk])
    pages = {
        reverse("billing:authorizations"): Role.BILLER,
        reverse("billing:course-authorizations", args=[ada.course.pk]): Role.THERAPIST,
        reverse("billing:authorization", args=[row.pk]): Role.BILLER,
        reverse("billing:authorization-enter", args=[ada.course.pk]): Role.BILLER,
        reverse("billing:authorization-change", args=[row.pk]): Role.BILLER,
        reverse("billing:authorization-end", args=[row.pk]): Role.BILLER,
        reverse("courses:course", args=[ada.course.pk]): Role.ADMINISTRATOR,
        reverse("courses:event", args=[event.pk]): Role.PHYSICIST,
        reverse("courses:event-amend", args=[event.pk]): Role.PHYSICIST,
        record: Role.ADMINISTRATOR,
        f"{record}?family=visit": Role.PHYSICIAN,
        f"{record}?family=special_physics_consult": Role.PHYSICIST,
    }
    faults = {address: windows.faults_at(role, address) for address, role in pages.items()}
    assert {address: found for address, found in faults.items() if found} == {}


def test_one_tap_records_a_visit_and_undo_takes_it_back(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.PHYSICIAN, reverse("courses:course", args=[ada.course.pk]))
    page.get_by_role("button", name="Visit today").click()
    expect(page.locator("main")).to_contain_text("On-treatment visit of today is recorded.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("main")).to_contain_text("taken back: Undone at once")


def test_an_event_is_chosen_and_entered_in_the_dialog_by_the_keyboard(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.PHYSICIST, reverse("courses:course", args=[ada.course.pk]))
    page.get_by_role("link", name="Event", exact=True).press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("link", name="Treatment device, complex").press("Enter")
    expect(dialog.get_by_label("How many devices")).to_have_value("1")
    dialog.get_by_label("How many devices").fill("3")
    dialog.get_by_role("button", name="Record").press("Enter")
    expect(page.locator("main")).to_contain_text("3 units")
