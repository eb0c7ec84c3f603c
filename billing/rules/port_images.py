"""Port images: one for each five fractions (G5).

The technical part alone; reading them is inside the physician's management. A line belongs to the image that earned
it, and another image of its five earns none.
"""

from collections.abc import Iterable
from datetime import date

from billing.rules.case import TECHNICAL_ONLY, Case, Note, Said
from billing.rules.course_services import Due, said_of, together
from billing.rules.facts import EventFacts
from billing.rules.fives import counted_sessions, events_of, fives_around, inpatient_days
from billing.rules.lines import Origin, Severity
from billing.rules.planning import IMRT_PLAN, plan_lines
from billing.rules.service_rows import CourseService
from courses.terms import EventFamily


def port_image_lines(case: Case) -> Said:
    """Return the line of the first port image of each five, and what stands in place of the others."""
    images = [image for image in events_of(case, EventFamily.PORT_IMAGE) if case.bills(TECHNICAL_ONLY, image.on)]
    if not images:
        return Said()
    planned_on = {line.on for line in plan_lines(case).lines if line.code == IMRT_PLAN}
    fraction_days = [session.on for session in counted_sessions(case)]
    away = inpatient_days(case)
    taken: set[int] = set()
    said: list[Said] = []
    for image in images:
        free = [number for number in fives_around(image.on, fraction_days) if number not in taken]
        if image.on in planned_on:
            of_image = _instead(image, _never_with_the_plan(image.on))
        elif not free:
            of_image = _instead(image, _once_per_five(image.on))
        else:
            of_image = said_of(_due(image, free[0], case), case, inpatient=image.on in away)
            taken.update(free[:1] if of_image.lines else ())
        said.append(of_image)
    return together(said)


def _due(image: EventFacts, five: int, case: Case) -> Due:
    return Due(
        CourseService.PORT_IMAGE,
        image.on,
        image.key,
        (("five", five), ("image of", image.on.isoformat())),
        notes=tuple(_unconfirmed(image.on, case)),
        earned_by=Origin.EVENT,
        ordinal=image.ordinal,
    )


def _instead(image: EventFacts, note: Note) -> Said:
    return Said(findings=(note.about(Origin.EVENT, image.key, image.on),))


def _unconfirmed(day: date, case: Case) -> Iterable[Note]:
    """From 2026 publications disagree whether the code still stands: a relative value file of its time settles it."""
    row = case.codebook.course_service(CourseService.PORT_IMAGE, day)
    if row is None or not row.awaits_relative_values:
        return
    loaded = case.codebook.relative_values_from
    if loaded is None or loaded < row.effective_from:
        yield Note(
            Severity.HOLD,
            "code-status-unconfirmed",
            f"Publications disagree whether {row.code} is still paid from {row.effective_from}. Load a relative "
            "value file of that time or later, or cancel the line.",
        )


def _never_with_the_plan(day: date) -> Note:
    return Note(
        Severity.HOLD,
        "pair-never-together",
        f"Port images of {day}, the day of the IMRT plan line ({IMRT_PLAN}), are never charged beside it: no line.",
    )


def _once_per_five(day: date) -> Note:
    return Note(
        Severity.INFO,
        "once-per-five",
        f"The five fractions around {day} have their port image already: no line for another.",
    )
