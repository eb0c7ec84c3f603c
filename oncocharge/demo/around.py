"""What is done around the sessions of the demo: notes, simulations, visits, physics checks, images looked through.

Pure and from a fixed seed, like the caseload; a die of its own, so that the courses stay as they are drawn. A real
department forgets some of it: one visit, check or review in twenty or so is missing, and the worklist says so.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from oncocharge.demo.caseload import SEED, CourseCase, SessionCase, weekday_from

FORGOTTEN = 0.05
FIVE = 5
VISITED_AT, CHECKED_AT = 2, 3
"""Which fraction of a five sees the physician, and which the physicist."""

RESPIRATORY_SITES = ("lung",)


@dataclass(frozen=True)
class EventCase:
    """One event to be."""

    family: str
    on: date
    performer: str
    site: str = ""
    is_documented: bool = True


def draw_events(case: CourseCase) -> list[EventCase]:
    """Return the events of a course, always the same for the same course."""
    dice = _dice(case)
    return [*_before_treatment(case), *_weekly(dice, case)]


def draw_unreviewed(case: CourseCase, today: date) -> set[int]:
    """Return the places of the sessions whose images nobody looked through: a few of them, and yesterday's."""
    dice = _dice(case)
    return {
        place
        for place, session in enumerate(case.sessions)
        if dice.random() < FORGOTTEN / 2 or (case.is_current and session.at.date() >= today - timedelta(days=1))
    }


def _dice(case: CourseCase) -> random.Random:
    return random.Random(SEED * 1000 + case.number)  # invented patients, not secrets


def _before_treatment(case: CourseCase) -> Iterator[EventCase]:
    """Yield the physician's plan of treatment and the simulation; for one in ten courses something special."""
    noted_on = weekday_from(case.opened_on + timedelta(days=1))
    yield EventCase("planning_note", noted_on, "physician", case.site)
    simulated_on = weekday_from(case.opened_on + timedelta(days=2))
    yield EventCase("simulation_complex", simulated_on, "therapist", case.site)
    if case.site in RESPIRATORY_SITES:
        yield EventCase("respiratory_simulation", simulated_on, "physicist", case.site)
    if case.number % 10 == FIVE:
        is_documented = case.number % 20 == FIVE
        yield EventCase("special_treatment", noted_on, "physician", case.site, is_documented)


def _weekly(dice: random.Random, case: CourseCase) -> Iterator[EventCase]:
    """Yield the visit and the physics check of each five fractions, and the port images of some conformal courses."""
    is_imaged = case.plans[0].values["technique"] == "conformal_3d" and case.number % 3 == 0
    counted = [session for session in case.sessions if _counts(session)]
    for start in range(0, len(counted), FIVE):
        five = counted[start : start + FIVE]
        yield from _visit(dice, five)
        if dice.random() >= FORGOTTEN:
            yield EventCase("physics_check", _day(five, CHECKED_AT), "physicist")
        if is_imaged:
            yield EventCase("port_image", _day(five, 0), "therapist", case.site)


def _visit(dice: random.Random, five: list[SessionCase]) -> Iterator[EventCase]:
    """Yield the physician's visit; now and then the nurse practitioner came instead, or nobody."""
    chance = dice.random()
    if chance >= FORGOTTEN:
        yield EventCase("visit", _day(five, VISITED_AT), "physician")
    elif chance >= FORGOTTEN / 2:
        yield EventCase("visit", _day(five, VISITED_AT), "nurse_practitioner")


def _day(five: list[SessionCase], place: int) -> date:
    return five[min(place, len(five) - 1)].at.date()


def _counts(session: SessionCase) -> bool:
    return session.status != "aborted" and not session.resumes_previous
