"""The look and the shared behaviour in a real browser: axe on every sample screen, sizes, themes, a lost network."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, ViewportSize, expect

from patients.roles import Role
from tests import cast
from tests.axe import faults_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.oncocharge.design_urls"),
]

DESK: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 820, "height": 1180}
SCREENS = ("parts", "forms", "machine-day", "worklist")
TOUCH_PX = 44
POLICY = "Content Security Policy"
Open = Callable[..., Page]


@pytest.fixture
def signed_in(live_server: Any, client: Client) -> list[dict[str, str]]:
    """Return the cookies of a signed-in biller."""
    client.force_login(cast.user(Role.BILLER))
    return [{"name": name, "value": morsel.value, "url": live_server.url} for name, morsel in client.cookies.items()]


@pytest.fixture
def open_page(browser: Browser, live_server: Any, signed_in: list[Any]) -> Iterator[Open]:
    """Return a function that opens an address in a fresh browser; script faults and refused sources fail the test."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_one(address: str, *, size: ViewportSize = DESK, theme: Any = "light", anonymous: bool = False) -> Page:
        context = browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")
        contexts.append(context)
        if not anonymous:
            context.add_cookies(signed_in)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if POLICY in message.text else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{live_server.url}{address}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert said == []


def _posts(page: Page) -> list[Request]:
    seen: list[Request] = []
    page.on("request", lambda request: seen.append(request) if request.method == "POST" else None)
    return seen


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, TABLET], ids=["desk", "tablet"])
@pytest.mark.parametrize("screen", SCREENS)
def test_sample_screen_can_be_used_by_everybody_and_fits_its_width(
    open_page: Open, screen: str, size: ViewportSize, theme: str
) -> None:
    page = open_page(f"/sample/?screen={screen}", size=size, theme=theme)
    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", ["/login/?next=/sample/", "/no-such-page/"])
def test_page_that_stands_alone_can_be_used_by_everybody(open_page: Open, address: str, theme: str) -> None:
    assert faults_of(open_page(address, theme=theme, anonymous=True)) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_dialog_menu_and_messages_can_be_used_by_everybody(open_page: Open, theme: str) -> None:
    page = open_page("/sample/", theme=theme)
    page.get_by_role("button", name="Post, with a message").click()
    expect(page.locator(".oc-messages .oc-message")).to_be_visible()
    page.get_by_role("button", name="Log by htmx").click()
    expect(page.locator("#oc-toasts .oc-message")).to_contain_text("sent to review")
    page.get_by_role("button", name="Your account").click()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Open a dialog").click()
    assert faults_of(page) == []


def test_everything_on_the_machine_day_is_large_enough_for_a_finger(open_page: Open) -> None:
    page = open_page("/sample/?screen=machine-day", size=TABLET)
    boxes = page.locator("main a.btn, main button, main .oc-tabs a").evaluate_all(
        "list => list.map(e => [e.textContent.trim(), e.getBoundingClientRect().height])"
    )
    assert len(boxes) > 10
    assert [label for label, height in boxes if height < TOUCH_PX] == []


def test_table_shown_as_cards_is_still_a_table_to_a_screen_reader(open_page: Open) -> None:
    page = open_page("/sample/?screen=machine-day", size=TABLET)
    expect(page.get_by_role("table")).to_have_count(1)
    expect(page.get_by_role("row")).to_have_count(10)
    expect(page.get_by_role("columnheader")).to_have_count(6)
    expect(page.get_by_role("rowheader", name="Novak, Dora")).to_be_visible()


def test_chosen_theme_holds_on_the_next_page_against_the_system(open_page: Open) -> None:
    page = open_page("/sample/", theme="light")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => window.early = document.documentElement.dataset.bsTheme)"
    )
    page.goto(page.url)
    assert page.evaluate("window.early") == "dark"
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_paper_gets_no_controls_and_no_dark_ground(open_page: Open) -> None:
    page = open_page("/sample/?screen=worklist", theme="dark")
    page.emulate_media(media="print")
    for hidden in (".oc-bar", ".oc-filter", ".oc-bulk", ".oc-actions"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.get_by_text("Printed from oncocharge")).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("h1")).to_have_css("color", "rgb(18, 38, 43)")


