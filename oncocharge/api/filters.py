"""Narrowing a list: a filter that nobody knows or whose value cannot be read is refused by name.

Left unread it would answer with the rows of everybody. What each list can be narrowed by stands with its endpoint.
"""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django_filters.filterset import BaseFilterSet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.settings import api_settings

M = TypeVar("M", bound=Model)
BESIDES = frozenset({"page", api_settings.URL_FORMAT_OVERRIDE})


class NamedFilters(DjangoFilterBackend):
    """django-filter's backend, which says no to what it would pass over in silence."""

    def filter_queryset(self, request: Request, queryset: QuerySet[M], view: Any) -> QuerySet[M]:
        """Return the rows asked for.

        Raises:
            ValidationError: a parameter is no filter here, or its value cannot be read.
        """
        filterset = self.get_filterset(request, queryset, view)
        known = set() if filterset is None else set(filterset.filters)
        faults = _unknown(request, known)
        if filterset is not None:
            faults |= {str(name): list(messages) for name, messages in filterset.errors.items()}
            faults |= _unread(filterset, set(faults))
        if faults:
            raise exceptions.ValidationError(faults)
        return queryset if filterset is None else filterset.qs


def _unknown(request: Request, known: set[str]) -> dict[str, list[str]]:
    can_be = f"It is narrowed by {', '.join(sorted(known))}." if known else "It has none."
    return {
        name: [f"This is no filter of this address. {can_be}"]
        for name in sorted(request.query_params)
        if name not in known | BESIDES
    }


def _unread(filterset: BaseFilterSet, faulty: set[str]) -> dict[str, list[str]]:
    """Return what was given but came to nothing, as a yes or no that is neither does."""
    read = filterset.form.cleaned_data
    return {
        name: ["This value cannot be read. Say true or false, or leave the filter out."]
        for name, given in filterset.data.items()
        if given and name in filterset.filters and name not in faulty and read.get(name) in (None, "")
    }
