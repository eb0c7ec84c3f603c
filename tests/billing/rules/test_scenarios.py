"""Whole courses: facts in, lines and findings out, as the files in tests/scenarios say them."""

from pathlib import Path

import pytest

from billing.rules.course_file import open_course_file
from billing.rules.engine import RULE_NUMBERS
from billing.rules.rule_coverage import scenario_rules
from tests.scenario_runner import SCENARIOS, compare, differences, run

FILES = sorted(SCENARIOS.glob("*.toml"))
SECTIONS = {"E": 5, "L": 10, "S": 10, "P": 9, "C": 7, "G": 5, "M": 9, "R": 4}
"""The sections of the rules and how many numbers each has."""

NOT_OF_THE_ENGINE = {"R3": "the filing limit turns on the day of release, and the engine reads no clock"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_course_earns_what_its_file_says(path: Path) -> None:
    assert differences(path) == []


def test_every_number_of_every_section_is_carried_out_or_left_out_for_a_reason() -> None:
    numbers = {f"{section}{number}" for section, count in SECTIONS.items() for number in range(1, count + 1)}
    assert numbers - set(RULE_NUMBERS) == set(NOT_OF_THE_ENGINE)
    assert set(RULE_NUMBERS) <= numbers
    assert len(set(RULE_NUMBERS)) == len(RULE_NUMBERS)


def test_every_rule_has_a_scenario() -> None:
    shown = set().union(*(scenario_rules(path.read_text(encoding="utf-8")) for path in FILES))
    assert set(RULE_NUMBERS) - shown == set()


def test_every_scenario_is_named_as_its_file_and_tells_its_rules() -> None:
    for path in FILES:
        assert open_course_file(path).facts.id == path.stem
        assert scenario_rules(path.read_text(encoding="utf-8")) <= set(RULE_NUMBERS), path.stem
        assert scenario_rules(path.read_text(encoding="utf-8")), path.stem


def test_the_runner_sees_a_line_that_is_missing_one_too_many_and_a_wrong_finding() -> None:
    outcome = run(open_course_file(SCENARIOS / "second-session-stopped-part-way.toml"))
    first, second = outcome.lines[-2:]
    assert compare({"families": ["delivery"], "lines": [], "findings": []}, outcome) == [
        f"not expected 77386 () on {first.on}, held False",
        f"not expected 77386 ('52', '76') on {second.on}, held True",
        "findings ['partial-fraction'], expected []",
    ]
    wrong = {"code": "77386", "on": first.on, "units": 2}
    assert len(compare({"families": ["plan"], "lines": [wrong], "findings": ["partial-fraction"]}, outcome)) == 2
