"""Template tag of the lists: the address that hands out a list as it is narrowed, as CSV."""

from typing import Any

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag(takes_context=True)
def csv_url(context: dict[str, Any], name: str) -> str:
    """Return where the list of this page is handed out as CSV, under the same filters."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    address = reverse("billing:list-csv", args=[name])
    return f"{address}?{query.urlencode()}" if query else address
