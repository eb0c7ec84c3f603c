"""The doorbell: a changed course asks for its capture after the commit, and nobody waits for a broker."""

from unittest.mock import Mock

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from billing import tasks
from courses.signals import ring
from tests import cast
from tests.captures import deliver, practice_fees, standing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def enqueued(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """What would have gone to the broker."""
    mock = Mock()
    monkeypatch.setattr(tasks.capture_course, "apply_async", mock)
    return mock


def test_the_capture_is_asked_for_after_the_commit_by_id_alone(enqueued: Mock) -> None:
    with transaction.atomic():
        ring(7)
        enqueued.assert_not_called()
    assert [call.args for call in enqueued.call_args_list] == [((7,),)]


def test_a_change_that_is_rolled_back_asks_for_nothing(enqueued: Mock) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ring(7)
        raise ZeroDivisionError
    enqueued.assert_not_called()


def test_a_broker_that_is_down_does_not_break_the_entry(enqueued: Mock, caplog: pytest.LogCaptureFixture) -> None:
    enqueued.side_effect = OperationalError("connection refused")
    with transaction.atomic():
        ring(7)
    assert "capture of course 7 is left to the sweep" in caplog.text


def test_the_tasks_capture_once_however_often_they_are_delivered() -> None:
    practice_fees()
    ada = cast.ada()
    deliver(ada, "2025-03-04 09:00", number=1)
    for _delivery in range(3):
        tasks.capture_course(ada.course.pk)
        tasks.capture_missed()
    assert len(standing(ada, with_the_plan=True)) == ada.course.ledger_entries.count() == 4
