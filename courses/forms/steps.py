"""What stands between a form and its step: the step's faults become the form's errors."""

from collections.abc import Mapping

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def take_faults(form: forms.BaseForm, error: ValidationError, names: Mapping[str, str] | None = None) -> None:
    """Add what a step refused to the form: each fault at its field, the rest on top.

    Args:
        names: the form's field for a step's word, where they differ.
    """
    faults = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for word, messages in faults.items():
        field = (names or {}).get(word, word)
        for message in messages:
            form.add_error(field if field in form.fields else None, message)
