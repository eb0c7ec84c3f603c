"""The physicist's continuing check of a course: one for each five fractions (M5, S7).

Whether a remainder after a full five earns one more is a setting of the payer's policy, since publications disagree.
"""

from collections.abc import Iterator, Sequence

from billing.rules.case import TECHNICAL_ONLY, Case, Note, Said
from billing.rules.course_services import Due, said_of, together
from billing.rules.facts import EventFacts
from billing.rules.fives import Five, counted_sessions, events_of, fives, inpatient_days
from billing.rules.lines import Severity
from billing.rules.service_rows import CourseService
from courses.terms import EventFamily
from patients.terms import PhysicsTail

SMALLEST_REMAINDER = {PhysicsTail.THREE_OR_MORE: 3, PhysicsTail.ANY: 1}
"""The remainder after a full five that earns one more, by policy; under ``none`` no remainder does."""


def physics_lines(case: Case) -> Said:
    """Return the line of each five that is due, dated its physics check, and what it lacks."""
    checked = list(_fives_that_are_due(case))
    if not checked or not case.bills(TECHNICAL_ONLY, checked[-1].last_on):
        return Said()
    checks = [event for event in events_of(case, EventFamily.PHYSICS_CHECK) if event.documented]
    used: set[str] = set()
    due = [_due_line(five, _check_of(five, checks, used)) for five in checked]
    away = inpatient_days(case)
    return together([said_of(line, case, inpatient=line.on in away) for line in due])


def _fives_that_are_due(case: Case) -> Iterator[Five]:
    """Yield every full five; of a closed course the only, or by policy the last, remainder."""
    for five in fives(counted_sessions(case)):
        if five.is_full or (case.facts.closed_on is not None and _remainder_is_due(five, case)):
            yield five


def _remainder_is_due(five: Five, case: Case) -> bool:
    if five.number == 1:
        return True
    smallest = SMALLEST_REMAINDER.get(case.policy_on(five.last_on).physics_tail)
    return smallest is not None and len(five.sessions) >= smallest


def _check_of(five: Five, checks: Sequence[EventFacts], used: set[str]) -> EventFacts | None:
    """Return the first check within the five that no earlier five has used, else the first; mark it as used."""
    within = five.within(checks)
    chosen = next((check for check in within if check.key not in used), within[0] if within else None)
    if chosen is not None:
        used.add(chosen.key)
    return chosen


def _due_line(five: Five, check: EventFacts | None) -> Due:
    return Due(
        CourseService.PHYSICS_OF_FIVE,
        check.on if check is not None else five.last_on,
        five.key,
        (*five.facts(), ("physics check", check.on.isoformat() if check is not None else None)),
        notes=() if check is not None else (_check_missing(five),),
        ordinal=five.number,
    )


def _check_missing(five: Five) -> Note:
    return Note(
        Severity.HOLD,
        "physics-check-missing",
        f"No physics check from {five.first_on} to {five.last_on}. Enter the check, or have the line cancelled.",
    )
