"""The forms of the patient pages: read what a person typed; the steps of registration hold the rules."""

from typing import Any

from django import forms
from django.db.models import Q

from patients.models import Coverage, Patient, Payer
from patients.seen import state_of
from patients.terms import Relationship, Sex

DATE = {"type": "date"}
SEXES = [(Sex.FEMALE.value, "female"), (Sex.MALE.value, "male"), (Sex.UNKNOWN.value, "not known")]


class SearchForm(forms.Form):
    """A name, its beginning, or an MRN. Sent by POST: neither may stand in an address."""

    term = forms.CharField(
        required=False,
        max_length=60,
        label="Name or MRN",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "placeholder": "Name or MRN"}),
    )


class PatientForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A patient as registered; ``seen`` is how a row that is corrected stood."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Patient
        fields = (
            "mrn", "last_name", "first_name", "middle_name", "birth_date", "sex", "phone", "street", "street2", "city",
            "state", "zip_code",
        )  # fmt: skip
        widgets = {"birth_date": forms.DateInput(attrs=DATE, format="%Y-%m-%d")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sex"].widget = forms.Select(choices=SEXES)
        _see(self)

    groups = (
        ("Who", ("mrn", "last_name", "first_name", "middle_name", "birth_date", "sex", "phone")),
        ("Address, as the payer knows it", ("street", "street2", "city", "state", "zip_code")),
    )

    def grouped(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields in the groups that the page shows."""
        return [(title, [self[name] for name in names]) for title, names in self.groups]

    def _post_clean(self) -> None:
        """Leave the model's checks to the step, which speaks for the API and the imports too."""


class CoverageForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """A patient's policy at a payer; ``seen`` is how a row that is corrected stood."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    ends_previous = forms.BooleanField(
        required=False,
        label="End the present one the day before",
        help_text="The open coverage of the same rank ends; its dates stay for what was charged until then.",
    )

    class Meta:
        model = Coverage
        fields = (
            "payer", "rank", "member_id", "group_number", "effective_from", "effective_to", "relationship",
            "subscriber_last_name", "subscriber_first_name", "subscriber_birth_date", "subscriber_sex", "street",
            "street2", "city", "state", "zip_code",
        )  # fmt: skip
        widgets = {
            "effective_from": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "effective_to": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
            "subscriber_birth_date": forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        }
        labels = {"relationship": "The patient is the subscriber's", "effective_to": "Effective to, if it has ended"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Payer.objects.filter(Q(is_active=True) | Q(pk=self.instance.payer_id))
        untold = "" if offered.exists() else "No payer is entered yet. An administrator does so under Settings."
        self.fields["payer"] = forms.ModelChoiceField(offered, empty_label="Choose…", help_text=untold)
        choices = [(one.value, "own (self)" if one == Relationship.SELF else one.value) for one in Relationship]
        self.fields["subscriber_sex"].widget = forms.Select(choices=[("", "not given"), *SEXES])
        self.fields["relationship"].widget = forms.Select(choices=choices)
        _see(self)
        if self.instance.pk:
            del self.fields["ends_previous"]

    groups = (
        (
            "Policy",
            ("payer", "rank", "member_id", "group_number", "effective_from", "effective_to", "ends_previous"),
        ),
        (
            "Subscriber, where it is not the patient",
            (
                "relationship", "subscriber_last_name", "subscriber_first_name", "subscriber_birth_date",
                "subscriber_sex", "street", "street2", "city", "state", "zip_code",
            ),
        ),
    )  # fmt: skip

    def grouped(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields in the groups that the page shows."""
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in self.groups]

    def _post_clean(self) -> None:
        """Leave the model's checks to the step, which speaks for the API and the imports too."""


def _see(form: forms.ModelForm[Any]) -> None:
    """Keep how the row stood when the form was opened; a new row has not stood yet."""
    if form.instance.pk:
        form.initial["seen"] = state_of(form.instance)
    else:
        del form.fields["seen"]


def take_faults(form: forms.BaseForm, faults: dict[str, list[str]]) -> None:
    """Add what a step refused to the form: each fault at its field, the rest on top."""
    for name, messages in faults.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
