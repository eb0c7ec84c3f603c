"""Who signs proves it again: the password of the account that is signed in, throttled as signing in is.

Failures here and at the sign-in page are counted together, by account and address. Nothing of the password is kept.
"""

from axes.helpers import get_client_ip_address
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest
from rest_framework.request import Request

WRONG = "This is not your password. Nothing was signed."
PAUSED = (
    "Too many wrong passwords. Signing and signing in are paused for this account for {minutes} minutes; "
    "an administrator can open it at once. Nothing was signed."
)
NO_PASSWORD = "Your account has no password here, so it cannot sign. An administrator sets one."


def fault_of_password(request: HttpRequest | Request, password: str) -> str:
    """Return why the password does not prove who is signed in; empty where it does."""
    user = request.user
    request = request._request if isinstance(request, Request) else request  # the counter writes on the plain one
    assert isinstance(user, User)  # every view that signs is guarded by a role
    if not user.has_usable_password():
        return NO_PASSWORD
    found = authenticate(request, username=user.get_username(), password=password)
    if getattr(request, "axes_locked_out", False):
        # Said here in words; left standing, it would turn the answer into the lock-out page of signing in.
        request.axes_locked_out = False  # type: ignore[attr-defined]
        minutes = round(settings.AXES_COOLOFF_TIME.total_seconds() / 60)
        return PAUSED.format(minutes=minutes)
    if found is None or found.pk != user.pk:
        return WRONG
    reset(ip=get_client_ip_address(request), username=user.get_username())
    return ""
