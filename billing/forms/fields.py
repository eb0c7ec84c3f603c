"""What several forms share: a field for a day, and how a step's refusal comes back to the form."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from patients.validators import validate_day


def take_faults(form: forms.BaseForm, error: ValidationError) -> None:
    """Add what a step refused to the form: each fault at its field, the rest on top."""
    faults = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for word, messages in faults.items():
        for message in messages:
            form.add_error(word if word in form.fields else None, message)


def day_field(**options: Any) -> forms.DateField:
    """Return a field for a day, with the browser's calendar; not required unless asked."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(**{"required": False, "widget": widget, "validators": [validate_day], **options})
