"""What a capture leaves on the worklist: findings to raise, findings to resolve, reviews to open again.

Pure: outcome, prices and what stands go in, decisions come out; posting.py writes them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from billing.capture.difference import RELEASED, Difference, PricedLine
from billing.capture.late import LateCharge
from billing.findings import NewFinding, OpenFinding
from billing.ledger import PostedCharge
from billing.models import AFTER_CLOSE
from billing.rules.lines import Finding, Severity

RULES, FEES, CAPTURE = "rules", "fees", "capture"
LINE = "line"
"""Subject of findings about the posted line itself, not the fact that earned it."""

CORRECTION_TO_SEND = "correction-to-send"
REPLACES_CLAIMED_LINE = "replaces-claimed-line"
CLAIM_OF_ANOTHER_PAYER = "claim-of-another-payer"
MISSING_FEE = "missing-fee"
CAPTURE_FAILED = "capture-failed"
_SEVERITIES = tuple(Severity)


@dataclass(slots=True)
class Notes:
    """What to write for one course beside the ledger."""

    raised: list[NewFinding] = field(default_factory=list)
    resolved: list[int] = field(default_factory=list)
    reopened: dict[int, str] = field(default_factory=dict)
    """Why a decided line is open again, by its entry."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A difference after posting: the entries of its lines by key, of its reversals by the reversed charge."""

    difference: Difference
    entries: Mapping[str, int]
    reversals: Mapping[int, int]


def notes_of(
    course_id: int,
    lines: Iterable[PricedLine],
    findings: Iterable[Finding],
    posted: Posted,
    standing: Iterable[OpenFinding],
    *,
    late: Iterable[LateCharge] = (),
) -> Notes:
    """Return what the worklist must show after this capture, as a difference from what it shows.

    A finding that says the same stays, with its override. One whose words changed is a new finding: whoever
    let the old one pass had not read this one. Only a change of price carries overrides to the new line.

    Args:
        late: the charges of the course that came after their month was signed off.
    """
    standing = list(standing)
    notes = Notes()
    told = [*_wanted(course_id, lines, findings, posted), *_told_by_close(late)]
    wanted = {finding.identity: finding for finding in told}
    _carry_overrides(wanted, posted.difference, posted.entries, standing)
    for finding in standing:
        if finding.identity in wanted:
            del wanted[finding.identity]
        elif _is_ours(finding, posted):
            notes.resolved.append(finding.id)
    notes.raised = list(wanted.values())
    _reopen(notes, posted.difference)
    return notes


def _is_ours(finding: OpenFinding, posted: Posted) -> bool:
    """Whether this capture may withdraw a finding: its own kind, or any about a line that it reversed."""
    return finding.source in (RULES, FEES, CAPTURE) or finding.entry_id in posted.reversals


def _wanted(
    course_id: int, lines: Iterable[PricedLine], findings: Iterable[Finding], posted: Posted
) -> Iterable[NewFinding]:
    """Yield one finding a line that it names, or one alone; the gravest of those with one code and subject."""
    gravest: dict[tuple[int | None, str, str], NewFinding] = {}
    for new in _told_by_rules(course_id, findings, posted.entries):
        place = (new.entry_id, new.code, new.subject)
        held = gravest.get(place)
        if held is None or _SEVERITIES.index(Severity(new.severity)) < _SEVERITIES.index(Severity(held.severity)):
            gravest[place] = new
    yield from gravest.values()
    yield from _told_by_fees(course_id, lines, posted.entries)
    yield from _told_by_claims(course_id, posted)


def _told_by_rules(course_id: int, findings: Iterable[Finding], entries: Mapping[str, int]) -> Iterable[NewFinding]:
    for finding in findings:
        named: list[int | None] = [entries[key] for key in finding.lines]
        for entry_id in named or [None]:
            yield NewFinding(
                course_id=course_id,
                entry_id=entry_id,
                source=RULES,
                severity=finding.severity.value,
                code=finding.code,
                message=finding.message,
                subject=f"{finding.about}:{finding.subject}",
                service_on=finding.on,
            )


