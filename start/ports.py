"""Which port to take, and who holds the one that is taken.

The site's port is claimed for good, by listening on it. What this is not: a reservation of the
servers' ports. One that was free a moment ago can be gone; the server is then started on another.
"""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from start.voice import Refusal, say

LOOPBACK = "127.0.0.1"
FIRST_WEB_PORT = 8000
NEXT_PORTS = 50
LISTENING = "0A"
BACKLOG = 2048  # Connections that wait until the site takes them; gunicorn's own number.


def is_free(port: int) -> bool:
    """Say whether a server could listen on this port of the loopback now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still winding down counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def any_free(wish: int = 0) -> int:
    """Return the wished port if it is free, else any that is."""
    if wish and is_free(wish):
        return wish
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def claim_web_port(asked_for: str | None) -> socket.socket:
    """Return a listening socket for the site: on the port asked for by PORT, else on the first free from 8000 on.

    From here on the port is this start's own: a second start at the same moment takes the next one.
    """
    if asked_for:
        return _claim_asked_for(asked_for)
    last = FIRST_WEB_PORT + NEXT_PORTS
    for port in range(FIRST_WEB_PORT, last + 1):
        listener = _listen(port)
        if listener is None:
            continue
        if port != FIRST_WEB_PORT:
            say(f"Port {FIRST_WEB_PORT} is taken by {holder(FIRST_WEB_PORT)}; taking {port}. (PORT= asks for another.)")
        return listener
    raise Refusal(f"Ports {FIRST_WEB_PORT} to {last} are all taken. Give a free one with PORT=.")


def _claim_asked_for(asked_for: str) -> socket.socket:
    if not asked_for.isascii() or not asked_for.isdigit() or not 1 <= int(asked_for) <= 65535:  # noqa: PLR2004
        raise Refusal(f"PORT is {asked_for!r}; wanted is a port number from 1 to 65535.")
    listener = _listen(int(asked_for))
    if listener is None:
        raise Refusal(f"Port {asked_for} is taken by {holder(int(asked_for))}. Stop that, or give another PORT=.")
    return listener


def _listen(port: int) -> socket.socket | None:
    """Return a socket that listens on this port of the loopback, or none where another program has it."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        # Two programs may both be bound to a port; only one may listen on it.
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        return None
    return listener


def holder(port: int) -> str:
    """Return in words which process listens on a port, as far as this machine tells."""
    pid = _holder_by_proc(port) or _holder_by_lsof(port)
    if pid is None:
        return "another program (of another user, so its name is not shown)"
    return f"process {pid} ({command_of(pid)[:100]})"


def command_of(pid: int) -> str:
    """Return the command line of a process, or a word for not knowing it."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        asked = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return asked.stdout.strip() or "unknown program"


def _holder_by_proc(port: int) -> int | None:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            if fields[1].endswith(f":{port:04X}") and fields[3] == LISTENING:
                inodes.add(f"socket:[{fields[9]}]")
    return _process_with_socket(inodes) if inodes else None


def _process_with_socket(inodes: set[str]) -> int | None:
    for folder in Path("/proc").glob("[0-9]*/fd"):
        try:
            if any(os.readlink(entry) in inodes for entry in folder.iterdir()):
                return int(folder.parent.name)
        except OSError:
            continue
    return None


def _holder_by_lsof(port: int) -> int | None:
    if not shutil.which("lsof"):
        return None
    line = ["lsof", "-nP", f"-iTCP:{port}", "-sTCP:LISTEN", "-t"]
    found = subprocess.run(line, capture_output=True, text=True, check=False).stdout.split()
    return int(found[0]) if found else None
