"""The browser that the browser tests need: found, or installed by whatever this machine offers.

Debian's own Chromium by apt when we may (root or sudo), else the one that Playwright brings. Without windows, if
there is a choice: the same pages by the same engine take a third less of the processor.
What this is not: optional. Without a browser the full test run is refused, never shortened.
"""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from start.install import Environment
from start.processes import StopRequest, complete, spawn
from start.voice import Refusal, say

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core")
ASK_PLAYWRIGHT = (
    "from playwright.sync_api import sync_playwright as p\nwith p() as q: print(q.chromium.executable_path)"
)
NO_BROWSER = """The browser tests need Chromium, and none could be installed.
  Debian:      sudo apt-get install chromium-headless-shell
  elsewhere:   .venv/bin/python -m playwright install --with-deps chromium
  or name one: ONCOCHARGE_TEST_BROWSER=/path/to/chromium make test
Everything else is tested by: python3 dev.py test -m "not browser\""""


def ensure_browser(environment: Environment, stop: StopRequest) -> str:
    """Return the path of a browser, installed now if there was none."""
    if found := find_browser(environment):
        return found
    say("The browser tests need Chromium; installing it ...")
    for install in (_by_apt, _by_playwright):
        install(environment, stop)
        if found := find_browser(environment):
            return found
    raise Refusal(NO_BROWSER)


def find_browser(environment: Environment) -> str:
    """Return the path of a browser on this machine, or an empty text."""
    if named := os.environ.get("ONCOCHARGE_TEST_BROWSER"):
        if not os.access(named, os.X_OK):
            raise Refusal(f"ONCOCHARGE_TEST_BROWSER is {named!r}; wanted is the path of a program.")
        return named
    for program in PROGRAMS:
        # Ubuntu's chromium-browser is a script that asks for snap; it runs nothing.
        if (path := shutil.which(program)) and _runs([path, "--version"]):
            return path
    asked = subprocess.run([environment.python, "-c", ASK_PLAYWRIGHT], capture_output=True, text=True, check=False)
    path = asked.stdout.strip()
    return path if path and Path(path).exists() else ""


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _by_apt(environment: Environment, stop: StopRequest) -> None:
    """Install Debian's package, where this is Debian and we may."""
    if not shutil.which("apt-get") or "ID=debian" not in _os_release():
        return
    before = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if before and not _runs([*before, "true"]):
        return
    apt = [*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    complete(spawn("apt-get", [*apt, "update"]), stop)
    complete(spawn("apt-get", [*apt, "install", "-y", "--no-install-recommends", *PACKAGES]), stop)


def _by_playwright(environment: Environment, stop: StopRequest) -> None:
    """Let Playwright fetch its own; with root's rights also the libraries that it needs."""
    line: list[str | Path] = [environment.python, "-m", "playwright", "install"]
    if platform.system() == "Linux" and os.geteuid() == 0:
        line.append("--with-deps")
    complete(spawn("browser", [*line, "chromium"]), stop)


def _os_release() -> str:
    try:
        return Path("/etc/os-release").read_text()
    except OSError:
        return ""
