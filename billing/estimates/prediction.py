"""From a planned course to the facts that the rules read: as if it had been treated as planned, and then closed.

What nobody states yet is assumed as usual and said in words: sessions on their weekdays, a physician's visit and a
physics check in each five fractions, images reviewed, motion recorded. Pure; no rule stands here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from billing.estimates.planned import PlannedCourse
from billing.rules.facts import (
    CourseFacts,
    EventFacts,
    PayerFacts,
    PlanFacts,
    PracticeFacts,
    SessionFacts,
)
from courses.calendar import treatment_days, workday_before
from courses.terms import IMRT_TECHNIQUES, EventFamily, Guidance, MotionManagement, Performer, PlanKind, Technique

FIVE = 5
FIRST_HOUR = time(6)
BETWEEN_SESSIONS = timedelta(hours=16)
"""As far apart as a day allows: a department that treats twice a day minds its payer's gap. Nobody sees the hour."""
SIMULATION_BEFORE_APPROVAL = timedelta(days=7)
NO_PATIENT = "Z51.0"
"""Stands for the diagnosis: it decides no line (L1: the treated site does), and a planned course is nobody's yet."""
MAIN, BOOST = "plan", "boost"


@dataclass(frozen=True, slots=True)
class Prediction:
    """The facts of a planned course, and what was assumed for them, each in a sentence."""

    facts: CourseFacts
    assumed: tuple[str, ...]

    @property
    def first_on(self) -> date:
        """The day of the first session."""
        return self.facts.sessions[0].on

    @property
    def last_on(self) -> date:
        """The day of the last session."""
        return self.facts.sessions[-1].on


def predict(planned: PlannedCourse, practice: PracticeFacts, payer: PayerFacts) -> Prediction:
    """Return the course as it would stand on its last day.

    Authorizations are left out of the payer's policy: an estimate is what one asks for them with.
    """
    sessions = _sessions(planned)
    approved_on = planned.approved_on or workday_before(planned.starts_on)
    plans = _plans(planned, approved_on, sessions)
    before = _before_the_beam(planned, approved_on)
    events = _in_order([*before, *usual_checks(sessions)])
    facts = CourseFacts(
        id="estimate",
        practice=practice,
        payer=without_authorizations(payer),
        diagnoses=(NO_PATIENT,),
        opened_on=min([approved_on, planned.starts_on, *(event.on for event in before)]),
        closed_on=sessions[-1].on,
        plans=plans,
        sessions=sessions,
        events=events,
    )
    return Prediction(facts, tuple(_assumed(planned, facts, approved_on)))


def without_authorizations(payer: PayerFacts) -> PayerFacts:
    """Return the payer as if it asked for none."""
    periods = (replace(one, policy=replace(one.policy, requires_authorization=False)) for one in payer.policies)
    return replace(payer, policies=tuple(periods))


# --- sessions -----------------------------------------------------------------------------------------------------


def _sessions(planned: PlannedCourse) -> tuple[SessionFacts, ...]:
    total = planned.fractions + planned.boost_fractions
    return tuple(
        SessionFacts(
            key=f"{'boost ' if nth > planned.fractions else ''}fraction "
            f"{nth - planned.fractions if nth > planned.fractions else nth}",
            at=at,
            plans=(BOOST if nth > planned.fractions else MAIN,),
            guidance=planned.guidance,
            guidance_reviewed=planned.guidance is not Guidance.NONE,
            motion_record_complete=planned.motion is not MotionManagement.NONE,
            ordinal=nth,
        )
        for nth, at in enumerate(islice(_moments(planned), total), start=1)
    )


def _moments(planned: PlannedCourse) -> Iterator[datetime]:
    days = treatment_days(
        planned.starts_on, planned.weekdays, keeps_holidays=planned.keeps_holidays, skipped=planned.skipped
    )
    for day in days:
        first = datetime.combine(day, FIRST_HOUR)
        yield first
        if planned.twice_daily:
            yield first + BETWEEN_SESSIONS


# --- plans --------------------------------------------------------------------------------------------------------


def _plans(planned: PlannedCourse, approved_on: date, sessions: Sequence[SessionFacts]) -> tuple[PlanFacts, ...]:
    is_imrt = planned.technique in IMRT_TECHNIQUES if planned.imrt_planned is None else planned.imrt_planned
    main = PlanFacts(
        key=MAIN,
        site=planned.site,
        technique=planned.technique,
        imrt_planned=is_imrt,
        new_planning_ct=True,
        approved_on=approved_on,
        laterality=planned.laterality,
        includes_nodes=planned.includes_nodes,
        complex_delivery_documented=planned.complex_delivery_documented,
        compensator=planned.compensator,
        isocenters=planned.isocenters,
        static_fields=planned.static_fields,
        arcs=planned.arcs,
        active_motion_management=planned.motion,
        respiratory_motion_simulation=planned.respiratory_simulation,
        fractions=planned.fractions,
        sessions_per_day=2 if planned.twice_daily else 1,
        ordinal=1,
    )
    return (main, _boost(planned, main, sessions)) if planned.boost_fractions else (main,)


