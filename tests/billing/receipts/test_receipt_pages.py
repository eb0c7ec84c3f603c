"""The pages of answers: the list, one receipt, taking in by hand, settling a warning, the alerts, the equation."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client
from pytest_django import Settings

from billing.models import ClaimFile, Receipt, ReceiptWarning, TradingPartner
from patients.roles import Role
from tests.answers import Says, ack, ack_set, folder_of, numbers, statuses, take
from tests.cast import user
from tests.exports import department, export, partner, past_every_trigger

pytestmark = pytest.mark.django_db
LIST = "/billing/receipts/"


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    return tmp_path / "outbox"


@pytest.fixture
def file() -> ClaimFile:
    partner()
    department(3)
    export()
    return ClaimFile.objects.select_related("partner").get()


def signed_in(role: Role = Role.BILLER) -> Client:
    client = Client()
    client.force_login(user(role))
    return client


def page(address: str, role: Role = Role.BILLER) -> str:
    answer = signed_in(role).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_empty_list_says_that_partners_are_looked_at() -> None:
    assert "Nothing has come yet" in page(LIST)
    assert "Everything is read" in page(f"{LIST}?show=unread")
    assert "No open warning" in page(f"{LIST}?show=warnings")


def test_list_says_what_each_receipt_said(file: ClaimFile) -> None:
    take(ack(file, ack_set("A")), name="first.999")
    first, second, _ = numbers()
    take(statuses(file, Says(first), Says(second, "A7:21", "U"), Says("OC0")), name="second.277")
    shown = page(LIST)
    for words in (
        "first.999",
        f"{file.name} accepted",
        "1 claim accepted",
        "1 claim rejected",
        "277CA",
        "Bay Clearing",
    ):
        assert words in shown
    assert "second.277" in page(f"{LIST}?show=warnings")
    assert "first.999" not in page(f"{LIST}?show=warnings")


def test_receipt_links_its_claims_and_explains_its_warnings(file: ClaimFile) -> None:
    number = numbers()[0]
    receipt = take(statuses(file, Says(number, "A7:562:85", "U"), Says("OC0")))
    shown = page(f"{LIST}{receipt.pk}/")
    assert f"/billing/claims/{file.claims.get(control_number=number).pk}/" in shown
    assert "NPI of the billing provider." in shown
    assert "No claim of ours has this number" in shown
    assert receipt.sha256 in shown


def test_download_gives_the_bytes_as_they_came(file: ClaimFile) -> None:
    text = ack(file, ack_set("A"))
    receipt = take(f"\r\n{text}", name="../../odd name.txt")
    answer = signed_in(Role.AUDITOR).get(f"{LIST}{receipt.pk}/download/")
    assert b"".join(answer) == f"\r\n{text}".encode()
    assert answer["Content-Disposition"] == f'attachment; filename="receipt-{receipt.pk}.edi"'


def test_file_taken_in_by_hand_is_stored_and_read(file: ClaimFile) -> None:
    upload = SimpleUploadedFile("downloaded.txt", ack(file, ack_set("A")).encode())
    client = signed_in()
    answer = client.post(f"{LIST}upload/", {"partner": file.partner_id, "upload": upload}, follow=True)
    assert "Read and posted." in answer.content.decode()
    assert Receipt.objects.get().name == "downloaded.txt"
    upload.seek(0)
    again = client.post(f"{LIST}upload/", {"partner": file.partner_id, "upload": upload}, follow=True)
    assert "These bytes were here already" in again.content.decode()
    assert Receipt.objects.count() == 1


def test_upload_without_a_file_says_what_is_missing() -> None:
    partner()
    answer = signed_in().post(f"{LIST}upload/", {"partner": TradingPartner.objects.get().pk})
    assert answer.status_code == 422
    assert "This field is required" in answer.content.decode()


def test_look_now_fetches_and_reads(file: ClaimFile) -> None:
    (folder_of(file.partner) / "a.999").write_text(ack(file, ack_set("A")))
    answer = signed_in().post(f"{LIST}look/", follow=True)
    assert "1 new answer fetched." in answer.content.decode()
    assert Receipt.objects.get().read_at is not None
    again = signed_in().post(f"{LIST}look/", follow=True)
    assert "No partner has a new answer." in again.content.decode()


def test_settled_warning_names_who_settled_it(file: ClaimFile) -> None:
    receipt = take(statuses(file, Says("OC0")))
    warning = ReceiptWarning.objects.get(receipt=receipt)
    signed_in().post(f"{LIST}warnings/{warning.pk}/settle/")
    assert "settled by Biller Tester" in page(f"{LIST}{receipt.pk}/")
    assert "No open warning" in page(f"{LIST}?show=warnings")


def test_file_that_is_no_answer_is_not_told_as_posted(file: ClaimFile) -> None:
    upload = SimpleUploadedFile("letter.txt", b"Dear payer, where is our money?")
    answer = signed_in().post(f"{LIST}upload/", {"partner": file.partner_id, "upload": upload}, follow=True)
    said = answer.content.decode()
    assert ("Read and posted." in said, "Read, with 2 warnings, which stand below." in said) == (False, True)


def test_all_warnings_of_a_kind_are_settled_at_once(file: ClaimFile) -> None:
    receipt = take(statuses(file, Says("OC0"), Says("OC1"), Says("OC2")) + "junk behind it")
    first = ReceiptWarning.objects.filter(receipt=receipt, code="unknown-claim").earliest("position")
    assert "Settle all 3 of this kind" in page(f"{LIST}{receipt.pk}/")
    signed_in().post(f"{LIST}warnings/{first.pk}/settle/", {"all": "yes"})
    left = set(receipt.warnings.filter(settled_at=None).values_list("code", flat=True))
    assert left and "unknown-claim" not in left


def test_receipt_that_could_not_be_read_is_read_again_by_hand(file: ClaimFile, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("billing.acknowledgment.post_answers", _fail)
        receipt = take(ack(file, ack_set("A")))
    assert "Something is wrong in the program (ZeroDivisionError)" in page(f"{LIST}{receipt.pk}/")
    assert "could not be read" in page("/billing/standings/")
    answer = signed_in().post(f"{LIST}{receipt.pk}/read/", follow=True)
    assert "Read and posted." in answer.content.decode()


def _fail(**_: object) -> None:
    raise ZeroDivisionError


def test_file_without_an_acknowledgment_is_an_alert_on_the_first_page(file: ClaimFile) -> None:
    assert file.name not in page("/billing/standings/")
    _delivered_days_ago(4)
    shown = page("/billing/standings/")
    assert file.name in shown
    assert "has not acknowledged it within 3 days" in shown
    assert "An acknowledgment of the file (TA1 or 999)" in page(LIST)


def test_claims_of_which_nobody_speaks_are_missing(file: ClaimFile) -> None:
    take(ack(file, ack_set("A")))
    take(statuses(file, Says(numbers()[0])))
    ClaimFile.objects.update(acknowledged_at=F("acknowledged_at") - timedelta(days=4))
    shown = page("/billing/standings/")
    assert "2 claims of" in shown
    assert "are missing" in shown
    assert "A word about 2 of its claims (277CA)" in page(LIST)


def _delivered_days_ago(days: int) -> None:
    with past_every_trigger():
        ClaimFile.objects.update(delivered_at=F("delivered_at") - timedelta(days=days))


@pytest.mark.parametrize("address", ["/billing/files/", LIST])
def test_pages_show_that_every_claim_is_somewhere(file: ClaimFile, address: str) -> None:
    first, second, _ = numbers()
    take(statuses(file, Says(first), Says(second, "A7:21", "U")))
    shown = page(address)
    for words in ("<dt>Sent</dt><dd>3</dd>", "Accepted</dt><dd>1</dd>", "Rejected</dt><dd>1</dd>"):
        assert words in shown
    assert "Waiting</dt><dd>1</dd>" in shown


def test_clinical_roles_see_no_answers() -> None:
    assert signed_in(Role.THERAPIST).get(LIST).status_code == 403
    assert signed_in(Role.AUDITOR).post(f"{LIST}look/").status_code == 403
