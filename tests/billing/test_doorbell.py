"""The doorbell: changed courses ask for their capture after the commit, once a second; nobody waits for a broker."""

import os
import threading
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from billing import tasks
from billing.doorbell import MOST_AT_ONCE, Doorbell
from courses.signals import ring
from tests import cast
from tests.captures import deliver, practice_fees, standing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """What would have gone to the broker."""
    tasks.bell.flush()
    mock = Mock()
    monkeypatch.setattr(tasks.capture_courses, "apply_async", mock)
    yield mock
    mock.side_effect = None
    tasks.bell.flush()


def asked(enqueued: Mock) -> list[list[int]]:
    """Return the ids of each call once all that rang is answered."""
    tasks.bell.flush()
    return [call.args[0][0] for call in enqueued.call_args_list]


def test_the_capture_is_asked_for_after_the_commit_by_id_alone(enqueued: Mock) -> None:
    with transaction.atomic():
        ring(7)
        assert asked(enqueued) == []
    assert asked(enqueued) == [[7]]


def test_a_change_that_is_rolled_back_asks_for_nothing(enqueued: Mock) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ring(7)
        raise ZeroDivisionError
    assert asked(enqueued) == []


def test_a_broker_that_is_down_does_not_break_the_entry(enqueued: Mock, caplog: pytest.LogCaptureFixture) -> None:
    enqueued.side_effect = OperationalError("connection refused")
    with transaction.atomic():
        ring(7)
    tasks.bell.flush()
    assert "capture of courses [7] is left to the sweep" in caplog.text


def test_a_burst_of_changes_is_asked_for_once_by_itself() -> None:
    answered, done = [], threading.Event()

    def answer(ids: list[int]) -> None:
        answered.append(ids)
        done.set()

    bell = Doorbell(answer, gathered_s=0.05)
    for number in (3, 1, 3, 2, 1):
        bell.ring(number)
    assert done.wait(10)
    assert answered == [[3, 1, 2]]
    done.clear()
    bell.ring(3)
    assert done.wait(10)
    assert answered == [[3, 1, 2], [3]]


def test_a_long_import_is_asked_for_in_parts() -> None:
    answered: list[list[int]] = []
    bell = Doorbell(answered.append, gathered_s=60)
    for number in range(2 * MOST_AT_ONCE + 1):
        bell.ring(number)
    bell.flush()
    assert [len(ids) for ids in answered] == [MOST_AT_ONCE, MOST_AT_ONCE, 1]


def test_a_forked_worker_does_not_ask_again_for_what_its_parent_gathered() -> None:
    answered: list[list[int]] = []
    bell = Doorbell(answered.append, gathered_s=60)
    bell.ring(7)
    child = os.fork()
    if child == 0:
        bell.flush()
        os._exit(len(answered))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    bell.flush()
    assert answered == [[7]]


def test_the_tasks_capture_once_however_often_they_are_delivered() -> None:
    practice_fees()
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1)
    for _delivery in range(3):
        tasks.capture_courses([ada.course.pk])
        tasks.capture_missed()
    assert len(standing(ada, with_the_plan=True)) == ada.course.ledger_entries.count() == 4
