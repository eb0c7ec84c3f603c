"""Runs one course file through the rules and compares what it says with what the file expects.

``[expect]`` is described with the course file: lines are compared as a whole within ``families``, in any order, and
``held`` and ``claim`` only where they are given; ``findings`` is the set of all hold and refused codes of the course.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from billing.rules import charge_lines, load_codebook
from billing.rules.course_file import CourseFile, open_course_file
from billing.rules.lines import ChargeLine, Outcome, Severity

SCENARIOS = Path(__file__).parent / "scenarios"
KEYS_OF_A_LINE = {"code", "on", "units", "modifiers", "claim", "held"}


def run(course_file: CourseFile) -> Outcome:
    """Return what the rules make of a course file."""
    return charge_lines(course_file.facts, load_codebook())


def differences(path: Path) -> list[str]:
    """Return what the rules say otherwise than the file expects; nothing where it holds."""
    course_file = open_course_file(path)
    return compare(course_file.expect, run(course_file))


def compare(expect: Mapping[str, object], outcome: Outcome) -> list[str]:
    """Return each expected line without its match, each line that nobody expected, and findings that differ."""
    found: list[str] = []
    families = expect.get("families")
    left = [line for line in outcome.lines if not isinstance(families, list) or line.family in families]
    expected = expect["lines"]
    assert isinstance(expected, list)
    # Lines that say more are matched first, so that one that says less does not take their place.
    for wanted in sorted(expected, key=len, reverse=True):
        assert isinstance(wanted, dict) and set(wanted) <= KEYS_OF_A_LINE
        match = next((line for line in left if _is(line, wanted)), None)
        if match is None:
            found.append(f"missing {wanted}")
        else:
            left.remove(match)
    found += [f"not expected {line.code} {line.modifiers} on {line.on}, held {line.held}" for line in left]
    codes = {f.code for f in outcome.findings if f.severity in (Severity.HOLD, Severity.REFUSED)}
    wanted_codes = expect["findings"]
    assert isinstance(wanted_codes, list)
    if codes != set(wanted_codes):
        found.append(f"findings {sorted(codes)}, expected {sorted(wanted_codes)}")
    return found


def _is(line: ChargeLine, wanted: Mapping[str, object]) -> bool:
    said: dict[str, object] = {
        "code": line.code,
        "on": line.on,
        "units": line.units,
        "modifiers": list(line.modifiers),
        "claim": line.claim.value,
        "held": line.held,
    }
    return all(said[key] == value for key, value in wanted.items())


def raw(path: Path) -> dict[str, object]:
    """Return the file as TOML gives it."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
