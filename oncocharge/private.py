"""Keeps what a signed-in user saw out of the browser's own stores.

Pages carry patients. Without a word from us a browser may keep them on its disk, and in memory after signing out,
one step back. What this is not: the length of a login (idle.py), or what a script keeps
(courses/static/courses/kept.js).
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control


class PrivatePagesMiddleware:
    """Forbids browsers and proxies to store any answer to a signed-in user; files that are the same for all pass by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        was_signed_in = request.user.is_authenticated
        response = self.get_response(request)
        if was_signed_in or request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response
