"""A session as a therapist enters or corrects it. Everything is proposed; a normal fraction changes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BoundField
from django.http import QueryDict

from courses.delivery import Particulars, beyond_prescription, isocenters_of
from courses.delivery.proposals import ELECTRONS
from courses.forms.clock import moment_of, reading_choices
from courses.forms.words import GUIDANCE, MOTION
from courses.models import Course, Machine, Plan, Session
from courses.terms import MotionManagement, SessionStatus, Technique
from patients.numbers import id_or_none
from patients.validators import validate_day

FIELD_OF = {"at": "time", "status_reason": "reason", "numbers": "plans"}
"""The form's field for a word of the step, where they differ."""
OTHER = "other"
REASONS = (
    "machine fault",
    "imaging or position out of tolerance",
    "patient could not hold position",
    "patient unwell",
    "patient asked to stop",
    "power or network failure",
)
OUTCOMES = (
    (SessionStatus.TREATED.value, "Treated"),
    (SessionStatus.PARTIAL.value, "Partial: beam, not all of it"),
    (SessionStatus.ABORTED.value, "No beam at all"),
)
AS_PLANNED = [("", "as the plan says"), *MOTION.items()]
# Publications of the 2026 codes: motion during the beam, isocenters and mixed electrons decide the level from then.
LEVELS_SINCE = date(2026, 1, 1)
LEVEL_IS_SETTLED = frozenset({Technique.SBRT, Technique.SRS, Technique.TOTAL_SKIN_ELECTRON})
"""Techniques whose charge turns on none of it."""
MOST_ISOCENTERS = 20
MOTION_RECORD = ("motion_system", "motion_threshold", "motion_beam_hold")
DETAILS = frozenset(
    {"day", "time", "guidance", "machine", "resumes", "active_motion_management", "mixed_electrons", "is_inpatient"}
)


