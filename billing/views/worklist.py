"""The list of lines to review: findings first, filters in the address."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.worklist import lines
from patients.roles import READS_MONEY, allow

PAGE = 50


@allow(read=READS_MONEY)
@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """Show the lines that are not yet released."""
    page = Paginator(lines(), PAGE).get_page(request.GET.get("page"))
    return render(request, "billing/worklist.html", {"page_title": "Lines to review", "page_obj": page})
