"""Files reach partners by SFTP once, or wait and say why; who is down keeps its own files and nobody else's."""

import doctest
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncssh
import pytest
from django.utils import timezone
from pytest_django import Settings

from billing.adapters import ssh
from billing.forms import partner as partner_form
from billing.models import ClaimFile, PartnerConnection, PayerRoute, TradingPartner
from billing.partners import ask_again, open_door, retrying
from billing.partners.standing import standing_of, standings
from billing.partners.trial import try_connection
from billing.receipts.fetching import fetch_answers
from billing.submission import deliver_sealed, release, settle, stage
from billing.submission.delivery import UNCERTAIN
from billing.tasks import deliver_sealed_files
from tests import cast
from tests.exports import export, partner, patient, released_line, text_of
from tests.partners import SECRET, put_secret, sftp_partner
from tests.sftp_server import Fault, Running, free_port, mute_server, sftp_server

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    settings.PARTNER_SECRETS = tmp_path / "secrets"
    put_secret(tmp_path / "secrets")
    monkeypatch.setattr(ssh, "CONNECT_SECONDS", 3)
    monkeypatch.setattr(ssh, "ANSWER_SECONDS", 2)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with sftp_server(tmp_path / "partner") as running:
        yield running


@pytest.fixture
def bay(server: Running) -> TradingPartner:
    return sftp_partner(server)


@pytest.fixture
def sealed(bay: TradingPartner, monkeypatch: pytest.MonkeyPatch) -> ClaimFile:
    """A sealed file that nobody has tried to deliver yet."""
    return seal_one(monkeypatch)


def seal_one(monkeypatch: pytest.MonkeyPatch) -> ClaimFile:
    released_line(cast.ada())
    with monkeypatch.context() as patch:
        patch.setattr("billing.submission.export.deliver_sealed", lambda **_: [])
        export()
    return ClaimFile.objects.latest("pk")


def state(file: ClaimFile) -> tuple[bool, bool]:
    """Whether the file is staged, whether it is delivered."""
    file.refresh_from_db()
    return file.staged_at is not None, file.delivered_at is not None


def is_there(server: Running, file: ClaimFile) -> bool:
    """Whether the file lies at the partner; then it does so once, whole."""
    visible = [name for name in server.names() if not name.startswith(".")]
    assert visible in ([], [file.name])
    assert not visible or (server.root / "outbox" / file.name).read_bytes() == text_of(file).encode()
    return bool(visible)


def test_the_file_lies_at_the_partner_byte_by_byte_as_it_was_sealed(sealed: ClaimFile, server: Running) -> None:
    (delivered,) = deliver_sealed()
    assert delivered.error == "" and state(sealed) == (True, True)
    assert server.names() == [sealed.name] and is_there(server, sealed)


