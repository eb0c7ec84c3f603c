"""What is typed of a trading partner and of the payers it serves. What may be is said in billing/partners."""

import re
from typing import Any, cast

from django import forms

from billing.adapters.host_keys import read_host_keys
from billing.forms.fields import take_faults
from billing.models import TradingPartner
from billing.models.partner import QUALIFIERS
from billing.partners.credentials import secret_names
from billing.partners.entering import faults_of
from patients.models import Payer
from patients.terms import PayerKind

_SIGN_NAMES = {"LF": "\n", "CR": "\r", "TAB": "\t"}
_NAMES_OF_SIGNS = {sign: name for name, sign in _SIGN_NAMES.items()}
_HEX = re.compile(r"0x([0-9a-f]{2})", re.IGNORECASE)

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Partner", ("name", "usage", "is_active", "is_default", "answers_expected_within_days", "after_fetching")),
    (
        "Interchange",
        ("sender_qualifier", "sender_id", "receiver_qualifier", "receiver_id", "application_sender",
         "application_receiver"),
    ),
    (
        "Submitter and receiver",
        ("submitter_name", "submitter_id", "contact_name", "contact_phone", "receiver_name", "receiver_code"),
    ),
    (
        "The file",
        ("file_name_pattern", "claims_per_set", "element_separator", "component_separator", "repetition_separator",
         "segment_terminator", "line_end", "uses_extended_characters"),
    ),
    ("The way", ("transport", "folder")),
    (
        "Server, for SFTP",
        ("host", "port", "user", "proof", "secret_name", "remote_outbox", "remote_inbox", "remote_archive",
         "host_keys"),
    ),
)  # fmt: skip
"""Fields as the page groups them, in the order in which one has them at hand."""
LABELS = {
    "name": "Name", "usage": "Use (ISA15)", "is_active": "Files are made and sent",
    "is_default": "Takes payers without a route",
    "answers_expected_within_days": "Days until a missing answer is an alert",
    "after_fetching": "A fetched answer is, at the partner,", "sender_qualifier": "Our id is a (ISA05)",
    "sender_id": "Our id (ISA06)", "receiver_qualifier": "Their id is a (ISA07)", "receiver_id": "Their id (ISA08)",
    "application_sender": "Our application (GS02)", "application_receiver": "Their application (GS03)",
    "submitter_name": "Submitter", "submitter_id": "Submitter id (ETIN)", "contact_name": "Contact",
    "contact_phone": "Contact's phone", "receiver_name": "Receiver", "receiver_code": "Receiver id (NM1*40)",
    "file_name_pattern": "Names of files", "claims_per_set": "Claims in one ST",
    "element_separator": "Between elements", "component_separator": "Between components",
    "repetition_separator": "Between repetitions",
    "segment_terminator": "Segments end with", "line_end": "After each segment",
    "uses_extended_characters": "Takes small letters and @ # $", "transport": "Files go by", "folder": "Folder",
    "host": "Server", "port": "Port", "user": "User name", "host_keys": "Host keys", "proof": "We sign in with a",
    "secret_name": "File with the key or password", "remote_outbox": "Folder for our files",
    "remote_inbox": "Folder of answers", "remote_archive": "Folder for fetched answers",
}  # fmt: skip
HELPS = {
    "usage": "Test files are not paid. Production files leave this site only where it is in production itself.",
    "is_active": "Off: nothing is made for it, and what is sealed waits.",
    "is_default": "One partner at most.",
    "answers_expected_within_days": "Counted from the delivery of a file.",
    "after_fetching": "Everything fetched is stored here first, whole.",
    "file_name_pattern": "In braces: {kind} 837P or 837I, {partner}, {usage} T or P, {number} nine digits (must be "
    "there), {date}, {time}.",
    "segment_terminator": "A sign, LF, CR, or a control character as 0x1C.",
    "folder": "A plain name under the outbox; the partner's own program empties it and lays answers into its "
    "folder responses.",
    "host_keys": "One a line: a public key (ssh-ed25519 AAAA…), a line of known_hosts, or a fingerprint (SHA256:…). "
    "From the partner's guide or by phone, never from the connection itself. While keys change, both may stand here.",
    "secret_name": "A file in the folder of partner secrets on the server; neither key nor password is typed here.",
    "remote_outbox": "As the server names it: /in, or claims/upload.",
    "remote_archive": "Only where fetched answers are moved.",
}


