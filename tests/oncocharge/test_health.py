"""The two probes: what they say, and that they ask for neither name, nor https, nor login."""

import pytest
from celery import current_app
from django.core.exceptions import DisallowedHost
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries


def test_alive_says_so_to_a_stranger_and_touches_nothing(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/livez", HTTP_HOST="10.1.2.3")
    assert (answer.status_code, answer.content) == (200, b"alive\n")


def test_another_page_does_not_answer_to_a_name_that_is_not_ours(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get("/login/", HTTP_HOST="10.1.2.3").status_code == 400
    assert DisallowedHost.__name__ in caplog.text


@pytest.mark.django_db
def test_ready_names_every_part(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "migrations": True, "broker": True}


@pytest.mark.django_db
def test_a_broker_that_is_down_is_named_and_nothing_else_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://:secret-word@127.0.0.1:1/0")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "migrations": True, "broker": False}
    assert "readiness: broker failed" in caplog.text


@pytest.mark.django_db
def test_a_migration_that_waits_makes_the_site_unready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'oncocharge_billing'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] is False


def test_a_database_that_is_down_makes_the_site_unready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] is False
    assert b"refused" not in answer.content
