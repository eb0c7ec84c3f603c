"""What the front desk says of a planned course, in the address: words, counts and days, never a patient."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from billing.estimates.planned import PlannedCourse, faults_of, planned_of
from billing.forms.fields import day_field
from courses.forms.words import GUIDANCE, MOTION, TECHNIQUES
from courses.terms import Laterality, Site, Technique
from patients.models import Facility, Payer

WEEKDAYS = [("1", "Mon"), ("2", "Tue"), ("3", "Wed"), ("4", "Thu"), ("5", "Fri"), ("6", "Sat"), ("7", "Sun")]
TECHNIQUE_CHOICES = [(one.value, TECHNIQUES[one.value]) for one in Technique if one is not Technique.UNKNOWN]
SITE_CHOICES = sorted((one.value, one.value.replace("_", " ")) for one in Site if one is not Site.OTHER)
YES_NO = [("", "as the technique says"), ("yes", "yes"), ("no", "no")]
PLANNED_AS_IMRT = {"yes": True, "no": False}


class DaysField(forms.CharField):
    """Days in one line, as 2026-03-12, with spaces or commas between them."""

    def to_python(self, value: object) -> Any:
        """Split what was typed into days; every one that cannot be read is named."""
        typed = [part for part in re.split(r"[\s,;]+", str(value or "").strip()) if part]
        days, wrong = [], []
        for part in typed:
            try:
                days.append(date.fromisoformat(part))
            except ValueError:
                wrong.append(part)
        if wrong:
            raise ValidationError(f"{', '.join(wrong)}: write days as 2026-03-12, with spaces between them.")
        return tuple(sorted(set(days)))


class EstimateForm(forms.Form):
    """A planned course. Every field has the name of what it says in ``PlannedCourse``; all faults come together."""

    facility = forms.ModelChoiceField(Facility.objects.order_by("name"), empty_label=None, label="Where")
    payer = forms.ModelChoiceField(
        Payer.objects.filter(is_active=True).order_by("name"), required=False, empty_label="none: the patient pays"
    )
    technique = forms.ChoiceField(
        choices=[("", "Choose…"), *TECHNIQUE_CHOICES], error_messages={"required": "Choose the technique."}
    )
    site = forms.ChoiceField(
        choices=[("", "Choose…"), *SITE_CHOICES, (Site.OTHER.value, "other")],
        label="Treated site",
        error_messages={"required": "Choose the site."},
    )
    laterality = forms.ChoiceField(
        required=False, choices=[("", "not paired"), *((one.value, one.value) for one in Laterality)], label="Side"
    )
    includes_nodes = forms.BooleanField(required=False, label="Lymph nodes are treated")
    fractions = forms.IntegerField(
        help_text="Sessions, without those of the boost.", error_messages={"required": "Write how many are planned."}
    )
    twice_daily = forms.BooleanField(required=False, label="Twice a day")
    starts_on = day_field(required=True, label="First session", error_messages={"required": "Choose the day."})
    approved_on = day_field(label="Plan approved", help_text="Empty: the working day before.")
    simulated_on = day_field(label="Simulated", help_text="Empty: a week before the approval.")
    guidance = forms.ChoiceField(choices=list(GUIDANCE.items()), initial="cbct", label="Image guidance")
    motion = forms.ChoiceField(choices=list(MOTION.items()), initial="none", label="Motion management")

    static_fields = forms.IntegerField(required=False, label="Static fields")
    arcs = forms.IntegerField(required=False, label="Arcs")
    isocenters = forms.IntegerField(required=False, initial=1, help_text="Empty: not known.")
    imrt_planned = forms.ChoiceField(required=False, choices=YES_NO, label="Planned as IMRT")
    compensator = forms.BooleanField(required=False, label="Physical compensator")
    complex_delivery_documented = forms.BooleanField(required=False, label="Need of complex delivery is documented")
    respiratory_simulation = forms.BooleanField(required=False, label="Simulated with respiratory motion management")
    boost_fractions = forms.IntegerField(required=False, label="Sessions of a boost", help_text="After the others.")
    boost_technique = forms.ChoiceField(
        required=False, choices=[("", "the same"), *TECHNIQUE_CHOICES], label="Technique of the boost"
    )
    boost_new_ct = forms.BooleanField(required=False, label="The boost has a planning CT of its own")
    weekdays = forms.MultipleChoiceField(
        choices=WEEKDAYS, initial=list("12345"), widget=forms.CheckboxSelectMultiple, label="Treated on"
    )
    keeps_holidays = forms.BooleanField(required=False, initial=True, label="Not on the usual holidays")
    skipped = DaysField(required=False, label="Not on", help_text="Days as 2026-03-12, with spaces between them.")
    simulation = forms.BooleanField(required=False, initial=True, label="Simulation, complex")
    planning_note = forms.BooleanField(required=False, initial=True, label="Planning note of the physician")
    special_treatment = forms.BooleanField(required=False, label="Special treatment procedure, documented")
    special_physics = forms.BooleanField(required=False, label="Special physics consult, ordered and reported")
    devices = forms.IntegerField(
        required=False, label="Complex devices", help_text="Immobilisation made for the patient."
    )

    groups = (
        ("What is treated, and for whom", ("technique", "site", "laterality", "includes_nodes", "facility", "payer")),
        ("When and how", ("fractions", "twice_daily", "starts_on", "approved_on", "guidance", "motion")),
    )
    more = (
        (
            "More of the plan",
            (
                "static_fields", "arcs", "isocenters", "imrt_planned", "compensator", "complex_delivery_documented",
                "respiratory_simulation",
            ),
        ),
        ("Boost", ("boost_fractions", "boost_technique", "boost_new_ct")),
        ("Days", ("weekdays", "keeps_holidays", "skipped")),
        (
            "Before the first session",
            ("simulated_on", "devices", "simulation", "planning_note", "special_treatment", "special_physics"),
        ),
    )  # fmt: skip

    def __init__(self, address: QueryDict | Mapping[str, str] | None) -> None:
        """Read an address's query; without one the form is empty."""
        super().__init__(address or None)

    def grouped(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields that nobody can leave out of mind, in their groups."""
        return [(title, [self[name] for name in names]) for title, names in self.groups]

    def grouped_more(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the others, which are as usual unless somebody says otherwise."""
        return [(title, [self[name] for name in names]) for title, names in self.more]

    def has_faults_in_more(self) -> bool:
        """Whether something is wrong with a field that a reader would have to open first."""
        return any(name in self.errors for _title, names in self.more for name in names)

    def clean_imrt_planned(self) -> bool | None:
        """Return yes, no, or nothing said."""
        return PLANNED_AS_IMRT.get(self.cleaned_data["imrt_planned"])

    def clean_weekdays(self) -> frozenset[int]:
        """Return the chosen days as numbers."""
        return frozenset(int(day) for day in self.cleaned_data["weekdays"])

    def clean(self) -> dict[str, Any]:
        """Add what is wrong between the fields, beside what could not be read."""
        said = super().clean() or {}
        for name, messages in faults_of(self.planned()).items():
            for message in messages:
                if name not in self.errors:
                    self.add_error(name, message)
        return said

    def planned(self) -> PlannedCourse:
        """Return what was said, as the estimate takes it."""
        return planned_of(self.cleaned_data)
