"""A billing manager among the codes in a real browser: search, one code whole, a licence's words, and a look back."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import FilePayload, expect

from billing.capture import capture_course
from billing.cms.kinds import FileKind
from billing.codes.descriptors import load_descriptors
from billing.hindsight.tables import table_text
from billing.models import DescriptorFile, LedgerEntry
from billing.reference import Wanted, load_code_files
from patients.roles import Role
from tests import cast
from tests.browser import OpenAs
from tests.captures import deliver_days, practice_fees
from tests.cast import Treated
from tests.code_files import write_whole
from tests.looks import Windows, faults_in_every_look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WORDS = b"77301 Invented words of a plan\n77385 Invented words of a delivery\n"
PROSTATE_IS_COMPLEX = table_text("sites.toml").replace(
    'site = "prostate"\nlevel = "simple"', 'site = "prostate"\nlevel = "complex"'
)
NOTICE = "Made-up words, by permission of nobody, 2026"


@pytest.fixture
def ada() -> Treated:
    """Ada after six sessions in March 2025, captured and priced."""
    practice_fees()
    patient = cast.ada()
    deliver_days(patient, date(2025, 3, 4), 6)
    capture_course(course_id=patient.course.pk)
    return patient


def text_file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": content}


def test_a_manager_finds_a_code_and_follows_its_life(open_as: OpenAs, ada: Treated) -> None:
    page = open_as(Role.BILLING_MANAGER, reverse("billing:codes"))
    page.get_by_label("Code or words").fill("imrt delivery")
    page.get_by_label("Code or words").press("Enter")
    page.get_by_role("link", name="77418", exact=True).click()
    expect(page.get_by_role("heading", name="77418")).to_contain_text("any fields or arcs")
    page.locator("svg.bc-tree").get_by_role("link", name="77385").click()
    expect(page.get_by_text("not valid for Medicare, which takes another code")).to_be_visible()
    expect(page.get_by_role("heading", name="Relative values")).to_be_visible()
    page.get_by_role("region", name="The last lines").get_by_role("link").nth(1).click()
    expect(page.get_by_role("heading", name=re.compile("77385"))).to_be_visible()
    page.goto(page.url.split("/billing/")[0] + reverse("billing:descriptors"))
    page.get_by_label("File").set_input_files(text_file("words.txt", WORDS + b"no code\n"))
    page.get_by_label("First day of the edition").fill("2025-01-01")
    page.get_by_label("Licence notice").fill(NOTICE)
    page.get_by_role("button", name="Load").click()
    expect(page.get_by_role("alert")).to_contain_text("line 3: does not begin with a code of five characters")
    assert not DescriptorFile.objects.exists()
    page.get_by_label("File").set_input_files(text_file("words.txt", WORDS))
    page.get_by_role("button", name="Load").click()
    expect(page.get_by_text("Loaded the descriptors of 2 codes")).to_be_visible()
    page.goto(page.url.split("/billing/")[0] + reverse("billing:code", args=["77385"]))
    expect(page.get_by_text("Invented words of a delivery")).to_be_visible()
    expect(page.get_by_text(NOTICE)).to_be_visible()
    page.goto(page.url.split("/billing/")[0] + reverse("billing:descriptors"))
    page.get_by_role("button", name="Remove words.txt").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No descriptors are loaded")).to_be_visible()


def test_a_table_is_changed_on_the_page_and_tried_on_a_month(open_as: OpenAs, ada: Treated) -> None:
    before = list(LedgerEntry.objects.order_by("id").values())
    page = open_as(Role.BILLER, reverse("billing:time-machine"))
    page.get_by_label("Month").fill("2025-03")
    page.get_by_role("button", name="Show what would differ").click()
    expect(page.get_by_text("Nothing would differ")).to_be_visible()
    page.goto(page.url + "?table=sites.toml")
    page.get_by_label("sites.toml, as you change it").fill(
        PROSTATE_IS_COMPLEX.replace('level = "complex"', "level = ", 1)
    )
    page.get_by_label("Month").fill("2025-03")
    page.get_by_role("button", name="Show what would differ").click()
    expect(page.get_by_text("sites.toml: ")).to_be_visible()
    page.get_by_label("sites.toml, as you change it").fill(PROSTATE_IS_COMPLEX)
    page.get_by_role("button", name="Show what would differ").click()
    expect(page.get_by_text("0 new, 0 gone, 6 changed")).to_be_visible()
    expect(page.get_by_text("+$390.00").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of all lines").click()
    rows = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert len(rows) == 7 and "77386" in rows[1]
    page.get_by_role("link", name="77385").nth(1).click()
    expect(page.get_by_role("heading", name=re.compile("77385"))).to_be_visible()
    assert list(LedgerEntry.objects.order_by("id").values()) == before


def test_everybody_can_use_these_pages(windows: Windows, ada: Treated, tmp_path: Path) -> None:
    kinds = (FileKind.RELATIVE_VALUES, FileKind.OPPS_RATES, FileKind.PAIRS_PRACTITIONER)
    load_code_files(wanted=[Wanted(write_whole(tmp_path, kind)) for kind in kinds], by="tester")
    load_descriptors(content=WORDS, name="w.txt", effective_from=date(2025, 1, 1), notice=NOTICE, by="tester")
    for address in (
        reverse("billing:codes"), reverse("billing:code", args=["77385"]), reverse("billing:code", args=["77407"]),
        f"{reverse('billing:code', args=['77301'])}?on=2026-07-15", reverse("billing:descriptors"),
        f"{reverse('billing:codes')}?q=zzz",
        f"{reverse('billing:time-machine')}?table=sites.toml&payer={ada.coverage.payer.pk}",
    ):  # fmt: skip
        page = windows.at(Role.BILLING_MANAGER, address)
        assert faults_in_every_look(page) == [], address
    page.get_by_label("sites.toml, as you change it").fill(PROSTATE_IS_COMPLEX)
    page.get_by_label("Month").fill("2025-03")
    page.get_by_role("button", name="Show what would differ").click()
    expect(page.get_by_text("0 new, 0 gone, 6 changed")).to_be_visible()
    assert faults_in_every_look(page) == []
