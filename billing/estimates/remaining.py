"""The estimate of what is left of a real course: its sessions still to come, and what they would add.

The course is put before the rules twice, as it stands and as it will stand on its last day; what the second has and
the first has not is left. So a five that is half done, and what was charged already, need no code of their own.
"""

from dataclasses import replace
from datetime import date, datetime

from django.utils import timezone

from billing.authorizations.ahead import sessions_ahead
from billing.capture.facts import LoadedCourse, load_courses
from billing.estimates.planning import Estimate, costs
from billing.estimates.prediction import usual_checks
from billing.estimates.summary import CostOf, no_cost, summarize
from billing.reference.overlay import current_codebook
from billing.rules import charge_lines
from billing.rules.facts import CourseFacts, EventFacts, SessionFacts
from billing.rules.lines import Outcome
from billing.rules.sessions import count_sessions
from courses.delivery.proposals import standing_numbers
from courses.models import Course, Session
from courses.terms import SessionStatus

AHEAD = "ahead"
LAST_ORDINAL = 1 << 40


def estimate_remaining(course: Course, *, with_prices: bool = True, at: datetime | None = None) -> Estimate:
    """Return what the prescribed sessions of a course that are still to come would add, up to its close.

    A fixed number of statements. A closed course, or one whose prescription is delivered, has what its close adds.

    Args:
        course: with its facility.
        with_prices: false for those who may not see amounts.
    """
    today = course.facility.day_of(at or timezone.now())
    (loaded,) = load_courses([course.pk]).values()
    ahead = _ahead(course, today)
    then = at_the_end(loaded.facts, ahead, today)
    codebook = current_codebook()
    outcome = _added(charge_lines(loaded.facts, codebook), charge_lines(then, codebook), today)
    cost_of = _costs(outcome, loaded, course) if with_prices else no_cost
    return Estimate(
        outcome=outcome,
        summary=summarize(outcome, codebook, cost_of),
        cost_of=cost_of,
        assumed=_assumed(loaded.facts, then, ahead),
        asks_authorization=any(loaded.facts.payer.policy_on(line.on).requires_authorization for line in outcome.lines),
        first_on=ahead[0].on if ahead else None,
        last_on=ahead[-1].on if ahead else None,
    )


def at_the_end(facts: CourseFacts, ahead: tuple[SessionFacts, ...], today: date) -> CourseFacts:
    """Return the course as it will stand once its prescription is delivered as usual, and closed.

    Plans that are to be delivered and wait for approval count as approved today; visits and physics checks come in
    the fives that are not over yet. Nobody knows how long a stay lasts: what is to come is an outpatient's.
    """
    awaited = {key for session in ahead for key in session.plans}
    plans = tuple(
        replace(plan, approved_on=today) if plan.approved_on is None and plan.key in awaited else plan
        for plan in facts.plans
    )
    sessions = facts.sessions + ahead
    last_on = max((session.on for session in sessions), default=today)
    return replace(
        facts,
        plans=plans,
        sessions=sessions,
        events=facts.events + _checks_to_come(replace(facts, sessions=sessions), today) if ahead else facts.events,
        closed_on=facts.closed_on or max(last_on, facts.opened_on),
        stays=tuple(replace(stay, ends_on=min(stay.ends_on or today, today)) for stay in facts.stays),
    )


def _checks_to_come(facts: CourseFacts, today: date) -> tuple[EventFacts, ...]:
    counted = count_sessions(facts.sessions, {plan.key: plan for plan in facts.plans}).delivered
    checks = usual_checks([session.parts[0] for session in counted], since=today)
    numbered = enumerate(checks, start=LAST_ORDINAL)
    return tuple(replace(check, key=f"{AHEAD} {check.key}", ordinal=ordinal) for ordinal, check in numbered)


def _ahead(course: Course, today: date) -> tuple[SessionFacts, ...]:
    if course.closed_on is not None:
        return ()
    today_done = Session.objects.filter(course=course, treated_on=today, cancelled_at=None, resumes=None)
    plans = list(course.plans.order_by("pk"))
    standing = {plan: list(numbers) for plan, numbers in standing_numbers(course).items()}
    return sessions_ahead(
        plans, standing, today=today, done_today=today_done.exclude(status=SessionStatus.ABORTED).count()
    )


def _added(now: Outcome, then: Outcome, today: date) -> Outcome:
    """Return the lines that come to those that stand, and the findings that name them or are of days to come."""
    known = {line.key for line in now.lines}
    lines = tuple(line for line in then.lines if line.key not in known)
    keys = {line.key for line in lines}
    told = set(now.findings)
    findings = tuple(
        replace(finding, lines=tuple(key for key in finding.lines if key in keys))
        for finding in then.findings
        if not keys.isdisjoint(finding.lines) or (not finding.lines and finding not in told)
    )
    return Outcome(lines, findings)


def _costs(outcome: Outcome, loaded: LoadedCourse, course: Course) -> CostOf:
    payers = {span.payer_id for span in loaded.insurance.spans}
    return costs(outcome.lines, payers, course.facility.setting, loaded.insurance.payer_on)


def _assumed(facts: CourseFacts, then: CourseFacts, ahead: tuple[SessionFacts, ...]) -> tuple[str, ...]:
    said = []
    if ahead:
        first, last = ahead[0].on, ahead[-1].on
        said.append(
            f"{len(ahead)} sessions still to come, from {_said(first)} to {_said(last)} as prescribed; "
            "holidays, breaks and machine trouble are not foreseen."
        )
        said.append("The physician sees the patient, and the physicist checks the record, once in each five fractions.")
        said.append("The physician reviews the images of each session before the next one.")
    waiting = sum(one.approved_on is None for one in facts.plans) - sum(one.approved_on is None for one in then.plans)
    if waiting:
        said.append(
            f"{waiting} of its plans wait{'s' if waiting == 1 else ''} for approval and count as approved today."
        )
    if facts.closed_on is None and then.closed_on is not None:
        said.append(f"The course is closed on {_said(then.closed_on)}, after its last session.")
    return tuple(said)


def _said(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"
