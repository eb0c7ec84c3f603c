"""What the image guidance of a session earns (G1-G4).

Which code and whose part it is stands in tables/guidance.toml. Guidance goes with a session that counts: one
dropped by S2, S4 or S5 has none, and a pair resumed on its day has one. Two guidance lines of sessions of one day are
two services by their modifiers: as for the delivery lines of those sessions, no pair edit (M9) looks at them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from billing.rules.case import PROFESSIONAL_COMPONENT, PROFESSIONAL_ONLY, Case, Note, Said, Shape
from billing.rules.components import Earned, component_lines
from billing.rules.course_services import together
from billing.rules.delivery import judged_sessions, second_session_modifier
from billing.rules.facts import SessionFacts
from billing.rules.fives import is_stereotactic
from billing.rules.lines import Because, ClaimKind, Family, Origin, Severity
from billing.rules.service_rows import GuidanceForm, GuidanceRow
from billing.rules.sessions import DeliveredSession
from courses.terms import Guidance


@dataclass(frozen=True, slots=True)
class Guided:
    """The guidance that a session is charged by: the part that used it, its row, the lines' shape.

    ``lacks_review``: a line falls away because the physician did not review the images before the next fraction.
    """

    session: DeliveredSession
    part: SessionFacts
    row: GuidanceRow
    shape: Shape
    lacks_review: bool


def guidance_lines(case: Case) -> Said:
    """Return the guidance line of each session that earns one, and a hold for each review that is missing."""
    said: list[Said] = []
    before: Earned | None = None
    for session in _guided_sessions(case):
        guided = _guided(session, case)
        if guided is None:
            continue
        is_first = before is None or before.on != session.on
        earned = _earned(guided, None if is_first else before, case)
        made = component_lines(earned, guided.shape)
        missing = (_not_reviewed().about(Origin.SESSION, session.key, session.on),) if guided.lacks_review else ()
        said.append(Said(made, missing))
        before = earned if made else before
    return together(said)


def _guided_sessions(case: Case) -> Iterator[DeliveredSession]:
    """Yield the sessions that count and used guidance; stereotactic delivery has its guidance inside (G4)."""
    for judged in judged_sessions(case):
        session = judged.session
        is_guided = any(part.guidance is not Guidance.NONE for part in session.parts)
        if is_guided and not judged.is_too_close and not is_stereotactic(session):
            yield session


def _guided(session: DeliveredSession, case: Case) -> Guided | None:
    """Return the guidance of a session; of a resumed pair the first that has its line, else the first that lacks it.

    ``None`` where none of it earns anything from this payer by this practice.
    """
    found = [guided for part in session.parts if (guided := _guided_part(session, part, case)) is not None]
    return next((guided for guided in found if guided.shape.forms), found[0] if found else None)


def _guided_part(session: DeliveredSession, part: SessionFacts, case: Case) -> Guided | None:
    row = _row(part, session, case)
    if row is None or not row.code:
        return None
    policy = case.policy_on(session.on)
    if row.payer_may_refuse and not policy.guidance_professional:
        return None
    shape = case.shape(row.code, session.on, inpatient=case.is_inpatient(session))
    if shape is None:
        return None
    if row.form is GuidanceForm.PHYSICIAN:
        bills_physician = case.bills(PROFESSIONAL_ONLY, session.on)
        shape = replace(shape, forms=((ClaimKind.PROFESSIONAL, PROFESSIONAL_COMPONENT),) if bills_physician else ())
    kept = tuple(form for form in shape.forms if part.guidance_reviewed or form[1] != PROFESSIONAL_COMPONENT)
    if not shape.forms:
        return None
    return Guided(session, part, row, replace(shape, forms=kept), len(kept) < len(shape.forms))


def _row(part: SessionFacts, session: DeliveredSession, case: Case) -> GuidanceRow | None:
    if part.guidance is Guidance.NONE:
        return None
    return case.codebook.guidance(
        case.facts.practice.setting,
        case.code_set_on(session.on),
        case.facts.payer.kind_on(session.on),
        part.guidance,
        session.on,
    )


def _earned(guided: Guided, before: Earned | None, case: Case) -> Earned:
    """Return the guidance of a session; after another guidance line of the day with the second session's modifier."""
    session, row = guided.session, guided.row
    chosen = case.policy_on(session.on).second_session_modifier
    facts = (
        ("guidance", guided.part.guidance.value),
        ("reviewed", guided.part.guidance_reviewed),
        ("payer", case.facts.payer.kind_on(session.on).value),
        ("code set", case.code_set_on(session.on).value if row.code_set != "any" else None),
    )
    return Earned(
        code=row.code,
        on=session.on,
        family=Family.GUIDANCE,
        earned_by=Origin.SESSION,
        subject=session.key,
        because=Because(row.rule, row.table, row.row, row.source, facts),
        modifiers=() if before is None else second_session_modifier(chosen, row.code, before.code),
        at=session.at,
        ordinal=session.ordinal,
    )


def _not_reviewed() -> Note:
    return Note(
        Severity.HOLD,
        "guidance-not-reviewed",
        "The physician has not reviewed the guidance images before the next fraction: no line for that part.",
    )
