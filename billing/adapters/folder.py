"""A trading partner as a folder: we fill it, the partner's own program empties it and lays its answers beside."""

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from billing.adapters.door import (
    AfterFetching,
    Answer,
    PartnerAnswersError,
    PartnerError,
    PartnerFileError,
    Released,
    hidden_name,
    is_answer_name,
    refuse_path,
)

CHUNK = 1 << 18
RESPONSES = "responses"
"""The folder inside the partner's in which its answers are looked for."""
DONE = "done"
"""The folder inside that, into which answers are moved where the partner wants it so."""
PROBE = "oncocharge-probe"

_MODE = 0o640


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder in which one partner finds our files."""

    path: Path
    after_fetching: AfterFetching = AfterFetching.LEAVE
    is_known: bool = False
    """Files were delivered there: where the folder is missing its disk is, and it is not made in that one's place."""

    def stage(self, name: str, chunks: Iterable[bytes], *, sha256: str) -> None:
        """Lay the whole file down under a hidden name and force it to disk; a failure leaves nothing behind."""
        final, hidden = self._paths(name)
        with _in_words(self.path):
            if self.is_known:
                self.path.stat()
            self.path.mkdir(mode=0o750, exist_ok=True)
            if _is_there(final):
                _refuse_other(final, sha256)
                return
            try:
                _write(hidden, chunks, sha256)
            except BaseException:
                with contextlib.suppress(OSError):
                    hidden.unlink(missing_ok=True)
                raise
            _sync_folder(self.path)

    def release(self, name: str, *, sha256: str, size: int) -> Released:
        """Give a staged file its name. Its hash alone decides, ``size`` is not asked for."""
        final, hidden = self._paths(name)
        with _in_words(self.path):
            self.path.stat()  # A folder that is not mounted must not read as a folder that was emptied.
            if _is_there(final):
                _refuse_other(final, sha256)
                hidden.unlink(missing_ok=True)
                _sync_folder(self.path)
                return Released.BEFORE
            if not _is_there(hidden):
                return Released.GONE
            if _digest(hidden) != sha256:
                hidden.unlink()
                return Released.ALTERED
            hidden.rename(final)
            _sync_folder(self.path)
            return Released.NOW

    def list(self) -> list[Answer]:
        """Return the finished answers by name; none where the partner made no folder for them yet."""
        with _in_words(self.path, PartnerAnswersError):
            folder = self.path / RESPONSES
            if not folder.is_dir():
                return []
            with os.scandir(folder) as entries:
                found = [entry for entry in entries if is_answer_name(entry.name) and entry.is_file()]
            return sorted(_answer(entry) for entry in found)

    def fetch(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of an answer; an error at the end if it grew meanwhile."""
        refuse_path(name)
        path, read = self.path / RESPONSES / name, 0
        with _in_words(self.path, PartnerAnswersError):
            if not path.is_file():
                raise PartnerFileError(f"There is no answer {name} in the folder.")
            for chunk in _read(path):
                read += len(chunk)
                yield chunk
            if path.stat().st_size != read:
                raise PartnerFileError(f"The answer {name} is still being written.")

    def done_with(self, name: str) -> None:
        """Leave, move or delete a stored answer; nothing to do if it is gone."""
        refuse_path(name)
        path = self.path / RESPONSES / name
        with _in_words(self.path, PartnerAnswersError):
            if self.after_fetching is AfterFetching.LEAVE or not _is_there(path):
                return
            if self.after_fetching is AfterFetching.DELETE:
                path.unlink(missing_ok=True)
                return
            done = path.parent / DONE
            done.mkdir(mode=0o750, exist_ok=True)
            path.rename(_free_name(done / name))

    def try_out(self, note: Callable[[str], object]) -> None:
        """Write a probe as a claim file is written, under hidden names; remove it; look for the answers.

        Both folders are made where they are missing: a partner puts answers only where there is a place for them.
        """
        named = self.path / f".{PROBE}-{os.getpid()}"
        hidden = named.with_name(f"{named.name}.part")
        with _in_words(self.path):
            self.path.mkdir(mode=0o750, exist_ok=True)
            note(f"The folder {self.path.name} is there.")
            try:
                _write(hidden, [PROBE.encode()], hashlib.sha256(PROBE.encode()).hexdigest())
                hidden.rename(named)
            finally:
                hidden.unlink(missing_ok=True)
                named.unlink(missing_ok=True)
            note("A probe was written, named and removed.")
            (self.path / RESPONSES).mkdir(mode=0o750, exist_ok=True)
        note(f"The folder for answers, {RESPONSES}, is there and holds {len(self.list())}.")

    def close(self) -> None:
        """Nothing to let go of."""

    def _paths(self, name: str) -> tuple[Path, Path]:
        return self.path / name, self.path / hidden_name(name)


def _answer(entry: "os.DirEntry[str]") -> Answer:
    status = entry.stat()
    return Answer(entry.name, status.st_size, str(status.st_mtime_ns))


def _free_name(path: Path) -> Path:
    """Return the name, or the first with a number behind it that nothing has: nothing is overwritten."""
    number = 1
    free = path
    while _is_there(free):
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free


def _is_there(path: Path) -> bool:
    """Tell whether anything has this name, a dangling link too."""
    return os.path.lexists(path)


def _write(path: Path, chunks: Iterable[bytes], sha256: str) -> None:
    digest = hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, _MODE)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        for chunk in chunks:
            digest.update(chunk)
            _write_all(file.fileno(), chunk)
        if digest.hexdigest() != sha256:
            raise PartnerFileError("The stored bytes are not those that were sealed: the hash differs.", permanent=True)
        os.fsync(file.fileno())


def _write_all(descriptor: int, chunk: bytes) -> None:
    """Write every byte: a disk that fills up takes a part first and complains only the next time."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _refuse_other(path: Path, sha256: str) -> None:
    if path.is_symlink() or not path.is_file() or _digest(path) != sha256:
        raise PartnerFileError(
            f"Something else named {path.name} lies in the folder. It was not overwritten; find out where it is from.",
            permanent=True,
        )


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for chunk in _read(path):
        digest.update(chunk)
    return digest.hexdigest()


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _sync_folder(path: Path) -> None:
    """Force a new name to disk: until then a power cut can take it back."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.ENOENT: "it does not exist; is the disk mounted?",
    errno.EROFS: "it is mounted read-only",
    errno.EACCES: "this process may not write there",
    errno.EPERM: "this process may not write there",
    errno.ENOTDIR: "it is no folder",
    errno.EIO: "the disk reports an error",
}


_NEEDS_A_PERSON = (errno.EACCES, errno.EPERM, errno.ENOTDIR)


@contextlib.contextmanager
def _in_words(folder: Path, kind: type[PartnerError] = PartnerError) -> Iterator[None]:
    """Say what the system said as a person would. A disk that is full or not mounted may mend itself, rights do not."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, (error.strerror or type(error).__name__).lower())
        raise kind(f"Folder {folder.name}: {reason}.", permanent=error.errno in _NEEDS_A_PERSON) from error
