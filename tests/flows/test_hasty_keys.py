"""A biller faster than the answers: a key decides once, about the line that has the focus; u undoes the last deed."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from billing.models import LedgerEntry, Review
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs
from tests.captures import ada_with_a_partial, clean, standing
from tests.looks import wait_until_settled

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLEAN = "/billing/?group=clean"
CURRENT = re.compile("oc-row-current")


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, with clean lines and one that a partial session holds."""
    return ada_with_a_partial()


def states_of(lines: list[LedgerEntry]) -> list[str]:
    by_id = dict(Review.objects.values_list("entry_id", "state"))
    return [by_id.get(line.pk, "") for line in lines]


def expect_current(page: Page, line: LedgerEntry) -> None:
    expect(page.locator(f"#line-{line.pk}")).to_have_class(CURRENT)


def hold_back(page: Page, line: LedgerEntry | None = None) -> list[Route]:
    """Let the first answer to a release wait until the test lets it go."""
    held: list[Route] = []
    which = re.compile(f"/lines/{line.pk}/release/" if line else "/release/")
    page.route(which, lambda route: route.continue_() if held else held.append(route))
    return held


def test_u_before_the_answer_takes_no_other_decision_back(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.BILLER, CLEAN)
    first, second, *_ = clean(ada)
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect_current(page, second)
    held = hold_back(page, second)
    page.keyboard.press("a")
    page.keyboard.press("u")
    expect(page.get_by_text("The last decision is still being saved.").first).to_be_attached()
    held[0].continue_()
    expect(page.locator(f"#line-{second.pk}")).to_contain_text("Released")
    wait_until_settled(page)
    assert states_of([first, second]) == ["released", "released"]
    page.keyboard.press("u")
    expect(page.locator(f"#line-{second.pk}")).not_to_contain_text("Released")
    assert states_of([first])[0] == "released" and states_of([second])[0] != "released"


def test_u_after_a_deed_without_undo_takes_nothing_else_back(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.BILLING_MANAGER, "/billing/?group=all")
    first, *_ = clean(ada)
    held = next(line for line in standing(ada) if "52" in line.modifiers)
    page.locator(f"#line-{first.pk} [data-deed=release]").click()
    expect(page.locator(f"#line-{first.pk}")).to_contain_text("Released")
    page.locator(f"#line-{held.pk} [data-deed=override]").click()
    page.get_by_label("Reason").fill("Seen the record")
    page.keyboard.press("Enter")
    expect(page.locator(f"#line-{held.pk}")).to_contain_text("Seen the record")
    expect(page.locator(".oc-message form")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.get_by_text("Nothing is decided about this line.").first).to_be_attached()
    wait_until_settled(page)
    assert states_of([first]) == ["released"]


def test_u_pressed_twice_after_a_bulk_release_takes_one_decision_back(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.BILLER, CLEAN)
    lines = clean(ada)
    for _ in range(4):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.get_by_role("button", name="Release selected…").click()
    page.get_by_role("button", name="Release 4 lines").click()
    expect(page.get_by_text("Released 4 lines for $")).to_be_visible()
    page.locator(f"#line-{lines[4].pk} [data-deed=release]").click()
    expect_current(page, lines[5])
    page.keyboard.press("u")
    page.keyboard.press("u")
    expect(page.get_by_text("Taken back").first).to_be_attached()
    wait_until_settled(page)
    assert states_of(lines)[:5].count("released") == 4


def test_a_dialog_stays_when_the_answer_to_an_earlier_release_comes(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.BILLER, CLEAN)
    first, second, *_ = clean(ada)
    held = hold_back(page)
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.keyboard.press("j")
    page.keyboard.press("h")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Reason").focus()
    page.keyboard.type("W")
    held[0].continue_()
    expect(page.locator(f"#line-{first.pk}")).to_contain_text("Released")
    page.keyboard.type("aits for the note")
    expect(page.get_by_label("Reason")).to_have_value("Waits for the note")
    assert states_of([second]) == [""]


def test_a_key_held_down_decides_one_line(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.BILLER, CLEAN)
    lines = clean(ada)
    page.keyboard.press("j")
    page.keyboard.down("a")
    for _ in range(20):
        page.wait_for_timeout(35)
        page.keyboard.down("a")
    page.keyboard.up("a")
    expect_current(page, lines[1])
    wait_until_settled(page)
    assert states_of(lines).count("released") == 1


def test_keys_decide_about_the_line_that_holds_the_focus(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.BILLER, CLEAN)
    first, second, *_ = clean(ada)
    page.keyboard.press("j")
    page.locator(f"#line-{second.pk} [data-deed=hold]").focus()
    expect_current(page, second)
    page.keyboard.press("a")
    expect(page.locator(f"#line-{second.pk}")).to_contain_text("Released")
    assert states_of([first, second]) == ["", "released"]


def test_a_code_is_typed_to_its_end_after_a_refusal(open_as: OpenAs, ada: cast.Treated) -> None:
    page = open_as(Role.BILLER, f"/billing/courses/{ada.course.pk}/lines/")
    page.get_by_role("button", name="Key the line").click()
    expect(page.locator(".oc-error-summary")).to_be_visible()
    field = page.locator("[data-lookup]")
    field.focus()
    page.keyboard.type("77334", delay=250)
    expect(field).to_have_value("77334")
