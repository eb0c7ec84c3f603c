"""Killed anywhere while answers come in, or several at once: nothing is lost, nothing is posted twice."""

import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic, sleep

import pytest
from celery.contrib.testing.worker import start_worker
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from billing import receipts
from billing.models import ClaimEvent, ClaimFile, ClaimLine, Receipt, ReceiptPart, StandingFinding, WaitingLine
from billing.tasks import read_responses
from oncocharge.celery import app
from tests.answers import Says, ack, ack_set, folder_of, joined, numbers, states, statuses
from tests.exports import department, export, partner
from tests.flows.power_cut import take_in_until_killed

pytestmark = pytest.mark.django_db(transaction=True)

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.flows.power_cut"])
POINTS = [
    (f"billing.{place}", when)
    for place in (
        "receipts.storing._stored", "receipts.storing._note_sighting", "receipts.fetching.store",
        "adapters.folder.Folder.done_with", "receipts.reading._read_all", "acknowledgment.post_answers",
        "acknowledgment.posting.reopen_refused", "acknowledgment.posting.note_replies", "receipts.reading._read",
    )
    for when in ("before", "after")
]  # fmt: skip


@pytest.fixture
def outbox(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.CLAIM_OUTBOX = tmp_path
    partner(after_fetching="move")
    yield tmp_path


def answered() -> dict[str, str]:
    """Lay a 999 and a 277CA about a sent file; return their texts by name."""
    department(4, lines=2)
    export()
    file = ClaimFile.objects.select_related("partner").get()
    first, second, third, _ = numbers()
    texts = {
        "a.999": ack(file, ack_set("A")),
        "b.277": statuses(file, Says(first), Says(second, "A7:21", "U"), Says(third, "A7:21", "U")),
    }
    for name, text in texts.items():
        (folder_of(file.partner) / name).write_text(text)
    return texts


def worker(outbox: Path, point: str, when: str) -> BaseProcess:
    database = {name: connection.settings_dict[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    process = FORKS.Process(target=take_in_until_killed, args=(database, str(outbox), point, when))
    process.start()
    return process


def end_of(process: BaseProcess) -> int | None:
    process.join(timeout=180)
    return process.exitcode


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = monotonic() + 60
    while not is_so() and monotonic() < deadline:
        sleep(0.1)


def take_the_rest_in() -> None:
    """Look twice, a while apart: what the first look stores, the second one puts away."""
    for minutes in (0, 2):
        later = timezone.now() + timedelta(minutes=minutes)
        assert receipts.take_in(at=later, is_asked=True).errors == []


def all_is_well(texts: dict[str, str]) -> None:
    stored = Receipt.objects.order_by("name")
    assert {one.name: joined(receipts.receipt_bytes(receipt_id=one.pk)).decode() for one in stored} == texts
    assert not stored.filter(read_at=None).exists()
    assert sorted(states().values()) == ["accepted", "rejected", "rejected"]
    assert ClaimEvent.objects.count() == 3
    assert ClaimLine.objects.exclude(ended_at=None).count() == WaitingLine.objects.count() == 4
    assert StandingFinding.objects.filter(source="payer").count() == 4
    file = ClaimFile.objects.select_related("partner").get()
    assert file.replies.count() == 2
    assert sorted(path.name for path in (folder_of(file.partner) / "done").iterdir()) == sorted(texts)


@pytest.mark.parametrize(("point", "when"), POINTS)
def test_killed_here_and_run_again_nothing_is_lost_and_nothing_doubled(outbox: Path, point: str, when: str) -> None:
    texts = answered()
    assert end_of(worker(outbox, point, when)) == -signal.SIGKILL
    for receipt in Receipt.objects.all():
        assert ReceiptPart.objects.filter(receipt=receipt).exists()
    take_the_rest_in()
    all_is_well(texts)


def test_three_at_once_take_each_answer_in_once(outbox: Path) -> None:
    texts = answered()
    runs = [worker(outbox, "never", "never") for _ in range(3)]
    assert [end_of(run) for run in runs] == [0, 0, 0]
    take_the_rest_in()
    all_is_well(texts)


def test_the_task_comes_over_the_broker_and_takes_everything_in(outbox: Path) -> None:
    texts = answered()
    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=60):
        read_responses.delay()
        read_responses.delay()
        # A worker that is told to end leaves to the next one what it has not begun.
        wait_until(lambda: Receipt.objects.exclude(read_at=None).count() == len(texts))
    take_the_rest_in()
    all_is_well(texts)
