"""Views of the worklist that somebody keeps: made from the list as it is, renamed, shared, deleted, opened.

Opening one needs no page of its own: a view is the address that it stands for.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from billing.forms import FilterForm, ViewForm
from billing.models import SavedView
from billing.views.answers import UNPROCESSABLE, page_behind, user_of
from billing.worklist.choices import KeptView
from patients.roles import READS_MONEY, Role, allow, has_role

MAY_SHARE = frozenset({Role.BILLING_MANAGER})
MOST_VIEWS = 30


@dataclass(frozen=True, slots=True)
class ShownView:
    """A view as the list shows it."""

    view: KeptView
    url: str
    is_open: bool
    may_change: bool


def views_beside(request: HttpRequest, form: FilterForm) -> dict[str, object]:
    """Return the reader's views and those shared with all, and whether the list as it is could be kept. No query."""
    address, may_share = form.kept_address, _may_share(request)
    shown = [
        ShownView(view, address_of(view), view.address == address, view.is_own or may_share) for view in form.views
    ]
    opened = next((one for one in shown if one.is_open), None)
    return {"views": shown, "opened": opened, "may_keep": bool(address) and opened is None, "address": address}


def address_of(view: SavedView | KeptView) -> str:
    """Return the address that a view stands for."""
    worklist = reverse("billing:worklist")
    return f"{worklist}?{view.address}" if view.address else worklist


@allow(read=READS_MONEY, write=READS_MONEY)
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest) -> HttpResponse:
    """Ask for a name, and keep the list as it is filtered under it."""
    asked = FilterForm(QueryDict((request.POST or request.GET).get("query", "").lstrip("?")))
    view = SavedView(owner=user_of(request), address=asked.kept_address)
    form = ViewForm(request.POST or None, instance=view, may_share=_may_share(request))
    if not form.is_valid():
        return _ask(request, form, view, list(asked.narrowing()))
    if SavedView.objects.filter(owner=view.owner).count() >= MOST_VIEWS:
        form.add_error(None, f"You keep {MOST_VIEWS} views already. Delete one that you no longer open.")
        return _ask(request, form, view, list(asked.narrowing()))
    form.save()
    messages.success(request, f"Kept as '{view.name}'.")
    return redirect(address_of(view))


@allow(read=READS_MONEY, write=READS_MONEY)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, view_id: int) -> HttpResponse:
    """Rename a view; share it, or no longer."""
    view = _changeable(request, view_id)
    form = ViewForm(request.POST or None, instance=view, may_share=_may_share(request))
    if not form.is_valid():
        asked = FilterForm(QueryDict(view.address))
        return _ask(request, form, view, list(asked.narrowing()))
    form.save()
    messages.success(request, f"Saved as '{view.name}'.")
    return redirect(address_of(view))


@allow(write=READS_MONEY)
@require_POST
def delete(request: HttpRequest, view_id: int) -> HttpResponseRedirect:
    """Delete a view; the lines are as they were."""
    view = _changeable(request, view_id)
    name = view.name
    view.delete()
    messages.success(request, f"The view '{name}' is gone. Its lines are as they were.")
    return redirect(page_behind(request))


def _changeable(request: HttpRequest, view_id: int) -> SavedView:
    """Return a view of the user's own; to who may share, every shared one too."""
    mine = Q(owner=user_of(request))
    return get_object_or_404(SavedView, mine | Q(is_shared=True) if _may_share(request) else mine, pk=view_id)


def _may_share(request: HttpRequest) -> bool:
    return has_role(request.user, *MAY_SHARE)


def _ask(request: HttpRequest, form: ViewForm, view: SavedView, narrowing: Iterable[tuple[str, str]]) -> HttpResponse:
    context = {
        "page_title": "Rename or delete a view" if view.pk else "Keep this list as a view",
        "form": form,
        "view": view,
        "narrowing": [words for _name, words in narrowing],
        "back": address_of(view),
    }
    return render(request, "billing/saved_view.html", context, status=UNPROCESSABLE if form.is_bound else 200)
