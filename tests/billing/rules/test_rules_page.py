"""docs/rules.md says what the engine does: its worked tables run, its sections and findings are all there are."""

import re

import pytest

from billing.rules.course_file import open_course_file
from billing.rules.engine import RULE_NUMBERS
from billing.rules.lines import Finding
from billing.rules.rule_coverage import documented_rules
from tests.scenario_runner import SCENARIOS, run
from tests.worked_tables import RULES_PAGE, WorkedRow, outcome_of, said, worked_rows

PAGE = RULES_PAGE.read_text(encoding="utf-8")
ROWS = list(worked_rows(PAGE))
OUTSIDE_THE_ENGINE = {"R3"}
"""Asked at release and export alone; tests/billing/rules/test_filing_limit.py runs its examples."""


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_worked_row_says_what_the_engine_says(row: WorkedRow) -> None:
    outcome = outcome_of(row)
    for column, cell in row.answers().items():
        by_engine, by_page = said(outcome, column, cell)
        assert by_engine == by_page, column


def test_every_rule_has_a_section_with_a_worked_table() -> None:
    assert documented_rules(PAGE) - OUTSIDE_THE_ENGINE == set(RULE_NUMBERS)
    assert {row.rule for row in ROWS} == set(RULE_NUMBERS)


def test_a_worked_row_that_is_wrong_is_seen() -> None:
    wrong = WorkedRow("S1", 1, {"day": "2022-03-07", "→ delivery": "77385", "→ findings": "partial-fraction"})
    outcome = outcome_of(wrong)
    assert [said(outcome, column, cell) for column, cell in wrong.answers().items()] == [
        (["77386"], ["77385"]),
        ([], ["partial-fraction"]),
    ]


def test_the_page_lists_every_finding_with_its_severity_and_no_other() -> None:
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| ([a-z ]+) \|", PAGE, re.MULTILINE))
    told: dict[str, set[str]] = {}
    for finding in _all_findings():
        told.setdefault(finding.code, set()).add(finding.severity.value)
    assert set(listed) == set(told)
    for code, severities in told.items():
        assert severities <= set(listed[code].split(" or ")), code


def _all_findings() -> list[Finding]:
    from_rows = [finding for row in ROWS for finding in outcome_of(row).findings]
    paths = sorted(SCENARIOS.glob("*.toml"))
    return from_rows + [finding for path in paths for finding in run(open_course_file(path)).findings]
