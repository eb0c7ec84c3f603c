"""What is typed when lines are held: for which reason, whose matter it is, until when."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from billing.forms.fields import day_field
from billing.models import OTHER, HoldReason
from billing.worklist.decisions import REASON_LENGTH
from billing.worklist.held import Age, HeldFilters
from billing.worklist.holds import possible_owners, usable_reasons
from patients.numbers import id_or_none

AGE_WORDS = {
    Age.DAYS_0_2: "0 to 2 days",
    Age.DAYS_3_7: "3 to 7 days",
    Age.DAYS_8_30: "8 to 30 days",
    Age.OVER_30: "over 30 days",
}


class HoldForm(forms.Form):
    """A hold of one line or many. Two queries: the practice's reasons, and whose matter it may be."""

    code = forms.ChoiceField(label="Why", required=False, widget=forms.Select(attrs={"autofocus": True}))
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="In your own words; needed where none of the list says it.",
    )
    owner = forms.ChoiceField(label="Whose matter it is", required=False)
    due_on = day_field(
        label="Comes back on",
        help_text="Empty: after the days of the reason; never on a weekend.",
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """Offer the practice's reasons and people; the hold is the matter of who holds unless said otherwise."""
        super().__init__(*args, **kwargs)
        reasons = [(one.code, f"{one.words} ({_days(one.days)})") for one in usable_reasons()]
        self._offer("code", [("", "Pick one, or write below"), *reasons])
        self.people = {str(one.pk): one for one in possible_owners()}
        others = [(key, _name(one)) for key, one in self.people.items() if one != by]
        self._offer("owner", [("", f"{_name(by)} (you)"), *others])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Ask for a reason of either kind."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("code") and not cleaned.get("reason", "").strip():
            raise ValidationError({"reason": "Say why: pick a reason, or write one."})
        return cleaned

    @property
    def hold(self) -> dict[str, Any]:
        """What is valid of it, in the words of the step."""
        said = self.cleaned_data
        owner: User | None = self.people.get(said["owner"])
        due_on: date | None = said["due_on"]
        return {
            "code": said["code"] or OTHER,
            "reason": said["reason"],
            "owner": owner,
            "due_on": due_on,
        }


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _name(user: User) -> str:
    return user.get_full_name() or user.get_username()


class HeldForm(forms.Form):
    """What an address says about which held lines to show: codes, ids and ages, never a name."""

    reason = forms.SlugField(required=False, max_length=20)
    owner = forms.RegexField(r"^[0-9]{1,9}$|^[a-z ]{1,20}$", required=False)
    finding = forms.SlugField(required=False, max_length=60)
    age = forms.ChoiceField(required=False, choices=[("", ""), *((age.value, age.value) for age in Age)])
    due = forms.BooleanField(required=False)
    rules = forms.BooleanField(required=False)

    @property
    def filters(self) -> HeldFilters:
        """What is valid of it."""
        self.is_valid()
        said = self.cleaned_data
        return HeldFilters(
            reason=said.get("reason") or "",
            owner=said.get("owner") or "",
            finding=said.get("finding") or "",
            age=Age(said["age"]) if said.get("age") else None,
            is_due=bool(said.get("due")),
            by_rules=bool(said.get("rules")),
        )

    def narrowing(self) -> Iterator[str]:
        """Yield in words what is asked for."""
        asked = self.filters
        if asked.reason:
            yield (HoldReason.objects.filter(code=asked.reason).values_list("words", flat=True).first() or asked.reason)
        if asked.owner:
            owner = id_or_none(asked.owner)
            person = None if owner is None else User.objects.filter(pk=owner).first()
            yield f"owner {_name(person) if person else asked.owner}"
        if asked.finding or asked.by_rules:
            yield f"held by a rule{': ' + asked.finding.replace('-', ' ') if asked.finding else ''}"
        if asked.age:
            yield f"held for {AGE_WORDS[asked.age]}"
        if asked.is_due:
            yield "their day has come"