class SessionForm(forms.Form):
    """What logging and correcting have in common: the plans with their fractions, the moment, what happened."""

    is_correction = False

    status = forms.ChoiceField(choices=OUTCOMES, widget=forms.RadioSelect, label="What happened")
    reason = forms.ChoiceField(
        required=False, choices=[("", "Choose…"), *((one, one) for one in REASONS), (OTHER, "other, said beside")]
    )
    reason_detail = forms.CharField(required=False, max_length=140, label="In words")
    day = forms.DateField(validators=[validate_day], widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), label="Time", help_text="Clinic's clock."
    )
    reading = forms.ChoiceField(required=False, widget=forms.RadioSelect, label="Which of the two")
    proposed_at = forms.CharField(required=False, widget=forms.HiddenInput)
    machine = forms.ModelChoiceField(Machine.objects.none())
    guidance = forms.ChoiceField(choices=list(GUIDANCE.items()), label="Image guidance")
    resumes = forms.ModelChoiceField(Session.objects.none(), required=False, empty_label="no, a session of its own")
    second_session_reason = forms.CharField(required=False, max_length=200, label="Why a second session today")
    active_motion_management = forms.ChoiceField(required=False, choices=AS_PLANNED, label="Motion management")
    motion_record_complete = forms.BooleanField(required=False, label="The motion record is complete")
    motion_system = forms.CharField(required=False, max_length=80, label="Motion system used")
    motion_threshold = forms.CharField(
        required=False, max_length=80, label="Threshold", help_text="Such as 3 mm, or phases 30 to 70 %."
    )
    motion_beam_hold = forms.CharField(
        required=False, max_length=120, label="Beam-hold rule", help_text="When the beam goes off, and on again."
    )
    isocenters = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_ISOCENTERS, label="Photon isocenters treated"
    )
    mixed_electrons = forms.BooleanField(required=False, label="Electrons in the same session")
    is_inpatient = forms.BooleanField(required=False, label="The patient is an inpatient")
    adapted_online = forms.BooleanField(required=False, label="Plan adapted at the machine")

    def __init__(
        self, *args: Any, course: Course, plans: Sequence[Plan], machines: Sequence[Machine] = (), **kwargs: Any
    ) -> None:
        """Ask about a course's session; ``machines`` were read already: most likely it is one of them."""
        super().__init__(*args, **kwargs)
        self.course, self.plans = course, list(plans)
        facility = course.facility
        known = [one for one in machines if one.is_active and one.facility_id == facility.pk]
        self.fields["machine"] = _MachineField(self._machines(), known)
        self.fields["resumes"] = _ResumedField(Session.objects.none(), course)
        for plan in self.plans:
            self.fields[f"plan_{plan.pk}"] = forms.BooleanField(required=False, label=f"Plan {plan.key}")
            self.fields[f"fraction_{plan.pk}"] = forms.IntegerField(
                required=False, min_value=1, max_value=200, label=f"Fraction of {plan.key}"
            )
        self._ask_which_reading()

    def _machines(self) -> QuerySet[Machine]:
        return Machine.objects.filter(facility=self.course.facility, is_active=True)

    def offer_partials(self) -> None:
        """Offer the partial sessions that wait to be completed: for a form that is shown, which most saved are not."""
        cast("forms.ModelChoiceField[Session]", self.fields["resumes"]).queryset = self._open_partials()

    def _open_partials(self) -> QuerySet[Session]:
        rows = Session.objects.filter(course=self.course, status=SessionStatus.PARTIAL, cancelled_at__isnull=True)
        return rows.exclude(resumptions__in=Session.objects.filter(cancelled_at__isnull=True).exclude(status="aborted"))

    def _ask_which_reading(self) -> None:
        """Keep the question about the put-back clock only where the time entered was shown twice."""
        choices: list[tuple[str, str]] = []
        if self.is_bound:
            day = _cleaned(self, "day")
            at = _cleaned(self, "time")
            if isinstance(day, date) and isinstance(at, time):
                choices = reading_choices(day, at, self.course.facility.zone)
        if choices:
            self.fields["reading"] = forms.ChoiceField(
                required=False, widget=forms.RadioSelect, choices=choices, label="Which of the two"
            )
        else:
            del self.fields["reading"]

    def plan_rows(self) -> Iterator[tuple[Plan, BoundField, BoundField]]:
        """Yield each plan with its two fields, for the template."""
        for plan in self.plans:
            yield plan, self[f"plan_{plan.pk}"], self[f"fraction_{plan.pk}"]

    def clean(self) -> dict[str, Any]:
        """Make the moment and the reason, and see that each chosen plan has its fraction."""
        said = super().clean() or self.cleaned_data
        self._clean_moment(said)
        self._clean_reason(said)
        self._clean_plans(said)
        self._clean_motion(said)
        return said

    def _clean_moment(self, said: dict[str, Any]) -> None:
        if said.get("day") is None or said.get("time") is None:
            return
        zone = self.course.facility.zone
        try:
            said["at"] = moment_of(
                said["day"],
                said["time"],
                zone,
                proposed=parsed_moment(said.get("proposed_at", "")),
                reading=said.get("reading", ""),
            )
        except ValidationError as error:
            self.add_error("reading" if "reading" in self.fields else "time", error)

    def _clean_reason(self, said: dict[str, Any]) -> None:
        chosen, detail = said.get("reason", ""), said.get("reason_detail", "").strip()
        if said.get("status") == SessionStatus.TREATED:
            said["status_reason"] = ""
        elif chosen == OTHER and not detail:
            self.add_error("reason_detail", "Say in words why.")
        elif not chosen and not detail:
            self.add_error("reason", "Choose why it was not the whole fraction.")
        else:
            said["status_reason"] = ": ".join(part for part in (chosen if chosen != OTHER else "", detail) if part)

    def _clean_motion(self, said: dict[str, Any]) -> None:
        """From 2026 a record is complete only with what payers ask to see; elsewhere the tick alone says so."""
        if not (said.get("motion_record_complete") and self.asks_evidence and self.has_motion):
            return
        for name in MOTION_RECORD:
            if not said.get(name, "").strip():
                self.add_error(name, "A complete record says this. Fill it in, or leave the record as not complete.")

    def _clean_plans(self, said: dict[str, Any]) -> None:
        chosen = [plan for plan in self.plans if said.get(f"plan_{plan.pk}")]
        if not chosen:
            self.add_error(None, "Choose at least one plan.")
        for plan in chosen:
            if said.get(f"fraction_{plan.pk}") is None and f"fraction_{plan.pk}" not in self.errors:
                self.add_error(f"fraction_{plan.pk}", f"Which fraction of {plan.key}?")
        said["numbers"] = {plan: said.get(f"fraction_{plan.pk}") for plan in chosen}
        self._ask_about_slips(said["numbers"])

    def _ask_about_slips(self, numbers: Mapping[Plan, int | None]) -> None:
        """Ask once about a fraction beyond the prescription, if the warning was not on the screen when it was saved.

        A slip of the finger is saved faster than the warnings come; whoever means it saves again.
        """
        heard = self.data.getlist("heard") if isinstance(self.data, QueryDict) else self.data.get("heard", ())
        for plan, number in numbers.items():
            beyond = beyond_prescription(plan, number)
            if beyond is not None and beyond.message not in heard:
                # On top, not at its field: what stands in the field stays, and so does the warning.
                self.add_error(None, f"{beyond.message} If that is so, save again.")

    def particulars(self) -> Particulars:
        """Return the session's particulars as the steps take them."""
        said = self.cleaned_data
        motion = said["active_motion_management"]
        has_motion = (motion or self._planned_motion()) not in ("", MotionManagement.NONE)
        return Particulars(
            status_reason=said["status_reason"],
            resumes=said["resumes"],
            second_session_reason=said["second_session_reason"],
            guidance=said["guidance"],
            active_motion_management=motion,
            motion_record_complete=said["motion_record_complete"] if has_motion else None,
            motion_system=said["motion_system"] if has_motion else "",
            motion_threshold=said["motion_threshold"] if has_motion else "",
            motion_beam_hold=said["motion_beam_hold"] if has_motion else "",
            isocenters=said["isocenters"] if self.asks_isocenters else None,
            mixed_electrons=said["mixed_electrons"],
            is_inpatient=said["is_inpatient"],
            adapted_online=said["adapted_online"],
        )

    def _planned_motion(self) -> str:
        plans: Mapping[Plan, int | None] = self.cleaned_data.get("numbers", {})
        planned = (plan.active_motion_management for plan in plans)
        return next((motion for motion in planned if motion != MotionManagement.NONE), "")

    @property
    def has_motion(self) -> bool:
        """Whether a chosen plan, or this session, manages motion: then its record is asked for."""
        planned = [plan for plan in self.plans if self._value(f"plan_{plan.pk}")]
        named = self._value("active_motion_management")
        motions = [named] if named else [plan.active_motion_management for plan in planned]
        return any(motion != MotionManagement.NONE for motion in motions)

    @property
    def asks_evidence(self) -> bool:
        """Whether the day and a chosen plan's technique make the delivery's level a question."""
        day = self._value("day")
        chosen = [plan for plan in self.plans if self._value(f"plan_{plan.pk}")]
        leveled = any(plan.technique not in LEVEL_IS_SETTLED for plan in chosen)
        return isinstance(day, date) and day >= LEVELS_SINCE and leveled

    @property
    def asks_isocenters(self) -> bool:
        """Whether the isocenters of this session are a question: electrons have none."""
        photons = any(plan.technique not in ELECTRONS for plan in self.plans if self._value(f"plan_{plan.pk}"))
        return self.asks_evidence and photons

    @property
    def planned_isocenters(self) -> int | None:
        """How many isocenters the chosen plans have together; None if nobody counted them."""
        return isocenters_of(plan for plan in self.plans if self._value(f"plan_{plan.pk}"))

    @property
    def stated_isocenters(self) -> int | None:
        """How many isocenters were treated, as filled in; None where it is not asked or not said."""
        return self._value("isocenters") if self.asks_isocenters else None

    @property
    def has_open_details(self) -> bool:
        """Whether what is rarely changed must be in sight: a fault stands there, or a correction is made."""
        return bool(set(self.errors) & DETAILS) if self.is_bound else self.is_correction

    @property
    def can_resume(self) -> bool:
        """Whether a partial session waits to be completed."""
        return bool(len(cast("forms.ModelChoiceField[Session]", self.fields["resumes"]).queryset or ()))

    @property
    def shown_moment(self) -> str:
        """Day and time as filled in, in words."""
        _, at, _, _ = self.as_seen()
        if at is None:
            return "not readable"
        local = at.astimezone(self.course.facility.zone)
        return f"{local:%A} {local.day} {local:%b}, {local:%H:%M}"

    @property
    def shown_machine(self) -> str:
        """The machine as filled in."""
        machine = self._value("machine")
        return machine.name if machine else "choose it below"

    @property
    def shown_guidance(self) -> str:
        """The image guidance as filled in, in words."""
        return GUIDANCE.get(self._value("guidance"), "none")

    def as_seen(self) -> tuple[dict[Plan, int | None], datetime | None, str, Session | None]:
        """Return plans with fractions, moment, status and resumed session as they are filled in, for the warnings."""
        numbers = {plan: self._value(f"fraction_{plan.pk}") for plan in self.plans if self._value(f"plan_{plan.pk}")}
        at = self.cleaned_data.get("at") if self.is_bound else parsed_moment(self.initial.get("proposed_at", ""))
        return numbers, at, self._value("status") or "", self._value("resumes")

    def _value(self, name: str) -> Any:
        return self.cleaned_data.get(name) if self.is_bound else self.initial.get(name)


