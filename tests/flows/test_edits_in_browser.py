"""Edits of lines and keyed lines in a real browser: by keys, across captures, beside a second editor, for everybody."""

import re
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from billing.capture import capture_course
from billing.models import LedgerEntry, LineEdit, ManualLine
from courses.models import ClinicalEvent, CourseDiagnosis
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.captures import PRICES, practice_fees, standing
from tests.cast import Treated
from tests.looks import faults_in_every_look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DAY = date(2025, 3, 4)


@pytest.fixture
def ada() -> Treated:
    """Ada with two diagnoses and two complex devices, recorded as one event."""
    practice_fees({**PRICES, "77334": "300.00", "77299": "100.00"})
    patient = cast.ada()
    CourseDiagnosis.objects.create(course=patient.course, position=2, code="C79.51")
    ClinicalEvent.objects.create(course=patient.course, family="device_complex", happened_on=DAY, units=2)
    capture_course(course_id=patient.course.pk)
    return patient


def device(patient: Treated) -> LedgerEntry:
    return LedgerEntry.objects.get(course=patient.course, code="77334", kind="charge", reversal=None)


def list_of(patient: Treated) -> str:
    return f"/billing/?course={patient.course.pk}&state=all"


def open_edit(page: Page, line: LedgerEntry) -> None:
    page.locator(f"#line-{line.pk} [data-deed=edit]").click()
    expect(page.get_by_role("dialog")).to_contain_text("Edit 77334")


def test_an_edit_survives_a_capture_and_says_so_when_the_facts_change(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLING_MANAGER, list_of(ada))
    first = device(ada)
    for _line in standing(ada, with_the_plan=True):
        page.keyboard.press("j")  # the device's line is the last of them
    expect(page.locator(f"#line-{first.pk}")).to_have_class(re.compile("oc-row-current"))
    page.keyboard.press("e")
    expect(page.get_by_role("dialog")).to_contain_text("Edit 77334")
    expect(page.get_by_label("Modifiers")).to_be_focused()
    assert faults_of(page) == []
    page.get_by_label("Units").fill("1")
    page.get_by_label("Points to").fill("ba")
    page.get_by_label("Reason").fill("One of two was reused")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    edited = device(ada)
    row = page.locator(f"#line-{edited.pk}")
    expect(row).to_contain_text("edited: units 2 → 1, diagnoses C61+C79.51 → C79.51+C61")
    expect(row).to_contain_text("One of two was reused")
    expect(row).to_have_class(re.compile("oc-row-current"))
    expect(page.locator(f"#line-{first.pk}")).to_have_count(0)

    capture_course(course_id=ada.course.pk)
    assert device(ada).pk == edited.pk
    ClinicalEvent.objects.filter(course=ada.course).update(units=3)
    capture_course(course_id=ada.course.pk)
    page.goto(page.url)
    lapsed = page.locator(f"#line-{device(ada).pk}")
    expect(lapsed).to_contain_text("It changed since: units 2 -> 3. The edit does not apply")
    open_edit(page, device(ada))
    expect(page.get_by_role("dialog")).to_contain_text("This edit does not apply")
    expect(page.get_by_label("Units")).to_have_value("1")
    assert faults_of(page) == []
    page.get_by_role("button", name="Confirm or edit anew").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    confirmed = page.locator(f"#line-{device(ada).pk}")
    expect(confirmed).to_contain_text("edited: units 3 → 1")
    expect(confirmed).not_to_contain_text("does not apply")
    page.locator(".oc-toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: the line is as it was before")).to_be_visible()
    assert device(ada).units == 3


def test_the_second_of_two_editors_is_told_in_the_dialog_and_keeps_what_was_typed(
    open_as: OpenAs, ada: Treated
) -> None:
    line = device(ada)
    mine = open_as(Role.BILLING_MANAGER, list_of(ada), username="mia")
    theirs = open_as(Role.BILLER, list_of(ada), username="ben")
    for page in (mine, theirs):
        open_edit(page, line)
    mine.get_by_label("Units").fill("1")
    mine.get_by_label("Reason").fill("One of two was reused")
    mine.get_by_role("button", name="Save the edit").click()
    expect(mine.get_by_role("dialog")).to_have_count(0)
    expect(theirs.get_by_label("Units")).to_be_disabled()
    theirs.get_by_label("Modifiers").fill("lt")
    theirs.get_by_label("Reason").fill("Left side")
    theirs.get_by_role("button", name="Save the edit").click()
    dialog = theirs.get_by_role("dialog")
    expect(dialog).to_contain_text(
        re.compile(r"edited this line on .*, after you had opened it: One of two was reused")
    )
    expect(theirs.get_by_label("Modifiers")).to_have_value("lt")
    assert faults_of(theirs) == []
    theirs.get_by_label("Modifiers").press("Enter")
    expect(dialog).to_have_count(0)
    assert (device(ada).units, device(ada).modifiers) == (1, ["LT"])


