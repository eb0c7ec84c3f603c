"""Whether every rule of the engine is told in words and shown by a scenario, and every table cites rules that exist.

The page and the scenarios are read by whoever asks; here only their text is looked at.
"""

import re
from collections.abc import Sequence

from billing.rules.codebook import Codebook

_NUMBER = r"[A-Z]\d{1,2}"


def documented_rules(page: str) -> set[str]:
    """Return the numbers of the rules that have a section on the page.

    >>> sorted(documented_rules("### S1 One line a session\\n### S2, S3 Others\\ntext S9"))
    ['S1', 'S2', 'S3']
    """
    headings = re.findall(rf"^#+ ({_NUMBER}(?:, {_NUMBER})*)\b", page, re.MULTILINE)
    return {number for heading in headings for number in heading.split(", ")}


def scenario_rules(course_file: str) -> set[str]:
    """Return the numbers that a scenario names in its first line.

    >>> sorted(scenario_rules("# Rules: L1, E2\\nformat = 1"))
    ['E2', 'L1']
    """
    named = re.match(rf"# Rules: ({_NUMBER}(?:, {_NUMBER})*)\s*$", course_file.partition("\n")[0])
    return set(named.group(1).split(", ")) if named else set()


def rule_faults(
    numbers: Sequence[str], codebook: Codebook, *, documented: set[str], in_scenarios: set[str]
) -> list[str]:
    """Return every rule without a section or a scenario, and every number in a table that is no rule."""
    known = set(numbers)
    cited: list[tuple[str, str]] = [
        *((row.place, row.rule) for row in codebook.deliveries),
        *((row.place, row.rule) for row in codebook.plannings),
        *((row.place, row.rule) for row in codebook.guidances),
        *((row.place, row.rule) for row in codebook.course_services),
        *((row.place, row.rule) for row in codebook.companions),
        *((row.place, row.rule) for row in codebook.events),
        *((row.place, row.rule) for row in codebook.bundles),
        *((row.place, row.rule) for row in codebook.forms),
        *((row.place, row.rule) for row in codebook.code_tables.policies),
    ]
    faults = [f"rule {number} has no section in docs/rules.md. Write it." for number in known - documented]
    faults += [f"rule {number} has no scenario in tests/scenarios. Write one." for number in known - in_scenarios]
    faults += [f"{place}: {rule} is no rule of the engine. Mend it." for place, rule in cited if rule not in known]
    return sorted(faults)
