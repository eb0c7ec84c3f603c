"""What is typed of a payer's policy: the days of a period, and every setting in the words of billing/policies."""

from datetime import date
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing import policies
from billing.forms.fields import day_field
from billing.forms.review import REASON_LENGTH
from billing.policies import Period, Plan, Wanted
from billing.policies.words import GROUPS, SETTINGS, YES_NO, Setting
from patients.models import Payer

SAME = "The settings hold on these days already: nothing would change."


class PolicyForm(forms.Form):
    """A period of a payer's policy. Faults of the fields and of the whole are said together."""

    effective_from = day_field(required=True, label="First day of service")
    effective_to = day_field(
        label="Last day of service", help_text="Empty: until the next period that is entered, or until further notice."
    )

    def __init__(self, *args: Any, payer: Payer, today: date, period: Period | None = None, **kwargs: Any) -> None:
        """Enter a period for ``payer``, or change the one that is given."""
        self.payer, self.today, self.period = payer, today, period
        self.plan: Plan | None = None
        super().__init__(*args, **kwargs)
        for setting in SETTINGS:
            self.fields[setting.name] = field_of(setting)

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the settings as the page groups them."""
        return [(group.title, [self[setting.name] for setting in group.settings]) for group in GROUPS]

    def said(self) -> list[tuple[str, str]]:
        """Return what was sent, for the page to send it again."""
        return [(name, self.data.get(name, "")) for name in self.fields]

    def clean(self) -> dict[str, Any]:
        """Add what the step would refuse, so that it is said beside what could not be read."""
        cleaned = super().clean() or {}
        for field, messages in policies.faults_of(payer=self.payer, wanted=self.wanted(), today=self.today).items():
            for message in messages if field not in self.errors else ():
                self.add_error(field, message)
        if not self.errors:
            instead_of = self.period.id if self.period else None
            self.plan = policies.planned(payer_id=self.payer.pk, wanted=self.wanted(), instead_of=instead_of)
            if self.plan.is_empty or not (self.plan.stretches or self.period):
                self.add_error(None, SAME)
        return cleaned

    def wanted(self) -> Wanted:
        """Return what was said, as the steps take it; what could not be read is left at its default."""
        said = self.cleaned_data
        last = said.get("effective_to")
        first = said.get("effective_from") or min(self.today, last or self.today)
        return Wanted(first, last, policies.settings_from(said))


class PolicyReasonForm(forms.Form):
    """Why a policy is changed."""

    reason = forms.CharField(
        max_length=REASON_LENGTH,
        label="Why",
        help_text="The payer's letter or bulletin, with its day.",
        error_messages={"required": "Say why."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def initial_of(period: Period) -> dict[str, object]:
    """Return what the form shows of a period."""
    columns = policies.columns_of(period.settings)
    return {**columns, "effective_from": period.effective_from, "effective_to": period.last_day}


def field_of(setting: Setting) -> forms.Field:
    """Return the field that asks for a setting."""
    options: dict[str, Any] = {"label": setting.question, "help_text": _help(setting), "required": False}
    if setting.choices is YES_NO:
        return forms.TypedChoiceField(choices=list(YES_NO.items()), coerce=_is_yes, **{**options, "required": True})
    if setting.choices:
        return forms.ChoiceField(
            choices=list(setting.choices.items()), **{**options, "required": "" not in setting.choices}
        )
    if setting.name in ("filing_limit_days", "appeal_days"):
        return forms.IntegerField(**options)
    return forms.DecimalField(max_digits=4, decimal_places=2, **{**options, "required": True})


def _is_yes(value: str) -> bool:
    return value == "True"


def _help(setting: Setting) -> SafeString:
    note = f" {setting.note}" if setting.note else ""
    if not setting.rule:
        return format_html("Unless said otherwise: {}.{}", setting.default, note)
    link = reverse("billing:rule", args=[setting.rule])
    text = 'Unless said otherwise: {}.{} <a href="{}" target="_blank" rel="noopener">Rule {}</a>'
    return format_html(text, setting.default, note, link, setting.rule)
