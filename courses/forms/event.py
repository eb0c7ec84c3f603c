"""A clinical event as a person enters it: the fields that its kind needs, and no other."""

from datetime import date
from typing import Any, cast

from django import forms

from courses.forms.course import DATE
from courses.models import ClinicalEvent, Course
from courses.planning import EventKind, EventParticulars
from courses.planning.events import faults_of_event
from courses.planning.kinds import DISTINCT, DOCUMENTED, PERFORMER, SITE, UNITS
from courses.terms import Site
from patients.seen import state_of
from patients.validators import validate_day

NO_SITE = [("", "the whole course"), *((site.value, site.value.replace("_", " ").capitalize()) for site in Site)]


class EventForm(forms.Form):
    """An event of one kind: recorded, or with ``event`` corrected, which asks why."""

    entry_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    happened_on = forms.DateField(label="On", widget=DATE, validators=[validate_day])
    performer = forms.ChoiceField(label="Seen by", widget=forms.RadioSelect)
    site = forms.ChoiceField(
        required=False, choices=NO_SITE, help_text="Which site it was for. It may be part of that site's plan."
    )
    units = forms.IntegerField(initial=1)
    distinct_service = forms.BooleanField(
        required=False,
        label="Separate work, not part of anything else done that day",
        help_text="Another site, another set-up or another time of the day; the chart says so.",
    )
    documented = forms.BooleanField(
        required=False, label="Order and report are in the chart", help_text="Without them it is not charged."
    )
    reason = forms.CharField(
        required=False, max_length=200, label="Why it was needed", help_text="As the order and the report say."
    )
    why = forms.CharField(max_length=200, label="Why is it corrected", error_messages={"required": "Say why."})

    def __init__(
        self, *args: Any, kind: EventKind, course: Course, event: ClinicalEvent | None = None, **kwargs: Any
    ) -> None:
        """Ask for what an event of ``kind`` needs."""
        self.kind, self.course, self.event = kind, course, event
        super().__init__(*args, **kwargs)
        for name in self._unasked():
            del self.fields[name]
        if PERFORMER in kind.asks:
            words = [(one.value, one.value.replace("_", " ").capitalize()) for one in kind.performers]
            self.fields["performer"].choices = words  # type: ignore[attr-defined]
        if UNITS in kind.asks:
            self.fields["units"].label = f"How many {kind.units_of}"

    def _unasked(self) -> list[str]:
        """Return the fields that have no place in this form."""
        unasked = [name for name in (SITE, UNITS, PERFORMER, DISTINCT, DOCUMENTED) if name not in self.kind.asks]
        if DOCUMENTED not in self.kind.asks:
            unasked.append("reason")
        return [*unasked, *(("why", "seen") if self.event is None else ("entry_key",))]

    def clean(self) -> dict[str, Any]:
        """Add what the step would refuse, so that it is said beside what could not be read."""
        said = super().clean() or {}
        event = ClinicalEvent(course=self.course, family=self.kind.family.value, **self.entry())
        if "happened_on" in said:
            event.happened_on = said["happened_on"]
        event.performer = event.performer or str(self.kind.usual_performer or "")
        for field, messages in faults_of_event(event).items():
            name = {"on": "happened_on"}.get(field, field)
            if name not in self.errors:
                for message in messages:
                    self.add_error(name if name in self.fields else None, message)
        return said

    @property
    def day(self) -> date:
        """The day that was said."""
        found: date = self.cleaned_data["happened_on"]
        return found

    def entry(self) -> EventParticulars:
        """Return what was said, as the steps take it."""
        said = {name: self.cleaned_data.get(name) for name in EventParticulars.__annotations__}
        return cast(EventParticulars, {name: value for name, value in said.items() if value is not None})


def proposed_event(kind: EventKind, course: Course, today: date) -> dict[str, Any]:
    """Return what a new entry is filled in with: today, one unit, the site where the course treats but one."""
    sites = set(course.plans.filter(retired_on=None).values_list("site", flat=True)) if SITE in kind.asks else set()
    return {
        "happened_on": today,
        "units": 1,
        "site": sites.pop() if len(sites) == 1 else "",
        "documented": True,
        "performer": kind.performers[0].value if PERFORMER in kind.asks else "",
    }


def values_of_event(event: ClinicalEvent) -> dict[str, Any]:
    """Return what a correction is filled in with: the event as it stands."""
    kept = ("happened_on", "units", "site", "documented", "distinct_service", "reason", "performer")
    return {name: getattr(event, name) for name in kept} | {"seen": state_of(event)}
