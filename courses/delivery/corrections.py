"""Correct an entry or cancel it, each with a reason; nothing is erased, the history keeps every state."""

from collections.abc import Mapping
from typing import Unpack

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from courses.delivery.checks import faults_of, lock, written_session
from courses.delivery.entries import (
    Changes,
    EntryConflict,
    Faults,
    Particulars,
    digest_of_session,
    name_of,
    raise_faults,
    when,
)
from courses.delivery.review import judge_reviews
from courses.models import Fraction, Plan, Session
from courses.signals import ring
from courses.terms import SessionStatus

MOST_REASON = 200
Wanted = Mapping[Plan, int | None]


def amend_session(
    *, session: Session, by: User, reason: str, seen: str | None = None, **changes: Unpack[Changes]
) -> Session:
    """Correct what a session says; what is not named stays. Repeating the same correction changes nothing.

    Args:
        reason: why the entry is corrected.
        seen: ``digest_of_session`` of the state that the correction was made from.

    Raises:
        ValidationError: every faulty field at once; nothing is changed.
        EntryConflict: the session was changed since ``seen``.
    """
    with transaction.atomic():
        session = _fresh(session)
        before, began_at = digest_of_session(session), session.starts_at
        wanted, said = _wanted(session, changes), _particulars(session, changes)
        at, status = changes.get("at", session.starts_at), str(changes.get("status", session.status))
        machine = changes.get("machine", session.machine)
        written_session(session, at=at, status=status, machine=machine, plans=list(wanted), said=said)
        faults = faults_of(session, plans=list(wanted), numbers=wanted)
        _add_faults(faults, session, reason=reason)
        _keep_what_was_resumed(faults, session, wanted, status)
        _stay_before_what_resumes(faults, session)
        _keep_others_fractions(faults, session, wanted, said, status)
        raise_faults(faults)
        rows_differ = _rows_of(session) != _rows_wanted(wanted, said, status)
        if digest_of_session(session) == before and not rows_differ:
            return session
        _refuse_if_changed(session, before, seen)
        session.amended_at, session.amended_by, session.amendment_reason = timezone.now(), by, reason.strip()
        _write(session, wanted, said, status)
        judge_reviews(session.course_id, since=min(began_at, session.starts_at))
        session.refresh_from_db(fields=["guidance_reviewed"])
    return session


def cancel_session(*, session: Session, by: User, reason: str, seen: str | None = None) -> Session:
    """Take a session back that did not happen; the entry stays, with the reason. A second time changes nothing.

    Raises:
        ValidationError: no reason, or a later session resumes this one.
        EntryConflict: the session was changed since ``seen``.
    """
    with transaction.atomic():
        session = _fresh(session)
        if session.cancelled_at is not None:
            return session
        faults: Faults = {}
        _add_faults(faults, session, reason=reason)
        _keep_what_was_resumed(faults, session, {}, SessionStatus.ABORTED)
        raise_faults(faults)
        _refuse_if_changed(session, digest_of_session(session), seen)
        session.cancelled_at, session.cancelled_by = timezone.now(), by
        session.amendment_reason = reason.strip()
        session.save(update_fields=["cancelled_at", "cancelled_by", "amendment_reason"])
        session.fractions.update(is_standing=False)
        judge_reviews(session.course_id, since=session.starts_at)
        ring(session.course_id)
    return session


def _fresh(session: Session) -> Session:
    lock(session.course)
    rows = Session.objects.select_related("course__facility", "machine", "resumes").prefetch_related("fractions__plan")
    return rows.get(pk=session.pk)


def _wanted(session: Session, changes: Changes) -> Wanted:
    return changes.get("numbers", {fraction.plan: fraction.number for fraction in session.fractions.all()})


def _particulars(session: Session, changes: Changes) -> Particulars:
    """Return all the particulars of the corrected session: those named, and those that stay."""
    stays = Particulars(
        status_reason=session.status_reason,
        resumes=session.resumes,
        second_session_reason=session.second_session_reason,
        guidance=session.guidance,
        guidance_reviewed=session.guidance_reviewed,
        active_motion_management=session.active_motion_management,
        motion_record_complete=session.motion_record_complete,
        motion_system=session.motion_system,
        motion_threshold=session.motion_threshold,
        motion_beam_hold=session.motion_beam_hold,
        isocenters=session.isocenters,
        mixed_electrons=session.mixed_electrons,
        is_inpatient=session.is_inpatient,
        adapted_online=session.adapted_online,
    )
    stays.update(changes)
    return stays


