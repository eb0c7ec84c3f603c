"""A course, its diagnoses and events, and the reasons that taking something back asks for."""

import re
from typing import Any

from django import forms

from courses.forms.steps import say_what_is_empty
from courses.models import ClinicalEvent, Course
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


class EventForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A clinical event beside plans and sessions."""

    class Meta:
        model = ClinicalEvent
        fields = ("family", "happened_on", "performer", "site", "units", "documented", "distinct_service")
        widgets = {"happened_on": DATE}
        labels = {"family": "What was done", "happened_on": "On", "performer": "By"}
        help_texts = {
            "documented": "Order and report are in the chart.",
            "distinct_service": "A service of its own beside another of that day.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_what_is_empty(self)

    def _post_clean(self) -> None:
        """Leave the model's checks to the step, which speaks for the API and the imports too."""

    def entry(self) -> dict[str, Any]:
        """Return the arguments of ``record_event`` beside course and user."""
        said = dict(self.cleaned_data)
        said["on"] = said.pop("happened_on")
        return said


class ReasonForm(forms.Form):
    """Why something is taken back."""

    reason = forms.CharField(max_length=200, label="Why")
