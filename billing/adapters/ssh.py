"""A verified, signed-in SFTP connection: its host key is one of those pinned, every wait has an end.

paramiko does the protocol. Here stands what it leaves open: which keys are right, when to give up, and what a failure
means to a person. Not here: files.
"""

import contextlib
import logging
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko

from billing.adapters.door import PartnerError
from billing.adapters.host_keys import PinnedKey, algorithms_of

CONNECT_SECONDS = 15
ANSWER_SECONDS = 30
"""How long one answer of the server may take."""
MOST_SECONDS = 600
"""How long a connection lasts at most: a server that trickles is cut too."""
TRIAL_SECONDS, MOST_TRIAL_SECONDS = 8, 25
"""The same where a person waits at a page."""
LOST = (paramiko.SSHException, paramiko.SFTPError, EOFError, OSError, UnicodeError, struct.error)
"""What paramiko raises where a connection, or the server's patience, has ended."""
_VERSION = 3  # of SFTP, as all servers speak it

# paramiko logs each lost connection with a traceback; ours say it in a sentence.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Login:
    """Where a partner's server is, how it is known, and how we prove who we are: with a key, or a password."""

    host: str
    port: int
    user: str
    host_keys: tuple[PinnedKey, ...]
    key_file: Path | None = None
    passphrase: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS
    most_seconds: float = MOST_SECONDS

    @property
    def address(self) -> str:
        """Host and port, as messages name them."""
        return f"{self.host}:{self.port}"


class Client(paramiko.SFTPClient):
    """paramiko's client, which also remembers what the server said it can do beyond the standard."""

    extensions: frozenset[str] = frozenset()

    def _send_version(self) -> int:
        hello = paramiko.Message()
        hello.add_int(_VERSION)
        self._send_packet(paramiko.sftp.CMD_INIT, hello)  # type: ignore[attr-defined]
        kind, content = self._read_packet()  # type: ignore[attr-defined]
        if kind != paramiko.sftp.CMD_VERSION:
            raise paramiko.SFTPError("Incompatible sftp protocol")
        message = paramiko.Message(content)
        version = message.get_int()
        names = []
        while message.get_remainder():
            names.append(message.get_binary().decode("ascii", "replace"))
            message.get_binary()  # the extension's own version
        self.extensions = frozenset(names)
        return version

    def force_to_disk(self, file: paramiko.SFTPFile) -> None:
        """Ask the server to force a file to its disk; nothing happens where it cannot."""
        if "fsync@openssh.com" in self.extensions:
            handle: Any = file.handle
            self._request(paramiko.sftp.CMD_EXTENDED, "fsync@openssh.com", handle)  # type: ignore[attr-defined]

    def rename_at_once(self, before: str, after: str) -> None:
        """Rename in one step where the server can, else as the standard has it."""
        if "posix-rename@openssh.com" in self.extensions:
            self.posix_rename(before, after)
        else:
            self.rename(before, after)


