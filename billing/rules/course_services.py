"""The line of one service that is counted over a course: management, physics, port images (M1, M2, M5, M6, G5).

What is due, and when, its own room counts; here the service gets its code of the day (tables/course_services.toml)
and its claims. Where no line may stand, the hold that says why takes its place.
"""

from dataclasses import dataclass
from datetime import date

from billing.rules.case import Case, Note, Said
from billing.rules.components import Earned, component_lines, inpatient_technical, no_code_in_force
from billing.rules.lines import Because, FactValue, Origin
from billing.rules.service_rows import CourseService

Facts = tuple[tuple[str, FactValue], ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A service that is due on a day: by what, for which reasons, and what is wrong with it."""

    service: CourseService
    on: date
    subject: str
    facts: Facts
    notes: tuple[Note, ...] = ()
    earned_by: Origin = Origin.COURSE
    ordinal: int = 0


def said_of(due: Due, case: Case, *, inpatient: bool = False) -> Said:
    """Return the line of a service with its findings; only holds where it has no code, or is an inpatient's (S7).

    A service that this practice does not bill has neither line nor finding.
    """
    row = case.codebook.course_service(due.service, due.on)
    is_inpatients = inpatient or case.is_inpatient_on(due.on)
    shape = case.shape(row.code, due.on, inpatient=is_inpatients) if row else None
    if row is None or shape is None:
        missing = no_code_in_force(f"the {due.service.in_words}", due.on)
        return Said(findings=(missing.about(due.earned_by, due.subject, due.on),))
    because = Because(row.rule, row.table, row.row, row.source, due.facts)
    made = component_lines(
        Earned(
            code=row.code,
            on=due.on,
            family=shape.procedure.family,
            earned_by=due.earned_by,
            subject=due.subject,
            because=because,
            ordinal=due.ordinal,
        ),
        shape,
    )
    findings = [note.about(due.earned_by, due.subject, due.on, made) for note in due.notes if made]
    if shape.forgoes_technical:
        findings.append(inpatient_technical(due.on).about(due.earned_by, due.subject, due.on))
    return Said(made, tuple(findings))


def together(parts: list[Said]) -> Said:
    """Return what several steps said as one."""
    return Said(
        tuple(line for part in parts for line in part.lines),
        tuple(finding for part in parts for finding in part.findings),
    )
