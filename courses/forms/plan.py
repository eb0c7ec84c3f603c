"""A plan as it is entered, or as a file proposed it and a person confirms it."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from courses.forms.steps import say_what_is_empty
from courses.forms.words import GUIDANCE, MOTION, TECHNIQUES
from courses.models import Course, Machine, Plan
from courses.planning import FOLLOWING
from courses.terms import PlanKind
from patients.seen import state_of
from patients.validators import validate_day

WEEKDAYS = [("1", "Mon"), ("2", "Tue"), ("3", "Wed"), ("4", "Thu"), ("5", "Fri"), ("6", "Sat"), ("7", "Sun")]
YES_NO = [("", "by technique"), ("true", "yes"), ("false", "no")]
NO_GUIDANCE = [("", "none proposed"), *((term, words) for term, words in GUIDANCE.items() if term != "none")]


FOLLOWS = "What it follows"


class PlanField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """A plan of the course, by its own name."""

    def label_from_instance(self, obj: Plan) -> str:
        """Say the plan's name and site, and whether it rests."""
        rests = ", retired" if obj.retired_on else ""
        return f"{obj.key}, {obj.get_site_display()}{rests}"


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """All that the charge rules ask of a plan, and what the machine's day needs."""

    weekdays = forms.MultipleChoiceField(choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, label="Treated on")
    default_guidance = forms.ChoiceField(choices=NO_GUIDANCE, required=False, label="Image guidance of each session")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    """How a plan that is confirmed stood when the form was opened."""

    class Meta:
        model = Plan
        fields = (
            "key", "site", "laterality", "kind", "technique", "planning_method", "fractions", "sessions_per_day",
            "weekdays", "starts_on", "usual_time", "machine", "isocenters", "isocenter_group", "static_fields", "arcs",
            "active_motion_management", "default_guidance", "includes_nodes", "complex_delivery_documented",
            "has_compensator", "dvh_documented", "follows", "new_planning_ct", "planning_ct_on", "necessity_note",
            "necessity_documented", "respiratory_motion_simulation", "imrt_planned",
        )  # fmt: skip
        widgets = {
            "planning_ct_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "necessity_note": forms.Textarea(attrs={"rows": 3}),
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "usual_time": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }
        labels = {
            "key": "Name of the plan",
            "has_compensator": "Physical compensator",
            "includes_nodes": "Lymph nodes are treated",
            "complex_delivery_documented": "Need of complex delivery is documented",
            "imrt_planned": "Planned as IMRT",
            "follows": "Which plan it follows",
            "new_planning_ct": "Planned on a new planning CT",
            "planning_ct_on": "Day of the new planning CT",
            "necessity_note": "Why another plan is necessary",
            "necessity_documented": "Its necessity is documented in the chart",
            "respiratory_motion_simulation": "Simulated with respiratory motion management",
            "usual_time": "Usual time",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "kind": "A boost adds fractions. A replan takes an earlier plan's place; a revision corrects it.",
            "necessity_note": "What changed in the patient: weight, tumour, anatomy. It is signed with the plan.",
            "technique": "As ordered and planned. What a file shows of it stands beside this form.",
        }

    follows_title = FOLLOWS
    groups = (
        ("What is treated", ("key", "kind", "site", "laterality", "includes_nodes", "complex_delivery_documented")),
        (
            FOLLOWS,
            ("follows", "necessity_note", "new_planning_ct", "planning_ct_on", "necessity_documented"),
        ),
        (
            "How it is delivered",
            (
                "technique", "planning_method", "isocenters", "isocenter_group", "static_fields", "arcs",
                "active_motion_management", "has_compensator",
            ),
        ),
        (
            "When",
            ("fractions", "sessions_per_day", "weekdays", "starts_on", "usual_time", "machine", "default_guidance"),
        ),
        (
            "What is documented",
            ("dvh_documented", "respiratory_motion_simulation", "imrt_planned"),
        ),
    )  # fmt: skip

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.course = course
        in_use = Q(is_active=True) | Q(pk=self.instance.machine_id)
        machines = Machine.objects.filter(in_use, facility=course.facility)
        self.fields["machine"] = forms.ModelChoiceField(machines, required=False, empty_label="any of the facility")
        self.others = Plan.objects.filter(course=course).exclude(pk=self.instance.pk)
        self.fields["follows"] = PlanField(
            self.others, required=False, empty_label="none", label="Which plan it follows"
        )
        say_what_is_empty(self)
        for name in ("starts_on", "planning_ct_on"):
            self.fields[name].validators.append(validate_day)
        self.fields["technique"].widget = forms.Select(choices=[("", "Choose…"), *TECHNIQUES.items()])
        self.fields["active_motion_management"].widget = forms.Select(choices=list(MOTION.items()))
        self.fields["imrt_planned"].widget = forms.Select(choices=YES_NO)
        self.initial["weekdays"] = list(self.instance.weekdays)
        if self.instance.pk:
            self.initial["seen"] = state_of(self.instance)
        else:
            del self.fields["seen"]

    def grouped(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields in the groups that the page shows."""
        return [(title, [self[name] for name in names]) for title, names in self.groups]

    def clean_weekdays(self) -> str:
        """Join the chosen days to the digits that the plan keeps."""
        return "".join(sorted(self.cleaned_data["weekdays"]))

    def clean(self) -> dict[str, Any]:
        """Ask of a plan that follows another what a payer asks; leave it out of one that follows none."""
        said = super().clean() or {}
        kind = said.get("kind")
        if kind not in FOLLOWING:
            said["follows"] = None
            return said
        said["necessity_documented"] = said.get("necessity_documented", False) or bool(said.get("necessity_note"))
        if said.get("follows") is None and "follows" not in self.errors and self.others.exists():
            self.add_error("follows", "Say which plan it follows.")
        if kind == PlanKind.REPLAN and not said.get("necessity_note"):
            self.add_error("necessity_note", "Say why another plan is necessary.")
        if said.get("planning_ct_on") and not said.get("new_planning_ct"):
            self.add_error("planning_ct_on", "Say that there was a new planning CT, or leave its day out.")
        if kind == PlanKind.REPLAN and said.get("new_planning_ct") and not said.get("planning_ct_on"):
            self.add_error("planning_ct_on", "Say on which day the new planning CT was taken.")
        return said

    def _post_clean(self) -> None:
        """Leave the model's checks to the step, which speaks for the API and the imports too."""

    def facts(self) -> dict[str, Any]:
        """Return the arguments of ``propose_plan`` and ``confirm_plan`` beside course and user."""
        return dict(self.cleaned_data)
