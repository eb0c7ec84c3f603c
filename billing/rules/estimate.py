"""What a course would charge, written down: one JSON object, or a table in words for people.

Used by the command, by the API and by tests, so that all three say the same. Prices come from whoever has a fee
schedule; without one every amount is null. Nothing is stored.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import TypedDict

from billing.money import print_amount, print_dollars
from billing.rules.lines import ChargeLine, FactValue, Finding, Outcome, Severity

Price = Callable[[ChargeLine], Decimal | None]


class BecauseJson(TypedDict):
    """The reason of a line."""

    rule: str
    table: str
    row: int
    source: str
    facts: dict[str, FactValue]


class LineJson(TypedDict):
    """A charge line."""

    code: str
    on: str
    units: int
    modifiers: list[str]
    family: str
    claim: str
    held: bool
    findings: list[str]
    amount: str | None
    because: BecauseJson
    subject: str


class FindingJson(TypedDict):
    """A finding."""

    code: str
    severity: str
    message: str
    subject: str


class TotalsJson(TypedDict):
    """Counts over the lines; the amount only where every line has one."""

    lines: int
    held: int
    amount: str | None


class EstimateJson(TypedDict):
    """The whole answer, in the order in which it is written."""

    id: str
    lines: list[LineJson]
    findings: list[FindingJson]
    totals: TotalsJson


def no_price(line: ChargeLine) -> None:
    """Return no price: the answer of a practice without a fee schedule."""


def estimate(course_id: str, outcome: Outcome, price: Price = no_price) -> EstimateJson:
    """Return the answer for one course; amounts are decimal strings in dollars, ``None`` where there is no price."""
    amounts = [price(line) for line in outcome.lines]
    priced = [amount for amount in amounts if amount is not None]
    whole = bool(priced) and len(priced) == len(amounts)
    return {
        "id": course_id,
        "lines": [_line(line, amount) for line, amount in zip(outcome.lines, amounts, strict=True)],
        "findings": [_finding(finding) for finding in outcome.findings],
        "totals": {
            "lines": len(outcome.lines),
            "held": sum(line.held for line in outcome.lines),
            "amount": print_amount(sum(priced, Decimal())) if whole else None,
        },
    }


def to_json(answer: EstimateJson) -> str:
    """Write the answer on one line of ASCII, with the keys in their order: the same facts give the same bytes."""
    return json.dumps(answer, ensure_ascii=True)


def _line(line: ChargeLine, amount: Decimal | None) -> LineJson:
    because = line.because
    return {
        "code": line.code,
        "on": line.on.isoformat(),
        "units": line.units,
        "modifiers": list(line.modifiers),
        "family": line.family.value,
        "claim": line.claim.value,
        "held": line.held,
        "findings": list(line.findings),
        "amount": None if amount is None else print_amount(amount),
        "because": {
            "rule": because.rule,
            "table": because.table,
            "row": because.row,
            "source": because.source,
            "facts": dict(because.facts),
        },
        "subject": line.subject,
    }


def _finding(finding: Finding) -> FindingJson:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "subject": finding.subject,
    }


# --- in words -----------------------------------------------------------------------------------------------------

_COLUMNS = ("date", "code", "modifiers", "units", "claim", "family", "amount", "state", "because of", "for")


def in_words(course_id: str, title: str, outcome: Outcome, price: Price = no_price) -> str:
    """Write lines and findings as a table for people."""
    held = sum(line.held for line in outcome.lines)
    parts = [f"{course_id}: {title}" if title else course_id]
    parts.append("\n".join(_table([_COLUMNS, *(_cells(line, price(line)) for line in outcome.lines)])))
    if not outcome.lines:
        parts[-1] = "Nothing to charge."
    if outcome.findings:
        parts.append("\n".join(_finding_in_words(finding) for finding in outcome.findings))
    parts.append(f"{len(outcome.lines)} lines, {held} held.")
    return "\n\n".join(parts) + "\n"


def _cells(line: ChargeLine, amount: Decimal | None) -> tuple[str, ...]:
    return (
        line.on.isoformat(),
        line.code,
        " ".join(line.modifiers),
        str(line.units),
        line.claim.value,
        line.family.value,
        "-" if amount is None else print_dollars(amount),
        f"HELD: {', '.join(line.findings)}" if line.held else "to release",
        f"{line.because.rule} ({line.because.table} row {line.because.row})",
        line.subject,
    )


def _table(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    kept = list(rows)
    widths = [max(len(cell) for cell in column) for column in zip(*kept, strict=True)]
    for row in kept:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _finding_in_words(finding: Finding) -> str:
    word = finding.severity.upper() if finding.severity in (Severity.HOLD, Severity.REFUSED) else finding.severity.value
    return f"{word} {finding.code} ({finding.subject}): {finding.message}"
