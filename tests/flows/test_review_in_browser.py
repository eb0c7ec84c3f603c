"""A biller at work in a real browser: by keys, by mouse, and without scripts; and every page for everybody."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from billing.models import Review
from patients.roles import Role
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.captures import ada_with_a_partial, clean, put_on_claim, standing
from tests.cast import Treated
from tests.looks import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = "/billing/"


@pytest.fixture
def ada() -> Treated:
    """Ada after three clean sessions and one that was stopped part way: seven lines, one held by a finding."""
    return ada_with_a_partial()


def states() -> list[str]:
    return sorted(Review.objects.values_list("state", flat=True))


def test_lines_are_released_by_keyboard_and_the_next_one_follows(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, f"{LIST}?group=clean")
    first, second, *_ = clean(ada)
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(f"#line-{first.pk}")).to_contain_text("Released")
    expect(page.locator(f"#line-{second.pk}")).to_have_class(re.compile("oc-row-current"))
    page.keyboard.press("a")
    expect(page.locator(f"#line-{second.pk}")).to_contain_text("Released")
    assert states() == ["released", "released"]
    expect(page.locator(".oc-toasts .oc-message")).to_have_count(1)
    expect(page.locator(".oc-toasts .oc-message")).to_have_text(re.compile(second.code))
    page.locator(".oc-toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 line open again")).to_be_visible()
    assert states() == ["open", "released"]
    page.keyboard.press("a")
    expect(page.locator(".oc-toasts .oc-message")).to_contain_text("Released")
    page.keyboard.press("u")  # the keys stand on the next line already
    expect(page.locator(".oc-toasts .oc-message")).to_have_count(0)
    assert states() == ["open", "open", "released"]


def test_key_on_a_held_line_says_what_holds_it(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, LIST)
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page.locator(".oc-toasts")).to_contain_text("stopped part way")
    expect(page.locator(".oc-toasts")).to_contain_text("once that is solved, or overridden by a billing manager")
    assert states() == []


def test_line_is_held_by_keyboard_with_a_reason(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, f"{LIST}?group=clean")
    (first, *_) = clean(ada)
    page.keyboard.press("j")
    page.keyboard.press("h")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Reason").fill("Waits for the note")
    page.keyboard.press("Enter")
    expect(page.locator(f"#line-{first.pk}")).to_contain_text("Waits for the note")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert Review.objects.get().reason == "Waits for the note"


def test_line_opens_in_place_and_shuts_again(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, LIST)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for heading in ("Why this line", "Session", "Plan", "Also charged that day", "In the course", "What became of it"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    assert faults_of(page) == []
    expect(page.locator("tr.oc-row-current")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why this line")).to_have_count(0)


def test_manager_overrides_and_releases_without_leaving_the_list(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLING_MANAGER, LIST)
    held = next(line for line in standing(ada) if "52" in line.modifiers)
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.get_by_label("Reason").fill("Seen the record")
    page.get_by_role("button", name="Override the hold").click()
    line = page.locator(f"#line-{held.pk}")
    expect(line).to_contain_text("Seen the record")
    line.get_by_role("button", name="Release").click()
    expect(line).to_contain_text("Released")
    assert states() == ["released"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_bulk_release_asks_first_and_tells_what_stayed(open_as: OpenAs, ada: Treated, scripts: bool) -> None:
    page = open_as(Role.BILLER, f"{LIST}?group=all", scripts=scripts)
    page.get_by_role("button", name="Release all 7 that match…").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Release 6 lines for $")
    expect(page.get_by_text("stopped part way")).to_be_visible()
    assert states() == []
    page.get_by_role("button", name="Release 6 lines").click()
    expect(page.get_by_text("Released 6 lines for $")).to_be_visible()
    assert states() == ["released"] * 6
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("6 lines open again")).to_be_visible()
    assert states() == ["open"] * 6


def test_selected_lines_alone_are_released(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, f"{LIST}?group=clean")
    for _ in range(2):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.get_by_role("button", name="Release selected…").click()
    page.get_by_role("button", name="Release 2 lines").click()
    expect(page.get_by_text("Released 2 lines for $")).to_be_visible()
    assert {review.entry_id for review in Review.objects.all()} == {line.pk for line in clean(ada)[:2]}


def test_line_is_decided_without_scripts(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, f"{LIST}?group=clean", scripts=False)
    (first, second, *_) = clean(ada)
    page.locator(f"#line-{first.pk}").get_by_role("button", name="Release").click()
    expect(page.locator(".oc-messages")).to_contain_text("Released: 77338")
    page.locator(f"#line-{second.pk}").get_by_role("link", name="Hold").click()
    page.get_by_label("Reason").fill("Waits for the note")
    page.get_by_role("button", name="Hold").click()
    expect(page.locator(".oc-messages")).to_contain_text("Held: 77300")
    assert states() == ["held", "released"]


def test_clean_lines_are_one_click_away_and_views_keep_a_list(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLER, LIST, scripts=False)
    expect(page.locator("tr[data-line]")).to_have_count(1)
    page.get_by_role("link", name="Show them: Clean").click()
    expect(page.locator("tr[data-line]")).to_have_count(6)
    page.get_by_role("link", name="Keep this list as a view").click()
    page.get_by_label("Name of the view").fill("All clean")
    page.get_by_role("button", name="Keep the view").click()
    page.goto(page.url.split("?")[0])
    page.get_by_role("navigation", name="Saved views").get_by_role("link", name="All clean").click()
    expect(page.locator("tr[data-line]")).to_have_count(6)
    page.get_by_role("link", name="Rename or delete this view").click()
    page.get_by_role("button", name="Delete the view").click()
    expect(page.get_by_text("Its lines are as they were")).to_be_visible()


def test_two_billers_on_one_row_the_second_is_told_and_keeps_what_was_typed(open_as: OpenAs, ada: Treated) -> None:
    first, second = clean(ada)[:2]
    one = open_as(Role.BILLER, f"{LIST}?group=clean")
    other = open_as(Role.BILLER, f"{LIST}?group=clean", username="second biller")
    other.keyboard.press("j")
    other.keyboard.press("h")
    other.get_by_label("Reason").fill("I have doubts about this one")
    one.keyboard.press("j")
    one.keyboard.press("a")
    expect(one.locator(f"#line-{first.pk}")).to_contain_text("Released")
    other.keyboard.press("Enter")
    expect(other.get_by_role("dialog")).to_contain_text("Biller Tester released this line on")
    expect(other.get_by_label("Reason")).to_have_value("I have doubts about this one")
    assert states() == ["released"]
    other.get_by_role("button", name="Cancel").click()
    expect(other.locator(f"#line-{first.pk}")).to_be_focused()
    # And a release of what the other holds: the row says so, and stays the current one.
    one.keyboard.press("h")
    one.get_by_label("Reason").fill("Waits for the note")
    one.keyboard.press("Enter")
    expect(one.locator(f"#line-{second.pk}")).to_contain_text("Waits for the note")
    other.keyboard.press("j")
    other.keyboard.press("a")
    expect(other.locator(".oc-toasts")).to_contain_text("Biller Tester held this line on")
    expect(other.locator(f"#line-{second.pk}")).to_contain_text("Waits for the note")
    expect(other.locator(f"#line-{second.pk}")).to_be_focused()
    assert states() == ["held", "released"]


def test_pages_of_the_biller_can_be_used_by_everybody_and_fit_their_width(windows: Windows, ada: Treated) -> None:
    claim = put_on_claim([standing(ada)[0]])
    line = standing(ada)[1]
    addresses = [
        LIST, f"{LIST}?state=all&sort=-amount", f"{LIST}?age=7&group=clean", f"{LIST}?code=99999",
        reverse("billing:view-keep") + "?query=age%3D7", reverse("billing:standings"), f"{LIST}?since=never",
        reverse("billing:loose"), reverse("billing:corrections"), reverse("billing:files"),
        reverse("billing:file", args=[claim.file_id]), reverse("billing:claim", args=[claim.pk]),
        reverse("billing:line", args=[line.pk]), reverse("billing:hold", args=[line.pk]),
        reverse("billing:manual", args=[ada.course.pk]), reverse("billing:rule", args=["E2"]),
        reverse("billing:course-charges", args=[ada.course.pk]),
    ]  # fmt: skip
    for address in addresses:
        assert windows.faults_at(Role.BILLING_MANAGER, address) == [], address
