"""What the design sample page shows: invented courses, lines and names, and a form with every kind of control.

Nothing here is read from the database, and nothing that these forms send is stored. Not a fixture:
tests of behaviour use the standing cast and the demo data.
"""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from courses.terms import Guidance, Site

THRESHOLD_MM = (1, 10)
CLINIC_ZONE = ZoneInfo("America/New_York")


class Finding(NamedTuple):
    """As the worklist has it."""

    severity: str
    code: str
    message: str


class Slot(NamedTuple):
    """One place in the machine day."""

    at: str
    name: str
    mrn: str
    course: str
    plan: str
    technique: str
    fraction: int
    of: int
    status: str
    last: str
    note: str = ""
    earned: str = ""
    action: str = ""


class Line(NamedTuple):
    """One row of the worklist."""

    day: str
    age: str
    name: str
    course: str
    fraction: str
    code: str
    modifiers: str
    words: str
    units: int
    diagnosis: str
    amount: Decimal | None
    rule: str
    table: str
    state: str
    finding: Finding | None = None


class Group(NamedTuple):
    """Lines of one kind, with the figures of the whole kind, not only of the rows shown."""

    title: str
    state: str
    line_count: int
    amount: str
    lines: tuple[Line, ...]


MACHINE_DAY = (
    Slot(
        "08:00",
        "Lindqvist, Ada",
        "MRN 204811",
        "C-26-0114",
        "Prostate bed",
        "VMAT",
        11,
        20,
        "treated",
        "Wed 11 Mar",
        earned="IMRT delivery, level 2: sent to review",
    ),
    Slot(
        "08:20",
        "Petrov, Boris",
        "MRN 198230",
        "C-26-0098",
        "Right lung, twice a day",
        "IMRT",
        17,
        30,
        "treated",
        "Wed 11 Mar",
        earned="IMRT delivery, level 2: sent to review",
    ),
    Slot(
        "08:40",
        "Marsh, Clara",
        "MRN 211057",
        "C-26-0102",
        "Oropharynx, replanned 9 Mar",
        "VMAT",
        12,
        35,
        "partial",
        "Wed 11 Mar",
        note="Beam off at 61 %: gantry interlock. Resume today, or it stays a partial fraction.",
        action="Resume",
    ),
    Slot(
        "09:00",
        "Novak, Dora",
        "MRN 213346",
        "C-26-0120",
        "Left breast, breath hold",
        "IMRT",
        5,
        16,
        "late",
        "Wed 11 Mar",
        note="2 fractions left on the authorization.",
        action="Log fraction 5",
    ),
    Slot(
        "09:20",
        "Haddad, Elias",
        "MRN 214002",
        "C-26-0127",
        "Whole brain, first fraction",
        "VMAT",
        1,
        15,
        "unapproved",
        "",
        note="The plan is not approved. A fraction logged now is held until a physician approves it.",
        action="Log fraction 1",
    ),
    Slot(
        "09:40",
        "Fonseca, Gil",
        "MRN 209918",
        "C-26-0109",
        "L3 spine",
        "SBRT",
        3,
        5,
        "due",
        "Tue 10 Mar",
        action="Log fraction 3",
    ),
    Slot(
        "14:20",
        "Petrov, Boris",
        "MRN 198230",
        "C-26-0098",
        "Right lung, second of the day",
        "IMRT",
        18,
        30,
        "due",
        "today 08:24",
        note="Not before 14:24: six hours after the first.",
        action="Log fraction 18",
    ),
    Slot("14:40", "Ito, Hana", "MRN 212780", "C-26-0118", "Pancreas", "VMAT", 8, 28, "no_show", "Tue 10 Mar"),
)

