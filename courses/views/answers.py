"""How a form of the clinical pages answers: as a dialog to htmx, as a page of its own to a browser without it."""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

FROM_WORKLIST = "worklist"
WORKLIST_CHANGED = "worklist-changed"
DIALOG_PLACE = "#dialog-place"
BACKGROUND = "X-Background"
"""The header of what a page asks for by itself, before anybody wants it."""
UNPROCESSABLE = 422
CONFLICT = 409


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def is_ahead(request: HttpRequest) -> bool:
    """Whether a page asks for a form ahead, to have it if the network goes; nobody looks at it yet."""
    return request.headers.get(BACKGROUND) is not None and not is_fragment(request)


def form_answer(
    request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Render a form template in the dialog's layout or in the page's."""
    is_dialog = is_fragment(request) or is_ahead(request)
    layout = "courses/dialog.html" if is_dialog else "courses/lone_form.html"
    response = render(request, template, {**context, "layout": layout}, status=status)
    if is_fragment(request):
        response["HX-Retarget"], response["HX-Reswap"] = DIALOG_PLACE, "innerHTML"
    return response


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser to a page as a whole, by htmx too."""
    if is_fragment(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def came_from_worklist(request: HttpRequest) -> bool:
    """Whether the deed was asked for on the worklist, to which the work returns."""
    return request.GET.get("from") == FROM_WORKLIST


def done(request: HttpRequest, url: str) -> HttpResponse:
    """Answer a deed: on to ``url``, or back on the worklist, whose dialog closes and whose lists are read again."""
    if not came_from_worklist(request):
        return go_to(request, url)
    if is_fragment(request):
        return HttpResponse("", headers={"HX-Trigger": WORKLIST_CHANGED})
    return redirect(reverse("courses:worklist"))
