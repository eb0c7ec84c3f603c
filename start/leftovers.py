"""Finds and ends the processes that a killed earlier start left behind.

A process is ours only if its command line names this checkout's own folder in the way only we
write it (the servers' data, the pid files); nothing else is ever touched. Where the kernel
ends children with their parent there is seldom anything to find.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from start.voice import Refusal, say

PATIENCE_S = 10.0


@dataclass(frozen=True)
class Leftover:
    """A process of an earlier start."""

    pid: int
    command: str


def end_leftovers(marks: dict[str, list[str]]) -> None:
    """End every process that bears one of the marks, and say so.

    Args:
        marks: name of the part -> the words of its command line that only we write.
    """
    found = {name: _bearing(mark) for name, mark in marks.items()}
    names = [name for name, processes in found.items() if processes]
    if not names:
        return
    say(f"An earlier start was killed and left running: {', '.join(names)}. Ending what it left ...")
    for name in names:
        # PostgreSQL's fast shutdown is SIGINT; SIGTERM would wait for clients that never leave.
        _signal(found[name], signal.SIGINT if name == "postgres" else signal.SIGTERM)
    if not _gone(marks, PATIENCE_S):
        for mark in marks.values():
            _signal(_bearing(mark), signal.SIGKILL)
        if not _gone(marks, PATIENCE_S):
            raise Refusal("Processes of an earlier start cannot be ended; `ps` shows them. End them by hand.")


def _gone(marks: dict[str, list[str]], within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if not any(_bearing(mark) for mark in marks.values()):
            return True
        time.sleep(0.1)
    return False


def _signal(processes: list[Leftover], number: int) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(process.pid, number)


def _bearing(mark: list[str]) -> list[Leftover]:
    """Return the processes whose command line holds these words, in this order, side by side."""
    wanted = " ".join(mark)
    others = (process for process in processes() if process.pid != os.getpid())
    return [process for process in others if f" {wanted} " in f" {process.command} "]


def processes() -> Iterator[Leftover]:
    """Return every process of this machine that may be looked at."""
    if Path("/proc/self/cmdline").exists():
        yield from _processes_of_proc()
        return
    listed = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=False)
    for line in listed.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield Leftover(int(pid), command.strip())


def _processes_of_proc() -> Iterator[Leftover]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        except OSError:
            continue
        # A process that has ended and waits to be reaped has no command line left.
        yield Leftover(int(folder.name), b" ".join(words).decode(errors="replace"))