def _add_faults(faults: Faults, session: Session, *, reason: str) -> None:
    if session.cancelled_at is not None:
        faults.setdefault("session", []).append("The entry was cancelled; a cancelled entry is not corrected.")
    if not reason.strip():
        faults.setdefault("amendment_reason", []).append("Say why the entry is corrected.")
    elif len(reason.strip()) > MOST_REASON:
        faults.setdefault("amendment_reason", []).append(f"The reason is longer than {MOST_REASON} characters.")


def _keep_what_was_resumed(faults: Faults, session: Session, wanted: Wanted, status: str) -> None:
    """A partial session that a later one resumes keeps its status and its fractions: the later one names them."""
    if status == SessionStatus.PARTIAL and _rows_numbers(session) == dict(_numbers(wanted)):
        return
    if session.resumptions.filter(cancelled_at__isnull=True).exists():
        faults.setdefault("session", []).append(
            "A later session resumes this one; cancel that one, or take its resumption away, first."
        )


def _stay_before_what_resumes(faults: Faults, session: Session) -> None:
    """A session that is resumed begins before the rest of it: else neither would be known as a part."""
    later = session.resumptions.filter(cancelled_at__isnull=True).order_by("starts_at").first()
    if later is not None and session.starts_at.tzinfo is not None and later.starts_at <= session.starts_at:
        later.course = session.course
        faults.setdefault("at", []).append(f"The session of {when(later)} resumes this one; it began before that.")


def _keep_others_fractions(faults: Faults, session: Session, wanted: Wanted, said: Particulars, status: str) -> None:
    numbers = {(plan, number) for plan, number, stands in _rows_wanted(wanted, said, status) if stands}
    rows = Fraction.objects.filter(course=session.course_id, is_standing=True).exclude(session=session)
    rows = rows.filter(plan__in=list(wanted), number__isnull=False)
    for row in rows.select_related("session__course__facility", "session__logged_by", "plan"):
        if (row.plan_id, row.number) in numbers:
            faults.setdefault("numbers", []).append(
                f"Fraction {row.number} of {row.plan.key} stands in the session of {when(row.session)} "
                f"by {name_of(row.session.logged_by)}; correct that one first."
            )


def _refuse_if_changed(session: Session, before: str, seen: str | None) -> None:
    if seen is not None and seen != before:
        raise EntryConflict(
            "Someone corrected this entry while you had it open. Look at it again, then make your correction.", session
        )


def _numbers(wanted: Wanted) -> list[tuple[int, int | None]]:
    return [(plan.pk, number) for plan, number in wanted.items()]


def _rows_numbers(session: Session) -> dict[int, int | None]:
    return {fraction.plan_id: fraction.number for fraction in session.fractions.all()}


def _rows_of(session: Session) -> set[tuple[int, int | None, bool]]:
    return {(fraction.plan_id, fraction.number, fraction.is_standing) for fraction in session.fractions.all()}


def _rows_wanted(wanted: Wanted, said: Particulars, status: str) -> set[tuple[int, int | None, bool]]:
    """Return plan, number and whether it stands; a resumed plan takes the number of the session that it completes."""
    resumes = said.get("resumes")
    resumed = {one.plan_id: one.number for one in resumes.fractions.all()} if resumes else {}
    rows = set()
    for plan_id, number in _numbers(wanted):
        if plan_id in resumed:
            rows.add((plan_id, resumed[plan_id], False))
        else:
            rows.add((plan_id, number, status != SessionStatus.ABORTED))
    return rows


def _write(session: Session, wanted: Wanted, said: Particulars, status: str) -> None:
    kept = {fraction.plan_id: fraction for fraction in session.fractions.all()}
    try:
        with transaction.atomic():
            session.save()
            session.fractions.exclude(plan__in=list(wanted)).delete()
            for plan_id, number, stands in _rows_wanted(wanted, said, status):
                row = kept.get(plan_id) or Fraction(course=session.course, session=session, plan_id=plan_id)
                row.number, row.is_standing = number, stands
                row.save()
    except IntegrityError as error:
        raise ValidationError({"numbers": ["One of these fractions was logged by somebody else meanwhile."]}) from error
    ring(session.course_id)
