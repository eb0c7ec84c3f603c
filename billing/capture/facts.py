"""Rows -> the frozen facts that the rules read, for many courses at once in one statement.

Only what counts is handed on: signed, uncancelled sessions; uncancelled events and keyed lines. Moments
are turned to the facility's clock here. No rule stands here, and nothing is written.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from billing.capture.insurance import Insurance, insurance_from
from billing.capture.rows import CourseRows, read_rows
from billing.rules.coding import NOBODY, Coding, LineEditFacts, Renderer
from billing.rules.facts import (
    AuthorizationFacts,
    CourseFacts,
    EventFacts,
    ManualLineFacts,
    PlanFacts,
    PracticeFacts,
    SessionFacts,
    StayFacts,
)
from courses.terms import (
    IMRT_TECHNIQUES,
    EventFamily,
    Guidance,
    Laterality,
    MotionManagement,
    Performer,
    PlanKind,
    PlanningMethod,
    SessionStatus,
    Site,
    Technique,
)
from patients.terms import Bills, Setting

Row = list[Any]
"""Values as JSON carries them, unpacked at once."""


@dataclass(frozen=True, slots=True)
class LoadedCourse:
    """The facts of a course, with its insurance: the rules need not know payers by id, pricing does.

    ``basis`` is what they rest on, and the rest says in parts what it holds; all of the same moment.
    """

    facts: CourseFacts
    insurance: Insurance
    basis: str = ""
    revision: int = 0
    files: str = ""


def load_courses(course_ids: Collection[int]) -> dict[int, LoadedCourse]:
    """Return the facts of each course: one statement, so that they are of one moment, whatever their number."""
    return {rows.course_id: _loaded(rows) for rows in read_rows(course_ids)}


def _loaded(rows: CourseRows) -> LoadedCourse:
    told = rows.told
    insured = insurance_from(coverages=told["coverages"], policies=[row[0] for row in told["policies"]])
    stays = tuple(StayFacts(_day(first), _day_if_any(last)) for first, last in told["stays"])
    facts = CourseFacts(
        id=str(rows.course_id),
        practice=PracticeFacts(Setting(rows.setting), Bills(rows.bills), rows.place_of_service),
        payer=insured.payer,
        diagnoses=tuple(code for (code,) in told["diagnoses"]),
        opened_on=rows.opened_on,
        closed_on=rows.closed_on,
        plans=tuple(_plan(row) for row in told["plans"]),
        sessions=_sessions(rows, stays),
        events=tuple(_event(row) for row in told["events"]),
        authorizations=tuple(_authorization(row) for row in told["authorizations"]),
        manual_lines=tuple(_keyed_line(row) for row in told["keyed_lines"]),
        physician=_renderer(rows.physician_id, rows.physician_name),
        line_edits=tuple(_line_edit(row) for row in told["line_edits"]),
        stays=stays,
    )
    return LoadedCourse(facts, insured, rows.basis, rows.revision, rows.files)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _day_if_any(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _plan(row: Row) -> PlanFacts:
    (
        plan_id, site, technique, imrt_planned, new_planning_ct, kind, approved_on, laterality,
        includes_nodes, complex_documented, compensator, isocenters, isocenter_group,
        static_fields, arcs, dvh, method, motion, necessity, respiratory, fractions, sessions_per_day,
    ) = row  # fmt: skip
    shaped = Technique(technique)
    return PlanFacts(
        key=str(plan_id),
        site=Site(site),
        technique=shaped,
        imrt_planned=shaped in IMRT_TECHNIQUES if imrt_planned is None else imrt_planned,
        new_planning_ct=new_planning_ct,
        kind=PlanKind(kind),
        approved_on=_day_if_any(approved_on),
        laterality=Laterality(laterality) if laterality else None,
        includes_nodes=includes_nodes,
        complex_delivery_documented=complex_documented,
        compensator=compensator,
        isocenters=isocenters,
        isocenter_group=isocenter_group or None,
        static_fields=static_fields,
        arcs=arcs,
        dvh_documented=dvh,
        planning_method=PlanningMethod(method),
        active_motion_management=MotionManagement(motion),
        necessity_documented=necessity,
        respiratory_motion_simulation=respiratory,
        fractions=fractions,
        sessions_per_day=sessions_per_day,
        ordinal=plan_id,
    )


def _sessions(rows: CourseRows, stays: Collection[StayFacts]) -> tuple[SessionFacts, ...]:
    zone = ZoneInfo(rows.time_zone)
    delivered = _delivered(rows.told["fractions"])
    return tuple(_session(row, zone, delivered.get(row[0], ()), stays) for row in rows.told["sessions"])


def _session(
    row: Row, zone: ZoneInfo, delivered: Iterable[tuple[int, int | None]], stays: Iterable[StayFacts]
) -> SessionFacts:
    (
        session_id, starts_at, status, resumes, guidance, reviewed,
        motion, motion_complete, isocenters, mixed_electrons, inpatient, adapted,
    ) = row  # fmt: skip
    at = datetime.fromisoformat(starts_at).astimezone(zone).replace(tzinfo=None)
    numbers = {number for _plan_id, number in delivered}
    return SessionFacts(
        key=str(session_id),
        at=at,
        plans=tuple(str(plan_id) for plan_id, _number in delivered),
        status=SessionStatus(status),
        resumes=None if resumes is None else str(resumes),
        # Plans of one session may stand at different fractions; then each is counted by its own sessions.
        fraction=numbers.pop() if len(numbers) == 1 else None,
        guidance=Guidance(guidance),
        guidance_reviewed=reviewed,
        active_motion_management=MotionManagement(motion) if motion else None,
        motion_record_complete=bool(motion_complete),
        isocenters=isocenters,
        mixed_electrons=mixed_electrons,
        inpatient=inpatient or any(stay.covers(at.date()) for stay in stays),
        adapted_online=adapted,
        ordinal=session_id,
    )


def _delivered(fractions: Iterable[Row]) -> dict[int, list[tuple[int, int | None]]]:
    """Return (plan, fraction number) by session."""
    delivered: defaultdict[int, list[tuple[int, int | None]]] = defaultdict(list)
    for session_id, plan_id, number in fractions:
        delivered[session_id].append((plan_id, number))
    return delivered


def _event(row: Row) -> EventFacts:
    event_id, family, on, site, performer, units, distinct, documented = row
    return EventFacts(
        key=str(event_id),
        code_family=EventFamily(family),
        on=_day(on),
        site=Site(site) if site else None,
        by=Performer(performer) if performer else None,
        units=units,
        distinct_service=distinct,
        documented=documented,
        ordinal=event_id,
    )


def _authorization(row: Row) -> AuthorizationFacts:
    key, codes, units, first, last, technique, payer_from, payer_to = row
    return AuthorizationFacts(
        key=str(key),
        codes=tuple(codes),
        units=units,
        effective_from=_day(first),
        effective_to=_day(last),
        ordinal=key,
        technique=Technique(technique) if technique else None,
        payer_from=_day_if_any(payer_from),
        payer_to=_day_if_any(payer_to),
    )


def _keyed_line(row: Row) -> ManualLineFacts:
    key, code, on, units, modifiers, narrative, attachment, diagnoses, provider_id = row
    provider = _renderer(provider_id, None)
    named = tuple(diagnoses), provider
    return ManualLineFacts(str(key), code, _day(on), units, tuple(modifiers), narrative, attachment, key, *named)


def _line_edit(row: Row) -> LineEditFacts:
    key, line, code, on, *codings, reason, by, at = row
    was, wanted = codings[:5], codings[5:]
    return LineEditFacts(str(key), line, _coding(code, on, was), _coding(code, on, wanted), reason, by, at)


def _coding(code: str, on: str, told: Row) -> Coding:
    units, modifiers, diagnoses, provider_id, name = told
    return Coding(code, _day(on), units, tuple(modifiers), tuple(diagnoses), _renderer(provider_id, name))


def _renderer(provider_id: int | None, name: str | None) -> Renderer:
    return NOBODY if provider_id is None else Renderer(str(provider_id), name or "")
