"""What a biller decides about lines: release, take back. One line or five hundred, under the same rules.

Every decision locks the money of the courses first, looks at the lines as they are then, does what may be
done and says of each other line, in words, why not. Who decided what and when is in the reviews' history. Holding
is a room of its own beside it (holds.py).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from billing import ledger
from billing.findings import (
    NewFinding,
    OpenFinding,
    open_findings,
    raise_findings,
    resolve_findings,
    withdraw_claim_checks,
)
from billing.models import LedgerEntry, Review
from billing.pricing import Fees, load_fees
from billing.rules.lines import Severity
from billing.worklist.checks import SOURCE, LineAtRelease, findings_at_release, read_lines
from billing.worklist.threads import close_questions, note_answers_read
from courses.models import Course

REASON_LENGTH = 200
State = Review.State


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line about which nothing was decided, and why. ``findings`` are the codes that hold it."""

    entry_id: int
    reason: str
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision: the lines that now stand as asked, and the others."""

    done: tuple[int, ...]
    refused: tuple[Refusal, ...]


Judge = Callable[[LineAtRelease], Refusal | None]


def release(*, entry_ids: Collection[int], by: User, at: datetime) -> Decided:
    """Release lines for the next export; a fixed number of statements.

    Refused is a line that a finding or a person holds, that has no price or costs something else by now, was reversed
    or is on a claim, or whose course changed since its charges were derived. What only a release can check (duplicates
    across courses, filing limit, coverage, physician, NPI) is checked here, and stays on the worklist as findings.
    A line that is released already counts as done.
    """
    with transaction.atomic():
        lines, unknown = locked_lines(entry_ids, with_siblings=True)
        holds = _holds_after_checks(lines, at)
        repriced = _priced_otherwise(lines)
        decided = judge(
            lines, lambda line: _not_releasable(line, holds.get(line.id, ()), is_repriced=line.id in repriced), unknown
        )
        _ask_for_capture({line.course_id for line in lines if line.id in repriced})
        fresh = _without(decided.done, lines, State.RELEASED)
        _write_reviews(fresh, State.RELEASED, "", by, at)
        note_answers_read(entry_ids=fresh, by=by, at=at)
        return decided


def undo(*, entry_ids: Collection[int], by: User, at: datetime) -> Decided:
    """Take back a release or a hold, as long as the line is on no claim. An open line counts as done."""
    with transaction.atomic():
        lines, unknown = locked_lines(entry_ids)
        decided = judge(lines, not_changeable, unknown)
        taken_back = _without(decided.done, lines, State.OPEN)
        close_questions(entry_ids=taken_back, reason="The hold was taken back.", by=by, at=at)
        open_again(lines=[line for line in lines if line.id in set(taken_back)], reason="", by=by, at=at)
        return decided


def open_again(*, lines: Collection[LineAtRelease], reason: str, by: User, at: datetime) -> None:
    """Open decided lines that are locked, and let their charges follow facts and fees again. Three statements."""
    ids = [line.id for line in lines]
    _write_reviews(ids, State.OPEN, reason, by, at)
    withdraw_claim_checks(entry_ids=ids)
    _ask_for_capture({line.course_id for line in lines})


def required_reason(reason: str, ask: str) -> str:
    """Return the reason, trimmed.

    Raises:
        ValidationError: there is none, or it is longer than is kept.
    """
    said = reason.strip()
    if not said:
        raise ValidationError({"reason": [ask]})
    if len(said) > REASON_LENGTH:
        raise ValidationError({"reason": [f"The reason has {len(said)} characters; at most {REASON_LENGTH} are kept."]})
    return said


def locked_lines(entry_ids: Collection[int], with_siblings: bool = False) -> tuple[list[LineAtRelease], list[Refusal]]:
    """Lock the courses of the entries, then read them. ``with_siblings`` locks the patients' other courses too.

    Two courses of one patient may hold the same line; whoever releases one must see what happens to the other.
    """
    courses = dict(LedgerEntry.objects.filter(id__in=entry_ids).order_by().values_list("id", "course_id"))
    to_lock = set(courses.values())
    if with_siblings:
        patients = Course.objects.filter(id__in=to_lock).order_by().values("patient_id")
        to_lock |= set(Course.objects.filter(patient_id__in=patients).order_by().values_list("id", flat=True))
    ledger.lock_courses(course_ids=to_lock)
    unknown = [Refusal(entry_id, "There is no such line.") for entry_id in sorted(set(entry_ids) - set(courses))]
    return read_lines(courses), unknown


def judge(lines: Collection[LineAtRelease], refuse: Judge, unknown: list[Refusal]) -> Decided:
    """Sort lines into those about which ``refuse`` has nothing to say, and the others."""
    done: list[int] = []
    refused = list(unknown)
    for line in lines:
        refusal = refuse(line)
        if refusal is None:
            done.append(line.id)
        else:
            refused.append(refusal)
    return Decided(tuple(done), tuple(refused))


def not_changeable(line: LineAtRelease) -> Refusal | None:
    """Return why nothing may be decided about a line any more; nothing where something may."""
    if not line.is_charge:
        return Refusal(line.id, "This is a reversal; only charges are reviewed.")
    if line.is_reversed:
        return Refusal(line.id, "The line was reversed; what stands in its place is reviewed by itself.")
    if line.is_claimed:
        return Refusal(line.id, "The line is on a claim. Its review no longer changes.")
    return None


def _priced_otherwise(lines: Collection[LineAtRelease]) -> set[int]:
    """Return the undecided lines that cost something else by today's fees: one statement.

    Released they would keep the price of yesterday for good, though the fees say another since a minute.
    """
    open_lines = [
        line for line in lines if line.follows_fees and line.state != State.RELEASED and not_changeable(line) is None
    ]
    payers = {line.payer_id for line in open_lines if line.payer_id is not None}
    fees = load_fees(payer_ids=payers, codes={line.code for line in open_lines}) if open_lines else None
    return {line.id for line in open_lines if fees is not None and _unit_price(fees, line) != line.unit_amount}


def _unit_price(fees: Fees, line: LineAtRelease) -> Decimal | None:
    price = fees.price(
        payer_id=line.payer_id, setting=line.setting, code=line.code, modifiers=line.modifiers, on=line.service_on,
        units=line.units,
    )  # fmt: skip
    return None if price is None else price.unit_amount


def _not_releasable(
    line: LineAtRelease, holds: Collection[OpenFinding | NewFinding], *, is_repriced: bool
) -> Refusal | None:
    settled = not_changeable(line)
    if settled is not None or line.state == State.RELEASED:
        return settled
    if line.has_failed or not line.is_captured:
        return Refusal(line.id, "The course changed, and its charges are being derived again. Try again in a minute.")
    if line.state == State.HELD:
        return Refusal(line.id, f"Held by a person: {line.hold_reason} Take the hold back first.")
    if holds:
        codes = tuple(sorted({finding.code for finding in holds}))
        return Refusal(line.id, " ".join(finding.message for finding in holds), codes)
    return _without_its_price(line, is_repriced=is_repriced)


def _without_its_price(line: LineAtRelease, *, is_repriced: bool) -> Refusal | None:
    if line.amount is None:
        return Refusal(line.id, "The line has no price.", ("missing-fee",))
    if is_repriced:
        return Refusal(line.id, "Its fee has changed, and it is being priced anew. Look at it again in a minute.")
    return None


def _without(entry_ids: Collection[int], lines: Collection[LineAtRelease], state: str) -> list[int]:
    already = {line.id for line in lines if line.state == state}
    return [entry_id for entry_id in entry_ids if entry_id not in already]


def _holds_after_checks(lines: Collection[LineAtRelease], at: datetime) -> Mapping[int, list[OpenFinding | NewFinding]]:
    """Bring the findings of a release up to date; return every hold that is not overridden, by entry."""
    to_check = {line.id: line for line in lines if not_changeable(line) is None and line.state != State.RELEASED}
    standing = [
        finding
        for finding in open_findings(course_ids={line.course_id for line in lines})
        if finding.entry_id in to_check
    ]
    found = {new.identity: new for line in to_check.values() for new in findings_at_release(line, at)}
    outdated = [
        finding for finding in standing if finding.source == SOURCE and found.pop(finding.identity, None) is None
    ]
    resolve_findings(finding_ids=[finding.id for finding in outdated])
    raise_findings(findings=list(found.values()))
    remaining: list[OpenFinding | NewFinding] = [finding for finding in standing if finding not in outdated]
    remaining += found.values()
    holds: defaultdict[int, list[OpenFinding | NewFinding]] = defaultdict(list)
    for finding in remaining:
        if finding.severity == Severity.HOLD and finding.override is None and finding.entry_id is not None:
            holds[finding.entry_id].append(finding)
    return holds


def _write_reviews(entry_ids: Collection[int], state: str, reason: str, by: User, at: datetime) -> None:
    if not entry_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO oncocharge_billing_review (entry_id, state, reason, by_id, at)"
            " SELECT w.id, %s, %s, %s, %s FROM unnest(%s::bigint[]) AS w(id) ORDER BY w.id"
            " ON CONFLICT (entry_id) DO UPDATE"
            " SET state = excluded.state, reason = excluded.reason, by_id = excluded.by_id, at = excluded.at",
            [state, reason, by.pk, at, list(entry_ids)],
        )


def _ask_for_capture(course_ids: Collection[int]) -> None:
    """Let the sweep look again: an open line follows the fee schedule, a released one did not."""
    if course_ids:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE oncocharge_billing_capturemark SET basis = '' WHERE course_id = ANY(%s)", [list(course_ids)]
            )
