"""The physician's review of a session's images, which counts only before the next fraction.

Which fraction is the next one is known only once every session stands where it belongs: an entry that comes late, is
moved or taken back judges the reviews around it anew.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from courses.delivery.checks import lock
from courses.models import Session
from courses.signals import ring
from courses.terms import Guidance, SessionStatus
from patients.prepared import read_prepared
from patients.roles import Role, has_role


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The session, whether the review came in time, a sentence to show, and whether this call gave it."""

    session: Session
    is_in_time: bool
    message: str
    is_new: bool = True


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
            return Reviewed(session, session.guidance_reviewed, "The images were reviewed before.", is_new=False)
        later = Session.objects.filter(course=session.course, cancelled_at__isnull=True, resumes__isnull=True)
        later = later.filter(starts_at__gt=session.starts_at).exclude(status=SessionStatus.ABORTED)
        session.guidance_reviewed_at, session.guidance_reviewed_by = timezone.now(), by
        session.guidance_reviewed = not later.exists()
        session.save(update_fields=["guidance_reviewed", "guidance_reviewed_at", "guidance_reviewed_by"])
        ring(session.course_id)
    if session.guidance_reviewed:
        return Reviewed(session, True, "Images reviewed before the next fraction.")
    return Reviewed(session, False, "Images reviewed, but after the next fraction was treated.")


def withdraw_review(*, session: Session, by: User) -> None:
    """Take back a review that its physician gave by mistake: what it let be charged is taken back. Twice is once.

    Raises:
        PermissionDenied: the review is somebody else's, or came with an imported file.
    """
    with transaction.atomic():
        lock(session.course)
        session = Session.objects.get(pk=session.pk)
        if not session.guidance_reviewed and session.guidance_reviewed_at is None:
            return
        if session.guidance_reviewed_by_id != by.pk:
            raise PermissionDenied("Only the physician who reviewed the images takes the review back.")
        session.guidance_reviewed, session.guidance_reviewed_at, session.guidance_reviewed_by = False, None, None
        session.save(update_fields=["guidance_reviewed", "guidance_reviewed_at", "guidance_reviewed_by"])
        ring(session.course_id)


# Asked after every session that is stored: nearly always nothing was reviewed since, and a therapist waits.
_JUDGED_OTHERWISE = """
    SELECT r.id, NOT r.guidance_reviewed FROM oncocharge_courses_session r
     WHERE r.course_id = %s AND r.guidance_reviewed_at > %s AND r.cancelled_at IS NULL
       AND r.guidance_reviewed = EXISTS (
           SELECT FROM oncocharge_courses_session n
            WHERE n.course_id = r.course_id AND n.starts_at > r.starts_at AND n.starts_at < r.guidance_reviewed_at
              AND n.cancelled_at IS NULL AND n.resumes_id IS NULL AND n.status <> 'aborted')
"""


def judge_reviews(course_id: int, *, since: datetime) -> None:
    """Say anew which reviews came before the next fraction, after a session of the course changed (one query).

    Args:
        since: the earliest moment at which the changed session began, then or now; earlier reviews stay as they are.
    """
    judged = read_prepared(_JUDGED_OTHERWISE, [course_id, since.astimezone(UTC)])
    for in_time in {in_time for _, in_time in judged}:
        ids = [pk for pk, is_so in judged if is_so is in_time]
        Session.objects.filter(pk__in=ids).update(guidance_reviewed=in_time)
