"""A migrated PostgreSQL cluster, kept to be copied, so that a test run need not migrate again.

It is made by running every migration on an empty database, and made anew when a migration or a
pinned package changes. What this is not: data; it holds what migrations make and nothing else.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from start.identity import find_home, own
from start.install import Environment
from start.local import fingerprint, one_at_a_time
from start.processes import StopRequest, require_success, spawn
from start.stores import DATABASE, PostgresServer, Stores, new_password
from start.underway import APPS
from start.voice import say

TESTS_DATABASE = f"test_{DATABASE}"


def copy_snapshot(environment: Environment, postgres: PostgresServer, stop: StopRequest) -> None:
    """Give a throw-away server a copy of the snapshot for its data and the password that goes with it."""
    wanted = snapshot_of(environment)
    with one_at_a_time(wanted.parent / "lock", stop):
        if not wanted.exists():
            _make(environment, wanted, postgres.home.identity, stop)
        shutil.copytree(wanted / "postgres", postgres.data, symlinks=True)
    for path in (postgres.data, *postgres.data.rglob("*")):
        own(path, postgres.home.identity)
    postgres.password = (wanted / "password").read_text()


def snapshot_of(environment: Environment) -> Path:
    """Return the folder of the snapshot that fits the migrations and packages as they are now."""
    files = [path for app in APPS for path in (environment.root / app).glob("migrations/**/*.py")]
    files += [environment.lock_of("base"), environment.lock_of("local")]
    return environment.root / ".local" / "snapshots" / fingerprint([], files)[:16]


def workers_of(arguments: Sequence[str]) -> int:
    """Return how many processes pytest-xdist is asked for (``-n 4`` or ``-n4``), 0 if for none."""
    words = list(arguments)
    for place, word in enumerate(words):
        number = word[2:] if word.startswith("-n") else ""
        if word in {"-n", "--numprocesses"} and place + 1 < len(words):
            number = words[place + 1]
        if number in {"auto", "logical"}:
            return os.cpu_count() or 1
        if number.isdigit():
            return int(number)
    return 0


def _make(environment: Environment, wanted: Path, identity: str, stop: StopRequest) -> None:
    say("Migrating an empty database for the tests (again only when migrations change) ...")
    for old in wanted.parent.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    with tempfile.TemporaryDirectory(prefix="oncocharge-") as name:
        folder = Path(name).resolve()
        own(folder, identity)
        postgres = PostgresServer(
            find_home(environment.venv, folder, identity=identity), new_password(), is_careless=True
        )
        stores = Stores()
        postgres.create()
        try:
            stores.start([postgres], stop)
            _migrate(environment, postgres, stop)
            postgres.copy_database(DATABASE, TESTS_DATABASE)
        finally:
            stores.stop(stop)
        draft = wanted.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(postgres.data, draft / "postgres", symlinks=True)
        (draft / "password").touch(mode=0o600)
        (draft / "password").write_text(postgres.password)
        draft.rename(wanted)


def _migrate(environment: Environment, postgres: PostgresServer, stop: StopRequest) -> None:
    variables = {**os.environ, "ONCOCHARGE_ENV": "test", "DATABASE_URL": postgres.url}
    line: list[str | Path] = [environment.python, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    child = spawn("migrate", line, env=variables, cwd=environment.root)
    require_success(child, stop, otherwise="Migrating an empty database failed; the lines above say why.")
