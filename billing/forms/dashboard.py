"""What the address of the dashboard says: days of service, machine, site or payer, and by which it is told apart."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from billing.dashboard.asked import MOST_DAYS, NONE, Asked, By
from billing.dashboard.rows import SERIES, Narrowed
from billing.forms.fields import day_field
from billing.rules.lines import Family
from courses.models import Machine
from patients.models import Facility, Payer

USUAL_DAYS = 30
KEPT = ("since", "until", "machine", "site", "payer", "by")
"""What goes along from the dashboard to the rows behind a number."""
_BARS = 8


class DashboardForm(forms.Form):
    """The one chooser. Without days the last thirty; what cannot be read is said, and the usual is shown instead."""

    since = day_field(label="Treated from")
    until = day_field(label="Treated to")
    machine = forms.ChoiceField(required=False)
    site = forms.ChoiceField(required=False)
    payer = forms.ChoiceField(required=False)
    by = forms.ChoiceField(
        required=False,
        label="Compare by",
        choices=[(By.MACHINE.value, "Machine"), (By.SITE.value, "Site"), (By.PAYER.value, "Payer")],
    )

    def __init__(self, address: QueryDict | Mapping[str, str], *, today: date) -> None:
        """Read an address's query; ``today`` is where the usual days end. Three queries for the choices."""
        self.today = today
        usual = {"since": f"{today - timedelta(days=USUAL_DAYS - 1)}", "until": f"{today}", "by": By.MACHINE.value}
        super().__init__({**usual, **{name: str(address[name]) for name in KEPT if address.get(name)}},
                         auto_id="filter-%s")  # fmt: skip
        machines = Machine.objects.select_related("facility").order_by("facility__name", "name")
        found = [(one.pk, one.name, one.facility.name) for one in machines]
        is_one_site = len({site for _pk, _name, site in found}) <= 1
        self._choices("machine", [(pk, name if is_one_site else f"{name}, {site}") for pk, name, site in found])
        self._choices("site", list(Facility.objects.order_by("name").values_list("pk", "name")), none="")
        self._choices("payer", list(Payer.objects.order_by("name").values_list("pk", "name")))

    def _choices(self, name: str, rows: list[tuple[int, str]], *, none: str = "None") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        nothing = [(str(NONE), f"No {name}")] if none else []
        field.choices = [("", "All"), *((str(pk), words) for pk, words in rows), *nothing]

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order, and more of them than a plot can show."""
        said = super().clean() or {}
        first, last = said.get("since"), said.get("until")
        if first and last and last < first:
            self.add_error("until", f"It is before {first}. Choose that day or a later one.")
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("until", f"These are {(last - first).days + 1:,} days; the dashboard shows {MOST_DAYS:,}.")
        return said

    @property
    def asked(self) -> Asked:
        """What is asked, as far as it can be read."""
        self.is_valid()
        said = self.cleaned_data
        until = said.get("until") or self.today
        since = said.get("since") or until - timedelta(days=USUAL_DAYS - 1)
        if self.errors.get("until"):
            since, until = self.today - timedelta(days=USUAL_DAYS - 1), self.today
        return Asked(
            since=since,
            until=until,
            machine_id=_whole(said.get("machine")),
            facility_id=_whole(said.get("site")),
            payer_id=_whole(said.get("payer")),
            by=By(said.get("by") or By.MACHINE),
        )

    @property
    def names(self) -> dict[int, str]:
        """The names of what the figures are told apart by."""
        field: Any = self.fields[self.asked.by.value]
        return {int(key): str(words) for key, words in field.choices if key}


def _whole(text: str | None) -> int | None:
    return int(text) if text else None


class NarrowForm(forms.Form):
    """Which part of a figure is asked for, in the address of its rows: codes, days and words of ours, never a name."""

    on = day_field()
    series = forms.ChoiceField(required=False, choices=[(name, name.capitalize()) for name in ("", *SERIES)])
    family = forms.ChoiceField(required=False, choices=[("", ""), *((one.value, one.value) for one in Family)])
    code = forms.RegexField(r"^[0-9A-Z]{5}$", required=False)
    bar = forms.IntegerField(required=False, min_value=0, max_value=_BARS - 1)
    who = forms.ChoiceField(required=False, choices=[("", ""), ("rule", "rule"), ("person", "person")])
    group = forms.RegexField(r"^[0-9A-Za-z]{1,5}$", required=False)
    reason = forms.RegexField(r"^[0-9A-Za-z_-]{1,40}$", required=False)
    open = forms.BooleanField(required=False)

    @property
    def narrowed(self) -> Narrowed:
        """What can be read of it."""
        self.is_valid()
        said = self.cleaned_data
        return Narrowed(
            column_on=said.get("on"),
            series=said.get("series") or "",
            family=said.get("family") or "",
            code=said.get("code") or "",
            bar=said.get("bar"),
            who=said.get("who") or "",
            group=said.get("group") or "",
            reason=said.get("reason") or "",
            is_open=bool(said.get("open")),
        )
