"""The API's door: the roles of roles.py as a REST framework permission."""

from collections.abc import Collection
from typing import ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from patients.roles import Role, admitted, roles_of


class RoleGuarded:
    """What an API view declares: who reads, who writes."""

    read_roles: ClassVar[Collection[Role]] = ()
    write_roles: ClassVar[Collection[Role]] = ()


class RolePermission(BasePermission):
    """Admit ``read_roles`` to safe methods and ``write_roles`` to all; a view without them admits nobody."""

    message = "Your role does not open this endpoint."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Decide by the roles of the signed-in user."""
        read: Collection[Role] = getattr(view, "read_roles", ())
        write: Collection[Role] = getattr(view, "write_roles", ())
        return bool(roles_of(request.user) & admitted(request.method or "", read, write))
