"""What billers ask of a list: filters in its address, a search that stands in none, a name for filters that return."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from billing.forms.fields import day_field
from billing.models import SavedView
from billing.rules.lines import ClaimKind, Family
from billing.standing import Standing
from billing.worklist import TO_REVIEW, Filters, LineState
from billing.worklist.choices import filter_choices
from billing.worklist.groups import FOR_A_PERSON, GROUPED, Group

CODE = re.compile(r"[0-9A-Z]{5}")
RULE = re.compile(r"[A-Z][0-9]{1,2}")
EVERY_GROUP = "all"
STATES = {
    "": ("To review", TO_REVIEW),
    "open": ("Open", (LineState.OPEN,)),
    "held": ("Held by a person", (LineState.HELD,)),
    "released": ("Released, not yet on a claim", (LineState.RELEASED,)),
    "claimed": ("On a claim, whatever came of it", (LineState.CLAIMED,)),
    "all": ("All", ()),
}
STANDINGS = {
    "rejected": ("Rejected, to be sent again", Standing.REJECTED),
    "sealed": ("On a claim, not yet sent", Standing.ON_CLAIM),
    "sent": ("Sent", Standing.SENT),
    "acknowledged": ("Acknowledged", Standing.ACKNOWLEDGED),
    "accepted": ("Accepted by the payer", Standing.ACCEPTED),
    "paid": ("Paid", Standing.PAID),
    "denied": ("Denied", Standing.DENIED),
    "reversed": ("Reversed", Standing.REVERSED),
}
"""What may be asked for beyond the review: one standing each."""
_STANDINGS_OF = {
    "open": (Standing.OPEN,),  # rejected lines are open too, and have a filter of their own
    **{key: (standing,) for key, (_words, standing) in STANDINGS.items()},
}
_STATE_CHOICES = [
    *((key, words) for key, (words, _states) in STATES.items() if key != "all"),
    *((key, words) for key, (words, _standing) in STANDINGS.items()),
    ("all", "All but the reversed"),
]
ORDERS = {
    GROUPED: "What needs action first", "day": "Day, oldest first", "-day": "Day, newest first", "patient": "Patient",
    "code": "Code", "amount": "Amount, smallest first", "-amount": "Amount, largest first",
}  # fmt: skip
AGES = {"2": "2 days", "7": "a week", "14": "two weeks", "30": "30 days", "60": "60 days", "90": "90 days"}
"""How many days ago the service was, at least."""
LOOKED_FOR = ("course", "patient", "code", "finding", "hold")
"""Whoever asks for one of these looks for certain lines; the clean ones are not folded away then."""
CHOSEN_FROM_ROWS = {
    "payer": "All",
    "site": "All",
    "machine": "All",
    "physician": "All",
    "hold": "Any",
    "finding": "Any",
}
"""The filters whose choices stand in the database, with the words for no choice."""


class FilterForm(forms.Form):
    """What the address says about which lines to show: ids, codes, days and states, never a name."""

    group = forms.ChoiceField(
        required=False, choices=[("", ""), *((group.value, group.value) for group in Group), (EVERY_GROUP, EVERY_GROUP)]
    )
    state = forms.ChoiceField(required=False, choices=_STATE_CHOICES)
    since = day_field()
    until = day_field()
    age = forms.ChoiceField(required=False, choices=[("", "Any"), *AGES.items()])
    finding = forms.ChoiceField(required=False)
    hold = forms.ChoiceField(required=False, label="Held for")
    code = forms.CharField(required=False, max_length=5)
    rule = forms.CharField(required=False, max_length=3)
    family = forms.ChoiceField(
        required=False, choices=[("", "All"), *((one.value, one.value.capitalize()) for one in Family)]
    )
    claim = forms.ChoiceField(
        required=False, choices=[("", "Both"), *((one.value, one.value.capitalize()) for one in ClaimKind)]
    )
    payer = forms.ChoiceField(required=False)
    site = forms.ChoiceField(required=False)
    machine = forms.ChoiceField(required=False)
    physician = forms.ChoiceField(required=False)
    course = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    patient = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    sort = forms.ChoiceField(required=False, choices=[("", ""), *ORDERS.items()], widget=forms.HiddenInput)

    def __init__(self, address: QueryDict | Mapping[str, str], *, reader_id: int | None = None) -> None:
        """Read an address's query. One query for the choices and the reader's views, none more for what was chosen."""
        super().__init__(address, auto_id="filter-%s")
        choices = filter_choices(reader_id)
        self.views = choices.views
        for name, words_for_none in CHOSEN_FROM_ROWS.items():
            rows = choices.of.get(name, [])
            asked = address.get(name)
            if name == "finding" and asked and asked.isprintable() and asked not in dict(rows):
                rows = [*rows, (asked, asked.replace("-", " "))]  # its last one may have been resolved since
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", words_for_none), *rows]

    def clean_code(self) -> str:
        """Take a code as it is spoken: any case, no spaces around."""
        code = str(self.cleaned_data["code"]).strip().upper()
        if code and not CODE.fullmatch(code):
            raise ValidationError("A code has five letters or digits, such as 77386 or G6015.")
        return code

    def clean_rule(self) -> str:
        """Take a rule's number in any case."""
        rule = str(self.cleaned_data["rule"]).strip().upper()
        if rule and not RULE.fullmatch(rule):
            raise ValidationError("A rule has a letter and a number, such as L4 or M1; a line says its own.")
        return rule

    @property
    def said(self) -> dict[str, Any]:
        """Return what is valid of it, as typed values."""
        self.is_valid()
        return self.cleaned_data

    @property
    def filters(self) -> Filters:
        """What is valid of it, in the worklist's words."""
        said = self.said
        state = said.get("state") or ""
        return Filters(
            states=() if state in STANDINGS else STATES[state][1],
            standings=_STANDINGS_OF.get(state, ()),
            finding=said.get("finding") or "",
            family=said.get("family") or "",
            code=said.get("code") or "",
            claim_kind=said.get("claim") or "",
            rule=said.get("rule") or "",
            hold_code=said.get("hold") or "",
            payer_id=_whole(said.get("payer")),
            facility_id=_whole(said.get("site")),
            machine_id=_whole(said.get("machine")),
            physician_id=_whole(said.get("physician")),
            course_id=said.get("course"),
            patient_id=said.get("patient"),
            first_day=said.get("since"),
            last_day=_last_day(said.get("until"), _whole(said.get("age"))),
        )

    @property
    def asked_groups(self) -> tuple[Group, ...]:
        """The groups that are asked for, none for all: unless the address says more, those that need a person."""
        said = self.said
        named = said.get("group")
        if named:
            return () if named == EVERY_GROUP else (Group(named),)
        looks_for_more = said.get("state") or any(said.get(name) for name in LOOKED_FOR)
        return () if looks_for_more else FOR_A_PERSON

    @property
    def asked_order(self) -> str:
        """The order that is asked for; of what went out, where groups say nothing, the latest day comes first."""
        went_out = self.said.get("state") in set(STANDINGS) - {"rejected"}
        return self.said.get("sort") or ("-day" if went_out else GROUPED)

    @property
    def more_is_asked(self) -> bool:
        """Whether one of the filters that are seldom needed is set."""
        return any(self.data.get(name) for name in ("family", "claim", "rule", "physician", "machine", "hold", "age"))

    @property
    def kept_address(self) -> str:
        """The query that a saved view keeps: what is valid of it, in the order of the names."""
        said = sorted((name, value) for name, value in self.said.items() if value)
        return urlencode([(name, value.isoformat() if isinstance(value, date) else value) for name, value in said])

    def narrowing(self) -> Iterator[tuple[str, str]]:
        """Yield name and words of each filter that is set, but group, order, course and patient."""
        for name, value in self.said.items():
            if value and name not in ("group", "sort", "course", "patient"):
                yield name, self._words(name, value)

    def _words(self, name: str, value: object) -> str:
        if isinstance(value, date):
            return f"{name} {value.day} {value:%b} {value.year}"
        choices: Any = getattr(self.fields[name], "choices", ())
        words = str(dict(choices).get(value, value))
        return {"age": f"{words} old or older", "hold": f"held for: {words}", "rule": f"rule {words}"}.get(name, words)


