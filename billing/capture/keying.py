"""Lines keyed by hand: put before the rules at once, and kept only if the rules take them.

What a rule refuses is said to whoever keyed it, in the rule's own words; nothing of it is stored. A keyed line that
is amended keeps its identity: its charge is reversed and posted anew, and a claim that carries it is corrected.
The history of the row keeps each state, and any of them is undone by whoever sees it first.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, cast

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from billing import ledger
from billing.capture.batch import capture_course
from billing.models import ManualLine, StandingFinding
from billing.reference.modifiers import refuse_unknown_modifiers
from billing.rules.lines import Origin, Severity
from billing.worklist.decisions import required_reason
from courses.models import Course

KEYED = ("code", "service_on", "units", "modifiers", "narrative", "attachment", "diagnoses", "provider_id")
"""What is typed of a keyed line."""
_STATE = (*KEYED, "amendment_reason", "cancelled_at")


class Superseded(ValidationError):
    """Somebody amended or cancelled the keyed line after it was opened."""


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
        _keep(line)
    return line


def amend_line(*, line: ManualLine, reason: str, seen: int) -> ManualLine:
    """Let a keyed line say something else; its charge is reversed and posted anew.

    Args:
        line: with its new values, not yet saved.
        seen: the state that was looked at (``state_of``).

    Raises:
        Superseded: it was amended or cancelled in between.
        ValidationError: no reason, nothing changed, or the rules refuse it, with every reason.
    """
    said = required_reason(reason, "Say why the line is amended.")
    with transaction.atomic():
        _lock(line.course_id)
        stored = ManualLine.objects.get(pk=line.pk)
        _refuse_superseded(stored, seen)
        if all(getattr(line, name) == getattr(stored, name) for name in KEYED):
            raise ValidationError("Nothing is changed.")
        line.amendment_reason = said
        _keep(line)
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


def undo_line(*, line_id: int, state: int, at: datetime) -> ManualLine:
    """Let a keyed line be as it was before its state ``state``; a line that was new is cancelled.

    Raises:
        ManualLine.DoesNotExist: there is none.
        Superseded: something was done with the line since.
        ValidationError: the rules refuse what stood before.
    """
    with transaction.atomic():
        _lock(ManualLine.objects.values_list("course_id", flat=True).get(pk=line_id))
        line = ManualLine.objects.get(pk=line_id)
        _refuse_superseded(line, state)
        earlier = _history().filter(pgh_obj=line, pgh_id__lt=state).order_by("-pgh_id").first()
        for name in _STATE if earlier else ():
            setattr(line, name, getattr(earlier, name))
        if earlier is None:
            line.cancelled_at = at
        _keep(line)
    return line


def state_of(line: ManualLine) -> int:
    """Return the number of the line's present state; whatever is done with the line gives it another."""
    return int(_history().filter(pgh_obj=line).order_by("-pgh_id").values_list("pgh_id", flat=True)[0])


def states_of(lines: Iterable[ManualLine]) -> Iterator[Any]:
    """Yield the states of lines, the oldest first, each with its moment and its context: one query."""
    yield from _history().filter(pgh_obj__in=list(lines)).select_related("pgh_context").order_by("pgh_id")


def _history() -> Any:
    return cast(Any, apps.get_model("oncocharge_billing", "ManualLineEvent")).objects


def _refuse_superseded(line: ManualLine, seen: int) -> None:
    if state_of(line) != seen:
        what = "cancelled" if line.cancelled_at else f"amended: {line.amendment_reason}"
        raise Superseded(f"The keyed line {line.code} of {line.service_on} was {what} after you had opened it.")


def _keep(line: ManualLine) -> None:
    """Save the line and capture its course.

    Raises:
        ValidationError: the rules refuse it, with every reason; or the course cannot be captured just now.
    """
    line.full_clean()
    refuse_unknown_modifiers(modifiers=line.modifiers, on=line.service_on)
    line.save()
    captured = capture_course(course_id=line.course_id)
    refusals = _refusals(line)
    if refusals:
        raise ValidationError(refusals)
    if captured is None or captured.error:
        raise ValidationError("The charges of this course cannot be derived just now, so nothing was keyed.")


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