def test_keyboard_user_skips_the_bar(open_page: Open) -> None:
    page = open_page("/sample/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_second_save_while_the_first_is_under_way_sends_nothing(open_page: Open) -> None:
    page = open_page("/sample/")
    held: list[Route] = []
    page.route(
        "**/sample/**", lambda route: held.append(route) if route.request.method == "POST" else route.continue_()
    )
    is_locked = page.get_by_role("button", name="Post, with a message").evaluate(
        """async button => {
            const rest = () => new Promise(done => setTimeout(done, 200));
            button.click();
            await rest();
            const locked = button.disabled;
            button.form.requestSubmit();
            await rest();
            return locked;
        }"""
    )
    assert is_locked
    assert len(held) == 1
    held[0].continue_()
    expect(page.locator(".oc-messages .oc-message")).to_contain_text("Released 12 lines")


def test_second_click_on_an_htmx_button_sends_nothing_and_the_third_after_the_answer_does(open_page: Open) -> None:
    page = open_page("/sample/")
    posts = _posts(page)
    button = page.get_by_role("button", name="Log by htmx")
    button.evaluate("b => { b.click(); b.click(); }")
    expect(page.locator("#oc-toasts .oc-message")).to_have_count(1)
    assert len(posts) == 1
    button.click()
    expect(page.locator("#oc-toasts .oc-message")).to_have_count(2)
    assert len(posts) == 2


def test_button_works_again_after_going_back(open_page: Open) -> None:
    page = open_page("/sample/")
    page.get_by_role("button", name="Post, with a message").click()
    expect(page.locator(".oc-messages .oc-message")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("button", name="Post, with a message")).to_be_enabled()


def test_deed_that_asks_first_is_done_once_on_yes_and_not_at_all_on_no(open_page: Open) -> None:
    page = open_page("/sample/?screen=worklist")
    posts = _posts(page)
    ask = page.get_by_role("button", name="Release 112 clean lines")
    dialog = page.get_by_role("dialog", name="Release 112 clean lines for $48,211.00?")
    ask.click()
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(ask).to_be_focused()
    ask.click()
    page.keyboard.press("Escape")
    assert posts == []
    ask.click()
    dialog.get_by_role("button", name="Release 112 lines").click()
    expect(page.locator(".oc-messages .oc-message")).to_contain_text("Released 12 lines")
    assert len(posts) == 1


def test_undo_beside_a_message_posts_the_undo(open_page: Open) -> None:
    page = open_page("/sample/")
    page.get_by_role("button", name="Post, with a message").click()
    posts = _posts(page)
    page.locator(".oc-messages").get_by_role("button", name="Undo").click()
    expect(page.locator(".oc-messages .oc-message")).to_be_visible()
    assert [request.url.rsplit("/", 2)[-2] for request in posts] == ["sample"]


def test_lost_connection_is_told_once_and_the_button_works_again(open_page: Open) -> None:
    page = open_page("/sample/")
    page.route("**/sample/**", lambda route: route.abort())
    button = page.get_by_role("button", name="Log by htmx")
    button.click()
    expect(page.locator("#oc-toasts")).to_contain_text("No connection to the server")
    button.click()
    expect(page.locator("#oc-toasts .oc-message")).to_have_count(1)
    page.unroute("**/sample/**")
    button.click()
    expect(page.locator("#swap-here")).to_contain_text("Lindqvist, Ada")


def test_server_fault_is_told_and_the_row_stays(open_page: Open) -> None:
    page = open_page("/sample/")
    page.route("**/sample/**", lambda route: route.fulfill(status=500, body="<p>boom</p>"))
    page.get_by_role("button", name="Log by htmx").click()
    expect(page.locator("#oc-toasts")).to_contain_text("The server could not do this (500)")
    expect(page.locator("#swap-here")).to_contain_text("The answer comes here.")


def test_ended_session_leads_an_htmx_click_to_sign_in_and_back_to_the_page(open_page: Open) -> None:
    page = open_page("/sample/?screen=parts")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Log by htmx").click()
    page.wait_for_url(re.compile(r"/login/\?next=%2Fsample%2F%3Fscreen%3Dparts$"))
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_filter_leaves_what_is_empty_out_of_the_address(open_page: Open) -> None:
    page = open_page("/sample/?screen=worklist")
    page.get_by_label("Patient, course or code").fill("77412")
    page.get_by_role("button", name="Filter", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?screen=worklist&q=77412$"))


def test_choosing_in_the_filter_bar_filters_at_once(open_page: Open) -> None:
    page = open_page("/sample/?screen=worklist")
    page.get_by_label("Machine").select_option("Linac 2")
    expect(page).to_have_url(re.compile(r"\?screen=worklist&machine=Linac\+2$"))


def test_day_is_typed_to_its_end_before_the_filter_takes_it(open_page: Open) -> None:
    page = open_page("/sample/?screen=worklist")
    page.get_by_label("From", exact=True).focus()
    page.keyboard.type("11202026")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?screen=worklist&from=2026-11-20$"))


def test_refused_form_takes_the_focus_and_its_links_lead_to_the_fields(open_page: Open) -> None:
    page = open_page("/sample/?screen=forms")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Gating threshold").click()
    expect(page.locator("#id_faulty-threshold_mm")).to_be_focused()
    expect(page.locator("#id_faulty-threshold_mm")).to_have_accessible_description(
        re.compile("40 mm is outside 1 to 10 mm")
    )


def test_ticking_all_ticks_every_line_and_counts_them(open_page: Open) -> None:
    page = open_page("/sample/?screen=worklist")
    page.get_by_label("Select all lines shown").check()
    expect(page.locator("input[name=line]:checked")).to_have_count(8)
    expect(page.locator("[data-tick-count=line]")).to_have_text("8")
    page.locator("input[name=line]").first.uncheck()
    expect(page.locator("[data-tick-count=line]")).to_have_text("7")


def test_message_with_undo_stays_until_it_is_dismissed(open_page: Open) -> None:
    page = open_page("/sample/")
    page.clock.install()
    page.get_by_role("button", name="Log by htmx").click()
    expect(page.locator("#oc-toasts .oc-message")).to_have_count(1)
    page.clock.fast_forward(60_000)
    expect(page.locator("#oc-toasts .oc-message")).to_have_count(1)
    page.locator("#oc-toasts").get_by_role("button", name="Dismiss message").click()
    expect(page.locator("#oc-toasts .oc-message")).to_have_count(0)
