"""Who stands on the claims of a course: its physician, who referred, supervises and orders, and the referral number.

No charge follows from it but by the physician; the claims are read with these names when they are written.
"""

from typing import TypedDict, Unpack

from django.db import transaction

from courses.models import Course
from courses.planning.faults import faults_of_columns, lock, raise_faults
from courses.signals import ring
from patients.models import Provider
from patients.seen import refuse_superseded


class ClaimNames(TypedDict, total=False):
    """What only the claims of a course say, by the names of its columns."""

    referring_provider: Provider | None
    supervising_provider: Provider | None
    ordering_provider: Provider | None
    referral_number: str


def name_on_claims(
    *, course: Course, physician: Provider | None, seen: str | None = None, **names: Unpack[ClaimNames]
) -> Course:
    """Say who stands on the claims of a course from now on; what is left out stays, the same again changes nothing.

    Args:
        seen: ``state_of`` the course that the names were given from.

    Raises:
        ValidationError: the referral number is not of a form that claims carry, or the course changed since.
    """
    with transaction.atomic():
        course = lock(course)
        refuse_superseded(course, seen, {"physician": physician, **names})
        before = [(name, getattr(course, name)) for name in ("physician_id", *_COLUMNS)]
        course.physician = physician
        give_names(course, names)
        raise_faults(faults_of_columns(course))
        changed = [name for name, value in before if getattr(course, name) != value]
        if changed:
            course.save(update_fields=changed)
        if "physician_id" in changed:
            ring(course.pk)
    return course


_COLUMNS = ("referring_provider_id", "supervising_provider_id", "ordering_provider_id", "referral_number")


def give_names(course: Course, names: ClaimNames) -> None:
    """Put the names on a course that is not stored yet, or locked; the margins of the number are left out."""
    for name, value in names.items():
        setattr(course, name, value.strip() if isinstance(value, str) else value)