WORKLIST = (
    Group(
        "Needs action",
        "hold",
        7,
        "$9,312.40",
        (
            Line(
                "12 Mar",
                "1 d",
                "Marsh, Clara",
                "C-26-0102",
                "12 of 35",
                "77412",
                "52",
                "IMRT delivery, level 3",
                1,
                "C10.9",
                Decimal("612.80"),
                "S3",
                "delivery.toml row 31",
                "held",
                Finding("hold", "partial-fraction", "Fraction 12 stopped at 61 % of its monitor units."),
            ),
            Line(
                "11 Mar",
                "2 d",
                "Haddad, Elias",
                "C-26-0127",
                "1 of 15",
                "77407",
                "",
                "IMRT delivery, level 2",
                1,
                "C79.31",
                Decimal("437.15"),
                "P1",
                "delivery.toml row 30",
                "held",
                Finding("hold", "delivery-before-approval", "Delivered on 11 March; the plan is not approved."),
            ),
            Line(
                "10 Mar",
                "3 d",
                "Petrov, Boris",
                "C-26-0098",
                "15 of 30",
                "77407",
                "76",
                "IMRT delivery, level 2",
                1,
                "C34.11",
                None,
                "S5",
                "delivery.toml row 30",
                "held",
                Finding("hold", "fee-missing", "No fee for 77407 in Harbor Mutual 2026."),
            ),
        ),
    ),
    Group(
        "Look",
        "warning",
        12,
        "$14,870.05",
        (
            Line(
                "9 Mar",
                "4 d",
                "Novak, Dora",
                "C-26-0120",
                "plan",
                "77301",
                "",
                "IMRT plan with dose-volume histograms",
                1,
                "C50.412",
                Decimal("2190.60"),
                "P9",
                "planning.toml row 4",
                "open",
                Finding("warning", "forward-planned", "Planned forward; this payer accepts it, some audits ask."),
            ),
            Line(
                "6 Mar",
                "7 d",
                "Ito, Hana",
                "C-26-0118",
                "5 of 28",
                "77427",
                "",
                "Management, five fractions",
                1,
                "C25.0",
                Decimal("214.75"),
                "M1",
                "management.toml row 2",
                "overridden",
                Finding(
                    "hold", "visit-missing", "Overridden: visit of 5 March is in the scanned chart. R. Osei, 12 Mar"
                ),
            ),
        ),
    ),
    Group(
        "Clean",
        "clean",
        112,
        "$48,211.00",
        (
            Line(
                "12 Mar",
                "1 d",
                "Lindqvist, Ada",
                "C-26-0114",
                "11 of 20",
                "77407",
                "",
                "IMRT delivery, level 2",
                1,
                "C61",
                Decimal("437.15"),
                "L4",
                "delivery.toml row 30",
                "open",
            ),
            Line(
                "12 Mar",
                "1 d",
                "Fonseca, Gil",
                "C-26-0109",
                "2 of 5",
                "77373",
                "",
                "SBRT delivery, a fraction",
                1,
                "C79.51",
                Decimal("1288.00"),
                "L9",
                "delivery.toml row 40",
                "open",
            ),
            Line(
                "11 Mar",
                "2 d",
                "Lindqvist, Ada",
                "C-26-0114",
                "10 of 20",
                "77412",
                "",
                "IMRT delivery, level 3",
                1,
                "C61",
                Decimal("612.80"),
                "L6",
                "delivery.toml row 31",
                "reversed",
            ),
        ),
    ),
)

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

EVENTS = (
    {
        "at": datetime(2026, 3, 12, 8, 41, tzinfo=CLINIC_ZONE),
        "what": "Fraction 12 logged as partial",
        "state": "partial",
        "who": "T. Moreau",
        "note": "Linac 2, gantry interlock",
    },
    {
        "at": datetime(2026, 3, 12, 8, 42, tzinfo=CLINIC_ZONE),
        "what": "77412-52 posted and held",
        "state": "held",
        "who": "capture",
        "note": "rule S3",
    },
    {
        "at": datetime(2026, 3, 9, 16, 5, tzinfo=CLINIC_ZONE),
        "what": "Replan approved; the first plan is replaced",
        "state": "approved",
        "who": "Dr. N. Bauer",
        "note": "new planning CT of 6 March",
    },
    {
        "at": datetime(2026, 2, 20, 11, 30, tzinfo=CLINIC_ZONE),
        "what": "77301 exported in file 000000417",
        "state": "exported",
        "who": "nightly export",
    },
)

TILES = (
    {"label": "Needs action", "value": 7, "note": "$9,312.40", "state": "hold", "url": "?screen=worklist&group=hold"},
    {
        "label": "Look",
        "value": 12,
        "note": "$14,870.05",
        "state": "warning",
        "url": "?screen=worklist&group=warning",
    },
    {"label": "Clean", "value": 112, "note": "$48,211.00", "state": "clean", "url": "?screen=worklist&group=clean"},
    {
        "label": "Held, waiting for others",
        "value": 5,
        "note": "oldest 9 days",
        "state": "draft",
        "url": "?screen=worklist&group=waiting",
    },
    {"label": "Unreconciled", "value": 0, "note": "every session has its line", "state": "clean"},
)

MACHINE_TILES = (
    {"label": "Treated", "value": "2 of 8", "state": "treated"},
    {"label": "Late", "value": 1, "state": "late"},
    {"label": "Partial", "value": 1, "state": "partial"},
    {"label": "Due", "value": 3, "state": "due"},
    {"label": "Next", "value": "09:00", "note": "Novak, Dora"},
)


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
