"""What one checkout keeps between starts, in .local/: secrets, ports, the env file, what was done.

``.local/env`` is what settings.py reads in development, so that ``manage.py`` in a second terminal
reaches the same servers. What this is not: the servers' data, which lies beside it (identity.py).
"""

import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from start.processes import StopRequest
from start.voice import Refusal


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read; readers see the old text or the new, never half."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)


@dataclass
class Local:
    """The folder .local of a checkout."""

    folder: Path
    kept: dict[str, str] = field(default_factory=dict)
    lock: IO[str] | None = None

    @classmethod
    def open(cls, root: Path) -> "Local":
        """Open the folder, make it if need be, and read what it keeps."""
        folder = root / ".local"
        folder.mkdir(mode=0o711, exist_ok=True)
        try:
            found = json.loads((folder / "kept.json").read_text())
        except (OSError, ValueError):
            found = {}
        return cls(folder, {str(key): str(value) for key, value in found.items()})

    def keep(self, **values: str) -> None:
        """Remember these values for the next start."""
        self.kept.update(values)
        write_private(self.folder / "kept.json", json.dumps(self.kept, indent=1))

    def secret(self, name: str) -> str:
        """Return a secret of this checkout, made at its first use."""
        if name not in self.kept:
            self.keep(**{name: secrets.token_hex(32)})
        return self.kept[name]

    def port(self, name: str) -> int:
        """Return the port that a server had last time, or 0."""
        return int(self.kept.get(f"{name}_port", "0"))

    def write_env(self, variables: Mapping[str, str]) -> None:
        """Write the variables that lead manage.py to the servers of this start."""
        lines = ["# Written by every `make run`; read by settings.py in development for what is unset."]
        write_private(
            self.folder / "env", "\n".join([*lines, *(f"{key}={value}" for key, value in variables.items())]) + "\n"
        )

    def read_env(self) -> dict[str, str]:
        """Return what the last start wrote."""
        try:
            lines = (self.folder / "env").read_text().splitlines()
        except OSError:
            return {}
        return {
            key: value for key, equals, value in (line.partition("=") for line in lines) if equals and key[0] != "#"
        }

    def claim(self) -> None:
        """Make this the one running start of the checkout, or say where the other one is."""
        self.lock = (self.folder / "run.lock").open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(self._running_already()) from None

    def is_claimed(self) -> bool:
        """Say whether a start of this checkout is running now."""
        with (self.folder / "run.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def note_running(self, address: str) -> None:
        """Leave word for a second start of where this one is."""
        write_private(self.folder / "running", f"{os.getpid()} {address}\n")

    def forget_running(self) -> None:
        (self.folder / "running").unlink(missing_ok=True)

    def _running_already(self) -> str:
        try:
            pid, address = (self.folder / "running").read_text().split()
        except (OSError, ValueError):
            return "oncocharge is being started from this checkout already, in another terminal."
        return f"oncocharge runs already from this checkout: {address} (process {pid}). Ctrl-C there stops it."


@contextmanager
def one_at_a_time(lock_file: Path, stop: StopRequest) -> Iterator[None]:
    """Wait until no other start of this checkout is in here; give up waiting if we are asked to stop."""
    lock_file.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    with lock_file.open("w") as lock:
        while True:
            stop.obey()
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.1)
        yield


def fingerprint(texts: Iterable[str], files: Iterable[Path]) -> str:
    """Return one hash over texts and over the names and contents of files."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\0")
    for path in sorted(files):
        digest.update(str(path).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