def test_all_files_of_a_partner_go_over_one_connection(
    sealed: ClaimFile, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    released_line(patient(1))
    export()
    assert len(server.names()) == 2 and server.sign_ins == 1


def test_a_delivered_file_that_the_partner_took_is_not_sent_again(sealed: ClaimFile, server: Running) -> None:
    deliver_sealed()
    (server.root / "outbox" / sealed.name).unlink()
    assert deliver_sealed() == [] and export().errors == [] and server.names() == []


# --- faults: afterwards the file is there once, or not there and waiting, and its state says which ------------------

FAULTS = [
    Fault("open", "drop"), Fault("open", "hang", "after"), Fault("write", "drop"), Fault("write", "hang"),
    Fault("write", "full"), Fault("write", "lie"), Fault("fsync", "drop", "after"), Fault("fsync", "full"),
    Fault("close", "drop"), Fault("lstat", "drop"), Fault("lstat", "hang"), Fault("read", "drop"),
    Fault("rename", "drop"), Fault("rename", "hang"), Fault("rename", "full"), Fault("rename", "drop", "after"),
    Fault("rename", "hang", "after"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[f"{one.deed}-{one.kind}-{one.when}" for one in FAULTS])
def test_after_any_fault_the_file_waits_and_the_next_try_has_it_there_once(
    sealed: ClaimFile, server: Running, number: int
) -> None:
    fault = FAULTS[number]
    server.fault = Fault(fault.deed, fault.kind, fault.when)
    (delivered,) = deliver_sealed()
    assert delivered.error and state(sealed)[1] is False and sealed.delivery_error == delivered.error
    was_named = fault.deed == "rename" and fault.when == "after"
    assert is_there(server, sealed) is was_named
    assert state(sealed)[0] is (fault.deed == "rename")
    connection = PartnerConnection.objects.get()
    assert connection.failures == 1 and not connection.needs_person and connection.next_try_at is not None
    written = server.deeds.count("write")
    (again,) = deliver_sealed()
    assert again.error == "" and state(sealed) == (True, True) and is_there(server, sealed)
    assert server.names() == [sealed.name]
    assert (server.deeds.count("write") == written) is (fault.deed == "rename")
    assert PartnerConnection.objects.get().failures == 0


def test_named_and_taken_before_we_heard_of_it_is_left_to_a_person(sealed: ClaimFile, server: Running) -> None:
    server.fault = Fault("rename", "drop", "after")
    deliver_sealed()
    (server.root / "outbox" / sealed.name).unlink()
    (delivered,) = deliver_sealed()
    assert delivered.error == UNCERTAIN and state(sealed) == (True, False) and server.names() == []
    assert PartnerConnection.objects.get().failures == 0
    settle(file_id=sealed.pk, was_taken=True)
    assert deliver_sealed() == [] and server.names() == []


def test_what_only_a_person_can_settle_is_not_forgotten_when_the_server_goes_down(
    sealed: ClaimFile, server: Running
) -> None:
    stage(file_id=sealed.pk)
    (server.root / "outbox" / f".{sealed.name}.part").unlink()
    deliver_sealed()
    TradingPartner.objects.update(port=free_port())
    (delivered,) = deliver_sealed()
    assert "refused" in delivered.error
    sealed.refresh_from_db()
    assert sealed.delivery_error == UNCERTAIN
    settle(file_id=sealed.pk, was_taken=False)


def test_two_steps_by_hand_go_the_same_way(sealed: ClaimFile, server: Running) -> None:
    stage(file_id=sealed.pk)
    assert state(sealed) == (True, False) and not is_there(server, sealed)
    release(file_id=sealed.pk)
    assert state(sealed) == (True, True) and is_there(server, sealed)


# --- what needs a person, and what is tried again --------------------------------------------------------------------


def stuck_with(words: str) -> None:
    connection = PartnerConnection.objects.get()
    assert connection.needs_person and connection.next_try_at is None and words in connection.error
    assert [delivered.error for delivered in deliver_sealed(due_at=timezone.now())] == [connection.error]


def test_another_host_key_waits_for_a_person(sealed: ClaimFile, server: Running, bay: TradingPartner) -> None:
    bay.host_keys = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    bay.save(update_fields=["host_keys"])
    deliver_sealed()
    assert server.sign_ins == 0 and state(sealed) == (False, False)
    stuck_with("shows another host key than the pinned one")


def test_a_refused_password_is_tried_once_and_waits_for_a_person(sealed: ClaimFile, server: Running) -> None:
    server.password = "changed at the partner"
    deliver_sealed()
    tried = server.sign_ins
    stuck_with("does not let harbor in with our password")
    deliver_sealed_files()
    assert server.sign_ins == tried and state(sealed) == (False, False) and server.names() == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"remote_outbox": "/nowhere"}, "no folder /nowhere"),
        ({"secret_name": "gone.password"}, "There is no secret gone.password"),
        ({"proof": "key"}, "bay.password is no private key"),
        ({"host_keys": "nonsense"}, "The pinned host keys cannot be read"),
    ],
)
def test_wrong_settings_wait_for_a_person(sealed: ClaimFile, change: dict[str, str], words: str) -> None:
    TradingPartner.objects.update(**change)
    deliver_sealed()
    assert state(sealed) == (False, False)
    stuck_with(words)


def test_a_person_who_looked_lets_it_be_tried_again(sealed: ClaimFile, server: Running, bay: TradingPartner) -> None:
    right, server.password = server.password, "changed at the partner"
    deliver_sealed()
    server.password = right
    deliver_sealed_files()
    assert state(sealed) == (False, False)
    ask_again(partner_id=bay.pk)
    deliver_sealed_files()
    assert state(sealed) == (True, True) and PartnerConnection.objects.get().reached_at is not None


def test_the_examples_of_waits_hold() -> None:
    results = [doctest.testmod(module) for module in (retrying, partner_form)]
    assert all(result.attempted and not result.failed for result in results)


def test_the_wait_doubles_and_the_beat_keeps_it(sealed: ClaimFile, server: Running, bay: TradingPartner) -> None:
    TradingPartner.objects.update(port=free_port())
    waits = []
    for _ in range(4):
        ask_again(partner_id=bay.pk)
        deliver_sealed_files()
        connection = PartnerConnection.objects.get()
        assert connection.next_try_at is not None and connection.failed_at is not None
        waits.append((connection.next_try_at - connection.failed_at) / timedelta(minutes=1))
    assert all(low * 0.8 <= wait <= low * 1.2 for low, wait in zip((1, 2, 4, 8), waits, strict=True)), waits
    TradingPartner.objects.update(port=server.port)
    (held,) = deliver_sealed(due_at=timezone.now())
    assert "Next try at" in held.error and state(sealed) == (False, False)
    PartnerConnection.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    deliver_sealed_files()
    assert state(sealed) == (True, True)


