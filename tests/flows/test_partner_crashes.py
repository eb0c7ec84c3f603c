"""Killed at any step of a delivery by SFTP, or delivered by several at once: the file is there exactly once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from billing.models import ClaimFile
from billing.partners.turns import BUSY
from billing.submission import deliver_sealed
from tests.exports import department, export, text_of
from tests.partners import put_secret, sftp_partner
from tests.sftp_server import Fault, Running, sftp_server

pytestmark = pytest.mark.django_db(transaction=True)

# The worker kills itself, as a power cut would, before or after a step.
WORKER = """
import importlib, os, signal, sys
import django
django.setup()
from django.conf import settings
settings.PARTNER_SECRETS = sys.argv[1]
module, name, when = sys.argv[2], sys.argv[3], sys.argv[4]
if when != "never":
    owner = importlib.import_module(module)
    if "." in name:
        owner, name = getattr(owner, name.split(".")[0]), name.split(".")[1]
    real = getattr(owner, name)
    def killing(*args, **kwargs):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, killing)
from billing.submission import deliver_sealed
sys.exit(any(one.error for one in deliver_sealed()))
"""
POINTS = [
    (module, name, when)
    for module, name in (
        ("billing.submission.delivery", "stage"), ("billing.submission.delivery", "release"),
        ("billing.adapters.sftp", "_write"), ("billing.adapters.ssh", "Client.force_to_disk"),
        ("billing.adapters.ssh", "Client.rename_at_once"), ("billing.adapters.sftp", "Sftp.release"),
        ("billing.partners", "note_reached"),
    )
    for when in ("before", "after")
]  # fmt: skip


@pytest.fixture
def server(tmp_path: Path, settings: Settings) -> Iterator[Running]:
    settings.PARTNER_SECRETS = tmp_path / "secrets"
    put_secret(tmp_path / "secrets")
    with sftp_server(tmp_path / "partner") as running:
        yield running


@pytest.fixture
def sealed(server: Running, monkeypatch: pytest.MonkeyPatch) -> ClaimFile:
    sftp_partner(server)
    department(5, lines=2)
    with monkeypatch.context() as patch:
        patch.setattr("billing.submission.export.deliver_sealed", lambda **_: [])
        export()
    return ClaimFile.objects.get()


def worker(server: Running, module: str = "", name: str = "", when: str = "never") -> "subprocess.Popen[bytes]":
    found = connection.settings_dict
    url = f"postgresql://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"
    line = [sys.executable, "-c", WORKER, str(server.root.parent / "secrets"), module, name, when]
    return subprocess.Popen(line, env={**os.environ, "DATABASE_URL": url}, stderr=subprocess.DEVNULL)


def lies_there_once(server: Running, sealed: ClaimFile) -> None:
    assert server.names() == [sealed.name]
    assert (server.root / "outbox" / sealed.name).read_bytes() == text_of(sealed).encode()
    sealed.refresh_from_db()
    assert sealed.delivered_at is not None and sealed.delivery_error == ""


@pytest.mark.parametrize(("module", "name", "when"), POINTS)
def test_killed_here_and_run_again_the_file_is_there_once(
    server: Running, sealed: ClaimFile, module: str, name: str, when: str
) -> None:
    assert worker(server, module, name, when).wait(timeout=120) == -signal.SIGKILL
    visible = [path for path in (server.root / "outbox").iterdir() if not path.name.startswith(".")]
    assert all(path.read_bytes() == text_of(sealed).encode() for path in visible)
    was_named = bool(visible)
    renames = server.deeds.count("rename")
    assert [delivered.error for delivered in deliver_sealed()] in ([], [""])
    lies_there_once(server, sealed)
    assert server.deeds.count("rename") == renames + (not was_named)


def test_a_run_under_way_at_a_slow_partner_keeps_no_other_waiting(
    server: Running, sealed: ClaimFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.fault = Fault("write", "hang")
    slow = worker(server)
    while "write" not in server.deeds:
        assert slow.poll() is None
        time.sleep(0.1)
    assert deliver_sealed(due_at=timezone.now()) == []
    monkeypatch.setattr("billing.submission.delivery.PATIENCE_S", 0.5)
    assert [delivered.error for delivered in deliver_sealed()] == [BUSY]
    sealed.refresh_from_db()
    assert sealed.delivery_error == "" and server.deeds.count("open") == 1
    slow.kill()
    slow.wait()
    monkeypatch.undo()
    assert [delivered.error for delivered in deliver_sealed()] == [""]
    lies_there_once(server, sealed)


def test_three_deliveries_at_once_hand_it_over_once(server: Running, sealed: ClaimFile) -> None:
    runs = [worker(server) for _ in range(3)]
    assert [run.wait(timeout=180) for run in runs] == [0, 0, 0]
    lies_there_once(server, sealed)
    assert server.deeds.count("rename") == 1 and server.deeds.count("open") == 1
