"""Killed anywhere and run again: every released line is in one file, no file is half there, no number comes twice."""

import signal
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from billing.models import ClaimFile, ClaimLine
from tests.exports import department, export, partner, segments, text_of
from tests.flows.power_cut import export_until_killed

pytestmark = pytest.mark.django_db(transaction=True)

# The process kills itself, as a power cut would, before or after a call of the export.
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.flows.power_cut"])
POINTS = [
    (f"billing.{place}", when)
    for place in (
        "claims.gather", "claims.hold_back", "submission.sealing._open_file", "submission.sealing._render",
        "submission.sealing._close_file", "submission.export.seal", "submission.delivery.stage",
        "submission.delivery.release", "adapters.folder._write", "adapters.folder._sync_folder",
    )
    for when in ("before", "after")
] + [("pathlib.Path.rename", "before"), ("pathlib.Path.rename", "after")]  # fmt: skip


@pytest.fixture(autouse=True)
def outbox(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.CLAIM_OUTBOX = tmp_path
    partner()
    yield tmp_path


def worker(outbox: Path, point: str, when: str) -> BaseProcess:
    database = {name: connection.settings_dict[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    process = FORKS.Process(target=export_until_killed, args=(database, str(outbox), point, when))
    process.start()
    return process


def end_of(process: BaseProcess) -> int | None:
    process.join(timeout=180)
    return process.exitcode


def all_is_well(outbox: Path, lines: int) -> None:
    files = list(ClaimFile.objects.all())
    assert ClaimLine.objects.count() == lines == sum(len(segments(text_of(file), "LX")) for file in files)
    lying = {path.name: path.read_bytes() for path in (outbox / "bayclearing").iterdir()}
    assert lying == {file.name: text_of(file).encode() for file in files}
    assert len({file.control_number for file in files}) == len(files)


@pytest.mark.parametrize(("point", "when"), POINTS)
def test_killed_here_and_run_again_nothing_is_lost_and_nothing_doubled(outbox: Path, point: str, when: str) -> None:
    department(5, lines=2)
    assert end_of(worker(outbox, point, when)) == -signal.SIGKILL
    visible = [path for path in outbox.rglob("*.x12") if not path.name.startswith(".")]
    assert all(path.read_bytes().endswith(b"~IEA*1*000000001~") for path in visible)
    assert export().errors == []
    all_is_well(outbox, 10)


def test_four_exports_at_once_make_one_file(outbox: Path) -> None:
    department(20, lines=2)
    runs = [worker(outbox, "billing.claims.gather", "never") for _ in range(4)]
    assert [end_of(run) for run in runs] == [0, 0, 0, 0]
    assert ClaimFile.objects.count() == 1
    all_is_well(outbox, 40)
