"""Which delivery line a session earns (S1, S3, S5, S7-S9, P1).

A session with beam earns one technical line of one unit: per session, not per plan, field, arc or isocenter.
Sessions are judged in order of time, because the second of a day turns on the one charged before it; they are
judged alike for practices that bill no technical part, since guidance and management count the same sessions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from billing.rules.case import TECHNICAL_ONLY, Case, JudgedSession, Note, Said
from billing.rules.classification import classify
from billing.rules.components import Earned, component_lines, inpatient_technical
from billing.rules.lines import ChargeLine, Family, Finding, Origin, Severity
from billing.rules.rows import DeliveryRow
from billing.rules.sessions import DeliveredSession
from courses.terms import Technique
from patients.terms import SecondSessionModifier

REDUCED = "52"
TWICE_DAILY = 2


def delivery_lines(case: Case) -> Said:
    """Return the delivery line of each session of a course, and what is wrong with the sessions.

    A practice that bills no technical part has neither lines nor findings here (S8).
    """
    lines: list[ChargeLine] = []
    findings: list[Finding] = [*_repeat_findings(case), *_stray_findings(case)]
    for judged in judged_sessions(case):
        session = judged.session
        if not case.bills(TECHNICAL_ONLY, session.on):
            continue
        made = _lines_of(judged, case)
        lines += made
        findings += [note.about(Origin.SESSION, session.key, session.on, made) for note in judged.notes]
    return Said(tuple(lines), tuple(findings))


def judged_sessions(case: Case) -> tuple[JudgedSession, ...]:
    """Return every session with beam, by time, judged once for a case."""
    if case.judged is None:
        case.judged = tuple(_judge(case))
    return case.judged


def _lines_of(judged: JudgedSession, case: Case) -> tuple[ChargeLine, ...]:
    session, row = judged.session, judged.row
    if row is None or judged.because is None:
        return ()
    shape = case.shape(row.code, session.on)
    if shape is None:
        return ()
    earned = Earned(
        code=row.code,
        on=session.on,
        family=Family.DELIVERY,
        earned_by=Origin.SESSION,
        subject=session.key,
        because=judged.because,
        modifiers=judged.modifiers,
        at=session.at,
        ordinal=session.ordinal,
    )
    return component_lines(earned, shape)


# --- S5: sessions of one day, in order of time --------------------------------------------------------------------


def _judge(case: Case) -> Iterator[JudgedSession]:
    """Judge sessions by time. A session without a line is no charged one: the next is measured from the one before.

    For management, physics and guidance it does not matter whether a code is known: a session without a line is
    measured there from the last one that counts, line or none (M1: what S5 charges or would charge).
    """
    charged: list[JudgedSession] = []
    radiosurgery: set[str] = set()
    counted: JudgedSession | None = None
    for session in case.sessions.delivered:
        if charged and charged[-1].session.on != session.on:
            charged.clear()
        judged = _judge_one(session, charged, case)
        if judged.row is not None:
            judged = _with_fractions_of_radiosurgery(judged, judged.row, radiosurgery)
            charged.append(judged)
        elif not judged.is_too_close and counted is not None and _is_too_soon(session, counted.session, case):
            judged = replace(judged, is_too_close=True, notes=(*judged.notes, _not_counted(session, counted.session)))
        if not judged.is_too_close:
            counted = judged
        yield judged


def _is_too_soon(session: DeliveredSession, before: DeliveredSession, case: Case) -> bool:
    hours = case.policy_on(session.on).minimum_hours_between_sessions
    return session.on == before.on and session.at - before.at < timedelta(hours=hours)


def _judge_one(session: DeliveredSession, charged: list[JudgedSession], case: Case) -> JudgedSession:
    policy = case.policy_on(session.on)
    if charged:
        gap = session.at - charged[-1].session.at
        if gap < timedelta(hours=policy.minimum_hours_between_sessions):
            note = _too_close(gap, charged[-1].session.at, policy.minimum_hours_between_sessions)
            return JudgedSession(session, notes=(note,), is_too_close=True)
    if case.is_inpatient(session):
        return JudgedSession(session, notes=(inpatient_technical(session.on),))
    classified = classify(session, case)
    if classified.row is None:
        return JudgedSession(session, notes=classified.notes)
    modifiers: tuple[str, ...] = (REDUCED,) if session.is_partial else ()
    if charged:
        before = charged[-1].row
        code_before = classified.row.code if before is None else before.code
        modifiers += second_session_modifier(policy.second_session_modifier, classified.row.code, code_before)
    return JudgedSession(
        session,
        classified.row,
        classified.because,
        modifiers,
        (*classified.notes, *_session_notes(session, charged)),
    )


def _with_fractions_of_radiosurgery(judged: JudgedSession, row: DeliveryRow, given: set[str]) -> JudgedSession:
    """Return the session with a warning where radiosurgery of one of its plans is charged already, and note its plans.

    The code is that of treatment in a single session (L9); the rules decide nothing where there are several.
    """
    if Technique.SRS not in row.techniques:
        return judged
    plans = {plan.key for plan in judged.session.plans if plan.technique is Technique.SRS}
    again = sorted(plans & given)
    given |= plans
    if not again:
        return judged
    note = Note(
        Severity.WARNING,
        "radiosurgery-in-fractions",
        f"Plan {', '.join(again)} has its line of radiosurgery for an earlier session, and {row.code} is treatment in "
        "a single one; several sessions are billed as stereotactic body treatment (77373). Check plan and "
        "prescription, and make the plan's technique sbrt if it is treated in fractions.",
    )
    return replace(judged, notes=(*judged.notes, note))


def second_session_modifier(chosen: SecondSessionModifier, code: str, code_before: str) -> tuple[str, ...]:
    """Return the payer's modifier of a further session of the day; a repeat (76) of another code is distinct (59).

    >>> second_session_modifier(SecondSessionModifier.REPEAT, "77386", "77385")
    ('59',)
    """
    if chosen is SecondSessionModifier.NONE:
        return ()
    if chosen is SecondSessionModifier.REPEAT and code_before != code:
        return (SecondSessionModifier.DISTINCT.value,)
    return (chosen.value,)


# --- what a person should know of a session -----------------------------------------------------------------------


def _too_close(gap: timedelta, before: datetime, minimum_hours: float) -> Note:
    return Note(
        Severity.HOLD,
        "sessions-too-close",
        f"Only {_in_minutes(gap)} after the session of {before:%H:%M}, not the {minimum_hours:g} h asked for: no line.",
    )


def _not_counted(session: DeliveredSession, before: DeliveredSession) -> Note:
    gap = _in_minutes(session.at - before.at)
    return Note(
        Severity.INFO,
        "session-not-counted",
        f"Only {gap} after the session of {before.at:%H:%M}: it counts in no five, and earns no guidance.",
    )


def _in_minutes(gap: timedelta) -> str:
    """Return a gap in whole minutes that have passed, lest one that is a minute short read as enough.

    >>> _in_minutes(timedelta(hours=5, minutes=59, seconds=40)), _in_minutes(timedelta(minutes=20))
    ('5 h 59 min', '20 min')
    """
    hours, minutes = divmod(gap // timedelta(minutes=1), 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def _session_notes(session: DeliveredSession, charged: Sequence[JudgedSession]) -> Iterator[Note]:
    """Yield the holds of a session that has a line: S3, S5, S9 and P1."""
    if session.is_partial:
        yield Note(
            Severity.HOLD,
            "partial-fraction",
            "The fraction was stopped part way and not completed that day. Check the reduced line before release.",
        )
    if charged and _is_unprescribed(session, charged):
        yield Note(
            Severity.HOLD,
            "second-session-unprescribed",
            "A further session of the day, and the prescription asks for one a day. Have the prescription checked.",
        )
    for plan, number in zip(session.plans, session.fraction_numbers, strict=True):
        if plan.fractions is not None and number > plan.fractions:
            yield Note(
                Severity.HOLD,
                "fraction-beyond-prescription",
                f"Fraction {number} of a plan that prescribes {plan.fractions}. Have prescription and record checked.",
            )
            break
    unapproved = [plan for plan in session.plans if plan.approved_on is None or session.on < plan.approved_on]
    if unapproved:
        approved_on = unapproved[0].approved_on
        yield Note(
            Severity.HOLD,
            "delivery-before-approval",
            f"Delivered on {session.on} on a plan that "
            + (f"was approved on {approved_on}." if approved_on else "nobody has approved."),
        )


def _is_unprescribed(session: DeliveredSession, charged: Sequence[JudgedSession]) -> bool:
    """Return whether the prescription does not ask for this further session of the day.

    It does where a plan of the session is prescribed twice daily; a plan beside it that is prescribed once may come
    along once a day. A third session of a plan prescribed twice daily is left to the daily limit (S6).
    """
    once_daily = [plan for plan in session.plans if plan.sessions_per_day < TWICE_DAILY]
    earlier = {plan.key for judged in charged for plan in judged.session.plans}
    return len(once_daily) == len(session.plans) or any(plan.key in earlier for plan in once_daily)


def _stray_findings(case: Case) -> Iterator[Finding]:
    for session in case.sessions.resumed_another_day:
        note = Note(
            Severity.INFO,
            "resumed-another-day",
            "Completes a partial session of another day: no line of its own; the first keeps its reduced line.",
        )
        yield note.about(Origin.SESSION, session.key, session.on)


def _repeat_findings(case: Case) -> Iterator[Finding]:
    for session in case.sessions.repeated_otherwise:
        note = Note(
            Severity.WARNING,
            "session-arrived-otherwise",
            "This session arrived twice, and not with the same facts. The first arrival stands; compare the record.",
        )
        yield note.about(Origin.SESSION, session.key, session.on)
