"""A real SFTP server for the tests, in a thread: its folder is on disk, and it fails on the stroke it is told to.

Not the product's client: asyncssh speaks here, paramiko there.
"""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncssh

USER, PASSWORD = "harbor", "correct horse battery staple"
T = TypeVar("T")
asyncssh.set_log_level("ERROR")


@dataclass(slots=True)
class Fault:
    """What goes wrong: at which stroke of which deed, before or after it is done."""

    deed: str
    kind: str
    """drop, hang, full, denied, lie (says it did, and did not)."""
    when: str = "before"
    stroke: int = 1

    def is_due(self, deed: str) -> bool:
        """Count the strokes of the deed; tell whether this is the one."""
        if deed != self.deed:
            return False
        self.stroke -= 1
        return self.stroke == 0


@dataclass(slots=True)
class Running:
    """The server as the tests see it."""

    root: Path
    port: int = 0
    fault: Fault | None = None
    deeds: list[str] = field(default_factory=list)
    host_keys: list[asyncssh.SSHKey] = field(default_factory=list)
    sign_ins: int = 0
    password: str = PASSWORD

    @property
    def host_key_lines(self) -> str:
        """The server's public keys, as they are pinned."""
        return "\n".join(key.export_public_key().decode().strip() for key in self.host_keys)

    def names(self, folder: str = "outbox") -> list[str]:
        """What lies in a folder, hidden names too."""
        return sorted(path.name for path in (self.root / folder).iterdir())


class _Files(asyncssh.SFTPServer):
    def __init__(self, chan: "asyncssh.SSHServerChannel[bytes]", running: Running) -> None:
        super().__init__(chan, chroot=str(running.root).encode())
        self._running = running

    async def _meet(self, deed: str, do: Callable[[], T]) -> T:
        self._running.deeds.append(deed)
        fault = self._running.fault
        strikes = fault is not None and fault.is_due(deed)
        if fault is not None and strikes and fault.when == "before":
            await self._strike(fault)
            if fault.kind == "lie":
                return None  # type: ignore[return-value]  # what these deeds answer
        done = do()
        if fault is not None and strikes and fault.when == "after":
            await self._strike(fault)
        return done

    async def _strike(self, fault: Fault) -> None:
        if fault.kind == "drop":
            self.channel.get_connection().abort()
            raise asyncssh.SFTPConnectionLost("dropped")
        if fault.kind == "hang":
            await asyncio.sleep(3600)
        if fault.kind == "full":
            raise asyncssh.SFTPFailure("No space left on device")
        if fault.kind == "denied":
            raise asyncssh.SFTPPermissionDenied("Permission denied")

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        return await self._meet(
            "open" if pflags & asyncssh.FXF_WRITE else "read", lambda: super(_Files, self).open(path, pflags, attrs)
        )

    async def write(self, file_obj: object, offset: int, data: bytes) -> Any:
        return await self._meet("write", lambda: super(_Files, self).write(file_obj, offset, data))

    async def fsync(self, file_obj: object) -> Any:
        return await self._meet("fsync", lambda: super(_Files, self).fsync(file_obj))

    async def close(self, file_obj: object) -> Any:
        return await self._meet("close", lambda: super(_Files, self).close(file_obj))

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> Any:
        return await self._meet("rename", lambda: super(_Files, self).posix_rename(oldpath, newpath))

    async def lstat(self, path: bytes) -> Any:
        return await self._meet("lstat", lambda: super(_Files, self).lstat(path))


class _Doorman(asyncssh.SSHServer):
    def __init__(self, running: Running) -> None:
        self._running = running

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._running.sign_ins += 1
        return username == USER and password == self._running.password


@contextlib.contextmanager
def sftp_server(
    root: Path, *, client_keys: str = "", host_keys: "list[asyncssh.SSHKey] | None" = None
) -> Iterator[Running]:
    """Run a server with the folders ``outbox``, ``inbox`` and ``archive`` below ``root``.

    Args:
        client_keys: public keys that are let in, as in authorized_keys.
        host_keys: made anew unless given.
    """
    for name in ("outbox", "inbox", "archive"):
        (root / name).mkdir(parents=True, exist_ok=True)
    running = Running(root, host_keys=host_keys or [asyncssh.generate_private_key("ssh-ed25519")])
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="sftp-server", daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            lambda: _Doorman(running),
            "127.0.0.1",
            0,
            server_host_keys=running.host_keys,
            authorized_client_keys=asyncssh.import_authorized_keys(client_keys) if client_keys else None,
            sftp_factory=lambda chan: _Files(chan, running),
            encoding=None,
        )

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
    running.port = acceptor.get_port()
    try:
        yield running
    finally:

        async def stop() -> None:
            acceptor.close()
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


@contextlib.contextmanager
def mute_server(*, greeting: bytes = b"", hangs_up: bool = False) -> Iterator[int]:
    """Listen on a port: take the connection, say the greeting, then nothing, or hang up at once."""
    listening = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = listening.accept()
                line.sendall(greeting)
                if hangs_up:
                    line.close()
                else:
                    taken.append(line)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)
        for line in taken:
            line.close()


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
