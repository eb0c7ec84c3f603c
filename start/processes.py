"""Starting and stopping the processes of one start, so that none is left behind.

Each child has a session of its own (Ctrl-C at the terminal reaches only us, and we choose the
order) and dies with us where the kernel allows it. What this is not: a service manager; a child
that ends by itself is reported, never restarted.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from start.voice import say

CHILD_SCRIPT = Path(__file__).with_name("child.py")


@dataclass
class Child:
    """A running process and the signal that ends it in good order."""

    name: str
    process: subprocess.Popen[str]
    stop_signal: int
    reader: threading.Thread | None = field(default=None)

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None


def spawn(
    name: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    identity: str = "self",
    stop_signal: int = signal.SIGTERM,
    log: Path | None = None,
    cwd: Path | None = None,
) -> Child:
    """Start a process; its output goes to ``log``, or to our own output behind its name."""
    line = [sys.executable, "-I", "-S", str(CHILD_SCRIPT), str(os.getpid()), str(int(stop_signal)), identity]
    line += [str(part) for part in command]
    if log is not None:
        with log.open("a") as sink:
            process = _popen(line, env, cwd, sink.fileno())
        return Child(name, process, stop_signal)
    process = _popen(line, env, cwd, subprocess.PIPE)
    reader = threading.Thread(target=_echo, args=(name, process), daemon=True)
    reader.start()
    return Child(name, process, stop_signal, reader)


def _popen(line: list[str], env: Mapping[str, str] | None, cwd: Path | None, sink: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        line,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=sink,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )


def _echo(name: str, process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for text in process.stdout:
        say(f"{name:>8} | {text.rstrip()}")


def stop_together(children: Iterable[Child], *, patience_s: float) -> None:
    """Ask all of them at once to end, wait, and kill with their groups those that will not."""
    asked = list(children)
    for child in asked:
        if child.is_running():
            child.process.send_signal(child.stop_signal)
    deadline = time.monotonic() + patience_s
    for child in asked:
        try:
            child.process.wait(max(0.05, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"{child.name} did not end within {patience_s:.0f} s; killing it.")
        _end_group(child)
        if child.reader is not None:
            child.reader.join(timeout=1)


def _end_group(child: Child) -> None:
    """Kill whatever is left of the child's own process group, then reap the child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.process.wait()
