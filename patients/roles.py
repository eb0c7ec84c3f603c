"""Who may do what: the roles of the department, kept as Django groups, and the guards that ask for them.

Every page wears ``@allow(...)`` and every API view ``RolePermission``; both leave the roles they admit
on the view, so that a test can walk all URLs and compare. Roles are the coarse door only; finer rules
(who may override a hold) stand in the step that they concern.
"""

from collections.abc import Callable, Collection
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from patients.prepared import read_prepared

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Role(StrEnum):
    """The roles; the value is the name of the Django group."""

    THERAPIST = "therapist"
    PHYSICIST = "physicist"
    PHYSICIAN = "physician"
    BILLER = "biller"
    BILLING_MANAGER = "billing manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


EVERYONE = frozenset(Role)
CLINICAL = frozenset({Role.THERAPIST, Role.PHYSICIST, Role.PHYSICIAN})
BILLING = frozenset({Role.BILLER, Role.BILLING_MANAGER})
READS_MONEY = BILLING | {Role.ADMINISTRATOR, Role.AUDITOR}
READS_COURSES = EVERYONE
REGISTERS = frozenset({Role.THERAPIST, Role.BILLER, Role.BILLING_MANAGER, Role.ADMINISTRATOR})
"""Who registers patients and their coverages."""
PLANS = frozenset({Role.PHYSICIST, Role.PHYSICIAN, Role.ADMINISTRATOR})
"""Who enters and confirms plans; approving one is the physician's alone."""
OPENS = PLANS | {Role.THERAPIST}
"""Who opens and closes courses, sets diagnoses and records events."""
LOGS = frozenset({Role.THERAPIST, Role.PHYSICIST, Role.ADMINISTRATOR})
"""Who logs sessions and corrects them."""


# Asked on every page: written out, as putting it together took longer than its answer.
GROUP_NAMES = (
    "ARRAY(SELECT g.name FROM auth_group g JOIN auth_user_groups m ON m.group_id = g.id WHERE m.user_id = {user})"
)
"""A column of a statement of ours: the names of the groups of ``user``."""
_GROUPS = f"SELECT {GROUP_NAMES.format(user='%s')}"


def roles_of(user: AbstractBaseUser | AnonymousUser) -> frozenset[Role]:
    """Return the user's roles (one query the first time, none after). A superuser is an administrator."""
    known = getattr(user, "_oncocharge_roles", None)
    if known is not None:
        return cast(frozenset[Role], known)
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    return keep_roles(user, read_prepared(_GROUPS, [user.pk])[0][0])


def keep_roles(user: User, group_names: Collection[str]) -> frozenset[Role]:
    """Keep with this user object the roles that its groups give, so that nobody asks for them again; return them."""
    roles = {role for role in Role if role.value in group_names}
    if user.is_superuser:
        roles.add(Role.ADMINISTRATOR)
    user._oncocharge_roles = frozenset(roles)  # type: ignore[attr-defined]  # of this request's user object
    return frozenset(roles)


def has_role(user: AbstractBaseUser | AnonymousUser, *roles: Role) -> bool:
    """Whether the user has any of the roles."""
    return bool(roles_of(user) & set(roles))


def admitted(method: str, read: Collection[Role], write: Collection[Role]) -> frozenset[Role]:
    """Return the roles that a request of this method admits: writers may always read."""
    return frozenset(write) | frozenset(read) if method in SAFE_METHODS else frozenset(write)


P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def allow(*, read: Collection[Role] = (), write: Collection[Role] = ()) -> Callable[[View[P]], View[P]]:
    """Guard a page: sign-in first, then a role. ``write`` roles may read too; no other role may post.

    The wrapped view carries ``read_roles`` and ``write_roles`` for the test that walks every URL.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not roles_of(request.user) & admitted(request.method or "", read, write):
                raise PermissionDenied("Your role does not open this page.")
            return view(request, *args, **kwargs)

        guarded.read_roles = frozenset(read) | frozenset(write)  # type: ignore[attr-defined]
        guarded.write_roles = frozenset(write)  # type: ignore[attr-defined]
        return login_required(guarded)

    return guard


def ensure_groups() -> None:
    """Create the groups that stand for the roles; runs after every migrate, changes nothing the second time."""
    for role in Role:
        Group.objects.get_or_create(name=role.value)
