"""Which days and courses the grid shows, in the address: a week, two weeks or a month, and whose."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from billing.forms.fields import day_field
from billing.reconciliation.grid import GridFilter
from courses.models import Machine
from patients.models import Facility, Payer, Provider

WEEK, FORTNIGHT, MONTH = "", "fortnight", "month"
SPANS = {WEEK: "A week", FORTNIGHT: "Two weeks", MONTH: "A month"}
SHOWN = {"": "All courses", "gaps": "Only where something does not agree"}
_DAYS = {WEEK: 7, FORTNIGHT: 14}


class GridForm(forms.Form):
    """What the address says; without a day the days around today."""

    day = day_field()
    span = forms.ChoiceField(required=False, choices=list(SPANS.items()), label="Days")
    site = forms.ChoiceField(required=False, label="Facility")
    machine = forms.ChoiceField(required=False)
    physician = forms.ChoiceField(required=False)
    payer = forms.ChoiceField(required=False)
    only = forms.ChoiceField(required=False, choices=list(SHOWN.items()), label="Show")

    def __init__(self, address: QueryDict | Mapping[str, str], *, today: date) -> None:
        """Read an address's query. Four queries for the choices; ``today`` is where the grid begins unasked."""
        super().__init__({"day": f"{today}", **{k: str(v) for k, v in address.items() if v}}, auto_id="filter-%s")
        self._today = today
        machines = Machine.objects.order_by("facility__name", "name").values_list("pk", "name", "facility__name")
        doctors = Provider.objects.filter(courses__isnull=False).distinct().order_by("last_name", "first_name")
        self._choices("site", Facility.objects.order_by("name").values_list("pk", "name"))
        self._choices("machine", ((pk, f"{name}, {facility}") for pk, name, facility in machines))
        self._choices("physician", ((one.pk, f"{one.last_name}, {one.first_name}") for one in doctors))
        self._choices("payer", Payer.objects.order_by("name").values_list("pk", "name"))

    def _choices(self, name: str, rows: Any) -> None:
        self.fields[name] = forms.ChoiceField(
            required=False,
            choices=[("", "All"), *((str(key), str(words)) for key, words in rows)],
            label=self.fields[name].label,
        )

    @property
    def asked_span(self) -> str:
        """How many days: a key of ``SPANS``."""
        self.is_valid()
        return self.cleaned_data.get("span") or WEEK

    @property
    def days(self) -> list[date]:
        """The days shown: whole weeks from Monday, or the calendar month."""
        self.is_valid()
        day = self.cleaned_data.get("day") or self._today
        if self.asked_span == MONTH:
            first = day.replace(day=1)
            count = ((first + timedelta(days=31)).replace(day=1) - first).days
        else:
            first, count = day - timedelta(days=day.weekday()), _DAYS[self.asked_span]
        return [first + timedelta(days=number) for number in range(count)]

    @property
    def filters(self) -> GridFilter:
        """What is asked for, in the grid's own words."""
        self.is_valid()
        said, days = self.cleaned_data, self.days
        return GridFilter(
            first=days[0],
            last=days[-1],
            facility_id=_number(said.get("site")),
            machine_id=_number(said.get("machine")),
            physician_id=_number(said.get("physician")),
            payer_id=_number(said.get("payer")),
            only_gaps=said.get("only") == "gaps",
        )


def _number(value: str | None) -> int | None:
    return int(value) if value else None
