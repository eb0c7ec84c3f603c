"""Runs programs against throw-away servers of their own: tests, checks, benchmarks.

Every run has its own folder, ports, passwords and database, so that any number of runs at once,
and a running ``make run``, do not notice each other.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from start.identity import find_home, own, usable_identity
from start.install import Environment
from start.processes import StopRequest, in_foreground
from start.snapshot import TESTS_DATABASE, copy_snapshot, workers_of
from start.stores import PostgresServer, Stores, ValkeyServer, new_password

# Variables of ours that speak to the tests: the browser to use, folders of real files to read besides their own.
OF_TESTS = frozenset({"ONCOCHARGE_TEST_BROWSER", "ONCOCHARGE_DICOM_SAMPLES", "ONCOCHARGE_X12_SAMPLES"})
MOST_WORKERS = 8  # Each has a browser and a database of its own; more would fill a machine's memory.


@dataclass(frozen=True)
class ThrowAway:
    """How throw-away servers are made."""

    is_careless: bool = True  # Skip what makes data safe; a benchmark measures with safety on.
    is_migrated: bool = False  # Begin with the migrated databases of the snapshot, not with an empty one.
    workers: int = 0  # How many further databases of the tests there are, for parallel runs.
    identity: str | None = None  # As whom they run, if not as the best that this machine allows.


@contextmanager
def throw_away_servers(environment: Environment, stop: StopRequest, how: ThrowAway) -> Iterator[dict[str, str]]:
    """Start both servers; yield the variables that lead to them; stop and delete them."""
    with tempfile.TemporaryDirectory(prefix="oncocharge-") as name:
        folder = Path(name).resolve()
        own(folder, how.identity or usable_identity())
        home = find_home(environment.venv, folder, identity=how.identity)
        postgres = PostgresServer(home, new_password(), is_careless=how.is_careless)
        valkey = ValkeyServer(home, new_password(), is_careless=how.is_careless)
        stores = Stores()
        try:
            if how.is_migrated:
                copy_snapshot(environment, postgres, stop)
            else:
                postgres.create()
            stores.start([postgres, valkey], stop)
            for number in range(how.workers):
                postgres.copy_database(TESTS_DATABASE, f"{TESTS_DATABASE}_gw{number}")
            outbox = folder / "outbox"
            outbox.mkdir()
            yield {"DATABASE_URL": postgres.url, "CELERY_BROKER_URL": valkey.url, "ONCOCHARGE_OUTBOX": str(outbox)}
        finally:
            stores.stop(stop)


def variables_for_tests(servers: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a test process: ours, and nothing of a practice's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONCOCHARGE_") or name in OF_TESTS}
    besides = {"ONCOCHARGE_ENV": "test", "DJANGO_SETTINGS_MODULE": "oncocharge.settings"}
    return {**kept, **servers, **besides}


def words_for_all_tests(cores: int | None = None) -> list[str]:
    """Return the words for pytest when everything is to run: one worker a core, what belongs together kept together."""
    workers = min(cores or os.cpu_count() or 1, MOST_WORKERS)
    return ["-n", str(workers), "--dist", "loadgroup"] if workers > 1 else []


def run_tests(environment: Environment, arguments: Sequence[str], stop: StopRequest, browser: str) -> int:
    """Run pytest with the arguments; return its exit code."""
    how = ThrowAway(is_migrated=True, workers=workers_of(arguments))
    with throw_away_servers(environment, stop, how) as servers:
        # Playwright runs an event loop in the tests' thread; Django would take its queries for a mistake.
        variables = {**variables_for_tests(servers), "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}
        if browser:
            variables["ONCOCHARGE_TEST_BROWSER"] = browser
        # The snapshot is made by the very migrations under test, so its databases are used as they are.
        command: list[str | Path] = [environment.python, "-m", "pytest", "--reuse-db", *arguments]
        return in_foreground(command, env=variables, cwd=environment.root, stop=stop)
