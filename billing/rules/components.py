"""On which claims a code goes and in which form: components, modifiers, place of service (E1, C1, C2, C6, S7).

Every line that the rules make is made here, so none can carry a code that is not in force on its day.
"""

from dataclasses import dataclass
from datetime import date, datetime

from billing.rules.case import Case, Note
from billing.rules.lines import Because, ChargeLine, Family, Origin, Severity, line_key
from billing.rules.rows import Procedure

PROFESSIONAL_COMPONENT = "26"
TECHNICAL_COMPONENT = "TC"
PROFESSIONAL_ONLY = 2
TECHNICAL_ONLY = 3


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
    inpatient: bool = False


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


def component_lines(earned: Earned, procedure: Procedure, case: Case) -> tuple[ChargeLine, ...]:
    """Return the lines of what was earned, professional claim first; none where this practice bills no part of it.

    An inpatient's technical part gets no line: a bare or TC line of a splitting code, any line of a technical one.
    """
    form = case.form_on(earned.on, procedure.pc_tc)
    if form is None:
        return ()
    place = case.place_on(earned.on, inpatient=earned.inpatient)
    return tuple(
        ChargeLine(
            key=line_key(earned.family, earned.earned_by, earned.subject, claim),
            code=earned.code,
            on=earned.on,
            units=earned.units,
            modifiers=(component, *earned.modifiers) if component else earned.modifiers,
            family=earned.family,
            claim=claim,
            place_of_service=place,
            earned_by=earned.earned_by,
            subject=earned.subject,
            because=earned.because,
            at=earned.at,
            ordinal=earned.ordinal,
        )
        for claim, component in form.forms
        if not (earned.inpatient and is_technical(procedure.pc_tc, component))
    )


def forgoes_technical(earned: Earned, procedure: Procedure, case: Case) -> bool:
    """Return whether a line that this practice would bill falls away because the patient was an inpatient (S7)."""
    form = case.form_on(earned.on, procedure.pc_tc)
    if form is None or not earned.inpatient:
        return False
    return any(is_technical(procedure.pc_tc, component) for _, component in form.forms)


def is_technical(pc_tc: int, component: str) -> bool:
    """Return whether a line in this form carries a technical part.

    >>> is_technical(1, "26"), is_technical(1, ""), is_technical(2, ""), is_technical(3, "")
    (False, True, False, True)
    """
    return pc_tc != PROFESSIONAL_ONLY and component != PROFESSIONAL_COMPONENT
