"""A course, its diagnoses, and the reasons that taking something back asks for."""

import re
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from courses.models import Course
from patients.models import Facility, Provider
from patients.seen import state_of
from patients.validators import validate_day

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
SEPARATORS = re.compile(r"[\s,;]+")


class DiagnosesField(forms.CharField):
    """ICD-10-CM codes in one line, principal first."""

    def __init__(self) -> None:
        super().__init__(
            label="Diagnoses (ICD-10-CM)",
            help_text="Principal first, then the others, as C50.911 C77.3.",
            widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
        )

    def to_python(self, value: object) -> Any:
        """Split what was typed into codes."""
        return [code.upper() for code in SEPARATORS.split(str(value or "").strip()) if code]

    def prepare_value(self, value: Any) -> Any:
        """Show a list of codes as one line."""
        return " ".join(value) if isinstance(value, list) else value


class NamesForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """Who stands on the claims of a course; ``seen`` is how the course stood when the form was opened."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Course
        fields = ("physician", "referring_provider", "supervising_provider", "ordering_provider", "referral_number")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("physician", "referring_provider", "supervising_provider", "ordering_provider"):
            self._offer(name)
        self.fields["referral_number"].widget.attrs["autocomplete"] = "off"
        if self.instance.pk:
            self.initial["seen"] = state_of(self.instance)
        else:
            del self.fields["seen"]

    def _offer(self, name: str) -> None:
        """Offer active providers, and whoever stands there already; only a physician renders and supervises."""
        chosen = getattr(self.instance, f"{name}_id")
        offered = Q(is_active=True)
        if name in ("physician", "supervising_provider"):
            offered &= Q(is_physician=True)
        field = Course._meta.get_field(name)
        self.fields[name] = forms.ModelChoiceField(
            Provider.objects.filter(offered | Q(pk=chosen)),
            required=False,
            empty_label="not yet named" if name == "physician" else "nobody",
            help_text=str(getattr(field, "help_text", "")),
        )

    def _post_clean(self) -> None:
        """Leave the model's checks to the step, which speaks for the API and the imports too."""


class CourseForm(NamesForm):
    """A new course."""

    diagnoses = DiagnosesField()

    class Meta(NamesForm.Meta):
        fields = ("title", "facility", "opened_on", *NamesForm.Meta.fields)  # type: ignore[assignment]  # one form more
        widgets: ClassVar = {"opened_on": DATE}

    field_order = ("title", "facility", "physician", "opened_on", "diagnoses")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        untold = "" if Facility.objects.exists() else "None is entered yet. An administrator does so under Settings."
        self.fields["facility"] = forms.ModelChoiceField(Facility.objects.all(), empty_label=None, help_text=untold)
        self.fields["opened_on"].validators.append(validate_day)
        self.order_fields(self.field_order)


class DiagnosesForm(forms.Form):
    """The diagnoses of a course, all of them."""

    diagnoses = DiagnosesField()


class CloseForm(forms.Form):
    """The day on which a course ends."""

    on = forms.DateField(label="Closed on", widget=DATE, validators=[validate_day])


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(max_length=200, label="Why")
