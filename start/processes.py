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
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from start.voice import Refusal, say

CHILD_SCRIPT = Path(__file__).with_name("child.py")
POLL_S = 0.05


class Stopped(Exception):
    """The person asked us to stop while something was still under way."""


class StopRequest:
    """Whether somebody asked us to stop: Ctrl-C, SIGTERM, or the terminal closed.

    The signal is only noted; those who wait look at it, so that no process is
    started between a signal and the list of what must be stopped.
    """

    def __init__(self) -> None:
        self.count = 0
        self.last = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        self.last = number

    def obey(self) -> None:
        """Raise Stopped if we were asked to stop."""
        if self.count:
            raise Stopped


@dataclass
class Child:
    """A running process and the signal that ends it in good order."""

    name: str
    process: subprocess.Popen[str]
    stop_signal: int
    reader: threading.Thread | None = None

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None


def child_command(
    command: Sequence[str | Path], *, identity: str = "self", stop_signal: int = signal.SIGTERM
) -> list[str]:
    """Return the command that becomes this command, dies with us, and has that identity."""
    before = [sys.executable, "-I", "-S", str(CHILD_SCRIPT), str(os.getpid()), str(int(stop_signal)), identity]
    return before + [str(part) for part in command]


def spawn(
    name: str,
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    identity: str = "self",
    stop_signal: int = signal.SIGTERM,
    log: Path | None = None,
    cwd: Path | None = None,
    handed_on: Sequence[int] = (),
) -> Child:
    """Start a process; its output goes to ``log``, or to our own output behind its name.

    Of our open files it gets those ``handed_on``, under the same numbers.
    """
    line = child_command(command, identity=identity, stop_signal=stop_signal)
    if log is not None:
        with log.open("a") as sink:
            return Child(name, _popen(line, env, cwd, sink.fileno(), handed_on), stop_signal)
    process = _popen(line, env, cwd, subprocess.PIPE, handed_on)
    reader = threading.Thread(target=_echo, args=(name, process), daemon=True)
    reader.start()
    return Child(name, process, stop_signal, reader)


def _popen(
    line: list[str], env: Mapping[str, str] | None, cwd: Path | None, sink: int, handed_on: Sequence[int]
) -> subprocess.Popen[str]:
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
        pass_fds=handed_on,
    )


def _echo(name: str, process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    for text in process.stdout:
        say(f"{name:>8} | {text.rstrip()}")


def complete(child: Child, stop: StopRequest) -> int:
    """Wait for a child to end and return its exit code; end it if we are asked to stop."""
    while child.is_running():
        if stop.count:
            stop_together([child], patience_s=5)
            raise Stopped
        time.sleep(POLL_S)
    if child.reader is not None:
        child.reader.join(timeout=1)
    return child.process.returncode


def require_success(child: Child, stop: StopRequest, *, otherwise: str) -> None:
    """Wait for a child; refuse to go on, in these words, if it fails."""
    if complete(child, stop) != 0:
        raise Refusal(otherwise)


def in_foreground(command: Sequence[str | Path], *, env: Mapping[str, str], cwd: Path, stop: StopRequest) -> int:
    """Run a program that keeps the terminal (a debugger may ask); pass our signals on to it."""
    process = subprocess.Popen(child_command(command), env=dict(env), cwd=cwd)
    passed_on = 0
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=0.2)
        if stop.count > passed_on:
            has_it_already = stop.last == signal.SIGINT and os.isatty(0)  # Ctrl-C reaches both of us.
            passed_on = stop.count
            if not has_it_already:
                process.send_signal(signal.SIGINT if passed_on == 1 else signal.SIGTERM)


def stop_together(children: Iterable[Child], *, patience_s: float, stop: StopRequest | None = None) -> None:
    """Ask all of them at once to end, wait, and kill with their groups those that will not.

    A further request to stop (a second Ctrl-C) ends the patience at once.
    """
    asked = list(children)
    for child in asked:
        if child.is_running():
            child.process.send_signal(child.stop_signal)
    before = stop.count if stop else 0
    deadline = time.monotonic() + patience_s
    while any(child.is_running() for child in asked) and time.monotonic() < deadline:
        if stop and stop.count > before:
            break
        time.sleep(POLL_S)
    for child in asked:
        if child.is_running():
            say(f"{child.name} has not ended; killing it.")
        _end_group(child)


def _end_group(child: Child) -> None:
    """Kill whatever is left of the child's own process group, then reap the child."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.process.wait()
    if child.reader is not None:
        child.reader.join(timeout=1)
