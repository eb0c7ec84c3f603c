"""The network drops while a fraction is saved: the entry waits in the browser, is sent once, and is never lost."""

import json
import re

import pytest
from django.contrib.sessions.models import Session as Login
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from courses.models import Plan, Session
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.courses.logbook import log

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
POSTS = re.compile("/sessions/new/")


@pytest.fixture
def ada() -> cast.Treated:
    """Ada, due every day of the week."""
    found = cast.ada()
    Plan.objects.update(weekdays="1234567", default_guidance="cbct", retired_on=None)
    return found


def day_of(treated: cast.Treated) -> str:
    return f"{reverse('courses:machine-day')}?machine={treated.machine.pk}"


def entry_open(open_as: OpenAs, treated: cast.Treated, username: str = "kim") -> Page:
    page = open_as(Role.THERAPIST, day_of(treated), username=username)
    page.get_by_role("link", name="Log fraction 1").click()
    expect(page.locator("dialog.cl-dialog")).to_be_visible()
    return page


def kept(page: Page) -> list[dict[str, str]]:
    texts = page.evaluate(
        "Object.entries(localStorage).filter(([name]) => name.startsWith('oncocharge.entry.')).map(([, text]) => text)"
    )
    return [json.loads(text) for text in texts]


def expect_nothing_kept(page: Page) -> None:
    for _ in range(100):
        if not kept(page):
            return
        page.wait_for_timeout(200)
    assert kept(page) == []


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").click()


def expect_treated(page: Page, treated: cast.Treated) -> None:
    expect(page.locator(f"#course-{treated.course.pk}")).to_contain_text("Treated")


def test_an_entry_saved_without_network_waits_and_goes_by_itself(open_as: OpenAs, ada: cast.Treated) -> None:
    page = entry_open(open_as, ada)
    page.context.set_offline(True)
    save(page)
    row = page.locator(f"#course-{ada.course.pk}")
    expect(row).to_contain_text("Waiting to be sent")
    expect(page.locator(".oc-bar")).to_contain_text("1 waiting to be sent")
    expect(page.locator("dialog.cl-dialog")).to_have_count(0)
    assert Session.objects.count() == 0
    assert faults_of(page) == []
    page.context.set_offline(False)
    expect_treated(page, ada)
    expect(page.locator(".oc-bar")).not_to_contain_text("waiting")
    assert (Session.objects.count(), kept(page)) == (1, [])


def test_an_entry_that_the_server_took_is_kept_no_longer_and_not_sent_again(open_as: OpenAs, ada: cast.Treated) -> None:
    page = entry_open(open_as, ada)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    save(page)
    expect_treated(page, ada)
    expect(page.locator(".oc-toasts")).to_contain_text("Saved: fraction 1 of P1")
    assert kept(page) == []
    page.reload()
    expect_treated(page, ada)
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1


def test_what_is_kept_names_no_patient(open_as: OpenAs, ada: cast.Treated) -> None:
    page = entry_open(open_as, ada)
    page.context.set_offline(True)
    save(page)
    expect(page.locator(".oc-bar")).to_contain_text("1 waiting to be sent")
    everything = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")
    for private in (ada.patient.last_name, ada.patient.first_name, ada.patient.mrn, "csrf"):
        assert private not in everything
    page.context.set_offline(False)
    expect_treated(page, ada)


def test_an_answer_lost_after_the_server_saved_makes_no_second_session(open_as: OpenAs, ada: cast.Treated) -> None:
    page = entry_open(open_as, ada)
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())  # the server has saved it; the browser never hears
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(POSTS, lose_the_answer)
    save(page)
    expect(page.locator(".oc-toasts")).to_contain_text("Already saved: fraction 1 of P1")
    expect_treated(page, ada)
    assert (Session.objects.count(), kept(page)) == (1, [])


def test_an_entry_that_waits_outlives_the_tabs_reload(open_as: OpenAs, ada: cast.Treated) -> None:
    page = entry_open(open_as, ada)
    page.route(POSTS, lambda route: route.abort("internetdisconnected"))
    save(page)
    expect(page.locator(".oc-bar")).to_contain_text("1 waiting to be sent")
    page.reload()
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Waiting to be sent")
    page.unroute(POSTS)
    expect_treated(page, ada)
    assert Session.objects.count() == 1


def test_a_fraction_that_a_colleague_logged_meanwhile_is_refused_with_the_reason(
    open_as: OpenAs, ada: cast.Treated
) -> None:
    page = entry_open(open_as, ada)
    page.context.set_offline(True)
    save(page)
    log(ada, cast.local("2025-05-07 09:00"), guidance="cbct")
    page.context.set_offline(False)
    expect(page.locator(".oc-bar")).to_contain_text("1 not saved")
    row = page.locator(f"#course-{ada.course.pk}")
    expect(row).to_contain_text("Not saved: Fraction 1 of P1 was already logged by")
    assert faults_of(page) == []
    row.get_by_role("button", name="Discard").click()
    expect(page.locator(".oc-bar")).not_to_contain_text("not saved")
    assert (Session.objects.count(), kept(page)) == (1, [])


def test_a_refused_entry_is_opened_as_it_was_filled_in_and_saved(open_as: OpenAs, ada: cast.Treated) -> None:
    page = entry_open(open_as, ada)
    page.get_by_text("Partial: beam, not all of it").click()
    page.get_by_label("Reason").select_option("machine fault")
    page.context.set_offline(True)
    save(page)
    log(ada, cast.local("2025-05-07 09:00"))
    page.context.set_offline(False)
    page.locator(f"#course-{ada.course.pk}").get_by_role("link", name="Open").click()
    expect(page.get_by_role("alert")).to_contain_text("was already logged by")
    expect(page.get_by_label("Reason")).to_have_value("machine fault")
    page.get_by_label("Fraction of P1").fill("2")
    save(page)
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("partial: machine fault")
    expect_nothing_kept(page)
    assert Session.objects.count() == 2


def test_an_entry_of_an_expired_login_goes_after_the_same_user_signed_in_again(
    open_as: OpenAs, ada: cast.Treated
) -> None:
    page = entry_open(open_as, ada)
    Login.objects.all().delete()
    save(page)
    expect(page).to_have_url(re.compile("login"))
    assert len(kept(page)) == 1
    sign_in(page, "lee")
    page.goto(f"{'/'.join(page.url.split('/')[:3])}{day_of(ada)}")
    expect(page.locator(f"#course-{ada.course.pk}")).to_contain_text("Log fraction 1")
    assert (Session.objects.count(), len(kept(page))) == (0, 1)
    sign_in(page, "kim")
    page.reload()
    expect_treated(page, ada)
    assert Session.objects.get().signed_by == cast.user(Role.THERAPIST, "kim")
    assert kept(page) == []


def sign_in(page: Page, username: str) -> None:
    client = Client()
    client.force_login(cast.user(Role.THERAPIST, username))
    url = page.url.split("/")[2]
    cookies = [{"name": name, "value": one.value, "url": f"http://{url}"} for name, one in client.cookies.items()]
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # a TypedDict by its looks


def test_signing_out_asks_and_clears_what_waits(open_as: OpenAs, ada: cast.Treated) -> None:
    page = entry_open(open_as, ada)
    page.route(POSTS, lambda route: route.abort("internetdisconnected"))
    save(page)
    expect(page.locator(".oc-bar")).to_contain_text("1 waiting to be sent")
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#oc-confirm")).to_contain_text("One entry was not sent")
    page.get_by_role("button", name="Sign out and discard").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert kept(page) == []
    assert Session.objects.count() == 0
