"""How the biller's pages answer: as a part of the page to htmx, as a page of its own to a browser without it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from billing.forms import USUAL_REASONS

DIALOG_PLACE = "#dialog-place"
UNPROCESSABLE = 422
CONFLICT = 409


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def counted(count: int, noun: str) -> str:
    """Write a count with its noun, given for one: ``1 line``, ``12 lines``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def user_of(request: HttpRequest) -> User:
    """Return the signed-in user."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def page_behind(request: HttpRequest) -> str:
    """Return path and query of the page from which the request came: the one that is to be seen again."""
    given = request.POST.get("back") or request.GET.get("back") or ""
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    for address in (given, came_from):
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        same_host = not parts.netloc or parts.netloc == request.get_host()
        if same_host and path.startswith("/billing/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None):
            return path
    return reverse("billing:worklist")


def back(request: HttpRequest) -> HttpResponseRedirect:
    """Go back to that page."""
    return redirect(page_behind(request))


def form_answer(
    request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Render a form in the dialog's layout or in the page's."""
    layout = "billing/dialog.html" if is_fragment(request) else "billing/lone_form.html"
    full = {"usual_reasons": USUAL_REASONS, "back": page_behind(request), **context, "layout": layout}
    response = render(request, template, full, status=status)
    if is_fragment(request):
        response["HX-Retarget"], response["HX-Reswap"] = DIALOG_PLACE, "innerHTML"
    return response
