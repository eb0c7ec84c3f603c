"""A physicist confirms, a physician signs, sees and reviews: from their worklists, in a real browser."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from courses import planning
from courses.models import ClinicalEvent, Plan, PlanSignature, Session
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.courses.logbook import log

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, treated today with images, and a boost that waits for a signature."""
    found = cast.ada()
    log(found, timezone.now() - timedelta(minutes=5), guidance="cbct")
    planning.propose_plan(
        course=found.course, key="Boost", site="prostate", technique="vmat", arcs=1, fractions=4, kind="boost",
        by=cast.user(Role.PHYSICIST), follows=found.plan,
    )  # fmt: skip
    return found


def test_a_plan_is_signed_from_the_worklist_after_a_wrong_password(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.PHYSICIAN, "/")
    expect(page.get_by_role("heading", name="Plans to approve")).to_be_visible()
    expect(page.get_by_role("link", name="Worklist 3 due")).to_be_visible()
    page.get_by_role("link", name="Sign plan Boost").click()
    dialog = page.get_by_role("dialog", name="Sign plan Boost")
    expect(dialog).to_contain_text("VMAT")
    assert faults_of(page) == []
    dialog.get_by_label("Your password").fill("not-mine")
    dialog.get_by_role("button", name="Sign and approve").click()
    expect(dialog).to_contain_text("This is not your password. Nothing was signed.")
    dialog.get_by_label("Your password").fill(cast.PASSWORD)
    dialog.get_by_role("button", name="Sign and approve").click()
    expect(page.get_by_text("Plan Boost is approved, with your signature.")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("No plan waits for a signature.")).to_be_visible()
    expect(page.get_by_role("link", name="Worklist 2 due")).to_be_visible()
    assert PlanSignature.objects.get().signed_by == cast.user(Role.PHYSICIAN)


def test_a_visit_is_recorded_with_one_tap_and_undone(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.PHYSICIAN, reverse("courses:worklist"))
    expect(page.get_by_text("lets their management be charged")).to_be_visible()
    page.get_by_role("button", name="Visit today: Abbott, Ada").click()
    expect(page.get_by_text("Everybody under treatment was seen.")).to_be_visible()
    expect(page.get_by_role("link", name="Worklist 2 due")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Visit today: Abbott, Ada")).to_be_visible()
    assert ClinicalEvent.objects.get().cancelled_at is not None


def test_the_focus_goes_on_to_the_next_row_after_a_deed(open_as: OpenAs, ada: cast.Treated) -> None:
    for number in (2, 3):
        other = cast.treated(
            mrn=f"Z-{number}", last_name=f"Zed{number}", facility=ada.course.facility, payer=cast.commercial(),
            opened_on=ada.course.opened_on, diagnosis="C61",
        )  # fmt: skip
        log(other, timezone.now() - timedelta(minutes=5))
    page = open_as(Role.PHYSICIAN, reverse("courses:worklist"))
    for following in ("Zed2", "Zed3"):
        deed = page.get_by_role("button", name="Visit today:").first
        deed.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=f"Visit today: {following}")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Visits due in these five fractions")).to_be_focused()


def test_images_are_reviewed_before_the_next_fraction(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.PHYSICIAN, reverse("courses:worklist"))
    page.get_by_role("button", name="Images of Abbott, Ada").click()
    expect(page.get_by_text("No images wait for review.")).to_be_visible()
    assert Session.objects.get().guidance_reviewed


def test_a_physicist_checks_a_course_and_confirms_a_plan(open_as: OpenAs, ada: cast.Treated) -> None:
    planning.propose_plan(
        course=ada.course, key="RX1", site="bone", technique="imrt", fractions=7, static_fields=5, dicom_uid="1.2.3"
    )
    page = open_as(Role.PHYSICIST, "/")
    page.get_by_role("button", name="Physics check today: Abbott, Ada").click()
    expect(page.get_by_text("Every course is checked.")).to_be_visible()
    page.get_by_role("link", name="Confirm plan RX1").click()
    page.get_by_role("button", name="Confirm the plan").click()
    expect(page.get_by_text("Every plan that came from a file is confirmed.")).to_be_visible()
    assert Plan.objects.get(key="RX1").confirmed_by == cast.user(Role.PHYSICIST)


def test_a_replan_is_entered_with_its_necessity_and_signed(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.PHYSICIAN, reverse("courses:plan", args=[ada.plan.pk]))
    page.get_by_role("button", name="Plan that follows").click()
    page.get_by_role("link", name="Replan: a new plan for what is left").click()
    expect(page.get_by_label("Prescribed fractions")).to_have_value("27")
    page.get_by_role("button", name="Save the plan").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why another plan is necessary.")
    page.get_by_label("Why another plan is necessary").fill("Lost 8 kg; the mask is loose.")
    page.get_by_label("Day of the new planning CT").fill("2025-03-10")
    page.get_by_role("button", name="Save the plan").click()
    page.get_by_role("link", name="Sign…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Lost 8 kg; the mask is loose.")
    dialog.get_by_label("Your password").fill(cast.PASSWORD)
    dialog.get_by_role("button", name="Sign and approve").click()
    expect(page.get_by_text("It stands.")).to_be_visible()


def test_a_first_plan_is_not_asked_what_it_follows(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.PHYSICIST, reverse("courses:plan-enter", args=[ada.course.pk]))
    expect(page.get_by_label("Which plan it follows")).to_be_hidden()
    page.get_by_label("Kind").select_option("boost")
    expect(page.get_by_label("Which plan it follows")).to_be_visible()
