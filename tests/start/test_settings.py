"""The settings refuse every bad value by its name, all of them together, before anything starts."""

import os
import re
import runpy
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import ImproperlyConfigured

from oncocharge.environment import Environment, with_file

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "ONCOCHARGE_ENV": "production",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "charges.example.org",
    "DATABASE_URL": "postgresql://u:p%40ss@db.example.org:6432/charges?sslmode=require",
    "CELERY_BROKER_URL": "redis://broker.example.org:6379/0",
    "ONCOCHARGE_OUTBOX": "/var/lib/oncocharge/outbox",
}


def settings_with(variables: dict[str, str]) -> dict[str, Any]:
    """Run the settings file anew with exactly these variables."""
    with mock.patch.dict(os.environ, variables, clear=True):
        return runpy.run_path(str(ROOT / "oncocharge" / "settings.py"))


def refusal_of(variables: dict[str, str]) -> str:
    """Return the words with which the settings refuse these variables."""
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_with(variables)
    return str(refused.value)


@pytest.mark.parametrize(
    ("name", "bad", "wanted"),
    [
        ("ONCOCHARGE_ENV", "prod", "one of development, production, test"),
        ("SECRET_KEY", "short", "at least 50 characters"),
        ("DATABASE_URL", "mysql://u@h/db", "postgresql://"),
        ("DATABASE_URL", "postgresql://u@h:99999/db", "postgresql://"),
        ("DATABASE_URL", "postgresql://u@h", "and a database"),
        ("CELERY_BROKER_URL", "sqla+sqlite:///x", "redis://"),
        ("ALLOWED_HOSTS", "a.example.org,,b", "separated by commas"),
        ("ONCOCHARGE_HTTPS", "maybe", "true or false"),
        ("ONCOCHARGE_HSTS_SECONDS", "-1", "a whole number from 0"),
        ("ONCOCHARGE_IDLE_MINUTES", "1.5", "a whole number from 1 to 480"),
        ("ONCOCHARGE_IDLE_MINUTES", "0", "a whole number from 1 to 480"),
        ("ONCOCHARGE_LOCKOUT_FAILURES", "\u0665", "a whole number from 2"),
        ("ONCOCHARGE_TIME_ZONE", "Boston", "the name of a time zone"),
        ("ONCOCHARGE_OUTBOX", "outbox", "the absolute path of a folder"),
        ("ONCOCHARGE_LOG_LEVEL", "loud", "one of DEBUG"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_what_is_wanted(name: str, bad: str, wanted: str) -> None:
    refusal = refusal_of({**PRODUCTION, name: bad})
    fault = next(line for line in refusal.splitlines() if line.strip().startswith(f"{name} is"))
    assert wanted in fault


def test_all_bad_values_are_refused_together() -> None:
    refusal = refusal_of({**PRODUCTION, "ONCOCHARGE_HTTPS": "maybe", "ONCOCHARGE_IDLE_MINUTES": "x", "SECRET_KEY": ""})
    assert all(name in refusal for name in ("ONCOCHARGE_HTTPS", "ONCOCHARGE_IDLE_MINUTES", "SECRET_KEY"))


@pytest.mark.parametrize(
    "name", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "CELERY_BROKER_URL", "ONCOCHARGE_OUTBOX"]
)
def test_production_starts_without_none_of_what_it_needs(name: str) -> None:
    rest = {key: value for key, value in PRODUCTION.items() if key != name}
    assert f"{name} is not set" in refusal_of(rest)


def test_a_bad_secret_is_never_repeated() -> None:
    secrets = {
        "SECRET_KEY": "hunter2",
        "DATABASE_URL": "postgres:/u:hunter2@h",
        "CELERY_BROKER_URL": "http://:hunter2@h",
    }
    refusal = refusal_of({**PRODUCTION, **secrets})
    assert all(name in refusal for name in secrets)
    assert "hunter2" not in refusal


def test_a_misspelt_name_is_refused_and_the_right_one_proposed() -> None:
    refusal = refusal_of({**PRODUCTION, "ONCOCHARGE_IDLE_MINUTE": "5"})
    assert "ONCOCHARGE_IDLE_MINUTE is not a setting" in refusal
    assert "did you mean ONCOCHARGE_IDLE_MINUTES?" in refusal


@pytest.mark.parametrize(("name", "value"), [("ONCOCHARGE_DEBUG", "true"), ("ALLOWED_HOSTS", "*")])
def test_production_refuses_what_would_open_it(name: str, value: str) -> None:
    assert name in refusal_of({**PRODUCTION, name: value})


def test_production_is_closed_by_default() -> None:
    names = ("DEBUG", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")
    found = settings_with(PRODUCTION)
    assert [found[name] for name in names] == [False, True, True, True, 31_536_000]


def test_a_database_url_gives_its_parts_and_its_options() -> None:
    default = settings_with(PRODUCTION)["DATABASES"]["default"]
    assert (default["HOST"], default["PORT"], default["NAME"]) == ("db.example.org", "6432", "charges")
    assert (default["USER"], default["PASSWORD"]) == ("u", "p@ss")
    assert default["OPTIONS"]["sslmode"] == "require"


def test_a_bare_checkout_needs_no_variable_and_has_a_new_key_in_each_process() -> None:
    assert settings_with({})["KIND"] == "development"
    first, second = (settings_with({"ONCOCHARGE_ENV": "test"})["SECRET_KEY"] for _ in range(2))
    assert first != second


def test_variables_stand_above_the_file_of_make_run(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("# comment\nDATABASE_URL=postgresql://file/x\nSECRET_KEY=a=b\n")
    merged = with_file({"DATABASE_URL": "postgresql://shell/x"}, tmp_path / "env")
    assert merged == {"DATABASE_URL": "postgresql://shell/x", "SECRET_KEY": "a=b"}


def test_every_setting_stands_in_the_operations_page_and_nothing_else_does() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    table = page.split("## Settings")[1].split("Read by others")[0]
    documented = re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)
    assert documented != []
    assert sorted(documented) == sorted(set(settings_with(PRODUCTION)["ENV"].asked))


def test_the_compose_file_sets_only_settings_that_exist() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    environment = text.split("environment: &environment")[1].split("depends_on")[0]
    named = set(re.findall(r"^    (\w+):", environment, flags=re.MULTILINE))
    assert named
    assert named <= set(settings_with(PRODUCTION)["ENV"].asked)


def test_readers_note_every_fault_before_they_raise() -> None:
    env = Environment({"A": "x", "B": "y"})
    env.whole("A", 1, least=1, most=2)
    env.flag("B", False)
    with pytest.raises(ImproperlyConfigured, match=r"(?s)A is 'x'.*B is 'y'"):
        env.refuse_faults()
