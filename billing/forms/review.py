"""What billers type: filters of the worklist, reasons, a line keyed by hand.

Forms check the shape of what was typed and put it into the steps' own words; whether it may be is for
the steps and the rules to say.
"""

import re
import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from billing.models import ManualLine
from billing.rules import load_codebook
from courses.models import Course

REASON_LENGTH = 200
MOST_IDS = 20_000
MODIFIERS = 4
"""How many a claim line carries."""
CODE = re.compile(r"[0-9A-Z]{5}")
USUAL_REASONS = (
    "Waiting for the physician's note",
    "Waiting for the authorization",
    "Question to the therapist",
    "Question to the physicist",
    "Coverage to be checked with the payer",
    "Coding question to the billing manager",
)


class ReasonForm(forms.Form):
    """Why something is decided."""

    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"list": "usual-reasons", "autocomplete": "off", "autofocus": True}),
        error_messages={"required": "Say why."},
    )


class LinesForm(forms.Form):
    """The lines that a decision is about, by id, with the version that was seen of each."""

    lines = forms.CharField(widget=forms.HiddenInput, max_length=MOST_IDS * 40)

    def clean_lines(self) -> dict[int, str]:
        """Return the version by id."""
        seen: dict[int, str] = {}
        for part in str(self.cleaned_data["lines"]).split(","):
            number, _colon, version = part.partition(":")
            if not number.isdigit():
                raise ValidationError("The list of lines is damaged. Go back and select them again.")
            seen[int(number)] = version
        return seen


class ManualLineForm(forms.ModelForm[ManualLine]):
    """A charge line as a biller would key it for a course."""

    modifiers = forms.CharField(
        required=False, max_length=20, help_text="Up to four, with spaces between them: 26 59.",
    )  # fmt: skip
    units = forms.IntegerField(min_value=1, max_value=99)
    source_key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    class Meta:
        """The fields in the order in which they are keyed."""

        model = ManualLine
        fields = ("code", "service_on", "units", "modifiers", "narrative", "attachment", "source_key")
        widgets = {
            "service_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "code": forms.TextInput(attrs={"list": "known-codes", "autocomplete": "off", "autofocus": True}),
            "narrative": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {"service_on": "Day of service"}
        help_texts = {
            "code": "Five characters; it must be in force on the day of service.",
            "narrative": "What was done: needed for unlisted codes. A claim carries 80 characters.",
            "attachment": "Reference of the paper that says more, where the narrative is longer.",
        }

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        """Key a line for ``course``."""
        super().__init__(*args, **kwargs)
        self.instance.course = course
        self.fields["source_key"].initial = f"form:{uuid.uuid4()}"

    def clean_code(self) -> str:
        """Take a code as it is spoken: any case, no spaces around."""
        code = str(self.cleaned_data["code"]).strip().upper()
        if not CODE.fullmatch(code):
            raise ValidationError(f"'{code}' is no code: it has five letters or digits, such as 77301 or G6015.")
        return code

    def clean_modifiers(self) -> list[str]:
        """Split what was typed into modifiers of two characters."""
        typed = re.split(r"[\s,;-]+", str(self.cleaned_data["modifiers"]).strip().upper())
        modifiers = [modifier for modifier in typed if modifier]
        wrong = [modifier for modifier in modifiers if not re.fullmatch(r"[0-9A-Z]{2}", modifier)]
        if wrong:
            raise ValidationError(f"{', '.join(wrong)}: a modifier has two letters or digits, such as 26 or TC.")
        if len(modifiers) > MODIFIERS:
            raise ValidationError(f"{len(modifiers)} modifiers; a claim line carries four.")
        return modifiers

    def known_codes(self) -> list[tuple[str, str]]:
        """Return code and name of each code of the tables, for the list that opens as one types."""
        return sorted({(row.code, row.name) for row in load_codebook().procedures})
