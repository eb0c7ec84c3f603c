"""Prices, their changes, their file and Medicare's formula stand alone: no framework, no clock."""

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
PURE = ("prices", "timeline", "price_file", "formula")


def test_the_pure_part_of_the_room_runs_in_an_interpreter_that_has_nothing_installed() -> None:
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from datetime import date\n"
        "from billing.fees.price_file import read_price_file\n"
        "from billing.fees.timeline import plan_changes\n"
        "from billing.fees import formula\n"
        "content, day = b'code,amount\\n77386,910\\n', date(2026, 1, 1)\n"
        "read = read_price_file(content, effective_from=day, knows=lambda c, d: True)\n"
        "print(len(plan_changes([], read.prices).added))\n"
        "outside = {'django', 'celery', 'psycopg', 'rest_framework'}\n"
        "print(sorted(outside & {name.split('.')[0] for name in sys.modules}))\n"
    )
    command = [sys.executable, "-I", "-S", "-c", program]
    told = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False, timeout=60)
    assert (told.stderr, told.stdout) == ("", "1\n[]\n")


@pytest.mark.parametrize("name", PURE)
def test_it_reads_no_clock(name: str) -> None:
    text = (HOUSE / "billing" / "fees" / f"{name}.py").read_text(encoding="utf-8")
    assert not re.search(r"\b(now|today|utcnow|environ|getenv|random)\b\s*[(\[]", text)


@pytest.mark.parametrize("name", ["prices", "formula"])
def test_its_examples_hold(name: str) -> None:
    tried = doctest.testmod(importlib.import_module(f"billing.fees.{name}"))
    assert (tried.failed, tried.attempted > 0) == (0, True)
