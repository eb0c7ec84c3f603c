"""Answers fetched from a real SFTP server, and trying a connection out."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from billing.adapters.door import AfterFetching, PartnerError, PartnerFileError
from billing.adapters.sftp import RemoteFolders, Sftp
from tests.sftp_server import PASSWORD, Running

CONTENT = b"ISA*00*          *" + b"claims and more claims~" * 5000
FOLDERS = RemoteFolders("/outbox", "/inbox", "/archive")


def refusal(call: Callable[[], object]) -> PartnerError:
    with pytest.raises(PartnerError) as caught:
        call()
    return caught.value


def test_finished_answers_are_listed_with_size_and_moment_and_fetched(door: Sftp, server: Running) -> None:
    inbox = server.root / "inbox"
    (inbox / "b.999").write_bytes(b"ISA*2")
    (inbox / "a.835").write_bytes(CONTENT)
    (inbox / ".hidden").write_bytes(b"IS")
    (inbox / "c.999.filepart").write_bytes(b"IS")
    (inbox / "old").mkdir()
    listed = door.list()
    assert [(answer.name, answer.size) for answer in listed] == [("a.835", len(CONTENT)), ("b.999", 5)]
    assert all(answer.modified.isdigit() for answer in listed)
    assert b"".join(door.fetch("a.835")) == CONTENT


def test_an_answer_that_changes_while_it_is_read_is_not_taken_for_whole(door: Sftp, server: Running) -> None:
    path = server.root / "inbox" / "a.835"
    path.write_bytes(CONTENT)
    pieces = door.fetch("a.835")
    next(pieces)
    path.write_bytes(CONTENT[:100])
    with pytest.raises(PartnerFileError, match="still being written"):
        list(pieces)


@pytest.mark.parametrize("name", ["missing.999", "../outbox/secret", ".hidden", ""])
def test_an_answer_that_is_not_there_or_no_name_is_an_error(door: Sftp, server: Running, name: str) -> None:
    (server.root / "outbox" / "secret").write_text("x")
    assert isinstance(refusal(lambda: list(door.fetch(name))), PartnerFileError)


@pytest.mark.parametrize(
    ("after", "left", "moved"), [("leave", ["a.999"], []), ("move", [], ["a.999"]), ("delete", [], [])]
)
def test_a_fetched_answer_is_left_moved_or_deleted_as_the_partner_wants(
    open_door: Callable[..., Sftp], server: Running, after: str, left: list[str], moved: list[str]
) -> None:
    (server.root / "inbox" / "a.999").write_bytes(b"ISA")
    door = open_door(replace(FOLDERS, after_fetching=AfterFetching(after)))
    door.done_with("a.999")
    door.done_with("a.999")
    assert server.names("inbox") == left and server.names("archive") == moved


def test_an_answer_is_moved_beside_an_older_one_of_its_name(open_door: Callable[..., Sftp], server: Running) -> None:
    door = open_door(replace(FOLDERS, after_fetching=AfterFetching.MOVE))
    for content in (b"first", b"second"):
        (server.root / "inbox" / "a.999").write_bytes(content)
        door.done_with("a.999")
    assert server.names("archive") == ["a.999", "a.999.2"]
    assert (server.root / "archive" / "a.999").read_bytes() == b"first"


# --- trying it out ----------------------------------------------------------------------------------------------------


def test_trying_out_says_each_step_and_leaves_nothing(door: Sftp, server: Running) -> None:
    said: list[str] = []
    door.try_out(said.append)
    assert [words.split(" ")[0] for words in said] == [f"127.0.0.1:{server.port}", "Its", "It", "Our", "Answers", "A"]
    assert server.host_keys[0].get_fingerprint() in said[1]
    assert server.names() == [] and PASSWORD not in " ".join(said)


def test_trying_out_stops_at_the_step_that_fails(open_door: Callable[..., Sftp], server: Running) -> None:
    said: list[str] = []
    error = refusal(lambda: open_door(replace(FOLDERS, inbox="/nowhere")).try_out(said.append))
    assert "no folder /nowhere" in str(error) and len(said) == 4
