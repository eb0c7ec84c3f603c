"""Fixtures that every room of the tests shares."""

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.operations import BaseDatabaseOperations
from hypothesis import settings

# A busy machine is no fault of the code, so no example has a time limit.
settings.register_profile("oncocharge", deadline=None)
settings.load_profile("oncocharge")
FLUSH_ATTEMPTS = 5


def _wait_until_nobody_works() -> None:
    """Wait for what a closed browser had still asked for: its request holds locks that the flush needs."""
    with connection.cursor() as cursor:
        for _ in range(100):
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state IN ('active', 'idle in transaction')"
            )
            row = cursor.fetchone()
            if not row or not row[0]:
                return
            time.sleep(0.1)


@pytest.fixture(autouse=True, scope="session")
def flush_reaches_append_only_tables() -> Iterator[None]:
    """Let Django's flush between transactional tests truncate the ledger, which its own trigger refuses."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(operations: BaseDatabaseOperations, sql_list: list[str]) -> None:
        for attempt in range(FLUSH_ATTEMPTS):
            _wait_until_nobody_works()
            try:
                flush(operations, ["SET LOCAL session_replication_role = replica", *sql_list])
                return
            except OperationalError:  # a request of the last page crept in between: deadlock
                if attempt == FLUSH_ATTEMPTS - 1:
                    raise

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_without_triggers)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the browser that ``dev.py test`` found; without one the test fails and says so."""
    path = os.environ.get("ONCOCHARGE_TEST_BROWSER")
    if not path:
        pytest.fail("No browser on this machine. `make test` installs one; so does apt-get install chromium.")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"]
    quiet += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    return {**browser_type_launch_args, "executable_path": path, "headless": True, "args": quiet}
