"""A login that rested too long ends; one in use goes on and costs one write a minute."""

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

START = 1_760_000_000
IDLE_MINUTES = 30


@pytest.fixture
def signed_in(client: Client, db: None, settings: Settings) -> Client:
    settings.IDLE_MINUTES = IDLE_MINUTES
    with time_machine.travel(START, tick=False):
        client.force_login(User.objects.create_superuser("pat"))
        assert asks_for_login(client) is False
    return client


def asks_for_login(client: Client) -> bool:
    answer = client.get("/admin/")
    return answer.status_code == 302 and "login" in answer["Location"]


@pytest.mark.parametrize(
    ("seconds", "is_ended"), [(60, False), (IDLE_MINUTES * 60, False), (IDLE_MINUTES * 60 + 1, True)]
)
def test_a_login_ends_after_the_idle_minutes(signed_in: Client, seconds: int, is_ended: bool) -> None:
    with time_machine.travel(START + seconds, tick=False):
        assert asks_for_login(signed_in) is is_ended


def test_a_login_in_use_goes_on_beyond_the_idle_minutes(signed_in: Client) -> None:
    for minutes in range(20, 121, 20):
        with time_machine.travel(START + minutes * 60, tick=False):
            assert asks_for_login(signed_in) is False


def test_requests_of_one_minute_do_not_write_the_session_again(signed_in: Client) -> None:
    with time_machine.travel(START + 59, tick=False), CaptureQueriesContext(connection) as queries:
        signed_in.get("/nowhere/")
    statements = [query["sql"] for query in queries]
    assert any("django_session" in statement for statement in statements)
    assert not any(statement.startswith("UPDATE") for statement in statements)


def test_what_a_page_asks_by_itself_keeps_no_login_alive(signed_in: Client) -> None:
    for minutes in range(5, IDLE_MINUTES, 5):
        with time_machine.travel(START + minutes * 60, tick=False):
            signed_in.get("/nowhere/", headers={"X-Background": "1"})
    with time_machine.travel(START + IDLE_MINUTES * 60 + 1, tick=False):
        assert asks_for_login(signed_in) is True
