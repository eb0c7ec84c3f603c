"""Logs a user off after the idle minutes of the settings.

A workstation in a treatment room is left unlocked more often than anybody likes. The moment of
the last request stands in the session, renewed at most once a minute, so that a busy user costs
one small write a minute. What this is not: the length of a whole session; that is the cookie's age.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

LAST_SEEN = "last_seen_at"
RENEW_AFTER_S = 60
BACKGROUND = "X-Background"
"""The header of what a page asks by itself, again and again: nobody need be sitting before it."""


class IdleLogoffMiddleware:
    """Ends the login of a session that rested too long; the page asked for then asks for a login."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            rested_s = now - int(request.session.get(LAST_SEEN, now - RENEW_AFTER_S))
            if rested_s > settings.IDLE_MINUTES * 60:
                logout(request)
            elif rested_s >= RENEW_AFTER_S and request.headers.get(BACKGROUND) is None:
                request.session[LAST_SEEN] = now
        return self.get_response(request)
