"""What the roof does to every htmx answer: messages travel with it, and an ended session leads to the sign-in page.

A swapped fragment has no message area of its own, and a redirect to the sign-in page would be
swapped into a table row. Both are mended here once, so that no view thinks of it.
"""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# The codes that base.html lets htmx swap; 204 is an answer without a fragment.
SWAPPED = frozenset({200, 201, 202, 409, 422})
LEAVES_PAGE = ("HX-Redirect", "HX-Refresh", "HX-Location")


class HtmxAnswersMiddleware:
    """Stands anywhere below MessageMiddleware in settings.MIDDLEWARE."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.headers.get("HX-Request") != "true":
            return response
        if leads_to_login(response):
            return go_to_login(request)
        if takes_messages(response):
            append_messages(request, response)
        return response


def leads_to_login(response: HttpResponse) -> bool:
    """Whether the answer is a redirect to the sign-in page."""
    if response.status_code not in REDIRECTS:
        return False
    return urlsplit(response["Location"]).path == urlsplit(resolve_url(settings.LOGIN_URL)).path


def go_to_login(request: HttpRequest) -> HttpResponse:
    """Let htmx load the sign-in page as a whole; afterwards the user comes back to the page, not to the fragment."""
    url = resolve_url(settings.LOGIN_URL)
    page = urlsplit(request.headers.get("HX-Current-URL", ""))
    back = f"{page.path}?{page.query}" if page.query else page.path
    if back and url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        url = f"{url}?{urlencode({'next': back})}"
    return HttpResponse(status=204, headers={"HX-Redirect": url})


def takes_messages(response: HttpResponse) -> bool:
    """Whether the answer is a fragment that htmx will swap in; what leaves the page keeps its messages for the next."""
    if response.streaming or response.status_code not in SWAPPED:
        return False
    if any(response.has_header(name) for name in LEAVES_PAGE):
        return False
    return response.get("Content-Type", "").startswith("text/html")


def append_messages(request: HttpRequest, response: HttpResponse) -> None:
    """Append the waiting messages to the fragment, to be swapped into the corner stack of base.html."""
    waiting = get_messages(request)
    if getattr(waiting, "used", False) or not len(waiting):
        return  # A whole page was rendered and showed them itself.
    fragment = render_to_string(
        "components/messages_swap.html", {"messages": waiting, "csrf_token": get_token(request)}
    )
    response.content = response.content + fragment.encode(response.charset)
