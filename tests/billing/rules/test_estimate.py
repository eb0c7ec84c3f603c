"""``manage.py estimate``: the contract of its output, and that it needs nothing but the files."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from billing.rules.course_file import open_course_file
from billing.rules.estimate import estimate, in_words
from tests.scenario_runner import SCENARIOS, run

ROOT = SCENARIOS.parent.parent
PARTIAL = SCENARIOS / "second-session-stopped-part-way.toml"
UNTITLED = SCENARIOS / "record-sent-again.toml"


def estimated(*arguments: str | Path) -> str:
    told = StringIO()
    call_command("estimate", *map(str, arguments), stdout=told)
    return told.getvalue()


def in_a_bare_shell(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Run the command as a newcomer does: no settings, no database, no broker, an ASCII terminal."""
    command = [sys.executable, "manage.py", "estimate", *map(str, arguments)]
    bare = {"PATH": os.environ["PATH"], "LANG": "C", "PYTHONIOENCODING": "ascii"}
    return subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, check=False, timeout=60)


def test_one_file_gives_one_object_with_the_keys_of_the_contract_in_their_order() -> None:
    text = estimated("--json", PARTIAL)
    answer = json.loads(text)
    assert text.count("\n") == 1
    assert list(answer) == ["id", "lines", "findings", "totals"]
    assert answer["id"] == PARTIAL.stem
    line = answer["lines"][-1]
    because = line.pop("because")
    assert line == {
        "code": "77386",
        "on": "2023-09-25",
        "units": 1,
        "modifiers": ["52", "76"],
        "family": "delivery",
        "claim": "institutional",
        "held": True,
        "findings": ["partial-fraction"],
        "amount": None,
        "subject": "2023-09-25T14:30:00",
    }
    assert list(because) == ["rule", "table", "row", "source", "facts"]
    assert (because["rule"], because["table"], because["row"]) == ("L1", "delivery.toml", 4)
    assert because["facts"]["site"] == "head_neck"
    assert [list(finding) for finding in answer["findings"]] == [["code", "severity", "message", "subject"]]
    assert answer["totals"] == {"lines": 5, "held": 1, "amount": None}


def test_several_files_give_one_object_a_line_in_their_order() -> None:
    told = estimated("--json", UNTITLED, PARTIAL, UNTITLED).splitlines()
    assert [json.loads(line)["id"] for line in told] == [UNTITLED.stem, PARTIAL.stem, UNTITLED.stem]


def test_the_same_file_gives_the_same_bytes_from_a_bare_shell() -> None:
    first, second = in_a_bare_shell("--json", PARTIAL), in_a_bare_shell("--json", PARTIAL)
    assert first.returncode == 0, first.stderr
    assert first.stderr == b""
    assert first.stdout == second.stdout == estimated("--json", PARTIAL).encode()


def test_every_fault_of_every_file_is_told_and_nothing_else_with_exit_code_two(tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text(PARTIAL.read_text(encoding="utf-8").replace("vmat", "vmatt").replace('"hospital"', '"clinic"'))
    told = in_a_bare_shell("--json", PARTIAL, broken, tmp_path / "absent.toml")
    assert told.returncode == 2
    assert told.stdout == b""
    faults = told.stderr.decode().splitlines()
    assert [fault.removeprefix(str(tmp_path)).split(": ")[:2] for fault in faults] == [
        ["/broken.toml", "practice.setting"],
        ["/broken.toml", "plan[1].technique"],
        ["/absent.toml", "No such file or directory. Give a file that can be read."],
    ]


def test_lines_are_sorted_by_date_family_code_and_subject() -> None:
    paths = sorted(SCENARIOS.glob("*.toml"))
    for answer in map(json.loads, estimated("--json", *paths).splitlines()):
        order = [(line["on"], line["family"], line["code"], line["subject"]) for line in answer["lines"]]
        assert order == sorted(order), answer["id"]


def test_people_read_a_table_with_states_reasons_and_findings() -> None:
    told = estimated(PARTIAL)
    assert told.startswith(f"{PARTIAL.stem}: The second session of the day was stopped: reduced and repeated\n")
    assert "2023-09-25  77386  52 76      1      institutional  delivery   -       HELD: partial-fraction" in told
    assert "L1 (delivery.toml row 4)" in told
    assert "HOLD partial-fraction (2023-09-25T14:30:00): The fraction was stopped part way" in told
    assert told.endswith("5 lines, 1 held.\n")


def test_a_course_that_earns_nothing_says_so() -> None:
    assert "\n\nNothing to charge.\n\n" in estimated(SCENARIOS / "respiratory-simulation-without-a-plan.toml")


def test_a_title_that_the_terminal_cannot_show_does_not_stop_the_estimate(tmp_path: Path) -> None:
    path = tmp_path / "umlaut.toml"
    text = PARTIAL.read_text(encoding="utf-8").replace('title = "', 'title = "Größe ')
    path.write_text(text, encoding="utf-8")
    told = in_a_bare_shell(path)
    assert told.returncode == 0, told.stderr
    assert rb"Gr\xf6\xdfe" in told.stdout


def test_with_prices_amounts_are_decimal_strings_and_the_total_is_their_sum() -> None:
    outcome = run(open_course_file(PARTIAL))
    answer = estimate("x", outcome, lambda line: Decimal("10.5") * line.units)
    amounts = {line["code"]: line["amount"] for line in answer["lines"]}
    assert amounts == {"77300": "21.00", "77301": "10.50", "77338": "10.50", "77386": "10.50"}
    assert answer["totals"]["amount"] == "63.00"
    assert "$10.50" in in_words("x", "", outcome, lambda line: Decimal("10.5"))


def test_a_line_without_a_price_leaves_the_total_open() -> None:
    outcome = run(open_course_file(PARTIAL))
    answer = estimate("x", outcome, lambda line: Decimal(1) if line.modifiers else None)
    assert [line["amount"] for line in answer["lines"]] == [None, None, None, None, "1.00"]
    assert answer["totals"]["amount"] is None


def test_an_estimate_without_files_is_refused() -> None:
    assert in_a_bare_shell().returncode == 2


@pytest.mark.parametrize("suffix", [".json", ".JSON"])
def test_a_file_that_ends_in_json_is_read_as_json(tmp_path: Path, suffix: str) -> None:
    course = {
        "format": 1,
        "id": "small",
        "practice": {"setting": "hospital", "bills": "technical"},
        "payer": {"kind": "tricare"},
        "course": {"diagnoses": ["C61"], "opened_on": "2026-02-02"},
        "plan": [{"key": "P", "site": "prostate", "technique": "vmat", "approved_on": "2026-02-12"}],
    }
    path = tmp_path / f"small{suffix}"
    path.write_text(json.dumps(course), encoding="utf-8")
    assert [line["code"] for line in json.loads(estimated("--json", path))["lines"]] == ["77338", "77301"]
