"""Makes .venv and keeps it equal to the locked, hashed requirements.

uv does the work when it can be had (seconds), plain pip when not (minutes). Nothing is installed
while the lock files are as they were. What this is not: a place to choose versions; see `make lock`.
"""

import hashlib
import importlib.util
import json
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from start.local import one_at_a_time
from start.processes import StopRequest, complete, require_success, spawn
from start.voice import Refusal, say

NO_VENV = """Python's venv module cannot make an environment here (ensurepip is missing).
  Debian, Ubuntu:  apt-get install python3-venv
  Fedora, RHEL:    dnf install python3-pip
  or install uv:   https://docs.astral.sh/uv/
Then give the same command again."""
IS_NEW_ENOUGH = "import sys; sys.exit(sys.version_info < (3, 11))"
# From 22.3 on, a pip installs into other environments than its own.
SERVES_OTHERS = "import pip, sys; sys.exit(tuple(map(int, pip.__version__.split('.')[:2])) < (22, 3))"
# A lock that holds all of another serves for it: after `make test`, `make run` installs nothing.
HOLDS_ALL_OF = {
    "local": ("bench", "dev", "local"),
    "dev": ("bench", "dev"),
    "prod": ("prod",),
    "bench": ("bench",),
}


@dataclass(frozen=True)
class Environment:
    """The virtual environment of this checkout."""

    root: Path
    venv: Path

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.venv / ".oncocharge-installed.json"

    def lock_of(self, name: str) -> Path:
        return self.root / "requirements" / f"{name}.txt"


def ensure_installed(environment: Environment, name: str, stop: StopRequest) -> None:
    """Make the environment hold exactly the versions of ``requirements/NAME.txt`` (it may hold more)."""
    if _is_current(environment, name):
        return
    with one_at_a_time(environment.root / ".local" / "install.lock", stop):
        if _is_current(environment, name):
            return
        _make_venv(environment, stop)
        say(f"Installing requirements/{name}.txt into .venv (the first time takes a minute) ...")
        _install(environment, name, stop)
        _note(environment, name)


def _fingerprint(environment: Environment, name: str) -> str:
    return hashlib.sha256(environment.lock_of(name).read_bytes()).hexdigest()


def _stamps(environment: Environment) -> dict[str, str]:
    try:
        found = json.loads(environment.stamp.read_text())
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()}


def _is_current(environment: Environment, name: str) -> bool:
    stamps = _stamps(environment)
    enough = any(stamps.get(lock) == _fingerprint(environment, lock) for lock in HOLDS_ALL_OF[name])
    return enough and environment.python.exists()


def _note(environment: Environment, name: str) -> None:
    draft = environment.stamp.with_suffix(".new")
    draft.write_text(json.dumps({name: _fingerprint(environment, name)}))
    draft.replace(environment.stamp)


def _make_venv(environment: Environment, stop: StopRequest) -> None:
    if environment.venv.exists() and not _runs(environment.python, IS_NEW_ENOUGH):
        say("The environment in .venv does not run (moved, or its making was interrupted); making it anew.")
        shutil.rmtree(environment.venv)
    if environment.venv.exists():
        return
    say(f"Making .venv with Python {platform.python_version()} ...")
    if uv := shutil.which("uv"):
        command: list[str | Path] = [uv, "venv", "--quiet", "--python", sys.executable, environment.venv]
    elif importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        command = [sys.executable, "-m", "venv", "--without-pip", environment.venv]
    else:
        raise Refusal(NO_VENV)
    if complete(spawn("venv", command), stop) != 0:
        shutil.rmtree(environment.venv, ignore_errors=True)
        raise Refusal(NO_VENV)


def _runs(python: Path, question: str) -> bool:
    if not python.exists():
        return False
    return subprocess.run([python, "-I", "-c", question], capture_output=True, check=False).returncode == 0


def _install(environment: Environment, name: str, stop: StopRequest) -> None:
    lock = environment.lock_of(name)
    failed = f"{lock.name} could not be installed; the lines above say why. Is the package index reachable?"
    if uv := _uv(environment, stop):
        line: list[str | Path] = [uv, "pip", "install", "--quiet", "--python", environment.python]
        line += ["--require-hashes", "-r", lock]
    else:
        say("uv cannot be had here; pip does the same more slowly.")
        line = [*_pip(environment, stop), "install", "--quiet", "--disable-pip-version-check"]
        line += ["--require-hashes", "-r", lock]
    require_success(spawn("install", line), stop, otherwise=failed)


def _uv(environment: Environment, stop: StopRequest) -> Path | str | None:
    """Return uv: the one on PATH, else one put into the environment by pip, else nothing."""
    if found := shutil.which("uv"):
        return found
    own = environment.venv / "bin" / "uv"
    if own.exists():
        return own
    line = [*_pip(environment, stop), "install", "--quiet", "--disable-pip-version-check"]
    line += ["--only-binary=:all:", "--require-hashes", "-r", environment.lock_of("start")]
    return own if complete(spawn("install", line), stop) == 0 else None


def _pip(environment: Environment, stop: StopRequest) -> list[str | Path]:
    """Return a pip for the environment: its own; else that of the Python which runs us, if it can; else one put there.

    To put one there takes longer than all the rest of making an environment.
    """
    if not _runs(environment.python, "import pip"):
        if _runs(Path(sys.executable), SERVES_OTHERS):
            return [sys.executable, "-m", "pip", "--python", environment.python]
        complete(spawn("install", [environment.python, "-m", "ensurepip"]), stop)
    return [environment.python, "-m", "pip"]