def parsed_moment(text: str) -> datetime | None:
    """Return an aware moment from its ISO text, None if it is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


class _MachineField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    def __init__(self, machines: QuerySet[Machine], known: Sequence[Machine]) -> None:
        super().__init__(machines, label="Machine", empty_label=None)
        self._known = {str(machine.pk): machine for machine in known}

    def to_python(self, value: Any) -> Machine | None:
        known = self._known.get(str(value))
        return known if known is not None else cast(Machine | None, super().to_python(value))


class _ResumedField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when it runs
    """Offers the partial sessions that may be completed; takes any of the course: the step judges, a resend passes."""

    def __init__(self, sessions: QuerySet[Session], course: Course) -> None:
        self.course = course
        super().__init__(sessions, required=False, label="Completes", empty_label="nothing, a session of its own")

    def to_python(self, value: Any) -> Session | None:
        number = id_or_none(str(value or ""))
        found = None if number is None else Session.objects.filter(course=self.course, pk=number).first()
        if value and found is None:
            raise ValidationError("This session is not one of the course.")
        return found

    def label_from_instance(self, obj: Any) -> str:
        local = obj.starts_at.astimezone(self.course.facility.zone)
        return f"the partial session of {local.day} {local:%b}, {local:%H:%M}"


def _cleaned(form: forms.Form, name: str) -> object:
    try:
        return form.fields[name].clean(form.data.get(form.add_prefix(name)))
    except ValidationError:
        return None
