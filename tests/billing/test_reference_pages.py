"""The pages of the code files: what is loaded, what the files say of a code, loading by upload."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing.cms.kinds import FileKind
from billing.models import ReferenceFile, UnitLimit
from billing.reference import Wanted, answers, load_code_files
from billing.reference.answers import what_files_say
from patients.roles import Role
from tests.cast import user
from tests.code_files import (
    LIMITS_HEAD,
    LIMITS_NAME,
    LIMITS_ROWS,
    MISUSE,
    PAIRS_HEAD,
    PAIRS_NAME,
    WHOLE,
    text,
    write,
    write_whole,
    write_zip,
)

pytestmark = pytest.mark.django_db
PAGE, LOAD = "/billing/reference/", "/billing/reference/load/"
AUGUST = date(2026, 8, 3)


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


@pytest.fixture
def loaded(tmp_path: Path) -> None:
    """The practitioner's limits of July, and the relative values and diagnosis codes of 2026."""
    kinds = (FileKind.LIMITS_PRACTITIONER, FileKind.RELATIVE_VALUES, FileKind.DIAGNOSIS_CODES)
    load_code_files(wanted=[Wanted(write_whole(tmp_path, kind)) for kind in kinds], by="tester")


def upload(client: Client, *files: tuple[str, str | bytes], **said: str) -> str:
    uploads = [SimpleUploadedFile(name, body if isinstance(body, bytes) else body.encode()) for name, body in files]
    answer = client.post(LOAD, {"uploads": uploads, **said}, follow=True)
    assert answer.status_code in (200, 422)
    return answer.content.decode()


def test_with_nothing_loaded_the_page_says_what_counts() -> None:
    shown = signed_in(Role.BILLER).get(PAGE).content.decode()
    assert "No file is loaded" in shown
    assert LOAD not in shown


@pytest.mark.usefixtures("loaded")
def test_page_lists_files_with_first_day_rows_and_who_loaded_them(tmp_path: Path) -> None:
    later = write(tmp_path, LIMITS_NAME.replace("07-01-2026", "10-01-2098"), text(LIMITS_HEAD, LIMITS_ROWS))
    load_code_files(wanted=[Wanted(later)], by="command")
    shown = signed_in(Role.AUDITOR).get(PAGE).content.decode()
    for words in (LIMITS_NAME, "1 Jul 2026", "in force", "later", "by tester", "by command", "Not loaded: Code pairs"):
        assert words in shown


@pytest.mark.usefixtures("loaded")
def test_code_shows_what_each_file_of_the_day_says() -> None:
    shown = signed_in(Role.BILLER).get(PAGE, {"code": " 77402 ", "on": "2026-08-03"}).content.decode()
    assert "77402 on 3 Aug 2026" in shown
    assert "Nature of Service/Procedure" in shown
    assert "33.4009" in shown
    before = signed_in(Role.BILLER).get(PAGE, {"code": "77402", "on": "2026-06-30"}).content.decode()
    assert "No file names this code" in before


@pytest.mark.usefixtures("loaded")
def test_diagnosis_is_found_with_and_without_its_dot() -> None:
    for written in ("T81.31XA", "t8131xa"):
        (said,) = what_files_say(code=written, on=AUGUST)
        assert said.rows == (("yes", "Disruption of external operation (surgical) wound, initial", "4"),)


def test_pairs_of_a_code_are_shown_from_both_sides_up_to_a_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{number}\t77280\t\t20040101\t*\t0\t{MISUSE}" for number in range(77290, 77300)]
    rows.append(f"77280\t77014\t\t20040101\t20251231\t1\t{MISUSE}")
    path = write(tmp_path, PAIRS_NAME, text(PAIRS_HEAD, rows))
    load_code_files(wanted=[Wanted(path)], by="tester")
    monkeypatch.setattr(answers, "MOST_ROWS", 4)
    (said,) = what_files_say(code="77280", on=AUGUST)
    assert [row[:2] for row in said.rows] == [("77280", "77014"), *((str(n), "77280") for n in (77290, 77291, 77292))]
    assert said.rows[0][2:5] == ("1", "1 Jan 2004", "31 Dec 2025")
    assert said.more == 7


