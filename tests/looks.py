"""Looks at a page as everybody meets it, at a desk in light and on a tablet in dark, and says what is wrong with it.

A page is loaded once and turned from one look to the other, as a tablet is turned; each role has one window.
"""

from typing import Any
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from patients.roles import Role
from tests.axe import faults_of
from tests.browser import DESK, TABLET, OpenAs

LOOKS: dict[str, tuple[ViewportSize, Any]] = {"desk, light": (DESK, "light"), "tablet, dark": (TABLET, "dark")}
IS_SETTLED = "!document.documentElement.hasAttribute('data-busy') && !document.querySelector('.htmx-request')"
TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
IS_AT_REST = "document.getAnimations().every(one => one.playState !== 'running')"
OVERHANG = "document.documentElement.scrollWidth - innerWidth"
TRIES, EVERY_MS = 400, 50


def faults_in_every_look(page: Page) -> list[str]:
    """Return what axe finds on the page as it stands and what is wider than the screen; it is left as at a desk."""
    wait_until_settled(page)
    found = []
    for name, (size, theme) in LOOKS.items():
        _turn(page, size, theme)
        found += [f"{name}: {fault}" for fault in (*faults_of(page), *_too_wide(page))]
    _turn(page, *LOOKS["desk, light"])
    return found


def wait_until_settled(page: Page) -> None:
    """Wait for what the page asks for by itself; asked from outside, as the page's own policy allows no other way."""
    _wait(page, IS_SETTLED, "still asking for something")


class Windows:
    """A browser window for each role; the pages of a role are opened in it one after the other."""

    def __init__(self, open_as: OpenAs) -> None:
        self._open_as = open_as
        self._pages: dict[Role, Page] = {}

    def at(self, role: Role, address: str) -> Page:
        """Return the role's window at an address, when all that the page asks for is there."""
        page = self._pages.get(role)
        if page is None:
            page = self._pages[role] = self._open_as(role, address)
        else:
            page.goto(urljoin(page.url, address))
        expect(page.locator("h1").first).to_be_visible()
        wait_until_settled(page)
        return page

    def faults_at(self, role: Role, address: str) -> list[str]:
        """Return what is wrong with a page in either look."""
        return faults_in_every_look(self.at(role, address))


@pytest.fixture
def windows(open_as: OpenAs) -> Windows:
    """Return the windows of this test."""
    return Windows(open_as)


def _turn(page: Page, size: ViewportSize, theme: Any) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=theme)
    page.evaluate(TWO_FRAMES)  # colours change by transitions, which begin with the next frame
    _wait(page, IS_AT_REST, "still changing its colours")


def _too_wide(page: Page) -> list[str]:
    overhang = page.evaluate(OVERHANG)
    return [f"{overhang} px wider than the screen"] if overhang > 0 else []


def _wait(page: Page, until: str, otherwise: str) -> None:
    for _ in range(TRIES):
        if page.evaluate(until):
            return
        page.wait_for_timeout(EVERY_MS)
    pytest.fail(f"{page.url} is {otherwise} after {TRIES * EVERY_MS // 1000} seconds.")
