"""Sign a session that was entered without a signature: one that an imported file left in doubt."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from courses.delivery.checks import lock
from courses.models import Session
from courses.signals import ring


def sign_session(*, session: Session, by: User) -> Session:
    """Vouch that the session happened as it says; from now on it counts. A signed one stays as it is.

    Raises:
        ValidationError: the entry was cancelled.
    """
    with transaction.atomic():
        lock(session.course)
        session = Session.objects.select_related("course__facility").get(pk=session.pk)
        if session.cancelled_at is not None:
            raise ValidationError({"session": ["The entry was cancelled; a cancelled entry is not signed."]})
        if session.signed_at is None:
            session.signed_at, session.signed_by = timezone.now(), by
            session.save(update_fields=["signed_at", "signed_by"])
            ring(session.course_id)
    return session
