"""The physician's review of a session's images, which counts only before the next fraction."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from courses.delivery.checks import lock
from courses.models import Session
from courses.signals import ring
from courses.terms import Guidance, SessionStatus
from patients.roles import Role, has_role


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The session, whether the review came in time, and a sentence to show."""

    session: Session
    is_in_time: bool
    message: str


def review_guidance(*, session: Session, by: User) -> Reviewed:
    """Record that a physician reviewed the session's images now; a second time changes nothing.

    Reviewed after the next session began, the review is kept with its moment but does not count.

    Raises:
        PermissionDenied: not a physician.
        ValidationError: the session had no image guidance or was cancelled.
    """
    if not has_role(by, Role.PHYSICIAN):
        raise PermissionDenied("Only a physician reviews images.")
    with transaction.atomic():
        lock(session.course)
        session = Session.objects.select_related("course").get(pk=session.pk)
        if session.cancelled_at is not None or session.guidance == Guidance.NONE:
            raise ValidationError({"session": ["The session has no images to review."]})
        if session.guidance_reviewed or session.guidance_reviewed_at is not None:
            return Reviewed(session, session.guidance_reviewed, "The images were reviewed before.")
        later = Session.objects.filter(course=session.course, cancelled_at__isnull=True, resumes__isnull=True)
        later = later.filter(starts_at__gt=session.starts_at).exclude(status=SessionStatus.ABORTED)
        session.guidance_reviewed_at, session.guidance_reviewed_by = timezone.now(), by
        session.guidance_reviewed = not later.exists()
        session.save(update_fields=["guidance_reviewed", "guidance_reviewed_at", "guidance_reviewed_by"])
        ring(session.course_id)
    if session.guidance_reviewed:
        return Reviewed(session, True, "Images reviewed before the next fraction.")
    return Reviewed(session, False, "Images reviewed, but after the next fraction was treated.")
