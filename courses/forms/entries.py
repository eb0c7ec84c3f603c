"""The three entries about a session: a new one, its correction, its cancellation; and what each is filled in with."""

from datetime import datetime
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.db.models import Q, QuerySet

from courses.delivery import Changes, Proposal, digest_of_session, isocenters_of
from courses.forms.session import OTHER, REASONS, SessionForm
from courses.models import Machine, Session
from courses.terms import SessionStatus

KEPT = (
    "guidance", "second_session_reason", "active_motion_management", "motion_record_complete",
    "motion_system", "motion_threshold", "motion_beam_hold", "isocenters", "mixed_electrons", "is_inpatient",
    "adapted_online",
)  # fmt: skip


class LogForm(SessionForm):
    """A new session; ``entry_key`` makes a double click, a resend and a retry one and the same.

    ``asks_why`` keeps whether the form, when it was shown, asked for the reason of a second session: judged anew
    at the second sending of one entry, that entry's own session would be the first of the day.
    """

    entry_key = forms.UUIDField(widget=forms.HiddenInput)
    asks_why = forms.BooleanField(required=False, widget=forms.HiddenInput)

    proposal: Proposal | None = None
    """What the page says beside the fields; not needed to save."""

    def clean(self) -> dict[str, Any]:
        """Ask why, where a second session of the day is not prescribed."""
        said = super().clean()
        has_beam = said.get("status") != SessionStatus.ABORTED and not said.get("resumes")
        if said.get("asks_why") and has_beam and not said.get("second_session_reason", "").strip():
            self.add_error("second_session_reason", "Say why the patient is treated a second time today.")
        return said

    @property
    def asks_for_second(self) -> bool:
        """Whether the field for the reason of a second session is in sight."""
        return bool(self._value("asks_why")) and self._value("resumes") is None

    def entry(self) -> dict[str, Any]:
        """Return the arguments of ``log_session`` beside course and user."""
        said = self.cleaned_data
        return {
            "plans": list(said["numbers"]),
            "numbers": said["numbers"],
            "at": said["at"],
            "status": said["status"],
            "machine": said["machine"],
            "entry_key": said["entry_key"],
            **self.particulars(),
        }


class AmendForm(SessionForm):
    """A correction of what was entered, with its reason; made from the state that ``seen`` names."""

    is_correction = True

    # A machine's record may say more than a form asks of a person.
    reason_detail = forms.CharField(required=False, max_length=200, label="In words")
    amendment_reason = forms.CharField(max_length=200, label="Why is it corrected")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        """Ask for a correction of ``session``; a machine that nobody told is not made up."""
        self.session = session
        super().__init__(*args, **kwargs)
        if session.machine_id is None:
            machine = cast("forms.ModelChoiceField[Machine]", self.fields["machine"])
            machine.required, machine.empty_label = False, "not told"

    def _machines(self) -> QuerySet[Machine]:
        """Offer the machine of the entry too, should it be out of service by now."""
        return Machine.objects.filter(Q(is_active=True) | Q(pk=self.session.machine_id), facility=self.course.facility)

    def _open_partials(self) -> QuerySet[Session]:
        rows = Session.objects.filter(pk__in=[self.session.resumes_id] if self.session.resumes_id else [])
        return (super()._open_partials() | rows).exclude(pk=self.session.pk).distinct()

    def entry(self) -> Changes:
        """Return the changes for ``amend_session``."""
        said = self.cleaned_data
        return Changes(
            at=said["at"],
            status=said["status"],
            machine=said["machine"],
            numbers=said["numbers"],
            **self.particulars(),
        )


class CancelForm(forms.Form):
    """Why an entry is taken back."""

    amendment_reason = forms.CharField(max_length=200, label="Why did this session not happen")
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


def proposed_values(proposal: Proposal, *, at: datetime, machine: Machine | None) -> dict[str, Any]:
    """Return what a new entry is filled in with; ``at`` is a moment of the clinic's clock."""
    at = at.replace(second=0, microsecond=0)
    values: dict[str, Any] = {
        "entry_key": uuid4(),
        "status": SessionStatus.TREATED.value,
        "day": at.date(),
        "time": at.time(),
        "proposed_at": at.isoformat(),
        "machine": machine,
        "guidance": proposal.guidance,
        "resumes": proposal.resumes,
        "asks_why": is_unprescribed_second(proposal),
        "isocenters": isocenters_of(proposal.numbers),
    }
    for plan, number in proposal.numbers.items():
        values[f"plan_{plan.pk}"] = True
        values[f"fraction_{plan.pk}"] = number
    return values


def is_unprescribed_second(proposal: Proposal) -> bool:
    """Whether a session of the day stands already and no plan is prescribed more than once a day."""
    return proposal.previous is not None and all(plan.sessions_per_day == 1 for plan in proposal.numbers)


def values_of(session: Session) -> dict[str, Any]:
    """Return what a correction is filled in with: the session as it stands."""
    at = session.starts_at.astimezone(session.course.facility.zone)
    reason, _, detail = session.status_reason.partition(": ")
    if session.status_reason and reason not in REASONS:
        reason, detail = OTHER, session.status_reason
    values: dict[str, Any] = {
        "status": session.status,
        "reason": reason,
        "reason_detail": detail,
        "day": at.date(),
        "time": at.time(),
        "proposed_at": at.isoformat(),
        "machine": session.machine,
        "resumes": session.resumes,
        "seen": digest_of_session(session),
    }
    values |= {name: getattr(session, name) for name in KEPT}
    for fraction in session.fractions.all():
        values[f"plan_{fraction.plan_id}"] = True
        values[f"fraction_{fraction.plan_id}"] = fraction.number
    return values
