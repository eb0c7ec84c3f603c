"""The compose file and the image, as far as they can be held to their word without an engine."""

import re
from typing import Any

import pytest
import yaml

from start.commands import COMMANDS
from tests.start.checkout import ROOT

PROGRAMS = ("web", "worker", "beat")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return services


def test_the_same_programs_run_as_in_make_run(services: dict[str, Any]) -> None:
    assert set(services) == {"postgres", "valkey", "migrate", *PROGRAMS}


def test_nothing_listens_beyond_this_host(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = re.findall(r"\$\{((?:SECRET|POSTGRES|VALKEY)\w+)(.*?)\}", text)
    assert {name for name, _ in secrets} == {"SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"}
    assert all(rest.startswith(":?") for _, rest in secrets)


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_program_starts_before_the_database_is_migrated(services: dict[str, Any], name: str) -> None:
    assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


@pytest.mark.parametrize("name", [*PROGRAMS, "migrate"])
def test_the_product_runs_with_the_least_rights_and_as_production(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["environment"]["ONCOCHARGE_ENV"] == "production"


def test_the_worker_is_given_the_time_that_its_own_shutdown_takes(services: dict[str, Any]) -> None:
    from django.conf import settings

    assert int(services["worker"]["stop_grace_period"].removesuffix("s")) > settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT


def test_the_image_is_built_by_steps_that_every_change_must_pass() -> None:
    steps = re.findall(r"python3 dev\.py (\w+(?: prod)?)", (ROOT / "Dockerfile").read_text())
    passed = (ROOT / ".ci" / "run").read_text()
    assert steps == ["install prod", "static"]
    assert all(f"python3 dev.py {step}" in passed for step in steps)
    assert all(step.split()[0] in COMMANDS for step in steps)


def test_the_image_does_not_run_as_root() -> None:
    user = re.search(r"^USER (\w+)$", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    assert user is not None
    assert user[1] == "oncocharge"
