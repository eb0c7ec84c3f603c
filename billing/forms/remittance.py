"""What a biller enters about remittances: why one is posted, which claim was paid, what is done about a denial."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from billing.forms.fields import day_field
from billing.models import Denial

USUAL_DAYS = 90


class ReleaseForm(forms.Form):
    """Why a held remittance is posted."""

    reason = forms.CharField(
        max_length=200, label="Why may it count?", help_text="Who confirmed it, and by what. An auditor reads this."
    )
    knowing = forms.TypedMultipleChoiceField(coerce=int, required=False, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, counting: Sequence[int] = (), **kwargs: Any) -> None:
        """Carry along which remittances count already for the same payment, as the page shows them."""
        super().__init__(*args, **kwargs)
        self.fields["knowing"].choices = [(one, one) for one in counting]  # type: ignore[attr-defined]
        self.initial.setdefault("knowing", list(counting))


class MatchForm(forms.Form):
    """Which claim of ours was paid."""

    claim = forms.CharField(max_length=20, label="Our claim number")


class DenialForm(forms.Form):
    """What is done about a denial."""

    state = forms.ChoiceField(
        label="What is being done",
        choices=[(state.value, state.label.capitalize()) for state in Denial.State if state != Denial.State.PAID],
    )
    is_mine = forms.BooleanField(required=False, label="I work on it")
    note = forms.CharField(
        max_length=400, required=False, label="Note", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="A write-off needs one.",
    )  # fmt: skip


class PaidDaysForm(forms.Form):
    """The days of payment in the address; without them the last ninety."""

    paid_from = day_field(required=True)
    paid_to = day_field(required=True)

    def __init__(self, address: QueryDict, *, today: date) -> None:
        """Read an address's query; ``today`` is where the usual days end."""
        usual = {"paid_from": f"{today - timedelta(days=USUAL_DAYS)}", "paid_to": f"{today}"}
        super().__init__({**usual, **{name: address[name] for name in usual if address.get(name)}}, auto_id="filter-%s")

    def clean(self) -> dict[str, Any]:
        """Refuse days in the wrong order."""
        said = super().clean() or {}
        first, last = said.get("paid_from"), said.get("paid_to")
        if first and last and last < first:
            self.add_error("paid_to", f"It is before {first}. Choose that day or a later one.")
        return said
