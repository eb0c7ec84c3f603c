"""The rules stand alone: no framework, no clock, no settings; and their examples hold."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import billing.money
import billing.rules
from tests.scenario_runner import SCENARIOS

ROOT = SCENARIOS.parent.parent
ROOM = Path(billing.rules.__path__[0])
MODULES = sorted(module.name for module in pkgutil.iter_modules([str(ROOM)], "billing.rules."))


def test_the_rules_run_in_an_interpreter_that_has_nothing_installed() -> None:
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from pathlib import Path\n"
        "from billing.rules import charge_lines, load_codebook\n"
        "from billing.rules.course_file import open_course_file\n"
        "from billing.rules import estimate, table_checks\n"
        "taken = open_course_file(Path(sys.argv[1]))\n"
        "print(len(charge_lines(taken.facts, load_codebook()).lines))\n"
        "outside = {'django', 'celery', 'psycopg', 'rest_framework'}\n"
        "print(sorted(outside & {name.split('.')[0] for name in sys.modules}))\n"
    )
    # -I -S: no site-packages, no environment, no user site.
    command = [sys.executable, "-I", "-S", "-c", program, str(SCENARIOS / "record-sent-again.toml")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert told.stderr == ""
    assert told.stdout == "5\n[]\n"


@pytest.mark.parametrize("path", sorted(ROOM.glob("*.py")), ids=lambda path: path.stem)
def test_no_rule_reads_the_clock_or_the_world(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\b(now|today|utcnow|environ|getenv|random)\b\s*[(\[]", text)
    assert not re.search(
        r"^\s*(from|import) (django|celery|rest_framework|psycopg|random|time|os)\b", text, re.MULTILINE
    )


@pytest.mark.parametrize("name", [*MODULES, "billing.money"])
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_rooms_have_examples_at_all() -> None:
    attempted = sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES)
    assert attempted >= 10
