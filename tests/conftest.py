"""Fixtures that every room of the tests shares."""

import os
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.contrib.contenttypes.management import create_contenttypes
from django.db import OperationalError, connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models.signals import post_migrate
from hypothesis import settings as hypothesis_settings

from tests.scheduling import FilesOfTheStartStayTogether

# A busy machine is no fault of the code, so no example has a time limit. The same change gives the same answer, so its
# examples are drawn from the test itself; `make test ARGS="--hypothesis-profile=explore"` goes looking for others.
hypothesis_settings.register_profile("oncocharge", deadline=None, derandomize=True)
hypothesis_settings.register_profile("explore", deadline=None, derandomize=False)
hypothesis_settings.load_profile("oncocharge")
FLUSH_ATTEMPTS = 5
UIDS = {"create_permissions": "django.contrib.auth.management.create_permissions"}
SAME_IN_EVERY_TEST = frozenset({"django_content_type", "auth_permission"})
"""What follows from the models alone; making it anew after each flush takes longer than most tests."""
# Without its own triggers, which refuse; and never for ever behind a request that a closed browser left hanging.
FLUSHES_EVERYTHING = ("SET LOCAL session_replication_role = replica", "SET LOCAL lock_timeout = '20s'")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FilesOfTheStartStayTogether | None:
    """Keep together what belongs together, where all tests run in parallel."""
    return FilesOfTheStartStayTogether(config, log) if config.getvalue("dist") == "loadgroup" else None


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
def outbox_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give each worker of a parallel run a folder for claim files: every test database counts from one."""
    settings.CLAIM_OUTBOX = tmp_path_factory.mktemp("outbox")


def _emptying(sql_list: list[str]) -> list[str]:
    """Return what empties the tables that hold rows: to truncate two hundred that hold none takes half a second."""
    tables = [name for sql in sql_list for name in re.findall(r'"(\w+)"', sql) if name not in SAME_IN_EVERY_TEST]
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in tables)
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [f'DELETE FROM "{name}"' for (name,) in cursor.fetchall()]


@pytest.fixture(autouse=True, scope="session")
def flush_reaches_append_only_tables() -> Iterator[None]:
    """Let Django's flush between transactional tests truncate the ledger, which its own trigger refuses."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_without_triggers(operations: BaseDatabaseOperations, sql_list: list[str]) -> None:
        for receiver in (create_permissions, create_contenttypes):
            # They stand since the database was made, and are left standing.
            post_migrate.disconnect(receiver, dispatch_uid=UIDS.get(receiver.__name__))
        for attempt in range(FLUSH_ATTEMPTS):
            _wait_until_nobody_works()
            try:
                flush(operations, [*FLUSHES_EVERYTHING, *_emptying(sql_list)])
                return
            except OperationalError:  # a request of the last page crept in between, or holds on
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
