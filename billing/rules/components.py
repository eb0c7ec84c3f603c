"""On which claims a code goes and in which form: components, modifiers, place of service (E1, C1, C2, C6, S7).

Every line that the rules make is made here, so none can carry a code that is not in force on its day.
"""

from dataclasses import dataclass
from datetime import date, datetime

from billing.rules.case import Note, Shape
from billing.rules.lines import Because, ChargeLine, Family, Origin, Severity, line_key


@dataclass(frozen=True, slots=True)
class Earned:
    """What a fact earns, before it is known on which claims."""

    code: str
    on: date
    family: Family
    earned_by: Origin
    subject: str
    because: Because
    units: int = 1
    modifiers: tuple[str, ...] = ()
    at: datetime | None = None
    ordinal: int = 0


def no_code_in_force(what: str, day: date) -> Note:
    """Return the hold that stands where no code was in force (E1)."""
    return Note(Severity.HOLD, "no-code-in-force", f"No code for {what} was in force on {day}: nothing to charge.")


def inpatient_technical(day: date) -> Note:
    """Return the hold that stands in place of the technical part of an inpatient's service (S7)."""
    return Note(
        Severity.HOLD,
        "inpatient-technical",
        f"The patient was an inpatient on {day}: the technical part belongs to the hospital's inpatient stay.",
    )


def component_lines(earned: Earned, shape: Shape) -> tuple[ChargeLine, ...]:
    """Return the lines of what was earned, professional claim first; none where this practice bills no part of it.

    An inpatient's technical part gets no line: a bare or TC line of a splitting code, any line of a technical one.
    """
    return tuple(
        ChargeLine(
            key=line_key(earned.family, earned.earned_by, earned.subject, claim),
            code=earned.code,
            on=earned.on,
            units=earned.units,
            modifiers=(component, *earned.modifiers) if component else earned.modifiers,
            family=earned.family,
            claim=claim,
            place_of_service=shape.place_of_service,
            earned_by=earned.earned_by,
            subject=earned.subject,
            because=earned.because,
            at=earned.at,
            ordinal=earned.ordinal,
        )
        for claim, component in shape.forms
    )
