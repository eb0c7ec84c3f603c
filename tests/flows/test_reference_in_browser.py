"""The code files in a real browser: loaded by upload, refused with every fault, asked of a code, for everybody."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from billing.cms.kinds import FileKind
from billing.models import ReferenceFile
from billing.reference import Wanted, load_code_files
from patients.roles import Role
from tests.axe import faults_of
from tests.browser import OpenAs
from tests.code_files import LIMITS_HEAD, LIMITS_NAME, LIMITS_ROWS, text, write, write_whole
from tests.looks import Windows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE, LOAD = "/billing/reference/", "/billing/reference/load/"


def test_manager_loads_a_file_and_asks_it_for_a_code(open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as(Role.BILLING_MANAGER, PAGE)
    expect(page.get_by_text("No file is loaded")).to_be_visible()
    page.get_by_role("link", name="Load files").click()
    page.get_by_label("Files").set_input_files(
        [write_whole(tmp_path, kind) for kind in (FileKind.LIMITS_PRACTITIONER, FileKind.RELATIVE_VALUES)]
    )
    page.get_by_role("button", name="Load").click()
    expect(page.get_by_text("Loaded 5 rows: Daily units, practitioner (MUE)")).to_be_visible()
    page.get_by_role("textbox", name="Code").fill("77402")
    page.get_by_label("Day of service").fill("2026-08-03")
    page.get_by_role("button", name="What do they say?").click()
    expect(page.get_by_role("heading", name="77402 on 3 Aug 2026")).to_be_visible()
    expect(page.get_by_role("cell", name="33.4009")).to_be_visible()
    assert faults_of(page) == []


def test_refused_file_shows_its_faults_and_keeps_the_form(open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as(Role.ADMINISTRATOR, LOAD)
    wrong = write(tmp_path, LIMITS_NAME, text(LIMITS_HEAD, (*LIMITS_ROWS, "77301,x,3 Date,Why")))
    page.get_by_label("Files").set_input_files([wrong])
    page.get_by_label("First day of the quarter").fill("2026-07-01")
    page.get_by_role("button", name="Load").click()
    expect(page.get_by_role("alert")).to_contain_text("line 12: the MUE value is 'x'. It is a whole number.")
    expect(page.get_by_label("First day of the quarter")).to_have_value("2026-07-01")
    assert not ReferenceFile.objects.exists()
    assert faults_of(page) == []


def test_pages_are_for_everybody(windows: Windows, tmp_path: Path) -> None:
    load_code_files(wanted=[Wanted(write_whole(tmp_path, kind)) for kind in FileKind], by="tester")
    for address in (f"{PAGE}?code=77301&on=2026-08-03", LOAD):
        assert windows.faults_at(Role.ADMINISTRATOR, address) == []