def _whole(text: str | None) -> int | None:
    return int(text) if text else None


def _last_day(until: date | None, days_old: int | None) -> date | None:
    """Return the last day of service of lines that are at least so many days old, and not later than asked."""
    if not days_old:
        return until
    old_enough = timezone.localdate() - timedelta(days=days_old)
    return min(until, old_enough) if until else old_enough


class FindForm(forms.Form):
    """A search that may name a patient: it is posted, so that no name stands in an address."""

    asked = forms.CharField(max_length=80, strip=True, label="Patient, MRN or code")


class ViewForm(forms.ModelForm[SavedView]):
    """A name for the list as it is filtered, sorted and grouped; a billing manager may share it."""

    class Meta:
        """The fields in the order in which they are asked."""

        model = SavedView
        fields = ("name", "is_shared")
        labels = {"name": "Name of the view", "is_shared": "Share with all who review"}
        error_messages = {"name": {"required": "Give the view a name."}}

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        """Offer to share only to those who may."""
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs.update(autocomplete="off")
        if not may_share:
            del self.fields["is_shared"]

    def clean(self) -> dict[str, Any]:
        """Refuse a name that the owner uses already, in any case."""
        said = super().clean() or self.cleaned_data
        name = str(said.get("name", ""))
        same = SavedView.objects.filter(owner=self.instance.owner, name__iexact=name).exclude(pk=self.instance.pk)
        if name and same.exists():
            self.add_error("name", f"There is a view '{name}' already. Take another name, or delete that view first.")
        return said
