"""What the design sample page shows: invented courses, lines and names, and a form with every kind of control.

The rows stand in design_sample.toml. Nothing here is read from the database, and nothing that these
forms send is stored. Not a fixture: tests of behaviour use the standing cast and the demo data.
"""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from courses.terms import Guidance, Site

THRESHOLD_MM = (1, 10)

BECAUSE = {
    "rule": "S3",
    "table": "delivery.toml",
    "row": 31,
    "source": "Final rule on the physician fee schedule for 2026, table of radiation treatment delivery",
    "facts": (
        ("Session", "12 March 2026, 08:41, Linac 2"),
        ("Status", "partial, 61 % of monitor units"),
        ("Technique", "VMAT"),
        ("Isocenters", "2"),
        ("Payer", "Harbor Mutual, commercial"),
        ("Resumed", None),
    ),
}


@cache
def rows() -> dict[str, Any]:
    """Return the invented rows: slots, groups, events, tiles, machine_tiles."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


class SampleForm(forms.Form):
    """One field of each kind; a threshold of 40 mm shows how a refusal reads."""

    plan_name = forms.CharField(max_length=40, help_text="As it stands in the planning system.")
    site = forms.ChoiceField(choices=[(site.value, site.value.replace("_", " ").capitalize()) for site in Site])
    treated_on = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    started_at = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}), required=False)
    threshold_mm = forms.IntegerField(
        label="Gating threshold (mm)", required=False, help_text="Between 1 and 10 mm.", widget=forms.NumberInput
    )
    guidance = forms.ChoiceField(
        choices=[(kind.value, kind.value.replace("_", " ")) for kind in Guidance], widget=forms.RadioSelect
    )
    checks = forms.MultipleChoiceField(
        choices=[("name", "Name and birth date"), ("site", "Site and side"), ("setup", "Set-up notes")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label="Time-out",
    )
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    record = forms.FileField(required=False, label="Treatment record")
    motion_record_complete = forms.BooleanField(required=False, label="The motion record is complete")

    def clean_threshold_mm(self) -> int | None:
        """Refuse what no gating system can hold."""
        threshold: int | None = self.cleaned_data["threshold_mm"]
        low, high = THRESHOLD_MM
        if threshold is not None and not low <= threshold <= high:
            raise ValidationError(f"{threshold} mm is outside {low} to {high} mm. Read it again from the console.")
        return threshold
