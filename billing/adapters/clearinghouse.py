"""A trading partner as a folder: we fill it, the partner's own program empties it and lays its answers beside.

``send`` is two steps, ``stage`` and ``release``, because the partner may take a file away the moment it has its name:
whoever notes in between that the whole file lies ready can tell, after a crash, "not yet handed over" from "handed
over and taken". A file is never overwritten. Not here: claims, control numbers, the database.
"""

import contextlib
import errno
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

CHUNK = 1 << 18
RESPONSES = "responses"
"""The folder inside the partner's in which its answers are looked for."""

_MODE = 0o640
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class PartnerError(Exception):
    """A partner's folder did not do what was asked. ``permanent``: trying again will not help, a person must look."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Released(Enum):
    """What became of a staged file."""

    NOW = auto()
    """It got its name in this call."""
    BEFORE = auto()
    """It stood there already, byte by byte the same."""
    GONE = auto()
    """Neither the staged file nor the named one is there: somebody took it, or removed it."""
    ALTERED = auto()
    """The staged file had other bytes than were sealed; it was removed and must be staged anew."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder in which one partner finds our files."""

    path: Path

    def stage(self, name: str, chunks: Iterable[bytes], *, sha256: str) -> None:
        """Lay the whole file down under a hidden name and force it to disk. Safe to repeat.

        Args:
            chunks: the file's bytes in order; taken one at a time.
            sha256: what they must add up to.

        Raises:
            PartnerError: the folder cannot be written, the bytes are not those that were sealed, or a file of that
                name with other bytes lies there. Nothing is left behind.
        """
        final, hidden = self._paths(name)
        with _in_words(self.path):
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

    def release(self, name: str, *, sha256: str) -> Released:
        """Give a staged file its name, in one step. Safe to repeat.

        Raises:
            PartnerError: the folder cannot be written, or what lies there has other bytes.
        """
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

    def list(self) -> list[str]:
        """Return the names of the partner's answers, ascending; files still being written (hidden) are left out."""
        with _in_words(self.path):
            folder = self.path / RESPONSES
            if not folder.is_dir():
                return []
            return sorted(
                entry.name for entry in folder.iterdir() if entry.is_file() and not entry.name.startswith(".")
            )

    def fetch(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of one of the partner's answers.

        Raises:
            PartnerError: there is no such file.
        """
        if Path(name).name != name:
            raise PartnerError(f"{name!r} is no plain file name.", permanent=True)
        with _in_words(self.path):
            yield from _read(self.path / RESPONSES / name)

    def _paths(self, name: str) -> tuple[Path, Path]:
        if not _PLAIN_NAME.fullmatch(name):
            raise PartnerError(f"{name!r} is no plain file name.", permanent=True)
        return self.path / name, self.path / f".{name}.part"


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
            raise PartnerError("The stored bytes are not those that were sealed: the hash differs.", permanent=True)
        os.fsync(file.fileno())


def _write_all(descriptor: int, chunk: bytes) -> None:
    """Write every byte: a disk that fills up takes a part first and complains only the next time."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _refuse_other(path: Path, sha256: str) -> None:
    if path.is_symlink() or not path.is_file() or _digest(path) != sha256:
        raise PartnerError(
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


@contextlib.contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    """Say what the system said as a person would; all of it may mend itself or be mended, so trying again helps."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, (error.strerror or type(error).__name__).lower())
        raise PartnerError(f"Folder {folder.name}: {reason}.") from error