def test_a_line_is_edited_on_pages_without_scripts(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLING_MANAGER, reverse("billing:line", args=[device(ada).pk]), scripts=False)
    page.goto(page.url + "edit/")
    page.get_by_label("Units").fill("1")
    page.get_by_label("Reason").fill("One of two was reused")
    page.get_by_role("button", name="Save the edit").click()
    expect(page.get_by_text("Edited: 77334 of 4 Mar, 1 x, $300.00.")).to_be_visible()
    assert LineEdit.objects.get().units == 1


def test_a_line_is_keyed_by_looking_its_code_up_with_the_keyboard_alone(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, reverse("billing:manual", args=[ada.course.pk]) + "?day=2025-03-10")
    code, options = page.get_by_label("Code"), page.get_by_role("listbox", name="Matches")
    expect(code).to_be_focused()
    expect(code).to_have_attribute("role", "combobox")
    page.keyboard.type("unlisted")
    expect(options.get_by_role("option")).to_have_count(3)
    expect(options).to_contain_text("needs a narrative")
    assert faults_of(page) == []
    page.keyboard.press("ArrowDown")
    expect(code).to_have_attribute("aria-activedescendant", "code-options-77299")
    page.keyboard.press("Enter")
    expect(code).to_have_value("77299")
    expect(options).to_be_hidden()
    expect(page.locator("#checked")).to_contain_text("77299 has no meaning of its own")
    page.get_by_label("Narrative").focus()
    page.keyboard.type("Planning on a phantom")
    page.keyboard.press("Tab")
    expect(page.locator("#checked")).to_contain_text("$100.00 = 1")
    expect(page.locator("#checked")).to_contain_text("The rules find nothing about it")
    assert ManualLine.objects.count() == 0
    page.get_by_label("Units").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Keyed: 77299, $100.00. It waits for review.")).to_be_visible()
    assert "77299" in [entry.code for entry in standing(ada)]

    page.get_by_role("link", name="Amend 77299").click()
    page.get_by_label("Points to").fill("B")
    page.get_by_label("Why is it amended").fill("The metastasis was planned")
    page.get_by_role("button", name="Amend the line").click()
    expect(page.get_by_text("points to C79.51")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("is as it was before")).to_be_visible()
    expect(page.get_by_text("points to C79.51")).to_have_count(0)


def test_a_code_of_another_time_is_shown_and_cannot_be_chosen(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, reverse("billing:manual", args=[ada.course.pk]) + "?day=2025-03-10")
    code = page.get_by_label("Code")
    code.press_sequentially("77418")
    ended = page.get_by_role("listbox").get_by_role("option")
    expect(ended).to_contain_text("then 77385, 77386, G6015")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(code).to_have_value("77418")
    ended.click(force=True)
    expect(code).to_have_value("77418")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox", name="Matches")).to_be_hidden()


def test_pages_of_edits_and_keyed_lines_are_for_everybody(open_as: OpenAs, ada: Treated) -> None:
    line = device(ada)
    page = open_as(Role.BILLING_MANAGER, f"/billing/lines/{line.pk}/edit/")
    page.get_by_label("Units").fill("1")
    page.get_by_label("Reason").fill("One of two was reused")
    page.get_by_role("button", name="Save the edit").click()
    page.goto(page.url.split("/billing/")[0] + reverse("billing:line", args=[device(ada).pk]))
    expect(page.get_by_role("region", name="Edited")).to_contain_text("The rules say: units 2")
    assert faults_in_every_look(page) == []
    page.goto(page.url.split("/billing/")[0] + reverse("billing:edit-line", args=[device(ada).pk]))
    assert faults_in_every_look(page) == []
    page.goto(page.url.split("/billing/")[0] + reverse("billing:manual", args=[ada.course.pk]) + "?day=2025-03-04")
    page.get_by_label("Code").press_sequentially("device")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    assert faults_in_every_look(page) == []
    page.get_by_label("Code").fill("77334")
    page.get_by_label("Units").fill("3")
    page.get_by_label("Units").press("Tab")
    expect(page.locator("#checked")).to_contain_text("$900.00 = 3")
    assert faults_in_every_look(page) == []
