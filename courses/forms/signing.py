"""A signature: the password again, and what the signer has read."""

from django import forms


class SignForm(forms.Form):
    """The password of whoever signs; ``seen`` is the digest of what the page showed."""

    seen = forms.CharField(required=False, max_length=64)
    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Type your password: it is your signature."},
    )
