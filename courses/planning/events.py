"""Clinical events beside plans and sessions: record one, take it back."""

from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from courses.models import ClinicalEvent, Course
from courses.planning.faults import faults_of_columns, lock, raise_faults, stated_reason
from courses.signals import ring
from courses.terms import EventFamily, Performer, Site


def record_event(
    *,
    course: Course,
    family: EventFamily | str,
    on: date,
    by: User | None = None,
    site: Site | str = "",
    performer: Performer | str = "",
    units: int = 1,
    distinct_service: bool = False,
    documented: bool = True,
    source_key: str | None = None,
) -> ClinicalEvent:
    """Record a clinical event. The same ``source_key`` in the course gives the event that it made.

    Raises:
        ValidationError: every faulty field at once; nothing is stored.
    """
    with transaction.atomic():
        course = lock(course)
        known = course.events.filter(source_key=source_key).first() if source_key else None
        if known is not None:
            return known
        event = ClinicalEvent(
            course=course, family=str(family), happened_on=on, site=str(site), performer=str(performer), units=units,
            distinct_service=distinct_service, documented=documented, source_key=source_key, entered_by=by,
        )  # fmt: skip
        none = {"units": ["An event has at least one unit."]} if units == 0 else {}
        raise_faults(faults_of_columns(event), none)
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