class Connection:
    """One signed-in connection. It ends with ``close``, or by itself after the login's ``most_seconds``."""

    def __init__(self, login: Login, note: Callable[[str], object] = lambda _: None) -> None:
        """Connect, look at the host key, sign in, open SFTP; tell ``note`` of each step that went well.

        Raises:
            PartnerError: what did not.
        """
        self.login = login
        self._is_cut = False
        self._transport: paramiko.Transport | None = None
        self._watchdog = threading.Timer(login.most_seconds, self._cut)
        self._watchdog.daemon = True
        key = _private_key(login.key_file, login.passphrase) if login.key_file is not None else None
        try:
            with self.in_words("connecting"):
                self.sftp = self._open(key, note)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the connection. Safe to repeat."""
        self._watchdog.cancel()
        if self._transport is not None:
            self._transport.close()

    def is_open(self) -> bool:
        """Tell whether the connection still stands, as far as this side knows."""
        return self._transport is not None and self._transport.is_active()

    @contextlib.contextmanager
    def in_words(self, doing: str) -> Iterator[None]:
        """Say what went wrong with the connection as a person would; a refusal of a file is not its matter."""
        try:
            yield
        except PartnerError:
            raise
        except paramiko.AuthenticationException as error:
            raise self._refusal(error) from error
        except paramiko.ssh_exception.IncompatiblePeer as error:
            raise PartnerError(
                f"{self.login.address} and we have no algorithm in common, or it does not have a key of the pinned "
                "kind. Ask the partner which host keys and algorithms its server has.",
                permanent=True,
            ) from error
        except LOST as error:
            raise PartnerError(f"{self.login.address}: {self._reason(error)} while {doing}.") from error

    def _open(self, key: paramiko.PKey | None, note: Callable[[str], object]) -> Client:
        self._watchdog.start()
        shown: list[paramiko.PKey] = []
        transport = self._negotiate(shown)
        note(f"{self.login.address} answers.")
        while not self._is_pinned(shown[-1]):
            # It may have other kinds of keys, and only a fingerprint is known: ask for those it has not shown.
            transport.close()
            besides = {one.get_name() for one in shown}
            if all(pinned.kind for pinned in self.login.host_keys) or not algorithms_of(
                self.login.host_keys, besides=besides
            ):
                raise self._wrong_host_key(shown)
            try:
                transport = self._negotiate(shown)
            except paramiko.ssh_exception.IncompatiblePeer:
                raise self._wrong_host_key(shown) from None
        note(f"Its host key is the pinned one: {shown[-1].get_name()} {shown[-1].fingerprint}.")
        self._sign_in(transport, key, note)
        return self._open_sftp(transport)

    def _negotiate(self, shown: list[paramiko.PKey]) -> paramiko.Transport:
        """Connect and agree on algorithms; add the host key that the server shows. Nothing of ours is told yet."""
        login = self.login
        with contextlib.ExitStack() as undo:
            line = socket.create_connection((login.host, login.port), timeout=login.connect_seconds)
            undo.callback(line.close)
            # Each piece waits for its answer; held back for more, as TCP does by itself, it would wait 40 ms longer.
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._transport = transport = paramiko.Transport(line)
            undo.pop_all()
        transport.banner_timeout = transport.auth_timeout = transport.channel_timeout = login.answer_seconds
        algorithms = transport.get_security_options()
        algorithms.key_types = algorithms_of(login.host_keys, besides={one.get_name() for one in shown})
        transport.start_client(timeout=login.answer_seconds)
        if not transport.initial_kex_done:
            raise TimeoutError
        shown.append(transport.get_remote_server_key())
        return transport

    def _is_pinned(self, key: paramiko.PKey) -> bool:
        return any(key.fingerprint == pinned.fingerprint for pinned in self.login.host_keys)

    def _wrong_host_key(self, shown: list[paramiko.PKey]) -> PartnerError:
        keys = ", ".join(f"{key.get_name()} {key.fingerprint}" for key in shown)
        return PartnerError(
            f"{self.login.address} shows another host key than the pinned one: {keys}. Nothing was sent. Ask the "
            "partner, by a way you know, whether this key is theirs; only then enter it.",
            permanent=True,
        )

    def _sign_in(self, transport: paramiko.Transport, key: paramiko.PKey | None, note: Callable[[str], object]) -> None:
        login = self.login
        if key is not None:
            missing = transport.auth_publickey(login.user, key)
            note(f"It takes our key for {login.user}: {key.get_name()} {key.fingerprint}.")
        else:
            missing = transport.auth_password(login.user, login.password)
            note(f"It takes our password for {login.user}.")
        if missing:
            raise PartnerError(
                f"{login.address} asks for more than one proof ({', '.join(missing)}), which is not possible here.",
                permanent=True,
            )

    def _open_sftp(self, transport: paramiko.Transport) -> Client:
        channel = transport.open_session()
        channel.settimeout(self.login.answer_seconds)
        # It waits without an end of its own.
        impatient = threading.Timer(self.login.answer_seconds, self._cut)
        impatient.daemon = True
        impatient.start()
        try:
            channel.invoke_subsystem("sftp")
        finally:
            impatient.cancel()
        return Client(channel)

    def _cut(self) -> None:
        self._is_cut = True
        if self._transport is not None:
            self._transport.close()

    def _refusal(self, error: paramiko.AuthenticationException) -> PartnerError:
        """A server that says no is believed; one that broke off or said nothing is asked again."""
        login = self.login
        if self._is_cut or "imeout" in str(error) or not self.is_open():
            return PartnerError(f"{login.address}: {self._reason(error)} while we signed in.")
        proof = "key" if login.key_file is not None else "password"
        return PartnerError(
            f"{login.address} does not let {login.user} in with our {proof}. Nothing was sent. Ask the partner whether "
            f"the {proof} is still in force; it is not tried again by itself, so that it does not lock us out.",
            permanent=True,
        )

    def _reason(self, error: BaseException) -> str:
        if self._is_cut or isinstance(error, TimeoutError) or "imeout" in str(error):
            return "no answer in time"
        if isinstance(error, ConnectionRefusedError):
            return "the connection was refused"
        if isinstance(error, socket.gaierror):
            return "no address is known for this name; is it spelt right, is the network there?"
        if isinstance(error, OSError) and error.strerror:
            return error.strerror.lower()
        if self.is_open() and isinstance(error, OSError):
            return f'the server says "{_printable(str(error))}"'
        return "the connection was lost"


def _private_key(path: Path, passphrase: str) -> paramiko.PKey:
    try:
        password: Any = passphrase.encode() or None
        return paramiko.PKey.from_path(path, password)
    except OSError as error:
        raise PartnerError(f"Our private key {path.name} cannot be read: {error.strerror}.", permanent=True) from error
    except (ValueError, TypeError, paramiko.SSHException) as error:
        raise PartnerError(
            f"{path.name} is no private key that we can read, or its passphrase is wrong.", permanent=True
        ) from error


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())[:80]
