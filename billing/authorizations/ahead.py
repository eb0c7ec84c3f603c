"""The sessions that a course still has to come, by its prescription: plans, weekdays, how often a day.

They follow the machine day's own rule of what is due (courses/delivery/proposals.py), so that the list at the machine
and the outlook of an authorization never disagree. Holidays, breaks and machine trouble are not foreseen.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from billing.rules.facts import SessionFacts
from courses.delivery.proposals import due_plans, next_number
from courses.models import Plan
from courses.terms import Guidance

LONGEST = timedelta(days=400)
"""No prescription of 100 fractions takes longer, even once a week with a late start."""
FIRST_HOUR, LAST_HOUR = 6, 22
LAST_ORDINAL = 1 << 40

Standing = dict[int, list[int | None]]


def sessions_ahead(
    plans: Sequence[Plan], standing: Standing, *, today: date, done_today: int = 0
) -> tuple[SessionFacts, ...]:
    """Return the sessions to come, in order; none of plans whose fractions nobody prescribed.

    Args:
        standing: by plan id, the numbers of its standing fractions.
        done_today: sessions of today that stand already; they are not to come again.
    """
    counted = {plan.pk: list(standing.get(plan.pk, ())) for plan in plans}
    found: list[SessionFacts] = []
    day = today
    while day <= today + LONGEST:
        due = [plan for plan in due_plans(plans, counted, day) if _left(plan, counted)]
        if not due and not any(plan.starts_on is not None and plan.starts_on > day for plan in plans):
            break
        on_weekday = [plan for plan in due if str(day.isoweekday()) in plan.weekdays]
        per_day = max((plan.sessions_per_day for plan in on_weekday), default=0)
        for nth in range(done_today if day == today else 0, per_day):
            of_session = [plan for plan in on_weekday if plan.sessions_per_day > nth and _left(plan, counted)]
            if of_session:
                found.append(_session(of_session, _moment(day, nth, per_day), len(found)))
            for plan in of_session:
                counted[plan.pk].append(next_number(counted[plan.pk]))
        day += timedelta(days=1)
    return tuple(found)


def _left(plan: Plan, counted: Standing) -> bool:
    return plan.fractions is not None and next_number(counted[plan.pk]) <= plan.fractions


def _moment(day: date, nth: int, per_day: int) -> datetime:
    """Return an hour for a session to come: as far from the others of its day as can be. Nobody sees it."""
    span = (LAST_HOUR - FIRST_HOUR) * 60 // max(per_day - 1, 1)
    return datetime.combine(day, time(FIRST_HOUR)) + timedelta(minutes=span * nth)


def _session(plans: Sequence[Plan], at: datetime, nth: int) -> SessionFacts:
    guidance = next((plan.default_guidance for plan in plans if plan.default_guidance), Guidance.NONE.value)
    return SessionFacts(
        key=f"ahead-{nth}",
        at=at,
        plans=tuple(str(plan.pk) for plan in plans),
        guidance=Guidance(guidance),
        guidance_reviewed=True,
        motion_record_complete=True,
        ordinal=LAST_ORDINAL + nth,
    )
