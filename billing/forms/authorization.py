"""What is typed of an authorization: what the payer allowed, and why one ends."""

import re
import uuid
from typing import Any, cast

from django import forms

from billing.authorizations import Particulars, faults_of
from billing.forms.fields import day_field
from billing.forms.review import REASON_LENGTH
from billing.models import Authorization, AuthorizationStatus
from billing.rules import load_codebook
from courses.forms.words import TECHNIQUES
from courses.models import Course
from courses.terms import Technique
from patients.models import Coverage

OFFERED = tuple(one for one in AuthorizationStatus if one is not AuthorizationStatus.VOIDED)
TECHNIQUE_CHOICES = [(one.value, TECHNIQUES[one.value]) for one in Technique if one is not Technique.UNKNOWN]
CODES = re.compile(r"[\s,;]+")


class CodesField(forms.CharField):
    """Procedure codes in one line, in any case, with spaces or commas between them."""

    def to_python(self, value: object) -> Any:
        """Split what was typed into codes."""
        return [code.upper() for code in CODES.split(str(value or "").strip()) if code]

    def prepare_value(self, value: Any) -> Any:
        """Show a list of codes as one line."""
        return " ".join(value) if isinstance(value, list) else value


class AuthorizationForm(forms.Form):
    """What a payer was asked for, or approved. Faults of the fields and of the whole are said together."""

    status = forms.ChoiceField(choices=[(one.value, str(one).replace("_", " ").capitalize()) for one in OFFERED])
    coverage = forms.ModelChoiceField(
        Coverage.objects.none(), required=False, empty_label="the primary one on its first day"
    )
    number = forms.CharField(
        required=False, label="Number", help_text="As in the payer's answer: it goes on the claim."
    )
    technique = forms.ChoiceField(
        required=False, label="Approved technique", choices=[("", "not named"), *TECHNIQUE_CHOICES]
    )
    codes = CodesField(
        help_text="Those that share the units: 77407 77412.", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    units = forms.IntegerField(help_text="One unit is one session of delivery, one plan, one device.")
    effective_from = day_field()
    effective_to = day_field()
    requested_on = day_field()
    decided_on = day_field()
    contact = forms.CharField(
        required=False, label="Payer's contact or reference", help_text="Who was spoken to, or the number of the case."
    )
    reason = forms.CharField(max_length=REASON_LENGTH, label="Why is it changed")
    source_key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, *args: Any, course: Course, authorization: Authorization | None = None, **kwargs: Any) -> None:
        """Enter an authorization for ``course``, or correct the one that is given."""
        self.course, self.authorization = course, authorization
        super().__init__(*args, **kwargs)
        coverages = Coverage.objects.filter(patient_id=course.patient_id).select_related("payer")
        self.fields["coverage"] = _CoverageField(coverages, self.fields["coverage"])
        for name, label in (("effective_from", "First day"), ("effective_to", "Last day")):
            self.fields[name].required, self.fields[name].label = True, label
        self.fields["source_key"].initial = f"form:{uuid.uuid4()}"
        del self.fields["source_key" if authorization else "reason"]
        if authorization is not None and authorization.status == AuthorizationStatus.VOIDED:
            self.fields["status"].choices += [("voided", "Voided")]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Add what the step would refuse, so that it is said beside what could not be read."""
        said = super().clean() or {}
        faults = faults_of(course=self.course, said=self.entry(), leaving_out=self.authorization or self._sent_before())
        for field, messages in faults.items():
            for message in messages:
                self.add_error(field, message)
        return said

    def _sent_before(self) -> Authorization | None:
        """Return what a first sending of this form made: a double click is no second approval."""
        key = self.cleaned_data.get("source_key")
        return Authorization.objects.filter(course=self.course, source_key=key).first() if key else None

    def entry(self) -> Particulars:
        """Return what was said, as the steps take it."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in ("reason", "source_key")}
        return cast(Particulars, said)

    def known_codes(self) -> list[tuple[str, str]]:
        """Return code and name of each code of the tables, for the list that opens as one types."""
        return sorted({(row.code, row.name) for row in load_codebook().procedures})


class _CoverageField(forms.ModelChoiceField[Coverage]):
    """The patient's coverages by payer and days: what a biller knows them by."""

    def __init__(self, queryset: Any, like: forms.Field) -> None:
        super().__init__(queryset, required=like.required, empty_label="the primary one on its first day")

    def label_from_instance(self, obj: Coverage) -> str:
        """Name a coverage."""
        until = f" to {obj.effective_to}" if obj.effective_to else ""
        return f"{obj.payer.name}, {obj.rank}, from {obj.effective_from}{until}"


class EndForm(forms.Form):
    """How an authorization ends: earlier than approved, or as if it had never been."""

    how = forms.ChoiceField(
        label="What happened",
        choices=[
            ("end", "It ends earlier: what it covered until then stays covered"),
            ("void", "It does not count at all: entered in error, or withdrawn"),
        ],
        widget=forms.RadioSelect,
        initial="end",
    )
    on = day_field()
    reason = forms.CharField(max_length=REASON_LENGTH, label="Why", error_messages={"required": "Say why."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label, self.fields["on"].help_text = "Last day", "Only where it ends earlier."

    def clean(self) -> dict[str, Any]:
        """Ask for the day where one is needed."""
        said = super().clean() or {}
        if said.get("how") == "end" and not said.get("on") and "on" not in self.errors:
            self.add_error("on", "Choose its last day.")
        return said
