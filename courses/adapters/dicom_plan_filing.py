"""Enter what an RT Plan proposes as a plan of its patient's course: unconfirmed, unapproved, with its evidence.

The same plan a second time changes nothing, however often a person has corrected it since.
"""

from collections.abc import Container, Sequence
from datetime import date
from typing import cast

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.adapters.dicom_answer import Answer, faults_in_words, ignored, refused, taken
from courses.adapters.dicom_file import DicomRefused, PatientIdentity
from courses.adapters.dicom_placing import Wishes, course_of, facility_of, machine_of, patient_of
from courses.adapters.dicom_proposal import PlanProposal, evidence
from courses.models import Course, Machine, Plan
from courses.planning import propose_plan
from courses.terms import PlanKind, Site
from patients.identifiers import compact_mrn
from patients.models import Facility

LONGEST_KEY = 40


def file_plan(proposal: PlanProposal, *, wishes: Wishes, first_treated_on: date | None = None) -> Answer:
    """Enter a proposed plan, or say why not.

    Args:
        first_treated_on: the day of its first record in the same import; a course opened for it begins by then.
    """
    try:
        with transaction.atomic():
            return _file(proposal, wishes, first_treated_on)
    except DicomRefused as refusal:
        return refused(str(refusal))
    except ValidationError as error:
        return refused(faults_in_words(error))


def _file(proposal: PlanProposal, wishes: Wishes, first_treated_on: date | None) -> Answer:
    known = Plan.objects.select_related("course__patient").filter(dicom_uid=proposal.uid).first()
    if known is not None:
        refuse_another_patient(proposal.patient, known)
        return ignored(f"already here as plan {known.pk} of course {known.course_id}.")
    patient = patient_of(proposal.patient, registers=wishes.registers)
    facility = facility_of(proposal.machine, wishes)
    opened_on = _opened_on(proposal, facility, first_treated_on)
    course, is_new = course_of(patient, facility, wishes, opened_on)
    machine = machine_of(proposal, facility, wishes)
    plan = _propose(proposal, course, machine)
    opened = f", opened for it on {course.opened_on}" if is_new else ""
    return taken(f"plan {plan.pk} of course {course.pk}{opened}: {_said(plan)}")


def refuse_another_patient(identity: PatientIdentity, plan: Plan) -> None:
    """Refuse a file whose patient is not the plan's.

    Raises:
        DicomRefused: it is another patient's.
    """
    if compact_mrn(identity.mrn) != plan.course.patient.mrn:
        raise DicomRefused(f"PatientID is not that of the patient of plan {plan.pk}. Check whose file this is.")


def _opened_on(proposal: PlanProposal, facility: Facility, first_treated_on: date | None) -> date:
    """Return the day on which a course for this plan was open: planned, treated or today, whichever came first."""
    today = facility.day_of(timezone.now())
    return min(day for day in (proposal.planned_on, first_treated_on, today) if day is not None)


def _propose(proposal: PlanProposal, course: Course, machine: Machine | None) -> Plan:
    others = list(course.plans.all())
    kind, has_new_ct, asked = _kind(proposal, others)
    unknown = f"No machine called {proposal.machine} at {course.facility.name}: choose one, or add it."
    return propose_plan(
        course=course,
        key=_free_key(proposal.label or "Plan", {plan.key for plan in others}),
        dicom_uid=proposal.uid,
        site=proposal.site or Site.OTHER,
        laterality=proposal.laterality or "",
        technique=proposal.technique,
        kind=kind,
        new_planning_ct=has_new_ct,
        has_compensator=proposal.has_compensator,
        isocenters=proposal.isocenters,
        arcs=proposal.arcs or None,
        static_fields=None if proposal.arcs else proposal.fixed_beams,
        active_motion_management=proposal.motion,
        fractions=proposal.fractions,
        machine=machine,
        evidence=evidence(proposal, asked=asked, warned=[unknown] if proposal.machine and machine is None else []),
    )


def _kind(proposal: PlanProposal, others: Sequence[Plan]) -> tuple[PlanKind, bool, list[str]]:
    """Return the kind to propose, whether a new planning CT lies under it, and what to ask.

    A plan that names an earlier one of the course is proposed as its revision, which earns no plan line until a
    person says more. Another frame of reference means another planning CT.
    """
    earlier = [plan for plan in others if plan.dicom_uid in proposal.earlier_plans]
    asked = []
    if proposal.earlier_plans and not earlier:
        asked.append("The file names an earlier plan, which is not in this course: is this a replan or a revision?")
    if not others:
        return PlanKind.INITIAL, True, asked
    frames = {str(plan.evidence.get("frame_of_reference", "")) for plan in earlier or others}
    is_new_ct = bool(proposal.frame_of_reference) and "" not in frames and proposal.frame_of_reference not in frames
    if earlier:
        return PlanKind.REVISION, is_new_ct, [f"Is this a revision of plan {earlier[-1].key}, a replan or a boost?"]
    asked.append("The course has a plan already: is this a boost, a replan or another site?")
    return PlanKind.INITIAL, is_new_ct, asked


def _free_key(label: str, taken_keys: Container[str]) -> str:
    """Return the label, numbered where the course has a plan of that name.

    >>> _free_key("B1", {"B1", "B1 (2)"})
    'B1 (3)'
    """
    key, number = label[:LONGEST_KEY], 1
    while key in taken_keys:
        number += 1
        ending = f" ({number})"
        key = label[: LONGEST_KEY - len(ending)] + ending
    return key


def _said(plan: Plan) -> str:
    """Return how the plan stands, with the number of what a person must look at."""
    open_questions, warned = (len(cast(list[str], plan.evidence[name])) for name in ("questions", "warnings"))
    return (
        f"proposed as {plan.technique}, {open_questions} to answer, {warned} to heed. Confirm it and have it approved."
    )