@pytest.mark.parametrize("down", ["refuses", "mute", "hangs up"])
def test_one_partner_is_down_and_the_other_is_served_in_the_same_run(
    sealed: ClaimFile, tmp_path: Path, down: str, settings: Settings
) -> None:
    other = partner("Cape Clearing", is_default=False)
    boris = cast.boris()
    PayerRoute.objects.create(payer=boris.patient.coverages.get().payer, partner=other)
    released_line(boris)
    with mute_server(hangs_up=down == "hangs up") as port:
        TradingPartner.objects.filter(pk=sealed.partner_id).update(port=free_port() if down == "refuses" else port)
        exported = export()
    errors = {outcome.name: [one.error for one in outcome.delivered] for outcome in exported.partners}
    assert all(errors["Bay Clearing"]) and set(errors["Cape Clearing"]) == {""}
    assert {one.partner.name: one.state for one in standings()} == {
        "Bay Clearing": "retrying",
        "Cape Clearing": "reached",
    }
    assert [path.name for path in (tmp_path / "outbox" / "capeclearing").iterdir()]


def test_one_file_that_cannot_go_does_not_keep_the_partners_others(sealed: ClaimFile, server: Running) -> None:
    (server.root / "outbox" / sealed.name).write_text("something else")
    released_line(patient(1))
    exported = export()
    assert [bool(delivered.error) for delivered in exported.partners[0].delivered] == [True, False]
    assert PartnerConnection.objects.get().failures == 0


def test_after_the_way_failed_the_rest_of_the_files_are_not_each_waited_for(
    sealed: ClaimFile, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    released_line(patient(1))
    server.fault = Fault("write", "hang")
    exported = export()
    errors = [delivered.error for delivered in exported.partners[0].delivered]
    assert len(errors) == 2 and errors[0] == errors[1] != "" and server.sign_ins == 1


def test_a_folder_of_answers_that_is_not_there_keeps_no_file_from_going(
    sealed: ClaimFile, server: Running, bay: TradingPartner
) -> None:
    (server.root / "inbox").rmdir()
    (fetched,) = fetch_answers(at=timezone.now())
    assert "no folder /inbox" in fetched.errors[0]
    found = standing_of(bay.pk)
    assert found is not None and found.state == "unheard" and "no folder /inbox" in found.error
    deliver_sealed_files()
    assert state(sealed) == (True, True)
    assert PartnerConnection.objects.get().answers_error != ""
    sign_ins = server.sign_ins
    assert fetch_answers(at=timezone.now()) == [fetched] and server.sign_ins == sign_ins
    (server.root / "inbox").mkdir()
    assert fetch_answers(at=timezone.now() + timedelta(hours=2))[0].errors == ()
    assert PartnerConnection.objects.get().answers_error == ""


# --- answers, trial, standing ---------------------------------------------------------------------------------------


def test_answers_are_fetched_and_put_away_as_the_partner_wants(bay: TradingPartner, server: Running) -> None:
    (server.root / "inbox" / "a.999").write_bytes(b"ISA*00")
    bay.after_fetching = "move"
    with open_door(bay) as door:
        (answer,) = door.list()
        assert (answer.name, answer.size, b"".join(door.fetch("a.999"))) == ("a.999", 6, b"ISA*00")
        door.done_with("a.999")
        assert door.list() == []
    assert server.names("archive") == ["a.999"]


def test_trying_out_a_partner_that_works_lets_its_files_go(sealed: ClaimFile, server: Running) -> None:
    right, server.password = server.password, "changed at the partner"
    deliver_sealed()
    assert not try_connection(sealed.partner).has_passed
    server.password = right
    trial = try_connection(sealed.partner)
    assert trial.has_passed and len(trial.steps) == 6 and server.names() == []
    deliver_sealed_files()
    assert state(sealed) == (True, True)


def test_a_folder_is_tried_out_too_and_only_the_folder_for_answers_stays(tmp_path: Path) -> None:
    cape = partner("Cape Clearing")
    trial = try_connection(cape)
    (stays,) = (tmp_path / "outbox" / "capeclearing").iterdir()
    assert trial.has_passed and (stays.name, list(stays.iterdir())) == ("responses", [])
    assert trial.steps[-1] == "The folder for answers, responses, is there and holds 0."


def test_a_test_site_does_not_knock_at_a_production_partners_door(bay: TradingPartner, server: Running) -> None:
    TradingPartner.objects.update(usage="P")
    assert "does not knock" in try_connection(TradingPartner.objects.get()).fault
    (server.root / "inbox" / "a.999").write_bytes(b"ISA*00")
    assert "does not knock" in fetch_answers(at=timezone.now())[0].errors[0]
    assert server.sign_ins == 0 and server.names("inbox") == ["a.999"]


def test_the_standing_says_what_waits_and_what_to_do(sealed: ClaimFile, server: Running, bay: TradingPartner) -> None:
    def said() -> tuple[str, int, str]:
        found = standing_of(bay.pk)
        assert found is not None
        return found.state, found.waiting, found.words

    assert said() == ("untried", 1, "Not tried yet.")
    server.password = "changed at the partner"
    deliver_sealed()
    assert said()[:2] == ("stuck", 1) and "A person must look" in said()[2]
    ask_again(partner_id=bay.pk)
    assert said()[0] == "retrying"
    put_secret(Path(server.root.parent / "secrets"), SECRET, server.password)
    deliver_sealed()
    assert said()[:2] == ("reached", 0)
    TradingPartner.objects.update(is_active=False)
    assert said()[0] == "off"
