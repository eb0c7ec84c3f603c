"""A charge line as a biller keys it, or amends it."""

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse

from billing.forms.coding import ModifiersField, PointersField, provider_field
from billing.forms.review import REASON_LENGTH
from billing.models import ManualLine
from billing.rules import load_codebook
from billing.rules.coding import NOBODY, Renderer
from courses.models import Course
from patients.validators import validate_day

CODE = re.compile(r"[0-9A-Z]{5}")
OPTIONS = "code-options"
"""The id of the list that opens as one types."""


class ManualLineForm(forms.ModelForm[ManualLine]):
    """A line of a course, keyed by hand. One that stands already is amended, with a reason."""

    code = forms.CharField(
        max_length=60, help_text="Type a code or what was done. It must be in force on the day of service."
    )
    modifiers = ModifiersField()
    units = forms.IntegerField(min_value=1, max_value=99)
    source_key = forms.CharField(widget=forms.HiddenInput, max_length=60)
    accepted = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        label="Why is it amended",
        widget=forms.TextInput(attrs={"list": "usual-reasons", "autocomplete": "off"}),
        error_messages={"required": "Say why."},
    )

    class Meta:
        """The fields in the order in which they are keyed."""

        model = ManualLine
        fields = ("code", "service_on", "units", "modifiers", "narrative", "attachment", "source_key")
        widgets = {
            "service_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "narrative": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {"service_on": "Day of service"}
        help_texts = {
            "narrative": "What was done: needed for unlisted codes. A claim carries 80 characters.",
            "attachment": "Reference of the paper that says more, where the narrative is longer.",
        }

    def __init__(self, *args: Any, course: Course, seen: int | None = None, **kwargs: Any) -> None:
        """Key a line for ``course``, or amend the ``instance``, which was looked at in the state ``seen``."""
        super().__init__(*args, **kwargs)
        line = self.instance
        line.course = course
        physician = course.physician
        usual = Renderer(str(physician.pk), str(physician)) if physician else NOBODY
        codes = list(course.diagnoses.order_by("position").values_list("code", flat=True))
        self.fields["diagnoses"] = PointersField(codes)
        self.fields["service_on"].validators.append(validate_day)
        self.fields["provider"] = provider_field(usual=usual, also=line.provider_id)
        self.initial.update({"diagnoses": line.diagnoses, "provider": line.provider_id, "seen": seen})
        self.fields["diagnoses"].help_text += " Empty: as all lines of the claim."
        self.fields["source_key"].initial = f"form:{uuid.uuid4()}"
        for name in ("source_key",) if line.pk else ("reason", "seen"):
            del self.fields[name]
        self.order_fields(
            ["code", "service_on", "units", "modifiers", "diagnoses", "provider", "narrative", "attachment"]
        )
        self.fields["code"].widget = _code_widget(course)

    def clean_code(self) -> str:
        """Take a code as it is spoken: any case, no spaces around."""
        code = str(self.cleaned_data["code"]).strip().upper()
        if not CODE.fullmatch(code):
            raise ValidationError(f"'{code}' is no code: it has five letters or digits, such as 77301 or G6015.")
        return code

    def clean(self) -> dict[str, Any]:
        """Put into the line what fields of our own took, before the model looks at it whole."""
        said = super().clean() or self.cleaned_data
        for name in ("diagnoses", "provider"):
            if name in said:
                setattr(self.instance, name, said[name])
        return said

    def see_anew(self, state: int) -> None:
        """Let what was typed stand over the line as it is now: the next save is about that."""
        self.data = {**self.data.dict(), "seen": str(state)} if isinstance(self.data, QueryDict) else self.data

    def known_codes(self) -> list[tuple[str, str]]:
        """Return code and name of each code of the tables: the list of a browser without scripts."""
        return sorted({(row.code, row.name) for row in load_codebook().procedures})


def _code_widget(course: Course) -> forms.TextInput:
    """Return the field that looks codes up; without scripts it offers the browser's own list."""
    return forms.TextInput(
        attrs={
            "list": "known-codes", "autocomplete": "off", "autofocus": True, "spellcheck": "false", "maxlength": 60,
            "data-lookup": OPTIONS, "hx-get": reverse("billing:manual-codes", args=[course.pk]),
            "hx-trigger": "input changed delay:150ms", "hx-target": f"#{OPTIONS}", "hx-swap": "innerHTML",
            "hx-include": "[name=service_on]",
        }
    )  # fmt: skip


class LookupForm(forms.Form):
    """What is looked up: what was typed, and on which day it must be in force."""

    code = forms.CharField(required=False, max_length=60)
    service_on = forms.DateField()
