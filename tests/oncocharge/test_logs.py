"""What may never stand in a log: patient data in keys, addresses, database errors."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import psycopg
import pytest
import structlog
from celery import Task, signals
from celery.app.trace import build_tracer
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils.log import log_response
from django_structlog.celery.receivers import CeleryReceiver

from oncocharge.celery import app
from oncocharge.logs import logging_configuration


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log of production, caught as text."""
    configuration = logging_configuration(level="INFO", form="json")
    caught = io.StringIO()
    handler = logging.StreamHandler(caught)
    formatter = dict(configuration["formatters"]["lines"])
    handler.setFormatter(formatter.pop("()")(**formatter))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel("INFO")
    yield caught
    root.removeHandler(handler)
    root.setLevel(level)


def events(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_keys_that_could_hold_a_patient_are_dropped_and_counted(lines: io.StringIO) -> None:
    structlog.get_logger("billing.test").info(
        "sent", claim=7, patient_name="Ada Doe", mrn="123", birth_date="1950-01-01"
    )
    (event,) = events(lines)
    assert (event["event"], event["claim"], event["dropped_keys"]) == ("sent", 7, 3)
    assert "Ada" not in lines.getvalue()


def test_extras_of_the_standard_logger_are_watched_too(lines: io.StringIO) -> None:
    logging.getLogger("billing.test").info("file %s sent", 9, extra={"member_id": "W123", "claims": 4})
    (event,) = events(lines)
    assert (event["event"], event["claims"]) == ("file 9 sent", 4)
    assert "W123" not in lines.getvalue()


@pytest.mark.django_db
def test_a_database_error_is_told_by_code_and_constraint_not_by_its_row(lines: io.StringIO) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE held (mrn text CONSTRAINT mrn_is_unique UNIQUE)")
        cursor.execute("INSERT INTO held VALUES ('MRN-4711')")
        try:
            with transaction.atomic():
                cursor.execute("INSERT INTO held VALUES ('MRN-4711')")
        except IntegrityError:
            logging.getLogger("billing.test").exception("capture of course %s failed", 12)
    (event,) = events(lines)
    assert "MRN-4711" not in lines.getvalue()
    assert "sqlstate 23505" in str(event["exception"])
    assert "constraint mrn_is_unique" in str(event["exception"])
    assert "IntegrityError" in str(event["exception"])


def test_our_own_errors_keep_their_words(lines: io.StringIO) -> None:
    try:
        raise ValueError("row 7 and row 9 overlap")
    except ValueError:
        logging.getLogger("billing.test").exception("tables")
    assert "ValueError: row 7 and row 9 overlap" in str(events(lines)[0]["exception"])


@pytest.mark.django_db
def test_a_request_is_logged_without_its_query(client: Client, lines: io.StringIO) -> None:
    client.get("/login/?next=/patients/%3Fq=Doe")
    finished = next(event for event in events(lines) if event["event"] == "request_finished")
    assert finished["request"] == "GET /login/"
    assert "Doe" not in lines.getvalue()


def _row_refused() -> None:
    try:
        raise psycopg.errors.UniqueViolation("duplicate key\nDETAIL:  Key (mrn)=(MRN-4711) already exists.")
    except psycopg.Error as error:
        raise IntegrityError(*error.args) from error


@pytest.fixture
def failing_task() -> Iterator[Task[..., None]]:
    """A task that the database refuses, in a worker that tells of it as ours does."""
    receiver = CeleryReceiver()
    receiver.connect_worker_signals()
    yield app.task(name="test.row_refused")(_row_refused)
    app.tasks.pop("test.row_refused")
    for signal, receive in _WORKER_SIGNALS:
        signal.disconnect(getattr(receiver, receive))


_WORKER_SIGNALS = [
    (signals.before_task_publish, "receiver_before_task_publish"),
    (signals.after_task_publish, "receiver_after_task_publish"),
    (signals.task_prerun, "receiver_task_prerun"),
    (signals.task_retry, "receiver_task_retry"),
    (signals.task_success, "receiver_task_success"),
    (signals.task_failure, "receiver_task_failure"),
    (signals.task_revoked, "receiver_task_revoked"),
    (signals.task_unknown, "receiver_task_unknown"),
    (signals.task_rejected, "receiver_task_rejected"),
]


def test_a_task_that_fails_is_told_by_task_and_kind_of_error_not_by_its_row(
    lines: io.StringIO, failing_task: Task[..., None]
) -> None:
    request = {
        "id": "7f",
        "argsrepr": "()",
        "kwargsrepr": "{}",
        "hostname": "worker",
        "ignore_result": True,
        "is_eager": False,
    }
    build_tracer(failing_task.name, failing_task, app=app)("7f", [], {}, request)
    assert "MRN-4711" not in lines.getvalue()
    told = {event["logger"]: event for event in events(lines) if event["level"] == "error"}
    by_celery, by_us = told["celery.app.trace"], told["django_structlog.celery.receivers"]
    assert by_celery["event"] == "Task test.row_refused[7f] raised unexpected"
    assert by_celery["error_type"] == "IntegrityError"
    assert (by_us["event"], by_us["task_id"]) == ("task_failed", "7f")
    assert "in _row_refused" in str(by_us["exception"])
    assert "IntegrityError: see its cause" in str(by_us["exception"])


def test_a_request_that_another_library_hands_over_is_told_without_its_query(lines: io.StringIO) -> None:
    request = RequestFactory().get("/patients/?q=Doe")
    log_response("%s failed", request.path, response=HttpResponse(status=500), request=request)
    (event,) = events(lines)
    assert event["request"] == "GET /patients/"
    assert "Doe" not in lines.getvalue()


def test_the_error_at_hand_is_told_by_our_own_loggers_too(lines: io.StringIO) -> None:
    try:
        raise ValueError("row 7 and row 9 overlap")
    except ValueError:
        structlog.get_logger("billing.test").exception("tables")
    assert "ValueError: row 7 and row 9 overlap" in str(events(lines)[0]["exception"])