def _told_by_fees(course_id: int, lines: Iterable[PricedLine], entries: Mapping[str, int]) -> Iterable[NewFinding]:
    for priced in lines:
        if priced.price is None:
            line = priced.line
            written = "-".join((line.code, *line.modifiers))
            message = f"No fee for {written} on {line.on}. Enter it in the fee schedule; the line is priced by itself."
            yield _held(course_id, entries[line.key], FEES, MISSING_FEE, message)


def _told_by_claims(course_id: int, posted: Posted) -> Iterable[NewFinding]:
    for charge, reversal_id, reason in _uncorrected(posted):
        message = f"{charge.code} of {charge.service_on} was on a claim and is reversed. {reason} Correct the claim."
        yield _held(course_id, reversal_id, CAPTURE, CORRECTION_TO_SEND, message)
    for key in sorted(posted.difference.follow_claimed):
        message = "An earlier form of this line is on a claim. It goes out with that claim's correction, not as new."
        entry_id = posted.entries[key]
        yield _warned(course_id, entry_id, REPLACES_CLAIMED_LINE, message)
    for charge in posted.difference.kept.values():
        if charge.payer_of_day:
            message = (
                f"On a claim to {charge.claimed_from}, but {charge.payer_of_day} is the first payer of"
                f" {charge.service_on} now. Void that claim, or tell {charge.claimed_from}: see Corrections."
            )
            yield _warned(course_id, charge.id, CLAIM_OF_ANOTHER_PAYER, message)


def _told_by_close(late: Iterable[LateCharge]) -> Iterable[NewFinding]:
    for charge in late:
        yield _held(charge.course_id, charge.entry_id, CAPTURE, AFTER_CLOSE, charge.message)


def _uncorrected(posted: Posted) -> Iterable[tuple[PostedCharge, int, str]]:
    """Yield the charges that are reversed and stand on a claim all the same, each with its reversal and the reason."""
    for charge, reason in posted.difference.reversals:
        if charge.is_claimed:
            yield charge, posted.reversals[charge.id], reason
    for charge in posted.difference.uncorrected:
        if charge.reversal_id is not None:
            yield charge, charge.reversal_id, charge.reversal_reason


def _warned(course_id: int, entry_id: int, code: str, message: str) -> NewFinding:
    return NewFinding(course_id, entry_id, CAPTURE, Severity.WARNING.value, code, message, LINE)


def _held(course_id: int, entry_id: int | None, source: str, code: str, message: str) -> NewFinding:
    return NewFinding(course_id, entry_id, source, Severity.HOLD.value, code, message, LINE)


def failure_finding(course_id: int, where: str) -> NewFinding:
    """Return the finding of a course whose charges could not be derived. ``where`` carries no patient data."""
    message = f"The charges of this course could not be derived ({where}). Tell the administrator; nothing was posted."
    return _held(course_id, None, CAPTURE, CAPTURE_FAILED, message)


def _carry_overrides(
    wanted: dict[tuple[object, ...], NewFinding],
    difference: Difference,
    entries: Mapping[str, int],
    standing: Iterable[OpenFinding],
) -> None:
    """Let overrides follow a line whose price alone changed: what a person let pass is still what was found.

    Not that of a line which came after its month was signed off: its price is what that month comes to.
    """
    successor = {
        change.instead_of.id: entries[change.charge.line_key]
        for change in difference.changes
        if change.is_repricing and change.instead_of is not None
    }
    for finding in standing:
        if finding.override is None or finding.entry_id not in successor or finding.code == AFTER_CLOSE:
            continue
        course, _entry, *told = finding.identity
        identity = (course, successor[finding.entry_id], *told)
        if identity in wanted:
            wanted[identity] = replace(wanted[identity], override=finding.override)


def _reopen(notes: Notes, difference: Difference) -> None:
    """Open again what a biller had decided: reversed lines, and released ones that a new finding holds."""
    for charge, reason in difference.reversals:
        if charge.state != "open" and not charge.is_claimed:
            notes.reopened[charge.id] = f"Reversed. {reason}"
    released = {charge.id for charge in difference.kept.values() if charge.state == RELEASED and not charge.is_claimed}
    for finding in notes.raised:
        if finding.entry_id in released and finding.severity == Severity.HOLD and finding.override is None:
            notes.reopened.setdefault(finding.entry_id, f"No longer released: {finding.message}")
