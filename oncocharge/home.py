"""The first page after signing in: on to where the user's day begins."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from oncocharge.navigation import beginning


@login_required
def home(request: HttpRequest) -> HttpResponseRedirect:
    """Send the user to the page of their role."""
    return redirect(beginning(request))


@login_required
def nothing_yours(request: HttpRequest) -> HttpResponse:
    """Say in words that an account has no role yet, and who can mend it."""
    return render(request, "oncocharge/nothing_yours.html", {"page_title": "No role yet"})
