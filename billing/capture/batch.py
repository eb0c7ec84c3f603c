"""Courses -> facts -> rules -> difference -> ledger and findings, in one transaction for the whole batch.

The number of statements does not depend on the number of courses or lines. A second run, or a run at
the same time, changes nothing: the basis says so, the lock makes one wait for the other, and the
ledger's constraints stand behind both.
"""

import logging
import traceback
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from django.db import InterfaceError, OperationalError, transaction

from billing import ledger
from billing.capture.approvals import note_approvals
from billing.capture.basis import read_basis
from billing.capture.difference import PricedLine, difference
from billing.capture.facts import LoadedCourse, load_courses
from billing.capture.late import late_charges
from billing.capture.notes import CAPTURE_FAILED, failure_finding, notes_of
from billing.capture.posting import Mark, carry_holds, post, write_marks, write_notes
from billing.findings import OpenFinding, open_findings, raise_findings, resolve_findings
from billing.pricing import Fees, load_fees
from billing.reference.overlay import codebook_of
from billing.rules import charge_lines, load_codebook
from billing.rules.lines import Outcome

logger = logging.getLogger(__name__)

HOUSE = Path(__file__).resolve().parents[1]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Captured:
    """What came of the capture of one course."""

    course_id: int
    posted: int = 0
    reversed: int = 0
    lines: int = 0
    error: str = ""


def capture_course(*, course_id: int) -> Captured | None:
    """Post what the course earns and does not show yet. ``None`` if nothing had changed since the last time.

    Safe in a request: it waits only for another capture, release or export of the same course.
    """
    done = capture_courses(course_ids=[course_id])
    return done[0] if done else None


def capture_courses(*, course_ids: Collection[int], again: bool = False, wait: bool = True) -> list[Captured]:
    """Capture many courses in one transaction; a fixed number of statements.

    A course that fails is marked and noted on the worklist, and does not keep the others from being captured.

    Args:
        again: derive the charges even where nothing changed since the last capture.
        wait: false leaves out courses that somebody else is working on.

    Returns:
        One ``Captured`` for each course that was derived, by id; courses that were up to date are left out.
    """
    try:
        return _capture_in_one_go(course_ids, again, wait)
    except (OperationalError, InterfaceError):
        raise  # The database is gone or ended the transaction: no course of the batch is to blame.
    except Exception as fault:
        if len(course_ids) > 1:
            return [done for course in sorted(course_ids) for done in _alone(course, again, wait)]
        (course_id,) = course_ids
        return _note_failure(course_id, fault)


def _alone(course_id: int, again: bool, wait: bool) -> list[Captured]:
    return capture_courses(course_ids=[course_id], again=again, wait=wait)


def _capture_in_one_go(course_ids: Collection[int], again: bool, wait: bool) -> list[Captured]:
    with transaction.atomic():
        locked = ledger.lock_courses(course_ids=course_ids, wait=wait)
        done = _capture_locked(locked, again)
    return sorted(done, key=lambda captured: captured.course_id)


def _capture_locked(course_ids: Collection[int], again: bool) -> list[Captured]:
    """Capture locked courses. Facts that change meanwhile leave the mark with the revision read: the sweep sees it."""
    asked = [course for course, basis in read_basis(course_ids=course_ids).items() if again or basis.is_stale]
    if not asked:
        return []
    loaded = load_courses(asked)
    outcomes, failures = _ask_rules(loaded)
    done = _post_difference(outcomes, loaded)
    return done + [_write_failure(_mark(course, loaded[course], error=where)) for course, where in failures.items()]


def _ask_rules(loaded: Mapping[int, LoadedCourse]) -> tuple[dict[int, Outcome], dict[int, str]]:
    """Return the outcome of each course, and for those that the rules could not answer where they stopped."""
    # A file that is loaded just now leaves the course with the revision read before it: the sweep takes it again.
    codebook = codebook_of(next(iter(loaded.values())).files) if loaded else load_codebook()
    outcomes: dict[int, Outcome] = {}
    failures: dict[int, str] = {}
    for course_id, course in loaded.items():
        try:
            outcomes[course_id] = charge_lines(course.facts, codebook)
        except Exception as fault:  # One course must not cost the others theirs; it is marked and shown.
            failures[course_id] = _describe(course_id, fault)
    return outcomes, failures


