"""What stands between a form and its step: the step's faults become the form's errors."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


def say_what_is_empty(form: forms.BaseForm) -> None:
    """Say in words what an empty choice means, in place of dashes."""
    for field in form.fields.values():
        choices: Any = getattr(field, "choices", None)
        if isinstance(field, forms.TypedChoiceField):
            words = "Choose…" if field.required else "not given"
            field.choices = [(value, label if value else words) for value, label in choices]


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
