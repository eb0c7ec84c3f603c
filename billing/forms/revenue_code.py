"""What is typed of revenue codes: which lines a row serves, its code, its days."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from billing.models import RevenueCode
from billing.rules import load_codebook
from billing.rules.lines import Family
from patients.models import Payer
from patients.models.base import choices_of

_PROCEDURE = re.compile(r"[0-9A-Z]{5}")
_REVENUE_CODE = re.compile(r"[0-9]{4}")
_TOTAL = "0001"


class RevenueCodeForm(forms.ModelForm[RevenueCode]):
    """One row of the practice's table of revenue codes."""

    class Meta:
        """The fields in the order in which one thinks of them."""

        model = RevenueCode
        fields = ("code", "last_code", "family", "payer", "revenue_code", "effective_from", "effective_to")
        widgets = {
            "effective_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "effective_to": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        labels = {
            "revenue_code": "Revenue code",
            "effective_from": "First day of service",
            "effective_to": "Last day of service",
        }
        help_texts = {"effective_to": "Empty: until another row takes its place."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer every payer and family, and none."""
        super().__init__(*args, **kwargs)
        procedure = forms.TextInput(attrs={"list": "known-codes", "autocomplete": "off"})
        self.fields["code"] = forms.CharField(
            required=False, max_length=12, label="Procedure", help_text="Empty: a family, or every line.",
            widget=procedure,
        )  # fmt: skip
        self.fields["last_code"] = forms.CharField(
            required=False, max_length=12, label="To procedure", help_text="Only of a range: its last one.",
            widget=procedure,
        )  # fmt: skip
        self.fields["family"] = forms.ChoiceField(
            required=False, label="Family", choices=[("", "No family"), *choices_of(Family)],
            help_text="Instead of procedures.",
        )  # fmt: skip
        self.fields["payer"] = forms.ModelChoiceField(
            Payer.objects.order_by("name"), required=False, empty_label="Every payer without a row of its own"
        )
        self.fields["revenue_code"].widget.attrs["inputmode"] = "numeric"

    def clean_code(self) -> str:
        """Take a procedure as it is spoken."""
        return self._procedure("code")

    def clean_last_code(self) -> str:
        """Take a procedure as it is spoken."""
        return self._procedure("last_code")

    def _procedure(self, field: str) -> str:
        said = str(self.cleaned_data[field] or "").strip().upper()
        if said and not _PROCEDURE.fullmatch(said):
            raise ValidationError(f"'{said}' is no procedure code: five letters and digits, as 77386 or G6015.")
        return said

    def clean_revenue_code(self) -> str:
        """Refuse what is no revenue code of a line."""
        said = str(self.cleaned_data["revenue_code"]).strip()
        if not _REVENUE_CODE.fullmatch(said) or said == _TOTAL:
            raise ValidationError(
                f"'{said}' is no revenue code of a line: four digits, as 0333; 0001 is the total of a bill."
            )
        return said

    def clean(self) -> dict[str, Any]:
        """Refuse what serves nothing, days that end before they begin, and rows that would say two things."""
        said = super().clean() or {}
        code, last_code, family = said.get("code"), said.get("last_code"), said.get("family")
        first, last = said.get("effective_from"), said.get("effective_to")
        if family and (code or last_code):
            self.add_error("family", "Choose a family or name procedures, not both.")
        if last_code and not code:
            self.add_error("code", "A range names its first procedure too.")
        elif code and last_code and last_code <= code:
            self.add_error("last_code", f"{last_code} is not after {code}. Leave it empty for one procedure.")
        if first and last and last < first:
            self.add_error("effective_to", f"{last} is before the first day, {first}.")
        rival = None if self.errors else self._rival(said)
        if rival is not None:
            raise ValidationError(
                f"Another row says {rival.revenue_code} for {rival.serves} on some of these days. End it the day "
                "before this one begins, or choose other procedures or days."
            )
        return said

    def _rival(self, said: dict[str, Any]) -> RevenueCode | None:
        """Return a row of the same payer and reach on some of the days; of ranges also one that overlaps."""
        rows = self._of_the_days(said["payer"], said["effective_from"], said["effective_to"])
        same = Q(family=said["family"], code=said["code"], last_code=said["last_code"])
        if said["last_code"]:
            crossing = Q(code__lt=said["code"], last_code__gte=said["code"], last_code__lt=said["last_code"])
            crossed = Q(code__gt=said["code"], code__lte=said["last_code"], last_code__gt=said["last_code"])
            same |= crossing | crossed
        return rows.filter(same).first()

    def _of_the_days(self, payer: Payer | None, first: date, last: date | None) -> QuerySet[RevenueCode]:
        rows = RevenueCode.objects.filter(payer=payer).exclude(pk=self.instance.pk)
        if last is not None:
            rows = rows.filter(effective_from__lte=last)
        return rows.filter(Q(effective_to=None) | Q(effective_to__gte=first))

    def known_codes(self) -> list[tuple[str, str]]:
        """Return code and name of each code of the tables, for the list that opens as one types."""
        return sorted({(row.code, row.name) for row in load_codebook().procedures})
