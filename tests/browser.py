"""A real browser at the live site: sign in by role, open a page, fail on script faults and refused sources.

The fixtures are handed on by the conftest of the folder whose tests want them.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from patients.roles import Role
from tests import cast

DESK: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 820, "height": 1180}
POLICY = "Content Security Policy"
OpenAs = Callable[..., Page]
# A shared machine may be slow; what is waited for either comes or the test fails.
expect.set_options(timeout=20_000)


@pytest.fixture
def open_as(browser: Browser, live_server: Any) -> Iterator[OpenAs]:
    """Return a function that opens an address as a role, each time in a browser of its own."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_one(
        role: Role, address: str, *, username: str | None = None, size: ViewportSize = DESK, theme: Any = "light",
        scripts: bool = True, zone: str | None = None, touch: bool = False,
    ) -> Page:  # fmt: skip
        context = browser.new_context(
            viewport=size,
            color_scheme=theme,
            reduced_motion="reduce",
            java_script_enabled=scripts,
            timezone_id=zone,
            has_touch=touch,
        )
        contexts.append(context)
        context.add_cookies(_cookies(role, username, live_server.url))
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if POLICY in message.text else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{live_server.url}{address}")
        return page

    yield open_one
    for context in contexts:
        for page in context.pages:
            page.wait_for_load_state("networkidle")  # nothing of this test may still be asked for in the next
        context.close()
    assert said == [], said


def _cookies(role: Role, username: str | None, url: str) -> Any:
    client = Client()
    client.force_login(cast.user(role, username))
    return [{"name": name, "value": morsel.value, "url": url} for name, morsel in client.cookies.items()]
