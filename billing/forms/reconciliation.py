"""Which closed courses to compare, in the address: days, a facility, and whether only those with differences."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from billing.forms.fields import day_field
from patients.models import Facility

USUAL_DAYS = 90
SHOWN = {"": "All", "differing": "With any difference", "unexplained": "With one that nothing explains"}


class ReconciliationForm(forms.Form):
    """What the address says; without days the courses closed in the last ninety."""

    closed_from = day_field()
    closed_to = day_field()
    site = forms.ChoiceField(required=False)
    only = forms.ChoiceField(required=False, choices=list(SHOWN.items()), label="Show")

    def __init__(self, address: QueryDict | Mapping[str, str], *, today: date) -> None:
        """Read an address's query; ``today`` is where the usual days end."""
        super().__init__(
            {"closed_from": f"{today - timedelta(days=USUAL_DAYS)}", **_said(address)}, auto_id="filter-%s"
        )
        choices = [("", "All"), *((str(pk), name) for pk, name in Facility.objects.values_list("pk", "name"))]
        self.fields["site"] = forms.ChoiceField(required=False, choices=choices)

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        said = super().clean() or {}
        first, last = said.get("closed_from"), said.get("closed_to")
        if first and last and last < first:
            self.add_error("closed_to", f"It is before {first}. Choose that day or a later one.")
        return said

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day of closing; ``None`` is open."""
        self.is_valid()
        return self.cleaned_data.get("closed_from"), self.cleaned_data.get("closed_to")

    @property
    def facility_id(self) -> int | None:
        """The facility that is asked for."""
        self.is_valid()
        named = self.cleaned_data.get("site")
        return int(named) if named else None

    @property
    def shown(self) -> str:
        """Which courses to show: a key of ``SHOWN``."""
        self.is_valid()
        return self.cleaned_data.get("only") or ""


def _said(address: QueryDict | Mapping[str, str]) -> dict[str, str]:
    return {name: str(value) for name, value in address.items()}
