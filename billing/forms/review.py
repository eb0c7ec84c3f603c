"""What billers type: filters of the worklist, reasons, a line keyed by hand.

Forms check the shape of what was typed and put it into the steps' own words; whether it may be is for
the steps and the rules to say.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from billing.forms.fields import day_field
from billing.models import ManualLine, StandingFinding
from billing.rules import load_codebook
from billing.rules.lines import ClaimKind, Family
from billing.standing import Standing
from billing.worklist import TO_REVIEW, Filters, LineState
from billing.worklist.groups import GROUPED, Group
from courses.models import Course
from patients.models import Facility, Payer

REASON_LENGTH = 200
MOST_IDS = 20_000
MODIFIERS = 4
"""How many a claim line carries."""
CODE = re.compile(r"[0-9A-Z]{5}")
USUAL_REASONS = (
    "Waiting for the physician's note",
    "Waiting for the authorization",
    "Question to the therapist",
    "Question to the physicist",
    "Coverage to be checked with the payer",
    "Coding question to the billing manager",
)
STATES = {
    "": ("To review", TO_REVIEW),
    "open": ("Open", (LineState.OPEN,)),
    "held": ("Held by a person", (LineState.HELD,)),
    "released": ("Released, not yet on a claim", (LineState.RELEASED,)),
    "claimed": ("On a claim, whatever came of it", (LineState.CLAIMED,)),
    "all": ("All", ()),
}
STANDINGS = {
    "rejected": ("Rejected, to be sent again", Standing.REJECTED),
    "sealed": ("On a claim, not yet sent", Standing.ON_CLAIM),
    "sent": ("Sent", Standing.SENT),
    "acknowledged": ("Acknowledged", Standing.ACKNOWLEDGED),
    "accepted": ("Accepted by the payer", Standing.ACCEPTED),
    "paid": ("Paid", Standing.PAID),
    "denied": ("Denied", Standing.DENIED),
    "reversed": ("Reversed", Standing.REVERSED),
}
"""What may be asked for beyond the review: one standing each."""
_STANDINGS_OF = {
    "open": (Standing.OPEN,),  # rejected lines are open too, and have a filter of their own
    **{key: (standing,) for key, (_words, standing) in STANDINGS.items()},
}
_STATE_CHOICES = [
    *((key, words) for key, (words, _states) in STATES.items() if key != "all"),
    *((key, words) for key, (words, _standing) in STANDINGS.items()),
    ("all", "All but the reversed"),
]
ORDERS = {
    GROUPED: "What needs action first", "day": "Day, oldest first", "-day": "Day, newest first", "patient": "Patient",
    "code": "Code", "amount": "Amount, smallest first", "-amount": "Amount, largest first",
}  # fmt: skip


class FilterForm(forms.Form):
    """What the address says about which lines to show: ids, codes, days and states, never a name."""

    group = forms.ChoiceField(required=False, choices=[("", "All"), *((group.value, group.value) for group in Group)])
    state = forms.ChoiceField(required=False, choices=_STATE_CHOICES)
    since = day_field()
    until = day_field()
    finding = forms.ChoiceField(required=False)
    code = forms.CharField(required=False, max_length=5)
    family = forms.ChoiceField(
        required=False, choices=[("", "All"), *((one.value, one.value.capitalize()) for one in Family)]
    )
    claim = forms.ChoiceField(
        required=False, choices=[("", "Both"), *((one.value, one.value.capitalize()) for one in ClaimKind)]
    )
    payer = forms.ChoiceField(required=False)
    site = forms.ChoiceField(required=False)
    course = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    patient = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    sort = forms.ChoiceField(required=False, choices=[("", ""), *ORDERS.items()], widget=forms.HiddenInput)

    def __init__(self, address: QueryDict | Mapping[str, str]) -> None:
        """Read an address's query. Three queries for the choices, none more for what was chosen."""
        super().__init__(address, auto_id="filter-%s")
        self._choices("payer", "All", Payer.objects.order_by("name").values_list("id", "name"))
        self._choices("site", "All", Facility.objects.order_by("name").values_list("id", "name"))
        codes = StandingFinding.objects.filter(resolved_at=None).order_by("code").values_list("code", flat=True)
        known = sorted({*codes.distinct(), *([address["finding"]] if address.get("finding") else [])})
        self._choices("finding", "Any", [(code, str(code).replace("-", " ")) for code in known])

    def _choices(self, name: str, all_of_them: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", all_of_them), *((str(key), str(words)) for key, words in rows)]

    def clean_code(self) -> str:
        """Take a code as it is spoken: any case, no spaces around."""
        code = str(self.cleaned_data["code"]).strip().upper()
        if code and not CODE.fullmatch(code):
            raise ValidationError("A code has five letters or digits, such as 77386 or G6015.")
        return code

    @property
    def filters(self) -> Filters:
        """What is valid of it, in the worklist's words."""
        self.is_valid()
        said = self.cleaned_data
        state = said.get("state") or ""
        return Filters(
            states=() if state in STANDINGS else STATES[state][1],
            standings=_STANDINGS_OF.get(state, ()),
            finding=said.get("finding") or "",
            family=said.get("family") or "",
            code=said.get("code") or "",
            claim_kind=said.get("claim") or "",
            payer_id=_whole(said.get("payer")),
            facility_id=_whole(said.get("site")),
            course_id=said.get("course"),
            patient_id=said.get("patient"),
            first_day=said.get("since"),
            last_day=said.get("until"),
        )

    @property
    def asked_group(self) -> Group | None:
        """The one group that is asked for."""
        self.is_valid()
        named = self.cleaned_data.get("group")
        return Group(named) if named else None

    @property
    def asked_order(self) -> str:
        """The order that is asked for; of what went out, where groups say nothing, the latest day comes first."""
        self.is_valid()
        went_out = self.cleaned_data.get("state") in set(STANDINGS) - {"rejected"}
        return self.cleaned_data.get("sort") or ("-day" if went_out else GROUPED)

    def narrowing(self) -> Iterator[tuple[str, str]]:
        """Yield name and words of each filter that is set, but group, order, course and patient."""
        self.is_valid()
        for name, value in self.cleaned_data.items():
            if value and name not in ("group", "sort", "course", "patient"):
                yield name, self._said(name, value)

    def _said(self, name: str, value: object) -> str:
        if isinstance(value, date):
            return f"{name} {value.day} {value:%b} {value.year}"
        choices: Any = getattr(self.fields[name], "choices", ())
        return str(dict(choices).get(value, value))


def _whole(text: str | None) -> int | None:
    return int(text) if text else None


class FindForm(forms.Form):
    """A search that may name a patient: it is posted, so that no name stands in an address."""

    asked = forms.CharField(max_length=80, strip=True, label="Patient, MRN or code")


class ReasonForm(forms.Form):
    """Why something is decided."""

    reason = forms.CharField(
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"list": "usual-reasons", "autocomplete": "off", "autofocus": True}),
        error_messages={"required": "Say why."},
    )


