"""The three programs of the site: web, worker and beat, as ``make run`` starts them.

Production starts the same three from docker-compose.yml, each with the settings of its host.
"""

import socket
import time
from pathlib import Path

from start.ports import LOOPBACK
from start.processes import spawn
from start.underway import Start
from start.voice import Refusal

NAMES = ("web", "worker", "beat")
WEB_ANSWERS_WITHIN_S = 60.0
THREADS = "8"
# Celery warns whoever is root; on one's own machine, with JSON as the only content, that is noise.
NOT_ROOTS_BUSINESS = "ignore:You're running the worker with superuser privileges"


def marks(start: Start) -> dict[str, list[str]]:
    """Return, for each program, the words of its command line that only we write."""
    return {name: ["--pid" if name == "web" else "--pidfile", str(_pid_file(start, name))] for name in NAMES}


def start_web(start: Start, listener: socket.socket, *, wants_reload: bool) -> None:
    """Start the web server on this socket, give the socket up to it, and wait until the site answers."""
    port = listener.getsockname()[1]
    line = ["-m", "gunicorn", "oncocharge.wsgi", "--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"]
    line += ["--threads", THREADS, "--no-control-socket", "--log-level", "warning", "--graceful-timeout", "5"]
    _launch(start, "web", [*line, *(["--reload"] if wants_reload else [])], listener.fileno())
    # Ours alone no more: when the web server ends, whoever waits for it is told so at once.
    listener.close()
    deadline = time.monotonic() + WEB_ANSWERS_WITHIN_S
    while time.monotonic() < deadline and start.programs[-1].is_running():
        start.stop.obey()
        if _is_alive(port):
            return
        time.sleep(0.05)
    raise Refusal("The site did not come up; the lines above say why.")


def start_jobs(start: Start) -> None:
    """Start the worker and the beat; the site works without waiting for them."""
    celery = ["-m", "celery", "--app", "oncocharge", "--quiet"]
    worker = [
        "-W",
        NOT_ROOTS_BUSINESS,
        *celery,
        "worker",
        "--concurrency",
        "2",
        "--without-gossip",
        "--without-mingle",
        "--loglevel",
        "INFO",
    ]
    _launch(start, "worker", worker)
    _launch(start, "beat", [*celery, "beat", "--loglevel", "INFO"])


def _launch(start: Start, name: str, line: list[str], *handed_on: int) -> None:
    _pid_file(start, name).unlink(missing_ok=True)
    line = [start.python, *line, *marks(start)[name]]
    start.programs.append(spawn(name, line, env=start.variables, cwd=start.root, handed_on=handed_on))


def _pid_file(start: Start, name: str) -> Path:
    return start.local.folder / f"{name}.pid"


def _is_alive(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=2) as line:
            line.settimeout(WEB_ANSWERS_WITHIN_S)
            line.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return line.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