def _post_difference(outcomes: Mapping[int, Outcome], loaded: Mapping[int, LoadedCourse]) -> list[Captured]:
    if not outcomes:
        return []
    posted = _by_course(ledger.posted_charges(course_ids=outcomes))
    standing = _by_course(open_findings(course_ids=outcomes))
    priced = _priced(outcomes, loaded)
    differences = {course: difference(course, priced[course], posted.get(course, ())) for course in outcomes}
    results = post(differences)
    late = _by_course(late_charges(course_ids=outcomes))
    notes = [
        notes_of(
            course,
            priced[course],
            outcomes[course].findings,
            results[course],
            standing.get(course, ()),
            late=late.get(course, ()),
        )
        for course in outcomes
    ]
    carry_holds(list(results.values()))
    note_approvals(outcomes, loaded, results)
    write_notes(notes)
    write_marks([_mark(course, loaded[course], lines=len(priced[course])) for course in outcomes])
    return [
        Captured(course, len(found.changes), len(found.reversals), len(priced[course]))
        for course, found in differences.items()
    ]


def _mark(course_id: int, course: LoadedCourse, *, lines: int = 0, error: str = "") -> Mark:
    return Mark(course_id, course.revision, course.basis, lines, error)


def _priced(outcomes: Mapping[int, Outcome], loaded: Mapping[int, LoadedCourse]) -> dict[int, list[PricedLine]]:
    payers = {span.payer_id for course in outcomes for span in loaded[course].insurance.spans}
    codes = {line.code for outcome in outcomes.values() for line in outcome.lines}
    fees = load_fees(payer_ids=payers, codes=codes)
    return {course: _priced_lines(outcome, loaded[course], fees) for course, outcome in outcomes.items()}


def _priced_lines(outcome: Outcome, course: LoadedCourse, fees: Fees) -> list[PricedLine]:
    payer_on, setting = course.insurance.payer_on, course.facts.practice.setting.value
    return [
        PricedLine(
            line,
            fees.price(
                payer_id=payer_on(line.on),
                setting=setting,
                code=line.code,
                modifiers=line.modifiers,
                on=line.on,
                units=line.units,
            ),
        )
        for line in outcome.lines
    ]


def _by_course(rows: Iterable[T]) -> dict[int, list[T]]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        groups[row.course_id].append(row)  # type: ignore[attr-defined]  # posted charges and open findings alike
    return groups


# --- failures: seen, counted, without a word that could name a patient ---------------------------------------------


def _describe(course_id: int, fault: BaseException) -> str:
    """Log where a capture failed and return it in short: kind and place, never the message, which may quote rows."""
    ours = [frame for frame in traceback.extract_tb(fault.__traceback__) if Path(frame.filename).is_relative_to(HOUSE)]
    trail = [f"{Path(frame.filename).relative_to(HOUSE)}:{frame.lineno}" for frame in reversed(ours)]
    logger.error("capture of course %s failed: %s at %s", course_id, type(fault).__name__, " < ".join(trail))
    return f"{type(fault).__name__} at {trail[0] if trail else 'an unknown place'}"


def _note_failure(course_id: int, fault: Exception) -> list[Captured]:
    """Mark a course whose posting the database refused; its transaction has been rolled back."""
    where = _describe(course_id, fault)
    with transaction.atomic():
        ledger.lock_courses(course_ids=[course_id])
        basis = read_basis(course_ids=[course_id]).get(course_id)
        if basis is None:
            return []
        return [_write_failure(Mark(course_id, basis.course_revision, basis.text, 0, where))]


def _write_failure(mark: Mark) -> Captured:
    wanted = failure_finding(mark.course_id, mark.error)
    standing = [finding for finding in _standing_failures(mark.course_id) if finding.identity != wanted.identity]
    resolve_findings(finding_ids=[finding.id for finding in standing])
    if all(finding.identity != wanted.identity for finding in _standing_failures(mark.course_id)):
        raise_findings(findings=[wanted])
    write_marks([mark])
    return Captured(mark.course_id, error=mark.error)


def _standing_failures(course_id: int) -> Sequence[OpenFinding]:
    return [finding for finding in open_findings(course_ids=[course_id]) if finding.code == CAPTURE_FAILED]