class LinesForm(forms.Form):
    """The lines that a decision is about, by id, with the version that was seen of each."""

    lines = forms.CharField(widget=forms.HiddenInput, max_length=MOST_IDS * 40)

    def clean_lines(self) -> dict[int, str]:
        """Return the version by id."""
        seen: dict[int, str] = {}
        for part in str(self.cleaned_data["lines"]).split(","):
            number, _colon, version = part.partition(":")
            if not number.isdigit():
                raise ValidationError("The list of lines is damaged. Go back and select them again.")
            seen[int(number)] = version
        return seen


class ManualLineForm(forms.ModelForm[ManualLine]):
    """A charge line as a biller would key it for a course."""

    modifiers = forms.CharField(
        required=False, max_length=20, help_text="Up to four, with spaces between them: 26 59.",
    )  # fmt: skip
    units = forms.IntegerField(min_value=1, max_value=99)
    source_key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    class Meta:
        """The fields in the order in which they are keyed."""

        model = ManualLine
        fields = ("code", "service_on", "units", "modifiers", "narrative", "attachment", "source_key")
        widgets = {
            "service_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "code": forms.TextInput(attrs={"list": "known-codes", "autocomplete": "off", "autofocus": True}),
            "narrative": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {"service_on": "Day of service"}
        help_texts = {
            "code": "Five characters; it must be in force on the day of service.",
            "narrative": "What was done: needed for unlisted codes. A claim carries 80 characters.",
            "attachment": "Reference of the paper that says more, where the narrative is longer.",
        }

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        """Key a line for ``course``."""
        super().__init__(*args, **kwargs)
        self.instance.course = course
        self.fields["source_key"].initial = f"form:{uuid.uuid4()}"

    def clean_code(self) -> str:
        """Take a code as it is spoken: any case, no spaces around."""
        code = str(self.cleaned_data["code"]).strip().upper()
        if not CODE.fullmatch(code):
            raise ValidationError(f"'{code}' is no code: it has five letters or digits, such as 77301 or G6015.")
        return code

    def clean_modifiers(self) -> list[str]:
        """Split what was typed into modifiers of two characters."""
        typed = re.split(r"[\s,;-]+", str(self.cleaned_data["modifiers"]).strip().upper())
        modifiers = [modifier for modifier in typed if modifier]
        wrong = [modifier for modifier in modifiers if not re.fullmatch(r"[0-9A-Z]{2}", modifier)]
        if wrong:
            raise ValidationError(f"{', '.join(wrong)}: a modifier has two letters or digits, such as 26 or TC.")
        if len(modifiers) > MODIFIERS:
            raise ValidationError(f"{len(modifiers)} modifiers; a claim line carries four.")
        return modifiers

    def known_codes(self) -> list[tuple[str, str]]:
        """Return code and name of each code of the tables, for the list that opens as one types."""
        return sorted({(row.code, row.name) for row in load_codebook().procedures})
