"""A billing manager at the revenue codes in a real browser: one is entered, refused, ended; anybody can use them."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import ViewportSize, expect

from billing.models import RevenueCode
from patients.roles import Role
from tests import cast
from tests.axe import faults_of
from tests.browser import DESK, TABLET, OpenAs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_revenue_code_is_entered_refused_and_ended(open_as: OpenAs) -> None:
    cast.medicare()
    page = open_as(Role.BILLING_MANAGER, reverse("billing:revenue-codes"))
    expect(page.get_by_role("row", name="Every other line")).to_contain_text("0333")
    page.get_by_role("link", name="New revenue code").click()
    page.get_by_label("Procedure", exact=True).fill("77014")
    page.get_by_role("textbox", name="Revenue code").fill("350")
    page.get_by_label("First day of service").fill("2026-01-01")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("'350' is no revenue code of a line").first).to_be_visible()
    page.get_by_role("textbox", name="Revenue code").fill("0350")
    page.keyboard.press("Enter")
    page.get_by_role("row", name="77014").get_by_role("link").click()
    page.get_by_label("Last day of service").fill("2026-06-30")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="77014")).to_contain_text("30 Jun 2026")
    assert RevenueCode.objects.get().effective_to == date(2026, 6, 30)


@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (TABLET, "dark")], ids=["desk", "tablet-dark"])
@pytest.mark.parametrize("name", ["revenue-codes", "revenue-code-enter", "revenue-code"])
def test_every_page_of_revenue_codes_can_be_used_by_everybody(
    open_as: OpenAs, name: str, size: ViewportSize, theme: str
) -> None:
    row = RevenueCode.objects.create(code="77014", revenue_code="0350", effective_from=date(2020, 1, 1))
    arguments = [row.pk] if name == "revenue-code" else []
    page = open_as(Role.BILLING_MANAGER, reverse(f"billing:{name}", args=arguments), size=size, theme=theme)
    assert faults_of(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, "the page is wider than the screen"
