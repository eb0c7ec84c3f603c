"""The small commands: install, static, lock, demo, bench, screenshots, clean."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from start.browser import ensure_browser
from start.checks import PRETEND_PRODUCTION
from start.identity import system_folder
from start.install import HOLDS_ALL_OF, Environment, ensure_installed
from start.local import Local
from start.processes import StopRequest, in_foreground, require_success, spawn
from start.suite import ThrowAway, throw_away_servers, variables_for_tests
from start.voice import Refusal, say

LOCKS = ("start", "base", "local", "prod", "dev", "bench")
CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache", "staticfiles")


def install(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Install one of requirements/*.txt into .venv: local (run), dev (test, check), bench or prod (image)."""
    if tuple(arguments) not in {(name,) for name in HOLDS_ALL_OF}:
        raise Refusal(f"`install` wants one word of {', '.join(HOLDS_ALL_OF)}; found {' '.join(arguments) or 'none'}.")
    ensure_installed(environment, arguments[0], stop)
    return 0


def static(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Collect the static files under names that carry their hash, as the image does."""
    line: list[str | Path] = [
        environment.python,
        "manage.py",
        "collectstatic",
        "--no-input",
        "--clear",
        "--verbosity",
        "0",
    ]
    child = spawn("static", line, env={**os.environ, **PRETEND_PRODUCTION}, cwd=environment.root)
    require_success(child, stop, otherwise="The static files could not be collected; the lines above say why.")
    return 0


def lock(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Write requirements/*.txt anew from *.in: newest versions that fit, with hashes."""
    ensure_installed(environment, "dev", stop)
    for name in LOCKS:
        line: list[str | Path] = [
            environment.venv / "bin" / "uv",
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--upgrade",
        ]
        line += ["--generate-hashes", "--python-version", "3.11", "--no-emit-index-url"]
        line += ["--custom-compile-command", "make lock", f"requirements/{name}.in", "-o", f"requirements/{name}.txt"]
        child = spawn("lock", line, cwd=environment.root)
        require_success(child, stop, otherwise=f"requirements/{name}.in could not be locked; the lines above say why.")
    say("Locked. `make test` installs the new versions and tries them.")
    return 0


def demo(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Load the demo data into the database of the running site, or show its logins (--logins)."""
    local = Local.open(environment.root)
    if not os.environ.get("DATABASE_URL") and not local.is_claimed():
        raise Refusal("No database is running. `make run` starts one; then say `make demo` in a second terminal.")
    ensure_installed(environment, "local", stop)
    line: list[str | Path] = [environment.python, "manage.py", "demo", *arguments]
    return in_foreground(line, env=os.environ, cwd=environment.root, stop=stop)


def bench(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Measure the speed of capture, export and the form against floors of the same run."""
    ensure_installed(environment, "bench", stop)
    with throw_away_servers(environment, stop, ThrowAway(is_careless=False, is_migrated=True)) as servers:
        line: list[str | Path] = [environment.python, "-m", "bench", *arguments]
        return in_foreground(line, env=variables_for_tests(servers), cwd=environment.root, stop=stop)


def screenshots(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Take the pictures of docs/screenshots/ anew: the demo on servers of its own, in a real browser."""
    ensure_installed(environment, "dev", stop)
    browser = ensure_browser(environment, stop)
    with throw_away_servers(environment, stop, ThrowAway(is_migrated=True)) as servers:
        # As in the tests, Playwright's event loop runs in the thread that asks the database.
        variables = {**variables_for_tests(servers), "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
        line: list[str | Path] = [environment.python, "-m", "tests.screenshots", *arguments]
        return in_foreground(
            line, env={**variables, "ONCOCHARGE_TEST_BROWSER": browser}, cwd=environment.root, stop=stop
        )


def clean(environment: Environment, arguments: Sequence[str], stop: StopRequest) -> int:
    """Delete what the start made: .venv, .local with its database, caches."""
    local = Local.open(environment.root)
    local.claim()
    folders = [environment.venv, local.folder, system_folder(local.folder)]
    folders += [environment.root / name for name in CACHES]
    folders += [path for path in environment.root.rglob("__pycache__") if environment.venv not in path.parents]
    for folder in folders:
        if folder.exists():
            if folder.name != "__pycache__":
                say(f"Deleting {folder}")
            shutil.rmtree(folder)
    return 0
