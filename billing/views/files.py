"""Sealed claim files: what went out, what waits, what went wrong."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing import submission
from patients.roles import READS_MONEY, allow

PAGE = 25


@allow(read=READS_MONEY)
@require_safe
def files(request: HttpRequest) -> HttpResponse:
    """Show the sealed files, the latest first."""
    page = Paginator(submission.recent_files(), PAGE).get_page(request.GET.get("page"))
    return render(request, "billing/files.html", {"page_title": "Claim files", "page_obj": page})
