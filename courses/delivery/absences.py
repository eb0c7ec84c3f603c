"""Note that a patient who was due did not come, and take that back. It delivers nothing and charges nothing."""

from datetime import date

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.delivery.checks import hold
from courses.models import Absence, Course, Session
from courses.terms import SessionStatus

MOST_REASON = 140
FURTHEST_DAYS = 60


def note_absence(*, course: Course, day: date, reason: str, by: User) -> Absence:
    """Note that the patient did not come on that day; noted twice it stands once, with its first reason.

    Raises:
        ValidationError: no reason or one too long, the day lies far ahead, or beam was delivered on it.
    """
    reason = reason.strip()
    if not reason:
        raise ValidationError("Say why the patient did not come.")
    if len(reason) > MOST_REASON or not reason.isprintable():
        raise ValidationError(f"Say why in one line of at most {MOST_REASON} characters.")
    if (day - course.facility.day_of(timezone.now())).days > FURTHEST_DAYS:
        raise ValidationError(f"{day} lies more than {FURTHEST_DAYS} days ahead.")
    with transaction.atomic():
        hold(course)
        beam = Session.objects.filter(course=course, treated_on=day, cancelled_at__isnull=True)
        if beam.exclude(status=SessionStatus.ABORTED).exists():
            raise ValidationError(f"A session of {day} stands: the patient came. Amend or cancel that session first.")
        found = Absence.objects.filter(course=course, missed_on=day, undone_at__isnull=True).first()
        return found or Absence.objects.create(course=course, missed_on=day, reason=reason, noted_by=by)


def undo_absence(*, absence: Absence, by: User) -> Absence:
    """Take a no-show back; taken back twice, the first time stands."""
    with transaction.atomic():
        hold(absence.course)
        absence.refresh_from_db()
        if absence.undone_at is None:
            absence.undone_at, absence.undone_by = timezone.now(), by
            absence.save(update_fields=["undone_at", "undone_by"])
    return absence
