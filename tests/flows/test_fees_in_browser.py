"""A billing manager at the prices in a real browser: a file is looked at, saved, and held lines get their price."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect

from billing.capture import capture_course, sweep
from billing.cms.kinds import FileKind
from billing.fees.prices import WantedPrice
from billing.fees.saving import make_draft
from billing.models import FeeLine, FeeSchedule, Gpci, ReferenceFile
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs
from tests.captures import deliver_days, open_codes, practice_fees, standing
from tests.cast import Treated, user
from tests.looks import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ada() -> Treated:
    """Ada after three sessions, whose delivery has no price."""
    practice = practice_fees()
    practice.lines.filter(code="77385").delete()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 3)
    capture_course(course_id=patient.course.pk)
    return patient


def csv_of(text: str) -> FilePayload:
    return {"name": "prices.csv", "mimeType": "text/csv", "buffer": text.encode("utf-8-sig")}


def held(page: Page) -> str:
    return page.get_by_role("row").filter(has_text="77385").inner_text()


def test_a_held_line_gets_its_price_from_a_file_that_was_looked_at_first(open_as: OpenAs, ada: Treated) -> None:
    assert "missing-fee" in open_codes(ada)
    page = open_as(Role.BILLING_MANAGER, reverse("billing:fees"))
    page.get_by_role("link", name="price missing").click()
    assert "3" in held(page)
    page.get_by_role("link", name="Practice", exact=True).click()
    page.get_by_role("link", name="Load a file").click()
    page.get_by_label("CSV file").set_input_files(csv_of("code;amount\r\n77385;1e9\r\n"))
    page.get_by_label("First day of rows that name none").fill("2025-01-01")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("alert")).to_contain_text("row 2, amount: '1e9' is not an amount in dollars.")
    page.get_by_label("CSV file").set_input_files(csv_of('code;amount\r\n77385;"$845.00"\r\n'))
    page.get_by_label("First day of rows that name none").fill("2025-01-01")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.get_by_role("heading", name="Look before you save")).to_be_visible()
    expect(page.get_by_text("3 held lines would get their price.")).to_be_visible()
    assert not FeeLine.objects.filter(code="77385").exists()
    page.get_by_role("button", name="Save these prices").click()
    expect(page.get_by_text("Saved: 0 changed, 1 new")).to_be_visible()
    sweep()
    assert [line.amount for line in standing(ada) if line.code == "77385"] == [Decimal("845.00")] * 3
    assert "missing-fee" not in open_codes(ada)
    page.goto(page.url.split("/billing/")[0] + reverse("billing:fees-missing"))
    expect(page.get_by_text("Nothing missing")).to_be_visible()


ADDRESSES = ("fees", "fees-missing", "fee-schedule", "fee-line", "fee-price", "fee-load", "fee-compute", "fee-draft",
             "fee-settings", "fee-new")  # fmt: skip


def code_files() -> None:
    """Relative values, indices and hospital rates, so that there is something to compute from."""
    files = {
        kind: ReferenceFile.objects.create(
            kind=kind, effective_from=date(2026, 7, 1), name=f"{kind.value}.csv", sha256=f"{number:064x}", byte_count=1,
            row_count=1, loaded_by="test",
        )
        for number, kind in enumerate((FileKind.RELATIVE_VALUES, FileKind.GPCI, FileKind.OPPS_RATES))
    }  # fmt: skip
    Gpci.objects.create(
        file=files[FileKind.GPCI], line=4, mac="14212", state="MA", locality="01", name="METROPOLITAN BOSTON",
        work=Decimal("1.050"), pe=Decimal("1.200"), mp=Decimal("0.800"),
    )  # fmt: skip


def address(name: str) -> str:
    schedule = FeeSchedule.objects.get()
    if name == "fee-compute":
        code_files()
    if name == "fee-line":
        return reverse(f"billing:{name}", args=[schedule.lines.get(code="77301", modifier="").pk])
    if name == "fee-draft":
        prices = [
            WantedPrice("77301", "", Decimal("3100.00"), date(2025, 1, 1)),
            WantedPrice("77385", "", Decimal("845.00"), date(2025, 1, 1)),
        ]
        draft = make_draft(
            schedule=schedule, prices=prices, origin="A file of 2 prices", by=user(Role.BILLING_MANAGER),
            notes=["row 4: says the same as row 2; taken once."], ends_others_on=date(2025, 3, 1),
        )  # fmt: skip
        return reverse(f"billing:{name}", args=[draft.pk])
    return reverse(f"billing:{name}", args=[] if name in ("fees", "fees-missing", "fee-new") else [schedule.pk])


@pytest.mark.parametrize("name", ADDRESSES)
def test_every_page_of_fees_can_be_used_by_everybody(name: str, windows: Windows, ada: Treated) -> None:
    assert windows.faults_at(Role.BILLING_MANAGER, address(name)) == []