def shown_sign(sign: str) -> str:
    """Return a delimiter as it can be read, and typed.

    >>> shown_sign("*"), shown_sign(chr(10)), shown_sign(chr(29))
    ('*', 'LF', '0x1D')
    """
    if len(sign) == 1 and not sign.isprintable():
        return _NAMES_OF_SIGNS.get(sign, f"0x{ord(sign):02X}")
    return sign


class SignField(forms.CharField):
    """A delimiter: the sign itself, or the name of one that no keyboard has."""

    def __init__(self, **options: Any) -> None:
        """Take one sign and keep it as it is: a blank at its side is no part of it, a line feed may be it."""
        super().__init__(**{**options, "strip": False, "max_length": 4})

    def to_python(self, value: Any) -> Any:
        """Turn a name into its sign."""
        text = str(value or "")
        text = text.strip() or text
        code = _HEX.fullmatch(text)
        return chr(int(code[1], 16)) if code else _SIGN_NAMES.get(text.upper(), text)

    def prepare_value(self, value: Any) -> Any:
        """Show a sign that cannot be seen by its name."""
        return shown_sign(value) if isinstance(value, str) else value

    def validate(self, value: Any) -> None:
        """Ask for one sign."""
        super().validate(value)
        if len(value) != 1:
            raise forms.ValidationError("One sign, LF, CR, or a control character as 0x1C.")


class PartnerForm(forms.ModelForm[TradingPartner]):
    """A trading partner. Faults of the fields and of the whole are said together, each at its field."""

    class Meta:
        """Everything but the control number, which counts by itself."""

        model = TradingPartner
        fields = tuple(name for _, names in GROUPS for name in names)
        labels, help_texts = LABELS, HELPS
        field_classes = dict.fromkeys(
            ("element_separator", "component_separator", "repetition_separator", "segment_terminator"), SignField
        )
        widgets = {
            "host_keys": forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
            "secret_name": forms.TextInput(attrs={"list": "known-secrets", "autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(code, f"{code} {words}") for code, words in QUALIFIERS.items()]
        for name in ("sender_qualifier", "receiver_qualifier"):
            cast(forms.ChoiceField, self.fields[name]).choices = kinds
        cast(forms.ChoiceField, self.fields["after_fetching"]).choices = [
            ("leave", "left where it is"), ("move", "moved to another folder"), ("delete", "deleted"),
        ]  # fmt: skip

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields as the page groups them."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS]

    def known_secrets(self) -> list[str]:
        """Return the names of secrets that lie ready."""
        return secret_names()

    def clean(self) -> dict[str, Any]:
        """Add what the step would refuse, so that it is said beside what could not be read."""
        said = super().clean() or self.cleaned_data
        said["folder"] = said.get("folder") or None
        for field, messages in faults_of(said=dict(said), partner=self.instance).items():
            for message in messages:
                self.add_error(field if field in self.fields else None, message)
        if said.get("host_keys") and "host_keys" not in self.errors:
            said["host_keys"] = "\n".join(key.line for key in read_host_keys(said["host_keys"]))
        return said

    def take(self, error: forms.ValidationError) -> None:
        """Add what the step refused at the last moment."""
        take_faults(self, error)


class RouteForm(forms.Form):
    """A payer whose claims the partner is to take."""

    payer = forms.ModelChoiceField(
        Payer.objects.none(), label="Payer", empty_label="choose", error_messages={"required": "Choose a payer."}
    )

    def __init__(self, *args: Any, partner: TradingPartner, **kwargs: Any) -> None:
        """Offer the payers that ``partner`` does not take yet."""
        super().__init__(*args, **kwargs)
        payers = Payer.objects.filter(is_active=True).exclude(kind=PayerKind.SELF_PAY).exclude(route__partner=partner)
        self.fields["payer"] = _PayerField(payers.select_related("route__partner").order_by("name"))


class _PayerField(forms.ModelChoiceField[Payer]):
    """Payers, each with the partner that takes its claims so far."""

    def __init__(self, queryset: Any) -> None:
        super().__init__(queryset, label="Payer", empty_label="choose", error_messages={"required": "Choose a payer."})

    def label_from_instance(self, obj: Payer) -> str:
        """Name a payer."""
        route = getattr(obj, "route", None)
        return f"{obj.name} (now {route.partner.name})" if route else f"{obj.name} ({obj.payer_id})"
