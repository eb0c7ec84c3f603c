"""A sealed file reaches its partner's folder whole, once, under its name, or says why not."""

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from billing.adapters.door import PartnerError
from billing.adapters.folder import Folder
from billing.models import ClaimFile, ClaimFilePart, TradingPartner
from billing.partners.trial import try_connection
from billing.submission import (
    SubmissionError,
    deliver_sealed,
    file_bytes,
    recent_files,
    release,
    settle,
    stage,
    undelivered_files,
)
from billing.submission.delivery import UNCERTAIN
from tests import cast
from tests.exports import department, export, partner, past_every_trigger, released_line, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> Path:
    settings.CLAIM_OUTBOX = tmp_path / "outbox"
    return tmp_path / "outbox"


@pytest.fixture
def folder(outbox: Path) -> Path:
    partner()
    return outbox / "bayclearing"


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> ClaimFile:
    """A sealed file that nobody has tried to deliver yet."""
    released_line(cast.ada())
    with monkeypatch.context() as patch:
        patch.setattr("billing.submission.export.deliver_sealed", lambda **_: [])
        export()
    return ClaimFile.objects.get()


def state(file: ClaimFile) -> tuple[bool, bool, str]:
    """Whether the file is staged, whether it is delivered, and what keeps it."""
    file.refresh_from_db()
    return file.staged_at is not None, file.delivered_at is not None, file.delivery_error


