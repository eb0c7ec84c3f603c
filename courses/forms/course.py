"""A course, its diagnoses, and the reasons that taking something back asks for."""

import re
from typing import Any

from django import forms

from courses.models import Course
from patients.models import Facility, Provider

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


class CourseForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A new course."""

    diagnoses = DiagnosesField()

    class Meta:
        model = Course
        fields = ("title", "facility", "physician", "opened_on")
        widgets = {"opened_on": DATE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facility"] = forms.ModelChoiceField(Facility.objects.all(), empty_label=None)
        physicians = Provider.objects.filter(is_physician=True, is_active=True)
        self.fields["physician"] = forms.ModelChoiceField(
            physicians, required=False, empty_label="not yet named", help_text="Renders the professional lines."
        )

    def _post_clean(self) -> None:
        """Leave the model's checks to the step, which speaks for the API and the imports too."""


class DiagnosesForm(forms.Form):
    """The diagnoses of a course, all of them."""

    diagnoses = DiagnosesField()


class CloseForm(forms.Form):
    """The day on which a course ends."""

    on = forms.DateField(label="Closed on", widget=DATE)


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(max_length=200, label="Why")
