"""Propose, confirm, approve and retire the plans of a course."""

import re
from datetime import date, time
from typing import TypedDict, Unpack

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from courses.models import Course, Machine, Plan
from courses.planning.faults import Faults, faults_of_columns, lock, raise_faults, stated_reason
from courses.planning.signature import digest_of_plan, write_signature
from courses.signals import ring
from courses.terms import Technique
from patients.roles import Role, has_role
from patients.seen import refuse_superseded
from patients.validators import FIRST_DAY


class PlanFacts(TypedDict, total=False):
    """What a plan says, by the names of its columns; left out means the model's default."""

    site: str
    technique: str
    laterality: str
    kind: str
    planning_method: str
    active_motion_management: str
    includes_nodes: bool
    complex_delivery_documented: bool
    has_compensator: bool
    isocenters: int | None
    isocenter_group: str
    static_fields: int | None
    arcs: int | None
    dvh_documented: bool
    imrt_planned: bool | None
    follows: Plan | None
    new_planning_ct: bool
    planning_ct_on: date | None
    necessity_documented: bool
    necessity_note: str
    respiratory_motion_simulation: bool
    fractions: int | None
    sessions_per_day: int
    weekdays: str
    starts_on: date | None
    usual_time: time | None
    machine: Machine | None
    default_guidance: str
    evidence: dict[str, object]


def propose_plan(
    *, course: Course, key: str, by: User | None = None, dicom_uid: str | None = None, **facts: Unpack[PlanFacts]
) -> Plan:
    """Enter a plan, not yet approved. The same ``dicom_uid`` gives the plan that it made, as it stands.

    Args:
        by: who entered the plan and vouches for it; None where a file proposes it and a person still confirms.

    Raises:
        ValidationError: every faulty field at once; nothing is stored.
    """
    with transaction.atomic():
        course = lock(course)
        known = Plan.objects.filter(dicom_uid=dicom_uid).first() if dicom_uid else None
        if known is not None:
            return known
        plan = Plan(course=course, key=key.strip(), dicom_uid=dicom_uid, **facts)
        if by is not None:
            plan.confirmed_by, plan.confirmed_at = by, timezone.now()
        raise_faults(faults_of_columns(plan), _faults_of_key(plan), _faults_of_sense(plan))
        plan.save()
        ring(course.pk)
    return plan


def confirm_plan(
    *, plan: Plan, by: User, key: str | None = None, seen: str | None = None, **facts: Unpack[PlanFacts]
) -> Plan:
    """Correct a plan that is not approved and vouch for it.

    Args:
        seen: ``state_of`` the plan that the correction was made from.

    Raises:
        ValidationError: a faulty field, the plan changed since, or it is approved: withdraw its approval first, or
            enter a revision.
    """
    with transaction.atomic():
        plan = _fresh(plan)
        if plan.is_approved:
            raise ValidationError({"plan": [f"Plan {plan.key} is approved; an approved plan is not changed."]})
        refuse_superseded(plan, seen, facts)
        for name, value in facts.items():
            setattr(plan, name, value)
        plan.key = plan.key if key is None else key.strip()
        plan.confirmed_by, plan.confirmed_at = by, timezone.now()
        raise_faults(faults_of_columns(plan), _faults_of_key(plan), _faults_of_sense(plan))
        plan.save()
        ring(plan.course_id)
    return plan


def approve_plan(*, plan: Plan, by: User, on: date | None = None, seen: str | None = None) -> Plan:
    """Approve a plan: the physician signs its content, with user and moment. An approved plan stays as it is.

    The door has proved that it is the physician who signs (``courses/views/identity.py``).

    Args:
        on: the clinic-local day of approval where it was given before it is entered here; None means today.
        seen: the digest of the plan as the physician read it; another content is not signed unread.

    Raises:
        PermissionDenied: not a physician.
        ValidationError: the plan cannot be approved as it stands; all reasons at once.
    """
    if not has_role(by, Role.PHYSICIAN):
        raise PermissionDenied("Only a physician approves a plan.")
    with transaction.atomic():
        plan = _fresh(plan)
        if plan.is_approved:
            return plan
        now = timezone.now()
        today = plan.course.facility.day_of(now)
        raise_faults(_faults_of_approval(plan, on or today, today), _faults_of_reading(plan, seen))
        plan.approved_on, plan.approved_at, plan.approved_by = on or today, now, by
        plan.save(update_fields=["approved_on", "approved_at", "approved_by"])
        write_signature(plan)
        ring(plan.course_id)
    return plan


def record_approval(*, plan: Plan, on: date) -> Plan:
    """Take over an approval that another system holds: its day, without a signer of ours.

    Raises:
        ValidationError: the day is to come.
    """
    with transaction.atomic():
        plan = _fresh(plan)
        if plan.approved_on != on:
            if on > plan.course.facility.day_of(timezone.now()):
                raise_faults({"approved_on": [f"{on} is still to come. Leave the day out until the plan is approved."]})
            plan.approved_on, plan.approved_at, plan.approved_by = on, None, None
            plan.save(update_fields=["approved_on", "approved_at", "approved_by"])
            ring(plan.course_id)
    return plan


