"""What billers type: filters of the worklist, reasons, a line keyed by hand.

Forms check the shape of what was typed and put it into the steps' own words; whether it may be is for
the steps and the rules to say.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict

from billing.authorizations import Particulars, faults_of
from billing.models import Authorization, AuthorizationStatus, ManualLine, StandingFinding
from billing.rules import load_codebook
from billing.rules.lines import ClaimKind, Family
from billing.worklist import TO_REVIEW, Filters, LineState
from billing.worklist.groups import GROUPED, Group
from courses.forms.words import TECHNIQUES
from courses.models import Course
from courses.terms import Technique
from patients.models import Coverage, Facility, Payer

REASON_LENGTH = 200
MOST_IDS = 20_000
MODIFIERS = 4
"""How many a claim line carries."""
CODE = re.compile(r"[0-9A-Z]{5}")
OFFERED = tuple(one for one in AuthorizationStatus if one is not AuthorizationStatus.VOIDED)
TECHNIQUE_CHOICES = [(one.value, TECHNIQUES[one.value]) for one in Technique if one is not Technique.UNKNOWN]
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
    "claimed": ("On a claim", (LineState.CLAIMED,)),
    "all": ("All", ()),
}
ORDERS = {
    GROUPED: "What needs action first", "day": "Day, oldest first", "-day": "Day, newest first", "patient": "Patient",
    "code": "Code", "amount": "Amount, smallest first", "-amount": "Amount, largest first",
}  # fmt: skip


def take_faults(form: forms.BaseForm, error: ValidationError) -> None:
    """Add what a step refused to the form: each fault at its field, the rest on top."""
    faults = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    for word, messages in faults.items():
        for message in messages:
            form.add_error(word if word in form.fields else None, message)


def _day() -> forms.DateField:
    return forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class FilterForm(forms.Form):
    """What the address says about which lines to show: ids, codes, days and states, never a name."""

    group = forms.ChoiceField(required=False, choices=[("", "All"), *((group.value, group.value) for group in Group)])
    state = forms.ChoiceField(required=False, choices=[(key, words) for key, (words, _) in STATES.items()])
    since = _day()
    until = _day()
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
        return Filters(
            states=STATES[said.get("state") or ""][1],
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
        """The order that is asked for."""
        self.is_valid()
        return self.cleaned_data.get("sort") or GROUPED

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
    effective_from = _day()
    effective_to = _day()
    requested_on = _day()
    decided_on = _day()
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
    on = _day()
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
