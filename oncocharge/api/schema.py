"""How the OpenAPI file names its parts.

Each API class nests its own Input and Output; in the file they are PlanInput, PlanOutput and so on.
Some vocabularies need a name said aloud, as two fields share one or one field's name has two.
"""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from rest_framework.serializers import Serializer

from billing.models import AuthorizationStatus
from courses.terms import MotionManagement, PlanKind, SessionStatus, Technique
from patients.models.base import choices_of
from patients.terms import Sex


class NestedNamesSchema(AutoSchema):
    """Names a serializer nested in ``PlanApi`` after both: ``PlanInput``."""

    def get_serializer_name(self, serializer: Serializer[Any], direction: Literal["request", "response"]) -> str:
        """Return the name of a component, before drf-spectacular adds Patched and the like."""
        outer, dot, inner = type(serializer).__qualname__.rpartition(".")
        if not dot:
            return super().get_serializer_name(serializer, direction)
        return outer.rpartition(".")[2].removesuffix("Api") + inner


def plan_kinds() -> list[tuple[str, str]]:
    """The choices that are PlanKindEnum."""
    return choices_of(PlanKind)


def sexes() -> list[tuple[str, str]]:
    """The choices that are SexEnum, of the patient and of the subscriber."""
    return choices_of(Sex)


def authorization_statuses() -> list[tuple[str, str]]:
    """The choices that are AuthorizationStatusEnum."""
    return choices_of(AuthorizationStatus)


def motion_management() -> list[tuple[str, str]]:
    """The choices that are MotionManagementEnum, of plans, of sessions and of what is planned."""
    return choices_of(MotionManagement)


def session_statuses() -> list[tuple[str, str]]:
    """The choices that are SessionStatusEnum."""
    return choices_of(SessionStatus)


def techniques() -> list[tuple[str, str]]:
    """The choices that are TechniqueEnum, of plans, of what a payer approved, of what is planned."""
    return choices_of(Technique)
