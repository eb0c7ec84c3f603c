"""``make check``: everything that can be said about the code without running its tests.

Every step runs, whatever the others said; one word a step, the whole output of those that
failed, and the list of them at the end.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from start.install import Environment
from start.processes import StopRequest
from start.suite import ThrowAway, throw_away_servers, variables_for_tests
from start.voice import say

# What production asks for; the values lead nowhere.
PRETEND_PRODUCTION = {
    "ONCOCHARGE_ENV": "production",
    "SECRET_KEY": "only-for-the-check-of-the-settings-" + "0123456789abcdefghijklmnop",
    "ALLOWED_HOSTS": "charges.example.org",
    "DATABASE_URL": "postgresql://oncocharge@127.0.0.1:1/oncocharge",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "ONCOCHARGE_OUTBOX": "/var/lib/oncocharge/outbox",
}


@dataclass(frozen=True)
class Check:
    """A step: its name, its command (first word: a program of .venv/bin) and variables of its own."""

    name: str
    command: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)


CHECKS = (
    Check("format", ("ruff", "format", "--check", ".")),
    Check("lint", ("ruff", "check", ".")),
    Check("types", ("mypy",)),
    Check("imports", ("lint-imports", "--no-cache")),
    Check("templates", ("djlint", "--lint", "--quiet", "oncocharge", "patients", "courses", "billing")),
    Check("compose", ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")),
    Check("migrations", ("python", "manage.py", "makemigrations", "--check", "--dry-run")),
    Check("tables", ("python", "manage.py", "check_tables")),
    Check("deploy", ("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"), PRETEND_PRODUCTION),
)


def run_checks(environment: Environment, stop: StopRequest) -> int:
    """Run every step and return 1 if one failed."""
    failed: list[str] = []
    with throw_away_servers(environment, stop, ThrowAway()) as servers:
        variables = variables_for_tests(servers)
        for check in CHECKS:
            stop.obey()
            outcome = _run(environment, check, variables)
            say(f"  {check.name:<12} {'ok' if outcome.returncode == 0 else 'FAILED'}")
            if outcome.returncode != 0:
                failed.append(check.name)
                say(outcome.stdout.rstrip())
    say(f"\nFailed: {', '.join(failed)}." if failed else f"\nAll {len(CHECKS)} checks hold.")
    return 1 if failed else 0


def _run(environment: Environment, check: Check, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    program, *words = check.command
    line: list[str | Path] = [environment.venv / "bin" / program, *words]
    env = {**variables, **check.variables, "PATH": f"{environment.venv / 'bin'}:{variables.get('PATH', '')}"}
    return subprocess.run(
        line, cwd=environment.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
