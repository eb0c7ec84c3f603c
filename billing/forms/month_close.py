"""What is typed to sign a month off, and to open one again."""

from django import forms

from billing.reconciliation.closing import NOTE_LENGTH, REASON_LENGTH
from courses.forms.signing import SignForm


class MonthSignForm(SignForm):
    """The password again, and a note; ``seen`` is the digest of what the page showed."""

    note = forms.CharField(
        required=False,
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="If anything is open: why the month is signed off all the same.",
    )
    field_order = ("note", "password")


class ReopenForm(forms.Form):
    """Why a month is opened again."""

    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why the month is opened again."},
    )
