"""A billing manager changes a payer's policy in a real browser: sees what would change, saves, the charges follow."""

from datetime import timedelta
from functools import partial

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from billing import policies
from billing.capture import capture_course, sweep
from billing.models import LedgerEntry
from patients.models import PayerPolicy
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs
from tests.captures import deliver, practice_fees, standing
from tests.cast import Treated
from tests.looks import faults_in_every_look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def treated_twice(mrn: str, last_name: str) -> Treated:
    """A patient treated twice ten days ago at the centre, commercial: the second session carries 76."""
    day = timezone.localdate() - timedelta(days=10)
    patient = cast.treated(
        mrn=mrn, last_name=last_name, facility=cast.center(), payer=cast.commercial(),
        opened_on=day - timedelta(days=1), diagnosis="C61", sessions_per_day=2,
    )  # fmt: skip
    deliver(patient, f"{day} 08:00", number=1)
    deliver(patient, f"{day} 15:00", number=2)
    capture_course(course_id=patient.course.pk)
    return patient


@pytest.fixture
def boris() -> Treated:
    practice_fees()
    return treated_twice("B-1002", "Brandt")


def modifiers(patient: Treated) -> list[list[str]]:
    return sorted(entry.modifiers for entry in standing(patient) if entry.family == "delivery")


def ask_for_xe(page: Page) -> None:
    page.get_by_role("link", name="Enter a period…").click()
    page.get_by_label("First day of service").fill(str(timezone.localdate() - timedelta(days=60)))
    page.get_by_label("Which modifier goes on the second session of a day?").select_option("XE")
    page.get_by_role("button", name="Show what would change").click()


def test_a_changed_modifier_is_previewed_saved_and_captured(open_as: OpenAs, boris: Treated) -> None:
    payer = boris.coverage.payer
    page = open_as(Role.BILLING_MANAGER, reverse("billing:policies"))
    page.get_by_role("link", name=payer.name).click()
    ask_for_xe(page)
    expect(page.get_by_text("modifiers 76 → XE")).to_be_visible()
    expect(page.get_by_text("1 course with sessions in the last 90 days was looked at")).to_be_visible()
    assert not PayerPolicy.objects.exists() and modifiers(boris) == [[], ["76"]]
    page.get_by_label("Why").fill("Bulletin of 1 October")
    page.get_by_role("button", name="Save the policy").click()
    expect(page.get_by_text("The policy is saved.")).to_be_visible()
    expect(page.get_by_text("Bulletin of 1 October")).to_be_visible()
    sweep()
    assert modifiers(boris) == [[], ["XE"]]
    assert LedgerEntry.objects.filter(kind="reversal").count() == 1


def test_a_long_look_goes_on_by_itself_and_then_can_be_saved(
    open_as: OpenAs, boris: Treated, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_at_a_time = partial(policies.go_on, most=1)
    monkeypatch.setattr("billing.views.policy_look.go_on", one_at_a_time)
    others = [treated_twice(f"N-{number}", f"Nordin{number}") for number in range(3)]
    page = open_as(Role.BILLING_MANAGER, reverse("billing:policy", args=[boris.coverage.payer.pk]))
    ask_for_xe(page)
    expect(page.get_by_text("4 courses with sessions in the last 90 days were looked at")).to_be_visible()
    expect(page.get_by_text("modifiers 76 → XE")).to_have_count(1 + len(others))
    expect(page.get_by_role("button", name="Save the policy")).to_be_visible()


def test_without_scripts_a_policy_is_changed_all_the_same(open_as: OpenAs, boris: Treated) -> None:
    page = open_as(Role.BILLING_MANAGER, reverse("billing:policy", args=[boris.coverage.payer.pk]), scripts=False)
    ask_for_xe(page)
    page.get_by_label("Why").fill("Bulletin of 1 October")
    page.get_by_role("button", name="Save the policy").click()
    expect(page.get_by_text("The policy is saved.")).to_be_visible()
    assert PayerPolicy.objects.get().second_session_modifier == "XE"


def test_everybody_can_use_the_pages_of_policies(open_as: OpenAs, boris: Treated) -> None:
    payer = boris.coverage.payer
    PayerPolicy.objects.create(payer=payer, effective_from="2020-01-01", nodes_level="complex")
    page = open_as(Role.BILLING_MANAGER, reverse("billing:policies"))
    assert faults_in_every_look(page) == []
    page.get_by_role("link", name=payer.name).click()
    assert faults_in_every_look(page) == []
    page.get_by_role("link", name="Enter a period…").click()
    assert faults_in_every_look(page) == []
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("alert")).to_contain_text("First day of service")
    assert faults_in_every_look(page) == []
    page.get_by_label("First day of service").fill(str(timezone.localdate() - timedelta(days=60)))
    page.get_by_label("Must treatment be authorized before?").select_option("Yes")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("button", name="Save the policy")).to_be_visible()
    assert faults_in_every_look(page) == []
