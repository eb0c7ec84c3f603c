"""Runs the tests against throw-away servers of their own.

Every run has its own folder, ports, passwords and database, so that any number of runs at once,
and a running ``make run``, do not notice each other.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from start.identity import find_home, own, usable_identity
from start.install import Environment
from start.processes import StopRequest, in_foreground
from start.stores import PostgresServer, Stores, ValkeyServer, new_password


@contextmanager
def throw_away_servers(
    environment: Environment, stop: StopRequest, *, careless: bool = True, identity: str | None = None
) -> Iterator[dict[str, str]]:
    """Start both servers empty; yield the variables that lead to them; stop and delete them.

    Args:
        careless: skip what makes data safe (tests); a benchmark measures with safety on.
        identity: as whom they run, if not as the best that this machine allows.
    """
    with tempfile.TemporaryDirectory(prefix="oncocharge-") as name:
        folder = Path(name).resolve()
        own(folder, identity or usable_identity())
        home = find_home(environment.venv, folder, identity=identity)
        postgres = PostgresServer(home, new_password(), careless=careless)
        valkey = ValkeyServer(home, new_password(), careless=careless)
        stores = Stores()
        try:
            postgres.create()
            stores.start([postgres, valkey], stop)
            yield {"DATABASE_URL": postgres.url, "CELERY_BROKER_URL": valkey.url}
        finally:
            stores.stop(stop)


def variables_for_tests(servers: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a test process: ours, and nothing of a practice's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ONCOCHARGE_")}
    besides = {"ONCOCHARGE_ENV": "test", "DJANGO_SETTINGS_MODULE": "oncocharge.settings"}
    # Playwright runs an event loop in the tests' thread; Django would take its queries for a mistake.
    return {**kept, **servers, **besides, "DJANGO_ALLOW_ASYNC_UNSAFE": "true"}


def run_tests(environment: Environment, arguments: Sequence[str], stop: StopRequest, browser: str) -> int:
    """Run pytest with the arguments; return its exit code."""
    with throw_away_servers(environment, stop) as servers:
        variables = variables_for_tests(servers)
        if browser:
            variables["ONCOCHARGE_TEST_BROWSER"] = browser
        command: list[str | Path] = [environment.python, "-m", "pytest", *arguments]
        return in_foreground(command, env=variables, cwd=environment.root, stop=stop)
