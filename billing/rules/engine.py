"""The charge rules of a course, in order: first what is earned, then what may not stand.

``MAKERS`` turn facts into lines; ``FILTERS`` let the lines stand that may stand together; ``EDITS`` see all that are
left and name those that may not be released. To add a rule, write it as a function of one of the three shapes and put
it into its list with its numbers.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from billing.rules.authorizations import authorization_findings
from billing.rules.case import Case, Said
from billing.rules.codebook import Codebook
from billing.rules.companions import companion_lines
from billing.rules.delivery import delivery_lines
from billing.rules.edits import duplicates, missing_diagnosis, over_daily_limit
from billing.rules.events import event_lines
from billing.rules.facts import CourseFacts
from billing.rules.guidance import guidance_lines
from billing.rules.keyed import keyed_lines
from billing.rules.line_edits import apply_edits
from billing.rules.lines import ChargeLine, ClaimKind, Finding, Outcome, Severity
from billing.rules.management import management_lines
from billing.rules.pairs import standing_lines
from billing.rules.physics import physics_lines
from billing.rules.planning import plan_lines
from billing.rules.port_images import port_image_lines


@dataclass(frozen=True, slots=True)
class Maker:
    """A step that makes lines of facts, and the numbers of the rules that it carries out."""

    make: Callable[[Case], Said]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """A step that lets lines stand, changed or not, and says why others do not."""

    keep: Callable[[Case, Sequence[ChargeLine]], Said]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A step that finds what is wrong between lines, and the numbers of the rules that it carries out."""

    find: Callable[[Case, Sequence[ChargeLine]], Iterable[Finding]]
    rules: tuple[str, ...]


MAKERS = (
    Maker(plan_lines, ("E4", "P1", "P2", "P8", "P9")),
    Maker(companion_lines, ("P3", "P4", "P5")),
    Maker(event_lines, ("P6", "M7", "M8")),
    Maker(
        delivery_lines,
        (
            *("E2", "E3", "E5"),
            *("L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10"),
            *("S1", "S2", "S3", "S4", "S5", "S7", "S8", "S9", "S10"),
        ),
    ),
    Maker(guidance_lines, ("G1", "G2", "G3", "G4")),
    Maker(port_image_lines, ("G5",)),
    Maker(management_lines, ("M1", "M2", "M3", "M4", "M6")),
    Maker(physics_lines, ("M5",)),
    Maker(keyed_lines, ("C3", "C4", "C5", "C7")),
)
FILTERS = (Filter(standing_lines, ("M9",)),)
EDITS = (
    Edit(over_daily_limit, ("S6", "P7")),
    Edit(duplicates, ("R2",)),
    Edit(authorization_findings, ("R1",)),
    Edit(missing_diagnosis, ("R4",)),
)
FOR_EVERY_LINE = ("E1", "C1", "C2", "C6")
"""Carried out in components.py for whatever a maker earns."""

RULE_NUMBERS = (*FOR_EVERY_LINE, *(number for step in (*MAKERS, *FILTERS, *EDITS) for number in step.rules))

_CLAIMS = tuple(ClaimKind)


def charge_lines(facts: CourseFacts, codebook: Codebook) -> Outcome:
    """Return every line that the course should have, and every finding about it.

    The order of the facts in their tuples does not matter; their ``ordinal`` does where time leaves a tie.
    A line is held when a finding of severity hold names it.
    """
    case = Case(facts, codebook)
    lines: list[ChargeLine] = []
    findings: list[Finding] = []
    for maker in MAKERS:
        said = maker.make(case)
        lines += said.lines
        findings += said.findings
    kept = _filtered(case, lines)
    if facts.line_edits:
        # What was edited is the line as it would stand, so pairs are looked at twice: without the edits, and with them.
        edited = apply_edits(case, lines, kept.lines)
        findings += edited.findings
        kept = _filtered(case, edited.lines)
    lines = list(kept.lines)
    findings = [*_of_standing(findings, lines), *kept.findings]
    for edit in EDITS:
        findings += edit.find(case, lines)
    return Outcome(
        tuple(sorted(_with_findings(lines, findings), key=_line_order)),
        tuple(sorted(findings, key=_finding_order)),
    )


def _filtered(case: Case, made: Sequence[ChargeLine]) -> Said:
    """Return the lines that may stand together, and what is said of those that may not."""
    lines, findings = list(made), list[Finding]()
    for step in FILTERS:
        kept = step.keep(case, lines)
        lines = list(kept.lines)
        findings = [*_of_standing(findings, lines), *kept.findings]
    return Said(tuple(lines), tuple(findings))


def _of_standing(findings: Iterable[Finding], lines: Sequence[ChargeLine]) -> Iterator[Finding]:
    """Yield the findings without the lines that do not stand; one that named no other line falls with them."""
    keys = {line.key for line in lines}
    for finding in findings:
        standing = tuple(key for key in finding.lines if key in keys)
        if standing or not finding.lines:
            yield finding if len(standing) == len(finding.lines) else replace(finding, lines=standing)


def _with_findings(lines: Iterable[ChargeLine], findings: Iterable[Finding]) -> list[ChargeLine]:
    """Return the lines, each with the codes of the findings that name it."""
    naming: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        for key in finding.lines:
            naming[key].append(finding)
    if not naming:
        return list(lines)
    return [_marked(line, naming[line.key]) if line.key in naming else line for line in lines]


def _marked(line: ChargeLine, findings: Sequence[Finding]) -> ChargeLine:
    held = any(finding.severity is Severity.HOLD for finding in findings)
    return replace(line, held=held, findings=tuple(sorted({finding.code for finding in findings})))


def _line_order(line: ChargeLine) -> tuple[date, str, str, str, int]:
    return line.on, line.family.value, line.code, line.subject, _CLAIMS.index(line.claim)


def _finding_order(finding: Finding) -> tuple[date, str, str, str, str]:
    return finding.on or date.min, finding.code, finding.subject, finding.severity.value, finding.message