def _boost(planned: PlannedCourse, main: PlanFacts, sessions: Sequence[SessionFacts]) -> PlanFacts:
    """Return the boost's plan, approved on the working day before its first session, never before the main plan."""
    technique = planned.boost_technique or planned.technique
    starts_on = sessions[planned.fractions].on
    approved_on = max(workday_before(starts_on), main.approved_on or starts_on)
    return replace(
        main,
        key=BOOST,
        kind=PlanKind.BOOST,
        technique=technique,
        imrt_planned=main.imrt_planned if planned.boost_technique is None else technique in IMRT_TECHNIQUES,
        new_planning_ct=planned.boost_new_ct,
        includes_nodes=False,
        respiratory_motion_simulation=False,
        approved_on=approved_on,
        fractions=planned.boost_fractions,
        ordinal=2,
    )


# --- events -------------------------------------------------------------------------------------------------------


def _before_the_beam(planned: PlannedCourse, approved_on: date) -> list[EventFacts]:
    simulated_on = planned.simulated_on or workday_before(approved_on - SIMULATION_BEFORE_APPROVAL + timedelta(days=1))
    wanted = (
        (planned.simulation, EventFamily.SIMULATION_COMPLEX, simulated_on, Performer.THERAPIST),
        (planned.planning_note, EventFamily.PLANNING_NOTE, simulated_on, Performer.PHYSICIAN),
        (planned.special_treatment, EventFamily.SPECIAL_TREATMENT, simulated_on, Performer.PHYSICIAN),
        (planned.special_physics, EventFamily.SPECIAL_PHYSICS_CONSULT, simulated_on, Performer.PHYSICIST),
    )
    found = [_event(family, on, planned, by) for is_wanted, family, on, by in wanted if is_wanted]
    if planned.devices:
        device = _event(EventFamily.DEVICE_COMPLEX, simulated_on, planned, Performer.PHYSICIST)
        found.append(replace(device, units=planned.devices))
    return found


def _event(family: EventFamily, on: date, planned: PlannedCourse, by: Performer) -> EventFacts:
    return EventFacts(key=f"{family} {on}", code_family=family, on=on, site=planned.site, by=by)


def usual_checks(sessions: Sequence[SessionFacts], *, since: date | None = None) -> list[EventFacts]:
    """Return a physician's visit and a physics check on the last day of each five sessions, and of the remainder.

    Args:
        since: leave out those of days before it: they have been or were missed.
    """
    found: list[EventFacts] = []
    for number, start in enumerate(range(0, len(sessions), FIVE), start=1):
        day = sessions[start : start + FIVE][-1].on
        if since is None or day >= since:
            for family, by in (
                (EventFamily.VISIT, Performer.PHYSICIAN),
                (EventFamily.PHYSICS_CHECK, Performer.PHYSICIST),
            ):
                found.append(EventFacts(key=f"{family} {number}", code_family=family, on=day, by=by))
    return found


def _in_order(events: Sequence[EventFacts]) -> tuple[EventFacts, ...]:
    by_day = sorted(events, key=lambda event: event.on)
    return tuple(replace(event, ordinal=number) for number, event in enumerate(by_day, start=1))


# --- in words -----------------------------------------------------------------------------------------------------


def _assumed(planned: PlannedCourse, facts: CourseFacts, approved_on: date) -> Iterator[str]:
    yield (
        f"{len(facts.sessions)} sessions from {_said(facts.sessions[0].on)} to {_said(facts.sessions[-1].on)}"
        + (", without the usual holidays." if planned.keeps_holidays else ".")
    )
    if planned.approved_on is None:
        yield f"The plan is approved on {_said(approved_on)}, the working day before."
    before = [
        event for event in facts.events if event.code_family not in (EventFamily.VISIT, EventFamily.PHYSICS_CHECK)
    ]
    if before and planned.simulated_on is None:
        yield f"Simulation and planning note are of {_said(before[0].on)}, a week before the plan is approved."
    if planned.boost_fractions:
        yield f"The plan of the boost is approved on {_said(facts.plans[-1].approved_on or approved_on)}."
    yield "The physician sees the patient, and the physicist checks the record, once in each five fractions."
    if planned.guidance is not Guidance.NONE and Technique.SBRT is not planned.technique:
        yield "The physician reviews the images of each session before the next one."
    if planned.motion is not MotionManagement.NONE:
        yield "The control of the beam against motion is recorded in full."


def _said(day: date) -> str:
    return f"{day.day} {day:%b} {day.year}"
