"""Enter an authorization, correct it, end it, void it. Each step locks the course and rings the doorbell.

Nothing is deleted: an entry made in error is voided, and its history keeps every state with its reason.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypedDict

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from billing.authorizations.checks import NEEDED, faults_of, primary_coverage
from billing.models import Authorization, AuthorizationStatus
from courses.models import Course
from courses.planning.faults import lock, raise_faults, stated_reason
from courses.signals import ring
from patients.models import Coverage

__all__ = ["Particulars", "change_authorization", "end_authorization", "enter_authorization", "faults_of"]


class Particulars(TypedDict, total=False):
    """What is said of an authorization; ``coverage`` ``None`` is the course's primary one on the first day."""

    coverage: Coverage | None
    codes: list[str]
    units: int
    effective_from: date
    effective_to: date
    status: str
    number: str
    technique: str
    requested_on: date | None
    decided_on: date | None
    contact: str


COLUMNS = tuple(Particulars.__annotations__)


def enter_authorization(
    *, course: Course, by: User, said: Particulars, source_key: str | None = None
) -> tuple[Authorization, bool]:
    """Enter an authorization, and say whether it is new: the same ``source_key`` gives the one that it made.

    Raises:
        ValidationError: every faulty field at once; nothing is stored.
    """
    with transaction.atomic():
        course = lock(course)
        known = Authorization.objects.filter(course=course, source_key=source_key).first() if source_key else None
        if known is not None:
            return known, False
        missing = {name: ["This is needed."] for name in NEEDED if name not in said}
        raise_faults(missing, faults_of(course=course, said=said))
        made = Authorization(course=course, source_key=source_key, entered_by=by)
        _write(made, said)
        made.save(force_insert=True)
        ring(course.pk)
    return made, True


def change_authorization(*, authorization: Authorization, by: User, reason: str, said: Particulars) -> Authorization:
    """Correct an authorization; what is left out stays. The charges of its course follow.

    Raises:
        ValidationError: every faulty field at once, ``reason`` too; nothing is stored.
    """
    with transaction.atomic():
        course = lock(authorization.course)
        authorization = Authorization.objects.select_related("coverage").get(pk=authorization.pk)
        full = {**{name: getattr(authorization, name) for name in COLUMNS}, **said}
        raise_faults(faults_of(course=course, said=full, leaving_out=authorization), _faults_of_reason(reason))
        if all(getattr(authorization, name) == value for name, value in _cleaned(said).items()):
            return authorization
        _write(authorization, said)
        authorization.amendment_reason = reason.strip()
        authorization.save()
        ring(course.pk)
    return authorization


def end_authorization(*, authorization: Authorization, by: User, on: date, reason: str) -> Authorization:
    """Let an authorization end earlier than it was approved for; what it covered until then stays covered.

    Raises:
        ValidationError: ``on`` lies outside its dates, or there is no reason.
    """
    if not authorization.effective_from <= on <= authorization.effective_to:
        between = f"{authorization.effective_from} and {authorization.effective_to}"
        wrong = {"on": [f"Choose a day between {between}; where none of it counts, void it."]}
        raise_faults(wrong, _faults_of_reason(reason))
    return change_authorization(authorization=authorization, by=by, reason=reason, said={"effective_to": on})


def void_authorization(*, authorization: Authorization, by: User, reason: str) -> Authorization:
    """Take an authorization back whole: entered in error, or withdrawn by the payer. A second time changes nothing.

    Raises:
        ValidationError: there is no reason.
    """
    with transaction.atomic():
        course = lock(authorization.course)
        authorization = Authorization.objects.get(pk=authorization.pk)
        if authorization.status != AuthorizationStatus.VOIDED:
            authorization.amendment_reason = stated_reason(reason)
            authorization.status = AuthorizationStatus.VOIDED.value
            authorization.save(update_fields=["status", "amendment_reason"])
            ring(course.pk)
    return authorization


def _write(row: Authorization, said: Particulars) -> None:
    for name, value in _cleaned(said).items():
        setattr(row, name, value)
    if row.coverage is None:
        row.coverage = primary_coverage(row.course, row.effective_from)


def _cleaned(said: Particulars) -> dict[str, Any]:
    """Return what was said as the columns keep it: text without margins, terms as their values."""
    given: Mapping[str, Any] = said
    return {name: str(value).strip() if isinstance(value, str) else value for name, value in given.items()}


def _faults_of_reason(reason: str) -> dict[str, list[str]]:
    try:
        stated_reason(reason)
    except ValidationError as error:
        return error.message_dict
    return {}
