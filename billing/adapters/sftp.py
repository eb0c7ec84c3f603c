"""A trading partner by SFTP. What a lost connection left behind is found out by looking at the server, never guessed.

A file is written under a hidden name, forced to disk where the server can, compared, and renamed. A small file is read
back and hashed; of a large one the size is compared, as SSH itself guards each packet on its way.
"""

import contextlib
import hashlib
import posixpath
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import paramiko

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
from billing.adapters.ssh import LOST, Client, Connection, Login

CHUNK = 1 << 15
READ_BACK = 16 << 20
"""Up to this size a staged file is read back and hashed."""
PROBE = "oncocharge-probe"


@dataclass(frozen=True, slots=True)
class RemoteFolders:
    """Where on the partner's server our files go, and where its answers lie."""

    outbox: str
    inbox: str
    archive: str = ""
    """Where answers are moved to; asked for only with ``AfterFetching.MOVE``."""
    after_fetching: AfterFetching = AfterFetching.LEAVE


@dataclass(slots=True)
class Sftp:
    """The way to one partner's server; it connects when first asked for something, and again after a loss."""

    login: Login
    folders: RemoteFolders
    _connection: Connection | None = None
    _compared: set[str] = field(default_factory=set)
    """Files that this connection staged and compared: they need no second look before their release."""

    def stage(self, name: str, chunks: Iterable[bytes], *, sha256: str) -> None:
        """Write the file under its hidden name and compare it; what a failure leaves is written over the next time."""
        final, hidden = self._paths(name)
        with self._sftp("laying a file down") as sftp, _folder(self.folders.outbox, "written to"):
            if _is_there(sftp, final):
                _refuse_other(sftp, final, sha256)
                return
            self._compared.discard(name)
            try:
                size = _write(sftp, hidden, chunks, sha256)
                _refuse_wrong_copy(sftp, hidden, sha256, size)
            except TimeoutError:
                raise  # It would keep us waiting once more.
            except BaseException:
                self._forget(sftp, hidden)
                raise
            self._compared.add(name)

    def release(self, name: str, *, sha256: str, size: int) -> Released:
        """Rename the staged file. After a lost answer the next call finds by what lies there whether it had come."""
        final, hidden = self._paths(name)
        with self._sftp("giving a file its name") as sftp, _folder(self.folders.outbox, "written to"):
            sftp.stat(self.folders.outbox)  # A folder that is not there must not read as a file that was taken.
            if _is_there(sftp, final):
                _refuse_other(sftp, final, sha256)
                self._forget(sftp, hidden)
                return Released.BEFORE
            if not _is_there(sftp, hidden):
                return Released.GONE
            if not self._is_same(sftp, name, sha256, size):
                sftp.remove(hidden)
                return Released.ALTERED
            sftp.rename_at_once(hidden, final)
            return Released.NOW

    def list(self) -> list[Answer]:
        """Return the finished answers by name."""
        with self._sftp("listing the answers") as sftp, _folder(self.folders.inbox, "listed", PartnerAnswersError):
            found = sftp.listdir_attr(self.folders.inbox)
        return sorted(_answer(one) for one in found if is_answer_name(one.filename) and _is_file(one))

    def fetch(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of an answer; an error at the end if it grew meanwhile."""
        refuse_path(name)
        path, read = posixpath.join(self.folders.inbox, name), 0
        with self._sftp("fetching an answer") as sftp, _answer_there(name):
            with sftp.open(path, "rb") as file:
                while chunk := file.read(CHUNK):
                    read += len(chunk)
                    yield chunk
            if sftp.stat(path).st_size not in (read, None):
                raise PartnerFileError(f"The answer {name} is still being written.")

    def done_with(self, name: str) -> None:
        """Leave, move or delete a stored answer; nothing to do if it is gone."""
        refuse_path(name)
        wanted, path = self.folders.after_fetching, posixpath.join(self.folders.inbox, name)
        if wanted is AfterFetching.LEAVE:
            return
        with self._sftp("putting an answer away") as sftp, _answer_there(name):
            if not _is_there(sftp, path):
                return
            if wanted is AfterFetching.DELETE:
                sftp.remove(path)
                return
            with _folder(self.folders.archive, "written to", PartnerAnswersError):
                sftp.stat(self.folders.archive)
                sftp.rename(path, _free_name(sftp, posixpath.join(self.folders.archive, name)))

    def try_out(self, note: Callable[[str], object]) -> None:
        """Connect, look at each folder, write a probe, name it, remove it."""
        self.close()
        self._connection = Connection(self.login, note)
        folders = [("Our files go to", self.folders.outbox), ("Answers lie in", self.folders.inbox)]
        if self.folders.after_fetching is AfterFetching.MOVE:
            folders.append(("Fetched answers are moved to", self.folders.archive))
        with self._sftp("looking at its folders") as sftp:
            for words, folder in folders:
                with _folder(folder, "listed"):
                    note(f"{words} {folder}: it is there and holds {len(sftp.listdir(folder))}.")
            with _folder(self.folders.outbox, "written to"):
                self._probe(sftp)
            note(f"A probe was written to {self.folders.outbox}, compared, named and removed.")

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None
        self._compared.clear()

    @contextlib.contextmanager
    def _sftp(self, doing: str) -> Iterator[Client]:
        """Hand out the connected client; a connection on which something failed is not used again."""
        if self._connection is None or not self._connection.is_open():
            self.close()
            self._connection = Connection(self.login)
        try:
            with self._connection.in_words(doing):
                yield self._connection.sftp
        except PartnerFileError:
            raise
        except PartnerError:
            self.close()
            raise

    def _paths(self, name: str) -> tuple[str, str]:
        hidden = hidden_name(name)
        return posixpath.join(self.folders.outbox, name), posixpath.join(self.folders.outbox, hidden)

    def _is_same(self, sftp: Client, name: str, sha256: str, size: int) -> bool:
        hidden = self._paths(name)[1]
        if sftp.stat(hidden).st_size not in (size, None):
            return False
        return name in self._compared or size > READ_BACK or _digest(sftp, hidden) in (sha256, None)

    def _forget(self, sftp: Client, hidden: str) -> None:
        """Remove what is left under the hidden name, if that can be done; the next staging writes over it anyhow."""
        if self._connection is not None and self._connection.is_open():
            with contextlib.suppress(*LOST):
                sftp.remove(hidden)

    def _probe(self, sftp: Client) -> None:
        """Do with a few bytes what is done with a claim file, under hidden names: nobody takes it for one."""
        content = PROBE.encode()
        sha256 = hashlib.sha256(content).hexdigest()
        named = posixpath.join(self.folders.outbox, f".{PROBE}-{secrets.token_hex(4)}")
        hidden = f"{named}.part"
        try:
            size = _write(sftp, hidden, [content], sha256)
            _refuse_wrong_copy(sftp, hidden, sha256, size)
            sftp.rename_at_once(hidden, named)
        except BaseException:
            self._forget(sftp, hidden)
            raise
        sftp.remove(named)


@contextlib.contextmanager
def _folder(path: str, deed: str, kind: type[PartnerError] = PartnerError) -> Iterator[None]:
    """Say of a folder that is not there, or is closed to us, that only a person can help."""
    try:
        yield
    except FileNotFoundError as error:
        raise kind(
            f"The partner's server has no folder {path}. Ask for the right name, or have it made.", permanent=True
        ) from error
    except PermissionError as error:
        raise kind(
            f"The partner's server does not let the folder {path} be {deed}. Ask for the right.", permanent=True
        ) from error


@contextlib.contextmanager
def _answer_there(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise PartnerFileError(f"There is no answer {name} at the partner.") from error
    except PermissionError as error:
        raise PartnerFileError(
            f"The partner's server does not let us read or put away {name}. Ask for the right.", permanent=True
        ) from error


def _write(sftp: Client, path: str, chunks: Iterable[bytes], sha256: str) -> int:
    """Write the file, each piece answered by the server before the next; return its size."""
    digest, size = hashlib.sha256(), 0
    with sftp.open(path, "wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        if digest.hexdigest() != sha256:
            raise PartnerFileError("The stored bytes are not those that were sealed: the hash differs.", permanent=True)
        sftp.force_to_disk(file)
    return size


def _refuse_wrong_copy(sftp: Client, path: str, sha256: str, size: int) -> None:
    """Refuse a copy that is not what was written: a disk that is full may say so nowhere else."""
    stored = sftp.stat(path).st_size
    if stored not in (size, None):
        raise PartnerError(f"The partner's server kept {stored} of {size} bytes; is its disk full?")
    if size <= READ_BACK and _digest(sftp, path) not in (sha256, None):
        raise PartnerError("The partner's server gave back other bytes than it was sent.")


def _refuse_other(sftp: Client, path: str, sha256: str) -> None:
    """Refuse whatever else has the name; read it whole for that, however large: it happens once in years."""
    if not _is_file(sftp.lstat(path)) or _digest(sftp, path) not in (sha256, None):
        raise PartnerFileError(
            f"Something else named {posixpath.basename(path)} lies at the partner. It was not overwritten; find out "
            "where it is from.",
            permanent=True,
        )


def _digest(sftp: Client, path: str) -> str | None:
    """Return the hash of what lies there; ``None`` where we may write and not read."""
    digest = hashlib.sha256()
    try:
        with sftp.open(path, "rb") as file:
            file.prefetch()
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except PermissionError:
        return None
    return digest.hexdigest()


def _is_there(sftp: Client, path: str) -> bool:
    """Tell whether anything has this name, a dangling link too."""
    try:
        sftp.lstat(path)
    except FileNotFoundError:
        return False
    return True


def _is_file(status: paramiko.SFTPAttributes) -> bool:
    return status.st_mode is None or stat.S_ISREG(status.st_mode)


def _answer(found: paramiko.SFTPAttributes) -> Answer:
    return Answer(found.filename, found.st_size or 0, str(found.st_mtime or ""))


def _free_name(sftp: Client, path: str) -> str:
    """Return the name, or the first with a number behind it that nothing has: nothing is overwritten."""
    number, free = 1, path
    while _is_there(sftp, free):
        number += 1
        free = f"{path}.{number}"
    return free
