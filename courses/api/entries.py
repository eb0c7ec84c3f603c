"""What the endpoints share: who asks, and under which key an entry comes."""

from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from rest_framework import serializers
from rest_framework.request import Request

KEYS_OF_THE_API = UUID("6b1f7a3e-5f0e-4f53-9d2c-0c6a4f1f8f10")


def user_of(request: Request) -> User:
    if not isinstance(request.user, User):
        raise serializers.ValidationError("Sign in first.")
    return request.user


def entry_key(request: Request) -> UUID | None:
    """Return the entry's key from the header: one caller's key never meets another's."""
    given = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if not given:
        return None
    if len(given) > 200:  # noqa: PLR2004  # as the schema says
        raise ValidationError({"Idempotency-Key": ["The key is longer than 200 characters."]})
    return uuid5(KEYS_OF_THE_API, f"{request.user.pk}:{given}")
