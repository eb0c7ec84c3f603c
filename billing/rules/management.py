"""The physician's management of a course: by fives, of a short course, of stereotactic treatment (M1-M4, M6).

Professional lines that belong to the course and not to a session: the line of the n-th five is the same line
whichever sessions make up that five. Which code stands for which service is tables/course_services.toml.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from billing.rules.case import PROFESSIONAL_ONLY, Case, Note, Said
from billing.rules.course_services import Due, said_of, together
from billing.rules.facts import EventFacts
from billing.rules.fives import Five, counted_sessions, events_of, fives, is_stereotactic
from billing.rules.lines import Severity
from billing.rules.service_rows import CourseService
from billing.rules.sessions import DeliveredSession
from courses.terms import EventFamily, Performer, Technique
from patients.terms import ManagementDate

SMALLEST_REMAINDER = 3
"""So many fractions after the last full five, or in all, earn one more at the close of the course (M1, M2)."""

SHORT_COURSE = "course"


def management_lines(case: Case) -> Said:
    """Return the management lines of a course, and what they lack. A practice without physicians has neither."""
    sessions = counted_sessions(case)
    if not sessions or not case.bills(PROFESSIONAL_ONLY, sessions[-1].on):
        return Said()
    due = [*_of_fives(sessions, case), *_of_short_course(sessions, case), *_of_stereotaxy(sessions, case)]
    return together([said_of(service, case) for service in due])


# --- M1, M2, M3: by fives -----------------------------------------------------------------------------------------


def _of_fives(sessions: Sequence[DeliveredSession], case: Case) -> Iterator[Due]:
    """Yield a line for each five; at the close of the course for a remainder of three or four too."""
    visits = [event for event in events_of(case, EventFamily.VISIT) if event.documented]
    is_closed = case.facts.closed_on is not None
    for five in fives([session for session in sessions if not is_stereotactic(session)]):
        if five.is_full or (is_closed and len(five.sessions) >= SMALLEST_REMAINDER):
            yield _managed_five(five, five.within(visits), case)


def _managed_five(five: Five, visits: Sequence[EventFacts], case: Case) -> Due:
    by_physician = [visit for visit in visits if visit.by is Performer.PHYSICIAN]
    seen_on = by_physician[0].on if by_physician else None
    is_dated_by_visit = case.policy_on(five.last_on).management_date is ManagementDate.VISIT
    facts = (
        *five.facts(),
        ("visit", seen_on.isoformat() if seen_on else None),
        ("course closed", case.facts.closed_on is not None),
    )
    return Due(
        CourseService.MANAGEMENT_OF_FIVE,
        seen_on if is_dated_by_visit and seen_on else five.last_on,
        five.key,
        facts,
        notes=() if seen_on else (_visit_missing(five, visits),),
        ordinal=five.number,
    )


def _visit_missing(five: Five, others: Sequence[EventFacts]) -> Note:
    """M4: the physician sees the patient once within the five; another's visit is not hers, co-signed or not."""
    by_others = "Somebody else's visit does not stand for it. " if others else ""
    return Note(
        Severity.HOLD,
        "visit-missing",
        f"No visit by the physician from {five.first_on} to {five.last_on}. {by_others}Enter the visit, or have the "
        "line cancelled.",
    )


def _of_short_course(sessions: Sequence[DeliveredSession], case: Case) -> Iterator[Due]:
    """M2: a whole course of one or two fractions, closed, none of them stereotactic."""
    if case.facts.closed_on is None or len(sessions) >= SMALLEST_REMAINDER or any(map(is_stereotactic, sessions)):
        return
    yield Due(
        CourseService.MANAGEMENT_OF_SHORT_COURSE,
        sessions[-1].on,
        SHORT_COURSE,
        (("fractions", len(sessions)), ("course closed", True), ("last session", sessions[-1].key)),
    )


# --- M6: stereotactic treatment -----------------------------------------------------------------------------------


def _of_stereotaxy(sessions: Sequence[DeliveredSession], case: Case) -> Iterator[Due]:
    """Yield one line for stereotactic body treatment and one for radiosurgery, each once its treatment is over."""
    for technique, service in (
        (Technique.SBRT, CourseService.MANAGEMENT_OF_SBRT),
        (Technique.SRS, CourseService.MANAGEMENT_OF_SRS),
    ):
        given = [session for session in sessions if any(plan.technique is technique for plan in session.plans)]
        if given and (case.facts.closed_on is not None or _is_complete(given, technique)):
            facts = (
                ("technique", technique.value),
                ("fractions", len(given)),
                ("course closed", case.facts.closed_on is not None),
                ("last session", given[-1].key),
            )
            yield Due(service, given[-1].on, technique.value, facts)


def _is_complete(given: Sequence[DeliveredSession], technique: Technique) -> bool:
    """Return whether every delivered plan of the technique has its prescribed count."""
    plans = {plan.key: plan for session in given for plan in session.plans if plan.technique is technique}
    delivered = Counter(plan.key for session in given for plan in session.plans)
    return all(plan.fractions is not None and delivered[key] >= plan.fractions for key, plan in plans.items())
