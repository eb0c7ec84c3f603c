"""What the steps of planning share: the lock on the course, and faults gathered before anything is stored."""

from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import models

from courses.models import Course

MOST_REASON = 200
Faults = dict[str, list[str]]


def lock(course: Course) -> Course:
    """Return the course with its facility, locked against other steps until the transaction ends."""
    rows = Course.objects.select_for_update(of=("self",), no_key=True).select_related("facility")
    return rows.get(pk=course.pk)


def faults_of_columns(row: models.Model) -> Faults:
    """Return what the columns themselves refuse: too long, not of the list, missing."""
    references = [field.name for field in row._meta.fields if field.is_relation]
    try:
        row.clean_fields(exclude=references)
    except ValidationError as error:
        return error.message_dict
    return {}


def raise_faults(*found: Mapping[str, Sequence[str]]) -> None:
    """Raise all faults together, if there are any."""
    every: Faults = {}
    for faults in found:
        for field, messages in faults.items():
            if messages:
                every.setdefault(field, []).extend(messages)
    if every:
        raise ValidationError(every)


def stated_reason(reason: str) -> str:
    """Return the reason without its margins.

    Raises:
        ValidationError: there is none, or it is too long.
    """
    stated = reason.strip()
    if not stated:
        raise ValidationError({"reason": ["Say why."]})
    if len(stated) > MOST_REASON:
        raise ValidationError({"reason": [f"The reason is longer than {MOST_REASON} characters."]})
    return stated
