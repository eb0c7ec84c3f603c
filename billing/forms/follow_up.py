"""What is typed about a claim that was sent: the payer's number of it, why it is corrected, how the payer was told."""

from typing import Any

from django import forms

from billing.follow_ups import Correction, reasons_for
from billing.models import FollowUp
from patients.numbers import id_or_none

NOTE_LENGTH = 200


class CorrectionForm(forms.Form):
    """How a claim is corrected. What may be is for the step to say."""

    kind = forms.ChoiceField(
        label="What goes out",
        choices=[(FollowUp.Kind.REPLACEMENT, "A replacement (7)"), (FollowUp.Kind.VOID, "A void (8)")],
    )
    payer_claim_number = forms.CharField(
        label="Payer's claim number",
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="As the payer's acknowledgment or remittance gives it.",
    )
    reason_code = forms.ChoiceField(label="Why", required=False)

    def __init__(self, *args: Any, correction: Correction, **kwargs: Any) -> None:
        """Ask about one claim."""
        standing = correction.follow_up
        kind = str(standing.kind if standing else correction.proposal)
        kwargs.setdefault("auto_id", f"claim-{correction.claim.pk}-%s")
        kwargs["initial"] = {
            "kind": kind,
            "payer_claim_number": correction.payer_claim_number,
            "reason_code": standing.reason_code if standing else reasons_for(kind)[0][0],
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        if correction.claim.claim_kind == "institutional":
            field = self.fields["reason_code"]
            assert isinstance(field, forms.ChoiceField)
            of_kinds = [(dict(self.fields["kind"].choices)[kind], reasons_for(kind)) for kind in ("7", "8")]  # type: ignore[attr-defined]
            field.choices = of_kinds
        else:
            del self.fields["reason_code"]


class NoteForm(forms.Form):
    """How somebody was told, or why not."""

    note = forms.CharField(
        max_length=NOTE_LENGTH,
        label="How",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={"required": "Say how: a call with its reference, the payer's site, a letter."},
    )


class ClaimsForm(forms.Form):
    """Claims that were ticked; and why Medicare pays later, where it is the next payer."""

    claim = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any number; which of them may be is for the step to say."""
        super().__init__(*args, **kwargs)
        ticked = self.data.getlist("claim") if hasattr(self.data, "getlist") else []
        field = self.fields["claim"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(number, number) for number in ticked if id_or_none(number) is not None]

    @property
    def reasons(self) -> dict[int, str]:
        """Return what was chosen beside each ticked claim; which reasons there are is for the step to say."""
        return {claim_id: self.data.get(f"why-{claim_id}", "") for claim_id in self.cleaned_data["claim"]}