def lying_there(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_the_file_lies_in_the_folder_byte_by_byte_as_it_was_sealed(sealed: ClaimFile, folder: Path) -> None:
    (delivered,) = deliver_sealed()
    assert delivered.error == "" and state(sealed) == (True, True, "")
    assert lying_there(folder) == [sealed.name]
    assert (folder / sealed.name).read_bytes() == text_of(sealed).encode()
    assert list(undelivered_files()) == [] and list(recent_files()) == [sealed]


def test_name_and_content_are_forced_to_disk_in_that_order(
    sealed: ClaimFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def note_sync(descriptor: int) -> None:
        steps.append("sync " + Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        fsync(descriptor)

    def note_rename(path: Path, target: Path) -> Path:
        steps.append(f"rename {path.name}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "rename", note_rename)
    deliver_sealed()
    hidden = f".{sealed.name}.part"
    assert steps == [f"sync {hidden}", "sync bayclearing", f"rename {hidden}", "sync bayclearing"]


def test_delivering_again_changes_nothing(sealed: ClaimFile, folder: Path) -> None:
    deliver_sealed()
    first = (folder / sealed.name).stat()
    assert deliver_sealed() == []
    stage(file_id=sealed.pk)
    release(file_id=sealed.pk)
    assert (folder / sealed.name).stat().st_ino == first.st_ino and lying_there(folder) == [sealed.name]


def test_a_delivered_file_that_the_partner_took_is_not_sent_again(sealed: ClaimFile, folder: Path) -> None:
    deliver_sealed()
    (folder / sealed.name).unlink()
    assert deliver_sealed() == [] and export().errors == []
    assert lying_there(folder) == []


def test_a_file_that_lies_there_already_is_delivered(sealed: ClaimFile, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / sealed.name).write_bytes(text_of(sealed).encode())
    deliver_sealed()
    assert state(sealed) == (True, True, "")


@pytest.mark.parametrize("thing", ["file", "folder", "link", "dangling link"])
def test_whatever_else_has_the_name_is_never_overwritten(sealed: ClaimFile, folder: Path, thing: str) -> None:
    folder.mkdir(parents=True)
    there = folder / sealed.name
    if thing == "file":
        there.write_text("something else")
    elif thing == "folder":
        there.mkdir()
    else:
        target = folder.parent / "elsewhere"
        there.symlink_to(target)
        if thing == "link":
            target.write_text(text_of(sealed))
    before = _what_lies(there)
    (delivered,) = deliver_sealed()
    assert "was not overwritten" in delivered.error
    assert state(sealed) == (False, False, delivered.error)
    assert _what_lies(there) == before and lying_there(folder) == [sealed.name]


def _what_lies(path: Path) -> tuple[int, ...]:
    """What tells a thing from another; not when it was last looked into, for that changes by looking."""
    stat = os.lstat(path)
    return stat.st_ino, stat.st_mode, stat.st_size, stat.st_mtime_ns


def test_bytes_altered_in_the_database_are_not_sent(sealed: ClaimFile, folder: Path) -> None:
    content = bytes(ClaimFilePart.objects.get().content)
    with past_every_trigger():
        ClaimFilePart.objects.update(content=content.replace(b"*910*", b"*911*"))
    (delivered,) = deliver_sealed()
    assert "not those that were sealed" in delivered.error
    assert lying_there(folder) == []


def test_every_single_altered_byte_is_noticed(sealed: ClaimFile, tmp_path: Path) -> None:
    content = text_of(sealed).encode()
    target = Folder(tmp_path / "folder")
    for place in range(len(content)):
        altered = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises(PartnerError, match="not those that were sealed"):
            target.stage(sealed.name, [altered], sha256=sealed.sha256)
    assert lying_there(tmp_path / "folder") == []


def test_a_staged_copy_altered_before_its_release_is_laid_down_anew(sealed: ClaimFile, folder: Path) -> None:
    stage(file_id=sealed.pk)
    (folder / f".{sealed.name}.part").write_text("ISA")
    (delivered,) = deliver_sealed()
    assert "was altered between two steps" in delivered.error
    assert state(sealed)[:2] == (False, False) and lying_there(folder) == []
    deliver_sealed()
    assert (folder / sealed.name).read_bytes() == text_of(sealed).encode()


# --- a disk or a folder that does not do its part -------------------------------------------------------------------


def test_a_disk_that_fills_up_at_any_byte_leaves_nothing_and_the_next_delivery_sends_all(
    sealed: ClaimFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, write = text_of(sealed).encode(), os.write
    for room in range(0, len(content), 37):
        left = room

        def write_while_there_is_room(descriptor: int, data: bytes) -> int:
            nonlocal left
            if not left:
                raise OSError(errno.ENOSPC, "No space left on device")
            taken = write(descriptor, data[:left])
            left -= taken
            return taken

        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write_while_there_is_room)
            (delivered,) = deliver_sealed()
        assert delivered.error == "Folder bayclearing: the disk is full."
        assert state(sealed) == (False, False, delivered.error) and lying_there(folder) == []
    deliver_sealed()
    assert state(sealed) == (True, True, "") and (folder / sealed.name).read_bytes() == content


@pytest.fixture
def small_disk(outbox: Path) -> Iterator[Path]:
    outbox.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", outbox], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a small disk; the same with a full write is tried byte by byte elsewhere")
    yield outbox
    subprocess.run(["umount", "-l", outbox], check=True)


def test_a_really_full_disk_is_reported_and_mended_by_making_room(small_disk: Path) -> None:
    partner()
    department(200)
    (small_disk / "something-big").write_bytes(bytes(20_000))
    exported = export()
    assert exported.claims == 200
    assert [delivered.error for delivered in exported.partners[0].delivered] == [
        "Folder bayclearing: the disk is full."
    ]
    assert lying_there(small_disk / "bayclearing") == []
    subprocess.run(["mount", "-o", "remount,size=2m", small_disk], check=True)
    deliver_sealed()
    file = ClaimFile.objects.get()
    assert (small_disk / "bayclearing" / file.name).read_bytes() == text_of(file).encode()


@pytest.mark.parametrize(
    ("call", "code", "words"),
    [
        ("open", errno.EACCES, "this process may not write there"),
        ("open", errno.EROFS, "it is mounted read-only"),
        ("fsync", errno.EIO, "the disk reports an error"),
        ("fsync", errno.EDQUOT, "the disk quota is used up"),
    ],
)
def test_a_refusal_of_the_system_is_said_in_words(sealed: ClaimFile, call: str, code: int, words: str) -> None:
    def refuses(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, call, refuses)
        (delivered,) = deliver_sealed()
    assert delivered.error == f"Folder bayclearing: {words}."
    assert state(sealed) == (False, False, delivered.error)
    deliver_sealed()
    assert state(sealed) == (True, True, "")


def test_a_rename_that_fails_is_tried_again_from_there(
    sealed: ClaimFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuses)
        deliver_sealed()
    assert state(sealed) == (True, False, "Folder bayclearing: the disk reports an error.")
    assert lying_there(folder) == [f".{sealed.name}.part"]
    deliver_sealed()
    assert state(sealed) == (True, True, "") and lying_there(folder) == [sealed.name]


def test_in_production_a_missing_outbox_is_an_unmounted_disk_and_is_not_made(
    sealed: ClaimFile, outbox: Path, settings: Settings
) -> None:
    settings.IS_PRODUCTION = True
    (delivered,) = deliver_sealed()
    assert "does not exist; is the disk mounted?" in delivered.error and not outbox.exists()
    outbox.mkdir()
    deliver_sealed()
    assert state(sealed) == (True, True, "")


def test_in_production_the_empty_place_of_an_unmounted_disk_takes_no_file(
    sealed: ClaimFile, folder: Path, outbox: Path, settings: Settings
) -> None:
    deliver_sealed()
    settings.IS_PRODUCTION = True
    folder.rename(outbox / "unmounted")
    released_line(cast.clara())
    (delivered,) = export().partners[0].delivered
    assert "does not exist; is the disk mounted?" in delivered.error and not folder.exists()
    (outbox / "unmounted").rename(folder)
    assert [one.error for one in deliver_sealed()] == [""]
    folder.rename(outbox / "lost for good")
    assert try_connection(sealed.partner).has_passed and folder.exists()


def test_a_disk_unmounted_after_staging_does_not_read_as_taken(
    sealed: ClaimFile, folder: Path, outbox: Path, settings: Settings
) -> None:
    settings.IS_PRODUCTION = True
    outbox.mkdir()
    stage(file_id=sealed.pk)
    folder.rename(outbox / "unmounted")
    (delivered,) = deliver_sealed()
    assert "is the disk mounted?" in delivered.error
    (outbox / "unmounted").rename(folder)
    deliver_sealed()
    assert state(sealed) == (True, True, "")


def test_a_production_file_is_not_delivered_from_a_copy_of_the_database(sealed: ClaimFile, folder: Path) -> None:
    with past_every_trigger():
        ClaimFile.objects.update(usage="P")
    (delivered,) = deliver_sealed()
    assert "ONCOCHARGE_ENV=production" in delivered.error and lying_there(folder) == []


def test_one_file_that_cannot_go_does_not_keep_the_next_and_both_go_in_the_end(sealed: ClaimFile, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / sealed.name).write_text("something else")
    released_line(cast.clara())
    exported = export()
    assert [delivered.error != "" for delivered in exported.partners[0].delivered] == [True, False]
    (folder / sealed.name).unlink()
    deliver_sealed()
    assert lying_there(folder) == sorted(ClaimFile.objects.values_list("name", flat=True))


def test_an_export_that_seals_nothing_delivers_what_waited(sealed: ClaimFile, folder: Path) -> None:
    exported = export()
    assert exported.claims == 0 and lying_there(folder) == [sealed.name]


def test_files_of_a_partner_that_is_switched_off_wait(sealed: ClaimFile, folder: Path) -> None:
    TradingPartner.objects.update(is_active=False)
    assert deliver_sealed() == [] and lying_there(folder) == []
    assert list(undelivered_files()) == [sealed]


# --- handed over or not: the one thing that no machine can know -----------------------------------------------------


@pytest.fixture
def gone(sealed: ClaimFile, folder: Path) -> ClaimFile:
    """Killed after the rename and before the note; the partner took the file in the meantime."""
    stage(file_id=sealed.pk)
    (folder / f".{sealed.name}.part").unlink()
    deliver_sealed()
    return sealed


def test_a_file_that_is_gone_before_it_was_noted_is_not_sent_on_a_guess(gone: ClaimFile, folder: Path) -> None:
    assert state(gone) == (True, False, UNCERTAIN)
    deliver_sealed()
    assert lying_there(folder) == []


def test_a_person_says_that_the_partner_has_it(gone: ClaimFile, folder: Path) -> None:
    settle(file_id=gone.pk, was_taken=True)
    assert state(gone) == (True, True, "")
    assert deliver_sealed() == [] and lying_there(folder) == []


def test_a_person_says_that_it_must_go_again(gone: ClaimFile, folder: Path) -> None:
    settle(file_id=gone.pk, was_taken=False)
    deliver_sealed()
    assert state(gone) == (True, True, "") and lying_there(folder) == [gone.name]


def test_nothing_else_can_be_settled(sealed: ClaimFile) -> None:
    with pytest.raises(SubmissionError, match="nothing to settle"):
        settle(file_id=sealed.pk, was_taken=True)
    deliver_sealed()
    with pytest.raises(SubmissionError, match="nothing to settle"):
        settle(file_id=sealed.pk, was_taken=False)


# --- the folder itself ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a b", "a\nb"])
def test_a_name_that_is_a_path_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PartnerError, match="no plain file name"):
        Folder(tmp_path).stage(name, [b""], sha256="")


def test_the_partners_answers_are_listed_and_fetched_and_half_written_ones_are_not(tmp_path: Path) -> None:
    target = Folder(tmp_path / "bay")
    assert target.list() == []
    answers = tmp_path / "bay" / "responses"
    answers.mkdir(parents=True)
    (answers / "b.999").write_bytes(b"ISA*2")
    (answers / "a.999").write_bytes(b"ISA*1")
    (answers / ".c.999.part").write_bytes(b"IS")
    (answers / "old").mkdir()
    assert [(answer.name, answer.size) for answer in target.list()] == [("a.999", 5), ("b.999", 5)]
    assert b"".join(target.fetch("a.999")) == b"ISA*1"


@pytest.mark.parametrize("name", ["missing.999", "../secret"])
def test_an_answer_that_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("x")
    (tmp_path / "bay" / "responses").mkdir(parents=True)
    with pytest.raises(PartnerError):
        list(Folder(tmp_path / "bay").fetch(name))


def test_a_download_gives_the_sealed_bytes(sealed: ClaimFile) -> None:
    assert b"".join(file_bytes(file_id=sealed.pk)) == text_of(sealed).encode()


def test_the_file_is_for_owner_and_group_alone(sealed: ClaimFile, folder: Path) -> None:
    deliver_sealed()
    assert (folder / sealed.name).stat().st_mode & 0o007 == 0
