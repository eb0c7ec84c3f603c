"""Clinical events beside plans and sessions: record one, correct it, take it back."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, TypedDict, Unpack

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from courses.models import ClinicalEvent, Course
from courses.planning.faults import Faults, faults_of_columns, lock, raise_faults, stated_reason
from courses.planning.kinds import DOCUMENTED, PERFORMER, UNITS, EventKind, kind_of
from courses.signals import ring
from courses.terms import EventFamily, Performer, Site
from patients.roles import roles_of
from patients.seen import refuse_superseded

BEFORE_OPENING = timedelta(days=90)
"""How long before its course a simulation or a note may lie; earlier is a slip of the year."""
MOST_UNITS = 99


class EventParticulars(TypedDict, total=False):
    """What is said of an event beside its family and day."""

    site: Site | str
    performer: Performer | str
    units: int
    distinct_service: bool
    documented: bool
    reason: str


def record_event(
    *,
    course: Course,
    family: EventFamily | str,
    on: date,
    by: User | None = None,
    source_key: str | None = None,
    from_file: bool = False,
    **said: Unpack[EventParticulars],
) -> ClinicalEvent:
    """Record a clinical event. The same ``source_key`` in the course gives the event that it made.

    Args:
        from_file: an import, which says less than a person must; the role of ``by`` is not asked.

    Raises:
        PermissionDenied: the role of ``by`` does not enter this kind.
        ValidationError: every faulty field at once; nothing is stored.
    """
    with transaction.atomic():
        course = lock(course)
        known = course.events.filter(source_key=source_key).first() if source_key else None
        if known is not None:
            return known
        event = ClinicalEvent(
            course=course, family=str(family), happened_on=on, source_key=source_key, entered_by=by, **_texts(said)
        )
        kind = kind_of(family)
        if kind is not None and not event.performer and not from_file:
            event.performer = str(kind.usual_performer or "")
        if by is not None and not from_file:
            refuse_role(kind, by)
        raise_faults(faults_of_event(event, from_file=from_file))
        event.save()
        ring(course.pk)
    return event


def record_today(*, course: Course, family: EventFamily | str, by: User) -> tuple[ClinicalEvent, bool]:
    """Record an event of the clinic's day as it usually is, and say whether it is new: one of the day stands once.

    Raises:
        PermissionDenied: the role of ``by`` does not enter this kind.
        ValidationError: this kind is not recorded without being asked for more.
    """
    kind = kind_of(family)
    if kind is None or not kind.at_once:
        raise ValidationError({"family": ["This is not recorded with one tap."]})
    if not kind.taps & roles_of(by):
        raise PermissionDenied(f"One tap says that you did it yourself: {kind.name.lower()}. Use the form.")
    with transaction.atomic():
        course = lock(course)
        today = course.facility.day_of(timezone.now())
        standing = course.events.filter(family=str(family), happened_on=today, cancelled_at=None).first()
        if standing is not None:
            return standing, False
        usual = kind.performers[0]
        return record_event(course=course, family=family, on=today, by=by, performer=usual), True


def amend_event(
    *,
    event: ClinicalEvent,
    by: User,
    why: str,
    on: date | None = None,
    seen: str | None = None,
    **said: Unpack[EventParticulars],
) -> ClinicalEvent:
    """Correct an event with a reason; what is left out stays, and its history keeps what it said before.

    Args:
        seen: ``state_of`` the event that the correction was made from.

    Raises:
        PermissionDenied: the role of ``by`` does not enter this kind.
        ValidationError: every faulty field at once, ``why`` too; or the event was taken back or changed since.
    """
    with transaction.atomic():
        course = lock(event.course)
        event = ClinicalEvent.objects.get(pk=event.pk)
        event.course = course
        if event.cancelled_at is not None:
            raise ValidationError({"event": ["The event was taken back. Record it anew."]})
        refuse_role(kind_of(event.family), by)
        changes = {**_texts(said), **({"happened_on": on} if on is not None else {})}
        refuse_superseded(event, seen, changes)
        changed = {name: value for name, value in changes.items() if getattr(event, name) != value}
        for name, value in changed.items():
            setattr(event, name, value)
        raise_faults(faults_of_event(event), _faults_of_why(why))
        if changed:
            event.amended_at, event.amended_by, event.amendment_reason = timezone.now(), by, why.strip()
            event.save()
            ring(course.pk)
    return event


def cancel_event(*, event: ClinicalEvent, by: User, reason: str) -> ClinicalEvent:
    """Take an event back that did not happen; the entry stays, with the reason. A second time changes nothing."""
    with transaction.atomic():
        lock(event.course)
        event = ClinicalEvent.objects.get(pk=event.pk)
        if event.cancelled_at is not None:
            return event
        event.cancelled_at, event.cancelled_by, event.amendment_reason = timezone.now(), by, stated_reason(reason)
        event.save(update_fields=["cancelled_at", "cancelled_by", "amendment_reason"])
        ring(event.course_id)
    return event


def lies_before_opening(event: ClinicalEvent) -> bool:
    """Whether the event is of a day before its course was opened: allowed, and worth a second look."""
    return event.happened_on < event.course.opened_on


def refuse_role(kind: EventKind | None, by: User) -> None:
    """Refuse whoever may not enter this kind.

    Raises:
        PermissionDenied: none of the user's roles does.
    """
    if kind is not None and not kind.roles & roles_of(by):
        raise PermissionDenied(f"Your role does not enter this: {kind.name.lower()}.")


def faults_of_event(event: ClinicalEvent, *, from_file: bool = False) -> Faults:
    """Return every fault of an event by field, unsaved; ``on`` is its day."""
    faults = {("on" if field == "happened_on" else field): found for field, found in faults_of_columns(event).items()}
    if event.units == 0:
        faults.setdefault("units", []).append("An event has at least one unit.")
    if isinstance(event.happened_on, date):
        faults.setdefault("on", []).extend(_faults_of_day(event, from_file))
    kind = kind_of(event.family)
    if kind is not None and not from_file:
        for field, fault in _faults_of_kind(event, kind):
            faults.setdefault(field, []).append(fault)
    return {field: found for field, found in faults.items() if found}


def _faults_of_day(event: ClinicalEvent, from_file: bool) -> list[str]:
    faults = []
    if event.happened_on > event.course.facility.day_of(timezone.now()):
        faults.append(f"{event.happened_on} is still to come. An event is recorded once it happened.")
    if event.happened_on < event.course.opened_on - BEFORE_OPENING and not from_file:
        faults.append(f"The course was opened on {event.course.opened_on}, long after this day. Check the year.")
    return faults


def _faults_of_kind(event: ClinicalEvent, kind: EventKind) -> list[tuple[str, str]]:
    """Return what the kind asks for and the entry lacks, or says beyond it."""
    faults = []
    if PERFORMER in kind.asks and not event.performer:
        faults.append(("performer", "Say who did it: it decides what it counts for."))
    elif event.performer and event.performer not in {one.value for one in kind.performers}:
        names = ", ".join(one.value.replace("_", " ") for one in kind.performers)
        faults.append(("performer", f"{kind.name} is done by: {names}."))
    if isinstance(event.units, int) and event.units > (MOST_UNITS if UNITS in kind.asks else 1):
        most = f"at most {MOST_UNITS}" if UNITS in kind.asks else "always one: record each as an event of its own"
        faults.append(("units", f"{event.units} units; of this there is {most}."))
    if DOCUMENTED in kind.asks and event.documented and not event.reason.strip():
        faults.append(("reason", "Say why it was needed, as the order and the report do."))
    return faults


def _faults_of_why(why: str) -> Faults:
    try:
        stated_reason(why)
    except ValidationError as error:
        return {"why": error.message_dict["reason"]}
    return {}


def _texts(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was said as the columns keep it: terms as their words, text without margins."""
    return {name: str(value).strip() if isinstance(value, str) else value for name, value in said.items()}
