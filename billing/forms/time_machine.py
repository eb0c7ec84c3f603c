"""What is asked of the time machine: past days, changed tables by upload or by editing one, a payer's settings."""

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from billing import policies
from billing.forms.fields import day_field
from billing.forms.policy import field_of
from billing.forms.reference import FilesField
from billing.hindsight.comparing import Days
from billing.hindsight.looking import Question, planned_settings
from billing.hindsight.tables import changed_codebook, read_changes, table_names, table_text
from billing.policies.words import GROUPS, Group, Setting
from billing.rules.table_rows import TableError
from patients.models import Payer

MOST_DAYS = 366
OF_RULES = tuple(group for group in GROUPS if any(setting.rule and setting.rule != "R3" for setting in group.settings))
_MONTH = re.compile(r"(\d{4})-(\d{2})")


class TablesField(FilesField):
    """Changed tables; none is none, not a fault."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Check each file as one alone would be."""
        return super().clean(data, initial) if data else []


class DaysForm(forms.Form):
    """A past month, or days."""

    month = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-03"}),
        help_text="As 2026-03.",
    )  # fmt: skip
    first = day_field(label="First day of service")
    last = day_field(label="Last day of service")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        """Take the day beyond which nothing has happened yet."""
        self.today = today
        super().__init__(*args, **kwargs)

    def clean_month(self) -> Days | None:
        """Read 2026-03 as its days."""
        text = str(self.cleaned_data["month"]).strip()
        if not text:
            return None
        match = _MONTH.fullmatch(text)
        if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1992:  # noqa: PLR2004  # a month, since the first fee schedule
            raise forms.ValidationError("This is no month. Write it as 2026-03.")
        year, month = int(match[1]), int(match[2])
        return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))

    def clean(self) -> dict[str, Any]:
        """Say everything that is wrong with the days at once."""
        cleaned = super().clean() or {}
        month, first, last = cleaned.get("month"), cleaned.get("first"), cleaned.get("last")
        if (first is None) != (last is None) and not self.errors:
            self.add_error("last" if last is None else "first", "Say both days, or a month alone.")
        elif month is None and first is None and not self.errors:
            self.add_error("month", "Say a month, or the first and the last day.")
        if first is not None and last is not None:
            if last < first:
                self.add_error("last", f"The last day, {last}, lies before the first, {first}.")
            elif (last - first).days >= MOST_DAYS:
                self.add_error("last", f"{(last - first).days + 1} days are too many at once; at most {MOST_DAYS}.")
        begins = first or (month.first if month else None)
        if begins is not None and begins > self.today:
            self.add_error("first" if first else "month", "These days are to come. Choose days that are past.")
        return cleaned

    def days(self) -> Days:
        """Return the days, which must be sound."""
        said = self.cleaned_data
        if said["first"] is not None and said["last"] is not None:
            return Days(said["first"], said["last"])
        month: Days = said["month"]
        return month


class TimeMachineForm(DaysForm):
    """The days and the changed tables. ``codebook`` is made of them once the form is sound."""

    tables = TablesField(
        required=False, label="Changed tables",
        help_text="Files of billing/rules/tables, such as delivery.toml; the others stay as they are.",
        widget=FilesField.widget(attrs={"accept": ".toml,.csv"}),
    )  # fmt: skip
    edited_name = forms.CharField(required=False, widget=forms.HiddenInput)
    edited = forms.CharField(
        required=False, strip=False, label="The table",
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "bt-table-text"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin without a changed table."""
        super().__init__(*args, **kwargs)
        self.changes: Mapping[str, str] = {}
        self.table_faults: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        """Check the tables as check_tables does, and keep every fault for the page."""
        cleaned = super().clean()
        files = [(str(one.name), one.read()) for one in cleaned.get("tables") or ()]
        if cleaned.get("edited_name"):
            files.append((cleaned["edited_name"], str(cleaned.get("edited", "")).encode()))
        try:
            self.changes = read_changes(files)
            if self.changes:
                changed_codebook(self.changes)
        except TableError as error:
            self.table_faults = error.faults
            self.add_error(None, "The tables have faults; they are listed below, and nothing was tried.")
        return cleaned


class TrialPolicyForm(forms.Form):
    """Every setting of a payer of which the rules ask, for the days that are looked at."""

    def __init__(self, *args: Any, payer: Payer, **kwargs: Any) -> None:
        """Ask for the settings of one payer."""
        self.payer = payer
        super().__init__(*args, **kwargs)
        for setting in settings_of_rules():
            self.fields[setting.name] = field_of(setting)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the settings as the page groups them."""
        return [(group.title, [self[setting.name] for setting in group.settings]) for group in OF_RULES]

    def changes(self, days: Days) -> dict[str, object]:
        """Return the settings if they differ on any of the days from those that hold; nothing where none does."""
        said = dict(self.cleaned_data)
        plan = planned_settings(Question(days, payer_id=self.payer.pk, settings=said))
        return said if plan.stretches else {}


def settings_of_rules(groups: Iterable[Group] = OF_RULES) -> list[Setting]:
    """Return the settings that a trial asks for."""
    return [setting for group in groups for setting in group.settings]


def initial_settings(payer: Payer, day: date) -> dict[str, object]:
    """Return what holds for a payer on a day, as the form shows it: one statement."""
    return policies.columns_of(policies.settings_on(policies.standing_periods(payer.pk), day))


def edited_initial(name: str) -> dict[str, str]:
    """Return the text of a table for the form; nothing for a name that is no table."""
    return {"edited_name": name, "edited": table_text(name)} if name in table_names() else {}