def withdraw_approval(*, plan: Plan, by: User, reason: str) -> Plan:
    """Take an approval back, with the reason; a plan without one stays as it is.

    Raises:
        PermissionDenied: not a physician.
        ValidationError: no reason.
    """
    if not has_role(by, Role.PHYSICIAN):
        raise PermissionDenied("Only a physician withdraws an approval.")
    with transaction.atomic():
        plan = _fresh(plan)
        if not plan.is_approved:
            return plan
        plan.amendment_reason = stated_reason(reason)
        plan.approved_on = plan.approved_at = plan.approved_by = None
        plan.save(update_fields=["approved_on", "approved_at", "approved_by", "amendment_reason"])
        ring(plan.course_id)
    return plan


def retire_plan(*, plan: Plan, by: User, reason: str, on: date | None = None) -> Plan:
    """Let a plan rest from the day after ``on`` (None: today); what it delivered stays. Twice changes nothing."""
    with transaction.atomic():
        plan = _fresh(plan)
        if plan.retired_on is not None:
            return plan
        day = on or plan.course.facility.day_of(timezone.now())
        plan.retired_on, plan.amendment_reason = day, stated_reason(reason)
        plan.save(update_fields=["retired_on", "amendment_reason"])
        ring(plan.course_id)
    return plan


def reinstate_plan(*, plan: Plan, by: User, reason: str) -> Plan:
    """Put a retired plan back in use, with the reason; one that does not rest stays as it is.

    Its approval is what it was; one that was withdrawn meanwhile can be given again.
    """
    with transaction.atomic():
        plan = _fresh(plan)
        if plan.retired_on is not None:
            plan.retired_on, plan.amendment_reason = None, stated_reason(reason)
            plan.save(update_fields=["retired_on", "amendment_reason"])
            ring(plan.course_id)
    return plan


def _fresh(plan: Plan) -> Plan:
    lock(plan.course)
    return Plan.objects.select_related("course__facility", "machine", "follows").get(pk=plan.pk)


def _faults_of_key(plan: Plan) -> Faults:
    others = Plan.objects.filter(course=plan.course, key=plan.key).exclude(pk=plan.pk)
    return {"key": [f"The course already has a plan {plan.key}."]} if plan.key and others.exists() else {}


def _faults_of_sense(plan: Plan) -> Faults:
    """Return what each field alone cannot tell; the database's constraints say the same."""
    faults: Faults = {}
    if plan.static_fields is not None and plan.arcs is not None:
        faults["arcs"] = ["A plan has static fields or arcs, not both."]
    if not re.fullmatch("1?2?3?4?5?6?7?", plan.weekdays) or not plan.weekdays:
        faults["weekdays"] = ["Name the days as digits in order, 1 Monday to 7 Sunday: 135 is every other weekday."]
    for name, least, most in (("fractions", 1, 100), ("sessions_per_day", 1, 4), ("isocenters", 1, 50)):
        value = getattr(plan, name)
        if value is not None and not least <= value <= most:
            faults[name] = [f"{value} is outside {least} to {most}."]
    if plan.follows is not None and plan.follows.course_id != plan.course_id:
        faults["follows"] = ["It is a plan of another course."]
    if plan.planning_ct_on is not None and plan.planning_ct_on > plan.course.facility.day_of(timezone.now()):
        faults["planning_ct_on"] = [f"{plan.planning_ct_on} is still to come."]
    if plan.machine is not None and plan.machine.facility_id != plan.course.facility_id:
        faults["machine"] = [f"{plan.machine.name} does not stand at {plan.course.facility.name}."]
    return faults


def _faults_of_reading(plan: Plan, seen: str | None) -> Faults:
    if seen is None or seen == digest_of_plan(plan):
        return {}
    return {"plan": [f"Plan {plan.key} was changed while you read it. Read it again, then sign."]}


def _faults_of_approval(plan: Plan, on: date, today: date) -> Faults:
    faults: Faults = {}
    if on > today:
        faults["on"] = ["A plan cannot be approved on a day to come."]
    elif on < FIRST_DAY:
        faults["on"] = [f"The year {on.year} cannot be meant. Give the year in four figures."]
    if plan.retired_on is not None:
        faults["plan"] = [f"Plan {plan.key} was retired on {plan.retired_on}: have it put back in use first."]
    elif plan.confirmed_at is None and plan.dicom_uid:
        faults["plan"] = ["A file proposed this plan; confirm its entries first."]
    if plan.technique == Technique.UNKNOWN:
        faults["technique"] = ["Say which technique it is; an unknown one earns nothing."]
    if plan.fractions is None:
        faults["fractions"] = ["Say how many fractions are prescribed."]
    return faults
