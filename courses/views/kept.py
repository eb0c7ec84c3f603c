"""Entries that a browser kept while the network was gone: who is signed in, and what became of one that was sent.

The browser's side is static/courses/kept.js. What makes a second sending harmless stands in courses/delivery:
the entry's key. Here is only the answer in the words that the script understands.
"""

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from courses.delivery import Logged
from courses.forms import LogForm
from courses.views.answers import CONFLICT, UNPROCESSABLE
from patients.roles import EVERYONE, allow


@allow(read=EVERYONE)
@never_cache
@require_safe
def door(request: HttpRequest) -> JsonResponse:
    """Say who is signed in, and give the token with which this browser may send: the page's own may be old."""
    return JsonResponse({"user": str(request.user.pk), "token": get_token(request)})


def is_kept(request: HttpRequest) -> bool:
    """Whether the entry comes from the browser's store, and not from the form."""
    return request.headers.get("Accept") == "application/json"


def sent(form: LogForm, logged: Logged) -> JsonResponse:
    """Say that the entry stands, or that somebody else's session stands in its place."""
    is_own = logged.session.entry_key == form.cleaned_data["entry_key"]
    answer = {"is_new": logged.is_new, "message": logged.message}
    return JsonResponse(answer, status=200 if is_own else CONFLICT)


def refused(form: LogForm) -> JsonResponse:
    """Say everything that is wrong with the entry, in one line."""
    messages = [
        f"{form.fields[name].label or name}: {message}" if name in form.fields else str(message)
        for name, found in form.errors.items()
        for message in found
    ]
    return JsonResponse({"message": " ".join(messages)}, status=UNPROCESSABLE)


def contradicted(message: str) -> JsonResponse:
    """Say that the entry came before with other content."""
    return JsonResponse({"message": message}, status=CONFLICT)
