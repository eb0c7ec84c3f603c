"""The sessions of a course file: one by one, and runs of them over the weekdays.

Asks what must hold between them: plans that exist, one time for one key, a resumption after the partial session
that it completes. The repeat of a session stays in the facts; the rules count it once (S10).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from billing.rules.course_fields import LAST_DAY, Section, listed
from billing.rules.course_sections import KEY, KEY_REMEDY, MOST_FRACTIONS, NO_DAY, Names
from billing.rules.facts import SessionFacts
from courses.terms import Guidance, MotionManagement, SessionStatus

MOST_SESSIONS = 2000
MOST_RUNS = 200
LONGEST_RUN = 400
MOST_PLANS_OF_SESSION = 20
MOST_SKIPPED = 400
MOST_TIMES = 4
SATURDAY = 5
NO_MOMENT = datetime.combine(NO_DAY, time())
"""Stands where a moment could not be read; the file is refused before anybody sees it."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A session and the section that it was read from, for the faults that others reveal in it."""

    session: SessionFacts
    section: Section


def read_sessions(file: Section, plans: set[str]) -> tuple[SessionFacts, ...]:
    """Read all sessions, single ones first, then runs, each in the order of the file."""
    names = Names()
    read = [
        _Read(_read_session(section, ordinal, plans), section)
        for ordinal, section in enumerate(file.sections("session", most=MOST_SESSIONS), start=1)
    ]
    for one in read:
        if one.session.key:
            names.reserve(one.session.key)
    _check_times(read)
    _check_resumptions(read)
    sessions = [one.session if one.session.key else _named(one.session, names) for one in read]
    for section in file.sections("session_run", most=MOST_RUNS):
        for session in _read_run(section, len(sessions), plans):
            sessions.append(_named(session, names))
    if len(sessions) > MOST_SESSIONS:
        file.found("session_run", len(sessions), f"A course has at most {MOST_SESSIONS} sessions.")
    return tuple(sessions)


def _read_session(section: Section, ordinal: int, plans: set[str]) -> SessionFacts:
    session = SessionFacts(
        key=section.text("key", pattern=KEY, remedy=KEY_REMEDY) or "",
        at=section.moment("at", required=True) or NO_MOMENT,
        plans=_read_plans(section, plans),
        status=section.word("status", SessionStatus) or SessionStatus.TREATED,
        resumes=section.text("resumes", pattern=KEY, remedy=KEY_REMEDY),
        fraction=section.whole("fraction", least=1, most=MOST_FRACTIONS),
        guidance=section.word("guidance", Guidance) or Guidance.NONE,
        guidance_reviewed=section.flag("guidance_reviewed"),
        active_motion_management=section.word("active_motion_management", MotionManagement),
        motion_record_complete=section.flag("motion_record_complete"),
        mixed_electrons=section.flag("mixed_electrons"),
        inpatient=section.flag("inpatient"),
        adapted_online=section.flag("adapted_online"),
        ordinal=ordinal,
    )
    section.finish()
    return session


def _read_plans(section: Section, plans: set[str]) -> tuple[str, ...]:
    named = section.texts("plans", pattern=KEY, remedy=KEY_REMEDY, most=MOST_PLANS_OF_SESSION, least=1, required=True)
    unknown = [key for key in named if key not in plans]
    if unknown:
        known = listed(sorted(plans))
        for key in unknown:
            section.found("plans", key, f"No plan has this key. The plans are: {known}.")
    return named


def _named(session: SessionFacts, names: Names) -> SessionFacts:
    return replace(session, key=names.unique(session.at.isoformat()))


# --- runs ---------------------------------------------------------------------------------------------------------


def _read_run(section: Section, before: int, plans: set[str]) -> Iterator[SessionFacts]:
    """Yield the sessions of a run: ``count`` of them, on weekdays from ``first`` that are not skipped."""
    pattern = SessionFacts(
        key="",
        at=NO_MOMENT,
        plans=_read_plans(section, plans),
        guidance=section.word("guidance", Guidance) or Guidance.NONE,
        guidance_reviewed=section.flag("guidance_reviewed"),
        active_motion_management=section.word("active_motion_management", MotionManagement),
        motion_record_complete=section.flag("motion_record_complete"),
    )
    first = section.day("first", required=True)
    count = section.whole("count", least=1, most=LONGEST_RUN, required=True)
    times = section.times("times", most=MOST_TIMES)
    skipped = frozenset(section.days("skip", most=MOST_SKIPPED))
    section.finish()
    if first is None or count is None or not times:
        return
    for number, at in enumerate(islice(_moments(first, sorted(times), skipped), count), start=1):
        if at.date() > LAST_DAY:
            section.found("count", count, f"The run goes past {LAST_DAY}.")
            return
        yield replace(pattern, at=at, ordinal=before + number)


def _moments(first: date, times: list[time], skipped: frozenset[date]) -> Iterator[datetime]:
    day = first
    while True:
        if day.weekday() < SATURDAY and day not in skipped:
            for at in times:
                yield datetime.combine(day, at)
        day += timedelta(days=1)


# --- what must hold between sessions ------------------------------------------------------------------------------


def _check_times(read: list[_Read]) -> None:
    """S10: one key, one time."""
    first: dict[str, SessionFacts] = {}
    for one in read:
        key, at = one.session.key, one.session.at
        if key and NO_MOMENT not in (at, first.setdefault(key, one.session).at) and first[key].at != at:
            one.section.found(
                "key", key, f"A session has one time, and this one is at {first[key].at} and at {at}. Mend key or time."
            )


def _check_resumptions(read: list[_Read]) -> None:
    """S4: a resumption names a partial session that began before it, and that no other session completed."""
    by_key: dict[str, SessionFacts] = {}
    resumed_by: dict[str, SessionFacts] = {}
    for one in read:
        by_key.setdefault(one.session.key, one.session)
    for one in read:
        if one.session.resumes is None:
            continue
        resumed = by_key.get(one.session.resumes)
        if resumed is None:
            one.section.found("resumes", one.session.resumes, "No session has this key. Name the partial session.")
        elif resumed.status is not SessionStatus.PARTIAL:
            one.section.found("resumes", one.session.resumes, f"That session is {resumed.status}. Name a partial one.")
        elif NO_MOMENT not in (resumed.at, one.session.at) and one.session.at <= resumed.at:
            one.section.found(
                "resumes", one.session.resumes, f"That session began at {resumed.at}: name an earlier one."
            )
        elif one.session.status is not SessionStatus.ABORTED:
            _check_only_resumption(one, resumed_by.setdefault(one.session.resumes, one.session))


def _check_only_resumption(one: _Read, first: SessionFacts) -> None:
    """Refuse a second resumption of one session, lest a delivered fraction vanish in it; a repeat (S10) is none."""
    session = one.session
    if first is session or (session.key and session.key == first.key):
        return
    name = f'"{first.key}"' if first.key else f"The session of {first.at}"
    one.section.found(
        "resumes",
        session.resumes,
        f"{name} resumes that session already. Name the session that this one goes on with, or leave resumes out.",
    )
