"""What the endpoints share: who asks, under which key an entry comes, and all that is wrong with it at once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotAuthenticated
from rest_framework.request import Request

from courses.models import Course

KEYS_OF_THE_API = UUID("6b1f7a3e-5f0e-4f53-9d2c-0c6a4f1f8f10")
MOST_KEY = 200
_HEADER = "Idempotency-Key"


class Conflict(APIException):
    """The same key came with other content."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


def user_of(request: Request) -> User:
    """Return who asks.

    Raises:
        NotAuthenticated: nobody who signed in.
    """
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


def key_header(of: str, *, made: str) -> OpenApiParameter:
    """Describe the header of an entry's key.

    Args:
        of: what is entered.
        made: what the same content again is answered with.
    """
    return OpenApiParameter(
        _HEADER,
        OpenApiTypes.STR,
        OpenApiParameter.HEADER,
        description=f"Any text of up to {MOST_KEY} characters, your own for this {of}. The same key and content again "
        f"answers 200 with {made}; the same key with other content answers 409.",
    )


def entry_key(request: Request) -> UUID | None:
    """Return the entry's key from the header: one caller's key never meets another's."""
    given = request.headers.get(_HEADER, "").strip().strip('"')
    if not given:
        return None
    if len(given) > MOST_KEY:
        raise ValidationError({_HEADER: [f"The key is longer than {MOST_KEY} characters."]})
    return uuid5(KEYS_OF_THE_API, f"{request.user.pk}:{given}")


def lock_key(key: UUID) -> None:
    """Let one request at a time ask what a key made, until its transaction ends: two may name different courses.

    Taken before the lock of any course.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key.int % 2**63])


def refuse_other_course(known: Course, wanted: Course | None) -> None:
    """Refuse what a key made in another course.

    Raises:
        Conflict: it did.
    """
    if wanted is not None and known != wanted:
        raise Conflict("This key was used before with other content: course. Give each entry a key of its own.")


def read_fields(given: serializers.Serializer[Any], *, wanted: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what could be read and what could not, field by field: what is wrong is said all at once.

    Args:
        wanted: what is said where no object was sent.
    """
    if not isinstance(given.initial_data, Mapping):
        raise ValidationError(wanted)
    said: dict[str, Any] = {}
    faults: dict[str, Any] = {}
    for name, field in given.fields.items():
        try:
            said[name] = field.run_validation(field.get_value(given.initial_data))
        except serializers.SkipField:
            continue
        except serializers.ValidationError as error:
            faults[name] = error.detail
    return said, faults
