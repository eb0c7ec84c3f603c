"""Runs the tests against throw-away servers of their own.

Every run has its own folder, ports, passwords and database, so that any number of runs at once,
and a running ``make run``, do not notice each other.
"""

import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from start import stores
from start.processes import stop_together


@contextmanager
def throw_away_servers(venv: Path) -> Iterator[dict[str, str]]:
    """Start both servers careless and empty; yield the variables that lead to them."""
    identity = stores.usable_identity()
    with tempfile.TemporaryDirectory(prefix="oncocharge-test-") as name:
        folder = Path(name)
        stores.own(folder, identity)
        postgres = stores.PostgresServer(
            stores.postgres_binaries(venv),
            folder / "postgres",
            folder / "postgres.log",
            secrets.token_hex(16),
            identity,
            careless=True,
        )
        valkey = stores.ValkeyServer(
            stores.valkey_binary(venv),
            folder / "valkey",
            folder / "valkey.log",
            secrets.token_hex(16),
            identity,
            careless=True,
        )
        try:
            postgres.create()
            postgres.start()
            valkey.start()
            yield {"DATABASE_URL": postgres.url, "CELERY_BROKER_URL": valkey.url}
        finally:
            stop_together([server.child for server in (postgres, valkey) if server.child], patience_s=10)


def run_tests(root: Path, venv: Path, arguments: Sequence[str]) -> int:
    """Run pytest with the arguments; return its exit code."""
    with throw_away_servers(venv) as servers:
        env = {**os.environ, **servers, "ONCOCHARGE_ENV": "test", "DJANGO_SETTINGS_MODULE": "oncocharge.settings"}
        return subprocess.run(
            [venv / "bin" / "python", "-m", "pytest", *arguments], cwd=root, env=env, check=False
        ).returncode
