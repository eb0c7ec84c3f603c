"""The pages of trading partners: who opens them, what is refused at which field, what a test of the connection says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from billing.models import PartnerConnection, TradingPartner
from patients.roles import READS_MONEY, Role
from tests import cast
from tests.billing.partner_forms import KEY, SFTP, change, enter, faults, signed_in, text_of_page
from tests.exports import export, partner, released_line
from tests.partners import put_secret
from tests.sftp_server import PASSWORD, Running, sftp_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> None:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    settings.PARTNER_SECRETS = tmp_path / "secrets"
    put_secret(tmp_path / "secrets")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with sftp_server(tmp_path / "partner") as running:
        yield running


@pytest.fixture
def manager() -> Client:
    return signed_in(Role.BILLING_MANAGER)


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_who_reads_money_sees_partners_and_managers_change_them(role: Role) -> None:
    bay, client = partner(), signed_in(role)
    may_read, may_change = role in READS_MONEY, role in (Role.BILLING_MANAGER, Role.ADMINISTRATOR)
    for name, args in (("partners", []), ("partner", [bay.pk])):
        response = client.get(reverse(f"billing:{name}", args=args))
        assert response.status_code == (200 if may_read else 403)
        buttons = b"New partner" in response.content or b"Test the connection" in response.content
        assert buttons is may_change
    for name, args in (("partner-enter", []), ("partner-change", [bay.pk])):
        assert client.get(reverse(f"billing:{name}", args=args)).status_code == (200 if may_change else 403)
    assert client.post(reverse("billing:partner-test", args=[bay.pk])).status_code == (200 if may_change else 403)


# --- entering -------------------------------------------------------------------------------------------------------


def test_a_partner_by_folder_is_entered(manager: Client) -> None:
    assert enter(manager).status_code == 302
    found = TradingPartner.objects.get()
    assert (found.folder, found.transport, found.element_separator) == ("cape", "folder", "*")
    assert "Entered" in text_of_page(manager, "partner", found.pk)


def test_a_partner_by_sftp_is_entered_with_its_key_and_without_its_password(manager: Client) -> None:
    lines = f"# from their guide\n[sftp.example.org]:22 {KEY} their comment\n"
    assert enter(manager, **{**SFTP, "host_keys": lines}).status_code == 302
    found = TradingPartner.objects.get()
    assert found.folder is None and found.host_keys == " ".join(KEY.split()[:2])
    page = text_of_page(manager, "partner", found.pk)
    assert "SHA256:" in page and "sftp.example.org, port 22" in page and PASSWORD not in page
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(t)::text FROM oncocharge_billing_tradingpartnerevent t")
        assert all(PASSWORD not in row[0] for row in cursor.fetchall())


def test_two_partners_by_sftp_need_no_folders(manager: Client) -> None:
    assert enter(manager, **SFTP).status_code == 302
    assert enter(manager, **{**SFTP, "name": "Bay", "receiver_id": "BAY"}).status_code == 302
    assert TradingPartner.objects.filter(folder=None).count() == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "required"),
        ("contact_phone", "617 555", "Ten digits"),
        ("sender_qualifier", "XX", "Select a valid choice"),
        ("claims_per_set", "5001", "less than or equal to 5000"),
        ("claims_per_set", "0", "greater than or equal to 1"),
        ("element_separator", "A", "Data needs this one"),
        ("element_separator", "7", "Data needs this one"),
        ("element_separator", " ", "Data needs this one"),
        ("element_separator", ".", "Data needs this one"),
        ("element_separator", "\u2022", "Data needs this one"),
        ("element_separator", "LF", "Data needs this one"),
        ("segment_terminator", "~~", "One sign"),
        ("component_separator", "~", "Four different signs"),
        ("sender_id", "HAR*BOR", "cannot carry"),
        ("receiver_code", "C~1", "cannot carry"),
        ("file_name_pattern", "{kind}.x12", "{number} is missing"),
        ("file_name_pattern", "{patient}-{number}", "{patient} stands for nothing"),
        ("file_name_pattern", "../{number}", "letter, digit or brace first"),
        ("file_name_pattern", "{number", "{ stands for nothing"),
        ("file_name_pattern", "a/{number}", "Besides what stands in braces"),
        ("folder", "", "Name the folder"),
        ("folder", "../etc", "plain name"),
        ("answers_expected_within_days", "0", "greater than or equal to 1"),
    ],
)
def test_a_fault_is_said_at_its_field_and_nothing_is_stored(
    manager: Client, field: str, value: str, words: str
) -> None:
    found = faults(enter(manager, **{field: value}))
    assert words in " ".join(found[field]), found
    assert not TradingPartner.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("host", "", "the name of the server"),
        ("host", "https://sftp.example.org/x", "without a scheme"),
        ("port", "70000", "less than or equal to 65535"),
        ("user", "", "sign in"),
        ("host_keys", "", "nobody knows whose server"),
        ("host_keys", "ssh-ed25519 AAAA", "the key is cut"),
        ("host_keys", "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48", "MD5"),
        ("host_keys", "trust me", "no host key"),
        ("secret_name", "", "key or password"),
        ("secret_name", "nobody.key", "There is no secret nobody.key"),
        ("secret_name", "../settings.py", "plain file name"),
        ("remote_outbox", "", "folder for our files"),
        ("remote_inbox", "", "answers lie"),
        ("after_fetching", "keep", "Select a valid choice"),
    ],
)
def test_a_fault_of_the_server_is_said_at_its_field(manager: Client, field: str, value: str, words: str) -> None:
    found = faults(enter(manager, **{**SFTP, field: value}))
    assert words in " ".join(found[field]), found


def test_all_faults_are_said_at_once(manager: Client) -> None:
    found = faults(
        enter(
            manager, **{**SFTP, "host": "", "user": "", "host_keys": "x", "after_fetching": "move"},
            contact_phone="1", element_separator="A", file_name_pattern="x",
        )
    )  # fmt: skip
    assert set(found) == {
        "host", "user", "host_keys", "remote_archive", "contact_phone", "element_separator", "file_name_pattern",
    }  # fmt: skip


def test_delimiters_that_no_keyboard_has_are_typed_by_name_and_shown_so(manager: Client) -> None:
    values = {"element_separator": "0x1d", "component_separator": "0x1F", "segment_terminator": "lf"}
    assert enter(manager, **values).status_code == 302
    found = TradingPartner.objects.get()
    assert (found.element_separator, found.component_separator, found.segment_terminator) == ("\x1d", "\x1f", "\n")
    page = manager.get(reverse("billing:partner-change", args=[found.pk])).content.decode()
    assert 'value="0x1D"' in page and 'value="LF"' in page
    assert faults(change(manager, found, line_end="lf"))["line_end"] == [
        "The terminator ends the line already. Choose nothing."
    ]


def test_one_partner_at_most_takes_payers_without_a_route(manager: Client) -> None:
    partner("Bay Clearing")
    assert "Bay Clearing does already" in faults(enter(manager, is_default=True))["is_default"][0]


def test_one_receiver_is_one_partner(manager: Client) -> None:
    partner("Bay Clearing", receiver_id="CAPE", is_default=False)
    assert "already exists" in str(faults(enter(manager)))


# --- changing -------------------------------------------------------------------------------------------------------


def test_identifiers_of_a_partner_with_sealed_files_stand(manager: Client) -> None:
    bay = partner()
    released_line(cast.ada())
    export()
    found = faults(change(manager, bay, sender_id="OTHER", receiver_qualifier="30"))
    assert set(found) == {"sender_id", "receiver_qualifier"}
    assert "Enter a new partner" in found["sender_id"][0] and "'HARBOR01'" in found["sender_id"][0]
    assert change(manager, bay, contact_name="Sam Clerk").status_code == 302
    with pytest.raises(IntegrityError, match="its identifiers stand"), transaction.atomic():
        TradingPartner.objects.update(receiver_id="OTHER")


def test_before_the_first_file_identifiers_may_change(manager: Client) -> None:
    bay = partner()
    assert change(manager, bay, sender_id="OTHER").status_code == 302
    bay.refresh_from_db()
    assert bay.sender_id == "OTHER"


def test_saving_leaves_the_control_number_that_an_export_raised_meanwhile(
    manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    bay = partner()
    save = TradingPartner.save

    def save_late(self: TradingPartner, **options: Any) -> None:
        TradingPartner.objects.filter(pk=bay.pk).update(last_control_number=17)
        save(self, **options)

    monkeypatch.setattr(TradingPartner, "save", save_late)
    assert change(manager, bay, contact_name="Sam Clerk").status_code == 302
    bay.refresh_from_db()
    assert bay.last_control_number == 17 and bay.contact_name == "Sam Clerk"


def test_a_file_sealed_while_the_form_was_open_is_noticed(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    bay = partner()
    released_line(cast.ada())
    export()
    monkeypatch.setattr("billing.partners.entering._check_identifiers", lambda *_: None)
    assert "Enter a new partner" in faults(change(manager, bay, sender_id="OTHER"))["sender_id"][0]
    bay.refresh_from_db()
    assert bay.sender_id == "HARBOR01"


def test_the_control_number_is_shown_and_cannot_be_typed(manager: Client) -> None:
    bay = partner(last_control_number=41)
    assert "41 (ISA13" in text_of_page(manager, "partner", bay.pk)
    change(manager, bay, last_control_number="7", contact_name="Sam Clerk")
    bay.refresh_from_db()
    assert (bay.last_control_number, bay.contact_name) == (41, "Sam Clerk")


def test_what_was_changed_by_whom_stands_in_the_history(manager: Client) -> None:
    bay = partner()
    change(manager, bay, contact_name="Sam Clerk", element_separator="0x1D")
    page = text_of_page(manager, "partner", bay.pk)
    assert "contact name from Pat Clerk to Sam Clerk" in page and "element separator from * to 0x1D" in page
    export()
    assert text_of_page(manager, "partner", bay.pk).count("Changed:") == 1


def test_a_changed_partner_that_needed_a_person_is_tried_again(manager: Client) -> None:
    bay = partner()
    PartnerConnection.objects.create(
        partner=bay, failures=1, error="refused", needs_person=True, failed_at=timezone.now()
    )
    change(manager, bay, contact_name="Sam Clerk")
    assert not PartnerConnection.objects.get().needs_person
