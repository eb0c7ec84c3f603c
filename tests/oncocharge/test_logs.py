"""What may never stand in a log: patient data in keys, addresses, database errors."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog
from django.db import IntegrityError, connection, transaction
from django.test import Client

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
