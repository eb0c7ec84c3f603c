"""A file reaches a real SFTP server whole and once, or it is not there; which of the two, the server is asked."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from billing.adapters import sftp as sftp_module
from billing.adapters.door import PartnerError, PartnerFileError, Released
from billing.adapters.host_keys import read_host_keys
from billing.adapters.sftp import RemoteFolders, Sftp
from tests.sftp_server import PASSWORD, Fault, Running, free_port, mute_server, sftp_server

NAME = "837P-1-T-000000001.x12"
CONTENT = b"ISA*00*          *" + b"claims and more claims~" * 5000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
FOLDERS = RemoteFolders("/outbox", "/inbox", "/archive")


def stage(door: Sftp, content: bytes = CONTENT) -> None:
    pieces = [content[place : place + 40_000] for place in range(0, len(content), 40_000)]
    door.stage(NAME, pieces, sha256=hashlib.sha256(content).hexdigest())


def release(door: Sftp) -> Released:
    return door.release(NAME, sha256=SHA256, size=len(CONTENT))


def lies_there(server: Running) -> bytes | None:
    path = server.root / "outbox" / NAME
    return path.read_bytes() if path.exists() else None


def refusal(call: Callable[[], object]) -> PartnerError:
    with pytest.raises(PartnerError) as caught:
        call()
    return caught.value


# --- the way it goes ------------------------------------------------------------------------------------------------


def test_a_file_has_its_name_only_once_it_is_whole(door: Sftp, server: Running) -> None:
    stage(door)
    assert server.names() == [f".{NAME}.part"]
    assert release(door) is Released.NOW
    assert server.names() == [NAME] and lies_there(server) == CONTENT


def test_content_is_forced_to_the_partners_disk_before_the_name_is_given(door: Sftp, server: Running) -> None:
    stage(door)
    release(door)
    assert server.deeds.index("fsync") < server.deeds.index("rename")
    assert server.deeds.index("fsync") > max(place for place, deed in enumerate(server.deeds) if deed == "write")


def test_both_steps_may_be_done_again(door: Sftp, server: Running) -> None:
    stage(door)
    stage(door)
    assert release(door) is Released.NOW
    assert release(door) is Released.BEFORE
    stage(door)
    assert server.names() == [NAME] and lies_there(server) == CONTENT


def test_a_file_that_was_taken_between_the_steps_is_gone_and_not_sent_again(door: Sftp, server: Running) -> None:
    stage(door)
    (server.root / "outbox" / f".{NAME}.part").unlink()
    assert release(door) is Released.GONE
    assert server.names() == []


def test_a_staged_copy_altered_by_somebody_is_removed(open_door: Callable[..., Sftp], server: Running) -> None:
    stage(open_door())
    (server.root / "outbox" / f".{NAME}.part").write_bytes(CONTENT[:-1] + b"!")
    assert release(open_door()) is Released.ALTERED
    assert server.names() == []


def test_a_large_copy_is_compared_by_its_size(
    open_door: Callable[..., Sftp], server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sftp_module, "READ_BACK", 100)
    stage(open_door())
    assert "read" not in server.deeds
    (server.root / "outbox" / f".{NAME}.part").write_bytes(CONTENT[:-1])
    assert release(open_door()) is Released.ALTERED


@pytest.mark.parametrize("thing", ["file", "folder", "link"])
def test_whatever_else_has_the_name_is_never_overwritten(door: Sftp, server: Running, thing: str) -> None:
    there = server.root / "outbox" / NAME
    if thing == "file":
        there.write_bytes(b"something else")
    elif thing == "folder":
        there.mkdir()
    else:
        there.symlink_to(server.root / "nowhere")
    for step in (stage, release):
        error = refusal(lambda step=step: step(door))  # type: ignore[misc]
        assert isinstance(error, PartnerFileError) and error.permanent and "not overwritten" in str(error)
    assert server.names() == [NAME] and (thing != "file" or lies_there(server) == b"something else")


def test_bytes_that_are_not_those_sealed_leave_nothing(door: Sftp, server: Running) -> None:
    error = refusal(lambda: door.stage(NAME, [CONTENT + b"x"], sha256=SHA256))
    assert isinstance(error, PartnerFileError) and "not those that were sealed" in str(error)
    assert server.names() == []


def test_where_we_may_write_and_not_read_the_size_decides(open_door: Callable[..., Sftp], server: Running) -> None:
    server.fault = Fault("read", "denied")
    door = open_door()
    stage(door)
    assert release(door) is Released.NOW and lies_there(server) == CONTENT


# --- faults: each ends with the file there once, or not there and still to be sent ----------------------------------

DROPS = [
    Fault("open", "drop"), Fault("open", "drop", "after"), Fault("write", "drop", stroke=3),
    Fault("write", "drop", "after", stroke=3), Fault("fsync", "drop"), Fault("close", "drop"), Fault("lstat", "drop"),
    Fault("read", "drop"),
]  # fmt: skip


@pytest.mark.parametrize("fault", DROPS, ids=lambda one: f"{one.deed}-{one.when}")
def test_a_connection_lost_while_staging_is_told_and_the_next_call_does_it_whole(
    door: Sftp, server: Running, fault: Fault
) -> None:
    server.fault = replace(fault)
    error = refusal(lambda: stage(door))
    assert not error.permanent and "lost" in str(error)
    assert lies_there(server) is None
    stage(door)
    assert release(door) is Released.NOW and server.names() == [NAME] and lies_there(server) == CONTENT


@pytest.mark.parametrize("kind", ["drop", "hang"])
def test_lost_between_write_and_rename_the_file_is_not_there_and_the_next_call_names_it(
    door: Sftp, server: Running, kind: str
) -> None:
    stage(door)
    server.fault = Fault("rename", kind)
    assert not refusal(lambda: release(door)).permanent
    assert lies_there(server) is None
    assert release(door) is Released.NOW and server.names() == [NAME]


@pytest.mark.parametrize("kind", ["drop", "hang"])
def test_lost_after_the_rename_the_next_call_finds_the_file_there_and_does_not_send_it_again(
    door: Sftp, server: Running, kind: str
) -> None:
    stage(door)
    server.fault = Fault("rename", kind, "after")
    assert not refusal(lambda: release(door)).permanent
    assert lies_there(server) == CONTENT
    written = server.deeds.count("write")
    assert release(door) is Released.BEFORE and server.names() == [NAME]
    assert server.deeds.count("write") == written


def test_a_rename_that_went_through_and_a_partner_that_took_the_file_leave_it_to_a_person(
    door: Sftp, server: Running
) -> None:
    stage(door)
    server.fault = Fault("rename", "drop", "after")
    refusal(lambda: release(door))
    (server.root / "outbox" / NAME).unlink()
    assert release(door) is Released.GONE and server.names() == []


@pytest.mark.parametrize("deed", ["write", "fsync"])
def test_a_full_disk_is_said_in_the_servers_words_and_may_pass(door: Sftp, server: Running, deed: str) -> None:
    server.fault = Fault(deed, "full")
    error = refusal(lambda: stage(door))
    assert "No space left on device" in str(error) and not error.permanent
    assert server.names() == []
    stage(door)
    assert release(door) is Released.NOW


def test_a_server_that_says_it_wrote_and_did_not_is_found_out(door: Sftp, server: Running) -> None:
    server.fault = Fault("write", "lie", stroke=4)
    error = refusal(lambda: stage(door))
    assert "kept" in str(error) or "other bytes" in str(error)
    assert not error.permanent and server.names() == []


def test_a_server_that_stops_answering_is_given_up(door: Sftp, server: Running) -> None:
    server.fault = Fault("write", "hang", stroke=2)
    error = refusal(lambda: stage(door))
    assert "no answer in time" in str(error) and not error.permanent
    stage(door)
    assert release(door) is Released.NOW and server.names() == [NAME]


def test_a_server_that_trickles_is_cut_after_a_while(open_door: Callable[..., Sftp], server: Running) -> None:
    server.fault = Fault("write", "hang")
    error = refusal(lambda: stage(open_door(answer_seconds=30, most_seconds=1)))
    assert "no answer in time" in str(error) and not error.permanent


# --- a server that is not ours, or does not let us in -----------------------------------------------------------------


def test_another_host_key_is_refused_by_name_before_we_sign_in(open_door: Callable[..., Sftp], server: Running) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    error = refusal(lambda: stage(open_door(host_keys=tuple(read_host_keys(other)))))
    assert error.permanent and server.host_keys[0].get_fingerprint() in str(error)
    assert server.sign_ins == 0 and server.names() == []


def test_a_fingerprint_or_any_of_several_keys_is_enough(open_door: Callable[..., Sftp], server: Running) -> None:
    other = asyncssh.generate_private_key("ssh-rsa").export_public_key().decode()
    pinned = f"{other}\n{server.host_keys[0].get_fingerprint()}"
    stage(open_door(host_keys=tuple(read_host_keys(pinned))))
    assert server.names() == [f".{NAME}.part"]


def test_of_a_server_with_several_keys_the_pinned_one_is_asked_for(
    tmp_path: Path, open_door: Callable[..., Sftp]
) -> None:
    keys = [asyncssh.generate_private_key(kind) for kind in ("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa")]
    with sftp_server(tmp_path / "several", host_keys=keys) as several:
        for key in keys:
            pinned = tuple(read_host_keys(key.export_public_key().decode()))
            assert open_door(port=several.port, host_keys=pinned).list() == []
        for key in keys:
            fingerprint = tuple(read_host_keys(key.get_fingerprint()))
            assert open_door(port=several.port, host_keys=fingerprint).list() == []
        other = tuple(read_host_keys(asyncssh.generate_private_key("ssh-ed25519").get_fingerprint()))
        signed_in = several.sign_ins
        error = refusal(open_door(port=several.port, host_keys=other).list)
        assert error.permanent and all(key.get_fingerprint() in str(error) for key in keys)
        assert several.sign_ins == signed_in


def test_a_server_without_a_key_of_the_pinned_kind_is_refused_for_good(open_door: Callable[..., Sftp]) -> None:
    other = asyncssh.generate_private_key("ecdsa-sha2-nistp384").export_public_key().decode()
    error = refusal(lambda: stage(open_door(host_keys=tuple(read_host_keys(other)))))
    assert error.permanent and "pinned kind" in str(error)


def test_a_wrong_password_is_not_tried_again_by_itself(open_door: Callable[..., Sftp], server: Running) -> None:
    error = refusal(lambda: stage(open_door(password="wrong")))
    assert error.permanent and "does not let harbor in with our password" in str(error)
    assert "wrong" not in str(error) and PASSWORD not in str(error) and server.names() == []


@pytest.mark.parametrize("passphrase", ["", "of a key"])
def test_a_private_key_lets_us_in(tmp_path: Path, open_door: Callable[..., Sftp], passphrase: str) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    path = tmp_path / "bay.key"
    path.write_bytes(key.export_private_key(passphrase=passphrase or None))
    with sftp_server(tmp_path / "keyed", client_keys=key.export_public_key().decode()) as keyed:
        pinned = tuple(read_host_keys(keyed.host_key_lines))
        login = {"port": keyed.port, "host_keys": pinned, "password": "", "key_file": path}
        stage(open_door(**login, passphrase=passphrase))
        assert keyed.names() == [f".{NAME}.part"]
        other = tmp_path / "other.key"
        other.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
        error = refusal(lambda: stage(open_door(**{**login, "key_file": other})))
        assert error.permanent and "with our key" in str(error)


@pytest.mark.parametrize("content", [b"", b"no key at all", None])
def test_a_private_key_that_cannot_be_read_needs_a_person(
    tmp_path: Path, open_door: Callable[..., Sftp], content: bytes | None
) -> None:
    path = tmp_path / "bay.key"
    if content is not None:
        path.write_bytes(content)
    error = refusal(lambda: stage(open_door(key_file=path)))
    assert error.permanent and "bay.key" in str(error)


@pytest.mark.parametrize("greeting", [b"", b"220 mail.example.org ESMTP\r\n", b"SSH-2.0-Mute\r\n"])
@pytest.mark.parametrize("hangs_up", [True, False])
def test_a_server_that_takes_the_connection_and_is_no_help_is_given_up(
    open_door: Callable[..., Sftp], greeting: bytes, hangs_up: bool
) -> None:
    with mute_server(greeting=greeting, hangs_up=hangs_up) as port:
        error = refusal(lambda: stage(open_door(port=port, answer_seconds=1)))
    assert not error.permanent and f"127.0.0.1:{port}" in str(error)


def test_nobody_listening_may_pass(open_door: Callable[..., Sftp]) -> None:
    error = refusal(lambda: stage(open_door(port=free_port())))
    assert not error.permanent and "the connection was refused" in str(error)


def test_a_name_without_an_address_may_pass(open_door: Callable[..., Sftp]) -> None:
    error = refusal(lambda: stage(open_door(host="no-such-host.invalid")))
    assert not error.permanent and "no address is known" in str(error)


@pytest.mark.parametrize("folder", ["/nowhere", "/inbox/below"])
def test_an_unknown_folder_needs_a_person_and_does_not_read_as_a_file_that_was_taken(
    open_door: Callable[..., Sftp], folder: str
) -> None:
    door = open_door(RemoteFolders(folder, folder))
    for call in (lambda: stage(door), lambda: release(door), door.list):
        error = refusal(call)
        assert error.permanent and f"no folder {folder}" in str(error) and not isinstance(error, PartnerFileError)


def test_a_folder_that_is_closed_to_us_needs_a_person(door: Sftp, server: Running) -> None:
    server.fault = Fault("open", "denied")
    error = refusal(lambda: stage(door))
    assert error.permanent and "does not let the folder /outbox be written to" in str(error)
