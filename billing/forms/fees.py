"""What is typed of fees: a schedule, a price, a file of prices.

What a price may be is said in billing/fees/prices.py; the fields hand on its words.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from billing.fees.price_file import MOST_BYTES
from billing.fees.prices import PriceError, WantedPrice, read_amount, read_code, read_modifier
from billing.forms.fields import day_field
from billing.models import FeeLine, FeeSchedule
from billing.rules import load_codebook
from patients.models import Payer
from patients.models.base import choices_of
from patients.terms import Setting


class ScheduleForm(forms.ModelForm[FeeSchedule]):
    """Whom a schedule serves, and when."""

    has_seen = forms.BooleanField(required=False, label="I have seen what this does to open lines")

    class Meta:
        """The fields in the order in which one thinks of them."""

        model = FeeSchedule
        fields = ("name", "payer", "setting", "effective_from", "effective_to")
        widgets = {
            "effective_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "effective_to": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        labels = {"effective_from": "First day of service", "effective_to": "Last day of service"}
        help_texts = {
            "effective_from": "Empty: from the beginning.",
            "effective_to": "Empty: until another takes its place.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every payer and setting, and none."""
        super().__init__(*args, **kwargs)
        anybody = "Every payer without a schedule of its own"
        self.fields["payer"] = forms.ModelChoiceField(
            Payer.objects.order_by("name"), required=False, empty_label=anybody
        )
        self.fields["setting"] = forms.ChoiceField(
            required=False, choices=[("", "Wherever the machine stands"), *choices_of(Setting)]
        )

    def clean(self) -> dict[str, Any]:
        """Refuse days on which another schedule serves the same payer and setting."""
        said = super().clean() or {}
        first, last = said.get("effective_from"), said.get("effective_to")
        if first and last and last < first:
            raise ValidationError({"effective_to": f"{last} is before the first day, {first}."})
        rival = self._rival(said.get("payer"), said.get("setting") or "", first, last)
        if rival is not None:
            raise ValidationError(
                f"{rival.name} serves the same payer and setting on some of these days. "
                "End it the day before this one begins, or choose other days."
            )
        return said

    def _rival(self, payer: Payer | None, setting: str, first: date | None, last: date | None) -> FeeSchedule | None:
        same = FeeSchedule.objects.filter(payer=payer, setting=setting).exclude(pk=self.instance.pk)
        if last is not None:
            same = same.filter(Q(effective_from=None) | Q(effective_from__lte=last))
        if first is not None:
            same = same.filter(Q(effective_to=None) | Q(effective_to__gte=first))
        return same.first()


def _read(read: Callable[[str], Any], text: object) -> Any:
    """Read a cell as a file's is read, in the words of a form."""
    try:
        return read(str(text or ""))
    except PriceError as error:
        raise ValidationError(str(error)) from error


class PriceForm(forms.Form):
    """One price of a schedule from a day on."""

    code = forms.CharField(
        max_length=20, widget=forms.TextInput(attrs={"list": "known-codes", "autocomplete": "off", "autofocus": True})
    )
    modifier = forms.CharField(required=False, max_length=20, help_text="26, TC, 52 or 53; empty for the bare code.")
    amount = forms.CharField(
        max_length=30, label="Amount of one unit (USD)", widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    effective_from = day_field(required=True, label="First day of service")
    effective_to = day_field(label="Last day of service", help_text="Empty: until another price takes its place.")

    def clean_code(self) -> str:
        """Take a code as it is spoken."""
        return str(_read(read_code, self.cleaned_data["code"]))

    def clean_modifier(self) -> str:
        """Take a modifier as it is spoken."""
        return str(_read(read_modifier, self.cleaned_data["modifier"]))

    def clean_amount(self) -> Decimal:
        """Take an amount as a person writes it; refuse what is no fee."""
        return Decimal(_read(read_amount, self.cleaned_data["amount"]))

    def clean(self) -> dict[str, Any]:
        """Refuse days that end before they begin."""
        said = super().clean() or {}
        first, last = said.get("effective_from"), said.get("effective_to")
        if first and last and last < first:
            raise ValidationError({"effective_to": f"{last} is before the first day, {first}."})
        return said

    def wanted(self) -> WantedPrice:
        """Return the price."""
        said = self.cleaned_data
        return WantedPrice(said["code"], said["modifier"], said["amount"], said["effective_from"], said["effective_to"])

    def known_codes(self) -> list[tuple[str, str]]:
        """Return code and name of each code of the tables, for the list that opens as one types."""
        return sorted({(row.code, row.name) for row in load_codebook().procedures})


class EndPriceForm(forms.Form):
    """The last day of a price."""

    last_day = day_field(required=True, label="Last day of service")

    def __init__(self, *args: Any, line: FeeLine, **kwargs: Any) -> None:
        """End ``line``."""
        super().__init__(*args, **kwargs)
        self.line = line

    def clean_last_day(self) -> date:
        """Refuse a day before the first: such a price is taken back, not ended."""
        last = self.cleaned_data["last_day"]
        if last < self.line.effective_from:
            raise ValidationError(
                f"The price begins on {self.line.effective_from}. If it never held, take it back below."
            )
        return date(last.year, last.month, last.day)

    def wanted(self) -> WantedPrice:
        """Return the same price with its last day."""
        line = self.line
        return WantedPrice(
            line.code, line.modifier, line.amount, line.effective_from, self.cleaned_data["last_day"], line.computation
        )


class LoadPricesForm(forms.Form):
    """A file of prices, and from when it holds."""

    file = forms.FileField(
        label="CSV file",
        help_text="A header names the columns: code, modifier, amount, effective_from, effective_to.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )
    effective_from = day_field(required=True, label="First day of rows that name none")
    is_whole = forms.BooleanField(
        required=False,
        label="The file is the whole list",
        help_text="Prices that it does not name end the day before the first day.",
    )

    def clean_file(self) -> bytes:
        """Return the bytes of a file of a sensible size."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError(f"The file has {file.size:,} bytes; a price list has at most {MOST_BYTES:,}.")
        return bytes(file.read())
