"""Every page of the site in a real browser: usable by everybody, no wider than its screen, asking nobody else's server.

The pages are found by walking the demo from door to door, so that a new page is looked at without a word here.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, Request
from playwright.sync_api import Page as Tab
from pytest_django import Settings

from billing.capture.keying import key_line
from billing.models import (
    Authorization,
    LedgerEntry,
    ManualLine,
    PayerRoute,
    Question,
    RevenueCode,
    SavedView,
    TradingPartner,
)
from billing.reconciliation.proving import prove_and_keep
from courses import planning
from courses.delivery import note_absence
from courses.models import Course, Plan
from patients.models import Payer
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import DESK, TABLET
from tests.looks import wait_until_settled
from tests.walk import Page, Walk, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPEN_ALL = "document.querySelectorAll('main details').forEach(one => one.open = true)"
FITS = "document.documentElement.scrollWidth <= innerWidth"
DARK_EVERY = 4


@pytest.fixture
def walked(settings: Settings, tmp_path: Path) -> Walk:
    """The demo, walked through."""
    settings.CLAIM_OUTBOX = tmp_path
    call_command("demo", verbosity=0)
    _what_the_demo_lacks()
    return walk(*_where_little_leads())


def _where_little_leads() -> Iterator[str]:
    """Yield addresses of rows to which their own page alone leads on: each role takes the next of a page."""
    for courses in (Course.objects.filter(closed_on=None), Course.objects.exclude(closed_on=None)):
        yield reverse("courses:course", args=[courses.earliest("pk").pk])
    for plan in Plan.objects.exclude(approved_on=None).filter(retired_on=None)[:2]:
        yield reverse("courses:plan", args=[plan.pk])
    yield reverse("courses:plan-reinstate", args=[Plan.objects.exclude(retired_on=None).latest("pk").pk])
    yield reverse("billing:manual", args=[ManualLine.objects.latest("pk").course_id])


def _what_the_demo_lacks() -> None:
    """Write what a department has now and then, so that its pages have something to show."""
    course = Course.objects.filter(closed_on=None).earliest("pk")
    physicist, therapist = User.objects.get(username="phil"), User.objects.get(username="tess")
    for key, uid in (("From a file", "1.2.3"), ("By hand", None)):
        planning.propose_plan(
            course=course, key=key, site="bone", technique="vmat", arcs=2, fractions=5, dicom_uid=uid, by=physicist
        )
    twice = planning.propose_plan(
        course=course, key="Entered twice", site="bone", technique="vmat", fractions=5, by=physicist
    )
    planning.retire_plan(plan=twice, by=physicist, reason="Entered twice")
    note_absence(course=course, day=timezone.localdate() + timedelta(days=1), reason="unwell", by=therapist)
    Authorization.objects.create(
        course=course, number="A1", codes=["77407"], units=20, effective_from=course.opened_on,
        effective_to=course.opened_on + timedelta(days=90),
    )  # fmt: skip
    RevenueCode.objects.create(family="delivery", effective_from=course.opened_on)
    manager = cast.user(Role.BILLING_MANAGER, "walker billing manager")
    SavedView.objects.create(owner=manager, name="Mine", is_shared=True)
    line = LedgerEntry.objects.filter(course=course, kind="charge", reversal=None).earliest("pk")
    Question.objects.create(
        entry=line, text="Was this the boost?", asked_by=manager, asked_at=timezone.now(), asked_role="therapist"
    )
    key_line(line=ManualLine(course=course, code="77470", service_on=line.service_on, units=1), by=manager)
    prove_and_keep(to_on=timezone.localdate(), started_by="demo")
    PayerRoute.objects.create(payer=Payer.objects.earliest("pk"), partner=TradingPartner.objects.earliest("pk"))


class Eyes:
    """One browser window a role; notes whatever a page does that it should not."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        self.tabs: dict[Role, Tab] = {}
        self.said: list[str] = []

    def tab(self, role: Role) -> Tab:
        if role not in self.tabs:
            context = self.browser.new_context(viewport=DESK, color_scheme="light", reduced_motion="reduce")
            context.add_cookies(_cookies(role, self.site))
            tab = context.new_page()
            tab.on("console", lambda message: self.said.append(message.text) if message.type == "error" else None)
            tab.on("pageerror", lambda error: self.said.append(str(error)))
            tab.on("request", self._note)
            self.tabs[role] = tab
        return self.tabs[role]

    def _note(self, request: Request) -> None:
        if not request.url.startswith((self.site, "data:", "blob:")):
            self.said.append(f"asks {request.url}")

    def faults_of(self, page: Page, *, is_dark: bool) -> list[str]:
        tab = self.tab(page.role)
        self.said.clear()
        found = self._seen(tab, page, "light")
        tab.set_viewport_size(TABLET)
        found += [] if tab.evaluate(FITS) else ["wider than a tablet"]
        tab.set_viewport_size(DESK)
        if is_dark:
            found += [f"dark: {fault}" for fault in self._seen(tab, page, "dark")]
        return [*found, *self.said]

    def _seen(self, tab: Tab, page: Page, theme: Any) -> list[str]:
        tab.emulate_media(color_scheme=theme)
        tab.goto(f"{self.site}{page.address}")
        wait_until_settled(tab)
        tab.evaluate(OPEN_ALL)
        return [*faults_of(tab), *([] if tab.evaluate(FITS) else ["wider than a desk"])]

    def close(self) -> None:
        for tab in self.tabs.values():
            tab.wait_for_load_state("networkidle")
            tab.context.close()


@pytest.fixture
def eyes(browser: Browser, live_server: Any) -> Iterator[Eyes]:
    made = Eyes(browser, live_server.url)
    yield made
    made.close()


def _cookies(role: Role, url: str) -> Any:
    client = Client()
    client.force_login(cast.user(role, f"walker {role.value}"))
    return [{"name": name, "value": morsel.value, "url": url} for name, morsel in client.cookies.items()]


# Swagger UI, as its makers give it out; what it shows stands in the schema as well.
NOT_OURS = {"api:docs"}
# Pages of what the demo has not, nor the rows above; each is looked at by a test of its own.
NOT_IN_THE_DEMO = {
    "billing:fee-draft",
    "billing:month-sign", "billing:month-reopen",
    "billing:next-payer-not-sent", "billing:told-by-hand", "billing:claim-stays",
    "billing:time-machine-table",
}  # fmt: skip


def test_every_page_can_be_used_by_everybody_and_asks_only_its_own_server(walked: Walk, eyes: Eyes) -> None:
    faults = {}
    pages = [page for page in walked.pages.values() if page.name not in NOT_OURS]
    for place, page in enumerate(sorted(pages, key=lambda page: (page.role, page.name))):
        found = eyes.faults_of(page, is_dark=place % DARK_EVERY == 0)
        if found:
            faults[f"{page.name} ({page.address}, {page.role})"] = found
    assert faults == {}
    # A new page that nothing links to: link to it, or write what it shows into _what_the_demo_lacks.
    assert walked.unseen() <= NOT_IN_THE_DEMO