@pytest.mark.usefixtures("loaded")
def test_statements_of_the_page_depend_on_the_files_not_on_their_rows() -> None:
    client = signed_in(Role.BILLER)
    counts = []
    for code in ("77402", "00000"):
        client.get(PAGE)
        with CaptureQueriesContext(connection) as statements:
            client.get(PAGE, {"code": code, "on": "2026-08-03"})
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("role", [Role.BILLER, Role.AUDITOR, Role.THERAPIST])
def test_loading_is_for_managers_and_administrators(role: Role) -> None:
    assert signed_in(role).get(LOAD).status_code == 403
    body = SimpleUploadedFile(LIMITS_NAME, text(LIMITS_HEAD, LIMITS_ROWS).encode())
    assert signed_in(role).post(LOAD, {"uploads": body}).status_code == 403
    assert not ReferenceFile.objects.exists()


def test_manager_loads_several_files_at_once_and_is_told_of_each(tmp_path: Path) -> None:
    archive = write_zip(tmp_path, "rvu26c.zip", {"GPCI2026.csv": WHOLE[FileKind.GPCI][1]}).read_bytes()
    shown = upload(
        signed_in(Role.BILLING_MANAGER), WHOLE[FileKind.LIMITS_PRACTITIONER], ("rvu26c.zip", archive),
    )  # fmt: skip
    assert "Loaded 5 rows: Daily units, practitioner (MUE) from 2026-07-01." in shown
    assert ReferenceFile.objects.get(kind=FileKind.GPCI).effective_from == date(2026, 7, 1)
    assert set(ReferenceFile.objects.values_list("loaded_by", flat=True)) == {"billing_manager"}
    assert "is loaded already" in upload(signed_in(Role.ADMINISTRATOR), WHOLE[FileKind.LIMITS_PRACTITIONER])
    assert UnitLimit.objects.count() == len(LIMITS_ROWS)


def test_refused_upload_shows_every_fault_and_stores_nothing() -> None:
    wrong = text(LIMITS_HEAD, (*LIMITS_ROWS, "77301,x,3 Date,Why", "7730,1,3 Date,Why"))
    shown = upload(signed_in(Role.ADMINISTRATOR), (LIMITS_NAME, wrong), WHOLE[FileKind.GPCI])
    assert "Nothing was loaded" in shown
    assert f"{LIMITS_NAME} line 12: the MUE value is &#x27;x&#x27;." in shown
    assert f"{LIMITS_NAME} line 13: the code is &#x27;7730&#x27;." in shown
    assert not ReferenceFile.objects.exists()


def test_upload_without_a_file_or_with_too_many_is_refused_by_its_field() -> None:
    client = signed_in(Role.ADMINISTRATOR)
    assert "This field is required" in client.post(LOAD, {}).content.decode()
    assert "11 files; at most 10 go at once" in upload(client, *[(f"{n}.csv", "a,b") for n in range(11)])


def test_file_that_does_not_tell_its_quarter_takes_it_from_the_form() -> None:
    client, body = signed_in(Role.ADMINISTRATOR), text(LIMITS_HEAD, LIMITS_ROWS)
    assert "Say the first day of its quarter" in upload(client, ("limits.csv", body))
    upload(client, ("limits.csv", body), effective="2026-10-01", kind="limits-practitioner")
    assert ReferenceFile.objects.get().effective_from == date(2026, 10, 1)


def test_file_that_was_loaded_for_a_wrong_quarter_is_removed_with_its_rows() -> None:
    client = signed_in(Role.BILLING_MANAGER)
    upload(client, WHOLE[FileKind.LIMITS_PRACTITIONER])
    upload(client, WHOLE[FileKind.GPCI])
    address = f"{PAGE}{ReferenceFile.objects.get(kind=FileKind.LIMITS_PRACTITIONER).pk}/remove/"
    assert "is removed. Courses that rested on it" in client.post(address, follow=True).content.decode()
    assert ReferenceFile.objects.get().kind == FileKind.GPCI
    assert not UnitLimit.objects.exists()
    assert "not loaded any more" in client.post(address, follow=True).content.decode()


def test_removing_is_for_managers_and_administrators() -> None:
    upload(signed_in(Role.BILLING_MANAGER), WHOLE[FileKind.GPCI])
    file = ReferenceFile.objects.get()
    assert signed_in(Role.BILLER).post(f"{PAGE}{file.pk}/remove/").status_code == 403
    assert "Remove" not in signed_in(Role.BILLER).get(PAGE).content.decode()
    assert ReferenceFile.objects.exists()
