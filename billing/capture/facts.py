"""Rows -> the frozen facts that the rules read, for many courses at once in a fixed number of statements.

Only what counts is handed on: signed, uncancelled sessions; uncancelled events and keyed lines. Moments
are turned to the facility's clock here. No rule stands here, and nothing is written.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Q

from billing.capture.insurance import NO_INSURANCE, Insurance, load_insurance
from billing.models import COUNTING, Authorization, ManualLine
from billing.rules.facts import (
    AuthorizationFacts,
    CourseFacts,
    EventFacts,
    ManualLineFacts,
    PlanFacts,
    PracticeFacts,
    SessionFacts,
)
from courses.models import ClinicalEvent, Course, CourseDiagnosis, Fraction, Plan, Session
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
from patients.models import Encounter
from patients.terms import Bills, CoverageRank, Setting

T = TypeVar("T")
ByCourse = dict[int, tuple[T, ...]]


@dataclass(frozen=True, slots=True)
class LoadedCourse:
    """The facts of a course, with its insurance: the rules need not know payers by id, pricing does."""

    facts: CourseFacts
    insurance: Insurance


@dataclass(frozen=True, slots=True)
class _Head:
    """What stands in the course's own row and its facility's."""

    patient_id: int
    opened_on: date
    closed_on: date | None
    practice: PracticeFacts
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class _Stay:
    """An inpatient stay; both days inclusive."""

    starts_on: date
    ends_on: date | None

    def covers(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


def load_courses(course_ids: Collection[int]) -> dict[int, LoadedCourse]:
    """Return the facts of each course. Eleven statements, whatever the number of courses.

    The statements see the database one after the other: whoever needs them to agree compares the basis
    of the courses before and after.
    """
    heads = _heads(course_ids)
    patient_ids = {head.patient_id for head in heads.values()}
    insurance = load_insurance(patient_ids)
    sessions = _sessions(course_ids, heads, _stays(patient_ids))
    diagnoses, plans, events = _diagnoses(course_ids), _plans(course_ids), _events(course_ids)
    authorizations, keyed = _authorizations(course_ids), _keyed_lines(course_ids)
    loaded: dict[int, LoadedCourse] = {}
    for course_id, head in heads.items():
        insured = insurance.get(head.patient_id, NO_INSURANCE)
        facts = CourseFacts(
            id=str(course_id),
            practice=head.practice,
            payer=insured.payer,
            diagnoses=diagnoses.get(course_id, ()),
            opened_on=head.opened_on,
            closed_on=head.closed_on,
            plans=plans.get(course_id, ()),
            sessions=sessions.get(course_id, ()),
            events=events.get(course_id, ()),
            authorizations=authorizations.get(course_id, ()),
            manual_lines=keyed.get(course_id, ()),
        )
        loaded[course_id] = LoadedCourse(facts, insured)
    return loaded


def _grouped(pairs: Iterable[tuple[int, T]]) -> ByCourse[T]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _heads(course_ids: Collection[int]) -> dict[int, _Head]:
    rows = Course.objects.filter(id__in=course_ids).order_by("id").values_list(
        "id", "patient_id", "opened_on", "closed_on",
        "facility__setting", "facility__bills", "facility__place_of_service", "facility__time_zone",
    )  # fmt: skip
    return {
        course: _Head(patient, opened, closed, PracticeFacts(Setting(setting), Bills(bills), place), ZoneInfo(zone))
        for course, patient, opened, closed, setting, bills, place, zone in rows
    }


def _diagnoses(course_ids: Collection[int]) -> ByCourse[str]:
    rows = CourseDiagnosis.objects.filter(course_id__in=course_ids).order_by("course_id", "position")
    return _grouped(rows.values_list("course_id", "code"))


def _stays(patient_ids: Collection[int]) -> ByCourse[_Stay]:
    rows = Encounter.objects.filter(patient_id__in=patient_ids, is_inpatient=True).order_by("id")
    return _grouped(
        (patient, _Stay(first, last)) for patient, first, last in rows.values_list("patient_id", "starts_on", "ends_on")
    )


def _plans(course_ids: Collection[int]) -> ByCourse[PlanFacts]:
    rows = Plan.objects.filter(course_id__in=course_ids).order_by("id").values_list(
        "id", "course_id", "site", "technique", "imrt_planned", "new_planning_ct", "kind", "approved_on", "laterality",
        "includes_nodes", "complex_delivery_documented", "has_compensator", "isocenters", "isocenter_group",
        "static_fields", "arcs", "dvh_documented", "planning_method", "active_motion_management",
        "necessity_documented", "respiratory_motion_simulation", "fractions", "sessions_per_day",
    )  # fmt: skip
    return _grouped((row[1], _plan(row)) for row in rows)


def _plan(row: tuple) -> PlanFacts:  # type: ignore[type-arg]  # one row of values_list, unpacked at once
    (
        plan_id, _course, site, technique, imrt_planned, new_planning_ct, kind, approved_on, laterality,
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
        approved_on=approved_on,
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


def _sessions(course_ids: Collection[int], heads: dict[int, _Head], stays: ByCourse[_Stay]) -> ByCourse[SessionFacts]:
    delivered = _delivered(course_ids)
    rows = Session.objects.filter(
        course_id__in=course_ids, signed_at__isnull=False, cancelled_at__isnull=True
    ).order_by("id").values_list(
        "id", "course_id", "starts_at", "status", "resumes_id", "guidance", "guidance_reviewed",
        "active_motion_management", "motion_record_complete", "mixed_electrons", "is_inpatient", "adapted_online",
    )  # fmt: skip
    return _grouped(
        (row[1], _session(row, heads[row[1]], delivered.get(row[0], ()), stays.get(heads[row[1]].patient_id, ())))
        for row in rows
        if row[1] in heads
    )


def _session(
    row: tuple,  # type: ignore[type-arg]
    head: _Head,
    delivered: tuple[tuple[int, int | None], ...],
    stays: tuple[_Stay, ...],
) -> SessionFacts:
    (
        session_id, _course, starts_at, status, resumes, guidance, reviewed,
        motion, motion_complete, mixed_electrons, inpatient, adapted,
    ) = row  # fmt: skip
    at = starts_at.astimezone(head.zone).replace(tzinfo=None)
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
        mixed_electrons=mixed_electrons,
        inpatient=inpatient or any(stay.covers(at.date()) for stay in stays),
        adapted_online=adapted,
        ordinal=session_id,
    )


def _delivered(course_ids: Collection[int]) -> ByCourse[tuple[int, int | None]]:
    """Return (plan, fraction number) by session."""
    rows = Fraction.objects.filter(course_id__in=course_ids).order_by("session_id", "plan_id")
    return _grouped(
        (session, (plan, number)) for session, plan, number in rows.values_list("session_id", "plan_id", "number")
    )


def _events(course_ids: Collection[int]) -> ByCourse[EventFacts]:
    rows = ClinicalEvent.objects.filter(course_id__in=course_ids, cancelled_at=None).order_by("id").values_list(
        "id", "course_id", "family", "happened_on", "site", "performer", "units", "distinct_service", "documented"
    )  # fmt: skip
    return _grouped(
        (
            course,
            EventFacts(
                key=str(event),
                code_family=EventFamily(family),
                on=on,
                site=Site(site) if site else None,
                by=Performer(performer) if performer else None,
                units=units,
                distinct_service=distinct,
                documented=documented,
                ordinal=event,
            ),
        )
        for event, course, family, on, site, performer, units, distinct, documented in rows
    )


def _authorizations(course_ids: Collection[int]) -> ByCourse[AuthorizationFacts]:
    """Return what payers approved; that of a payer who is not asked first is of no use to the claim."""
    rows = Authorization.objects.filter(course_id__in=course_ids, status__in=COUNTING)
    rows = rows.filter(Q(coverage=None) | Q(coverage__rank=CoverageRank.PRIMARY)).order_by("id")
    return _grouped(
        (
            course,
            AuthorizationFacts(
                key=str(key),
                codes=tuple(codes),
                units=units,
                effective_from=first,
                effective_to=last,
                ordinal=key,
                technique=Technique(technique) if technique else None,
                payer_from=payer_from,
                payer_to=payer_to,
            ),
        )
        for key, course, codes, units, first, last, technique, payer_from, payer_to in rows.values_list(
            "id", "course_id", "codes", "units", "effective_from", "effective_to", "technique",
            "coverage__effective_from", "coverage__effective_to",
        )
    )  # fmt: skip


def _keyed_lines(course_ids: Collection[int]) -> ByCourse[ManualLineFacts]:
    rows = ManualLine.objects.filter(course_id__in=course_ids, cancelled_at=None).order_by("id").values_list(
        "id", "course_id", "code", "service_on", "units", "modifiers", "narrative", "attachment"
    )  # fmt: skip
    return _grouped(
        (course, ManualLineFacts(str(key), code, on, units, tuple(modifiers), narrative, attachment, key))
        for key, course, code, on, units, modifiers, narrative, attachment in rows
    )
