"""What billers type of many lines: reasons, and which lines they mean.

Forms check the shape of what was typed and put it into the steps' own words; whether it may be is for
the steps and the rules to say.
"""

from django import forms
from django.core.exceptions import ValidationError

from patients.numbers import id_or_none

REASON_LENGTH = 200
MOST_IDS = 20_000
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
            line = id_or_none(number)
            if line is None:
                raise ValidationError("The list of lines is damaged. Go back and select them again.")
            seen[line] = version
        return seen
