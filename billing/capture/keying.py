"""Lines keyed by hand: put before the rules at once, and kept only if the rules take them.

What a rule refuses is said to whoever keyed it, in the rule's own words; nothing of it is stored. A keyed
line is never changed: it is cancelled, which reverses its charge, and keyed anew.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from billing import ledger
from billing.capture.batch import capture_course
from billing.models import ManualLine, StandingFinding
from billing.rules.lines import Origin, Severity
from courses.models import Course


def key_line(*, line: ManualLine, by: User) -> ManualLine:
    """Store a keyed line and post its charge. The same ``source_key`` twice is one line.

    Args:
        line: as keyed, not yet saved.

    Raises:
        ValidationError: the rules refuse it, with every reason; or the course cannot be captured just now.
    """
    with transaction.atomic():
        _lock(line.course_id)
        stored = ManualLine.objects.filter(course_id=line.course_id, source_key=line.source_key).first()
        if stored is not None and line.source_key:
            return stored
        line.entered_by = by
        line.full_clean()
        line.save()
        captured = capture_course(course_id=line.course_id)
        refusals = _refusals(line)
        if refusals:
            raise ValidationError(refusals)
        if captured is None or captured.error:
            raise ValidationError("The charges of this course cannot be derived just now, so nothing was keyed.")
    return line


def cancel_line(*, line_id: int, at: datetime) -> ManualLine:
    """Cancel a keyed line and reverse its charge. A cancelled line stays so: twice is once.

    Raises:
        ManualLine.DoesNotExist: there is none.
    """
    with transaction.atomic():
        _lock(ManualLine.objects.values_list("course_id", flat=True).get(pk=line_id))
        line = ManualLine.objects.get(pk=line_id)
        if line.cancelled_at is None:
            line.cancelled_at = at
            line.save(update_fields=["cancelled_at"])
            capture_course(course_id=line.course_id)
    return line


def _lock(course_id: int) -> None:
    """Lock the course's money, then its row: so that no fact changes while the line is put before the rules."""
    ledger.lock_courses(course_ids=[course_id])
    Course.objects.select_for_update(no_key=True).get(pk=course_id)


def _refusals(line: ManualLine) -> list[str]:
    return list(
        StandingFinding.objects.filter(
            course_id=line.course_id,
            subject=f"{Origin.MANUAL_LINE}:{line.pk}",
            severity=Severity.REFUSED.value,
            resolved_at=None,
        )
        .order_by("id")
        .values_list("message", flat=True)
    )
