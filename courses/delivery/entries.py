"""The shapes of an entry: what a session may say, what came of logging it, when two entries quarrel."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

from courses.models import Machine, Plan, Session
from courses.terms import Guidance, MotionManagement, SessionStatus

Faults = dict[str, list[str]]
"""Messages by the field that they concern; ``ValidationError`` takes it as it is."""


class Particulars(TypedDict, total=False):
    """What a session says beside plans, moment and status; left out means the model's default."""

    status_reason: str
    """Why it was partial or aborted."""
    resumes: Session | None
    second_session_reason: str
    guidance: Guidance | str
    """Left out: what the first plan proposes."""
    guidance_reviewed: bool
    active_motion_management: MotionManagement | str
    motion_record_complete: bool | None
    motion_system: str
    motion_threshold: str
    motion_beam_hold: str
    isocenters: int | None
    mixed_electrons: bool
    is_inpatient: bool
    adapted_online: bool


class Changes(Particulars, total=False):
    """What an amendment may change: the particulars, and these."""

    at: datetime
    status: SessionStatus | str
    machine: Machine | None
    numbers: Mapping[Plan, int | None]
    """All plans of the corrected session with their fraction numbers."""


class EntryConflict(Exception):
    """Two entries say different things and only one may stand; the message says what to do."""

    def __init__(self, message: str, session: Session) -> None:
        super().__init__(message)
        self.message = message
        self.session = session


@dataclass(frozen=True, slots=True)
class Logged:
    """What came of logging: the session that stands, whether this call made it, and a sentence to show."""

    session: Session
    is_new: bool
    message: str


def digest_of_entry(
    *,
    at: datetime,
    status: str,
    plans: Sequence[Plan],
    numbers: Mapping[Plan, int | None] | None,
    machine: Machine | None,
    particulars: Particulars,
) -> str:
    """Return the fingerprint of what was submitted, before anything was proposed or derived."""
    said: dict[str, object] = {key: value for key, value in particulars.items() if key != "resumes"}
    resumes = particulars.get("resumes")
    said |= {
        "at": at,
        "status": str(status),
        "plans": sorted(plan.pk for plan in plans),
        "numbers": sorted((plan.pk, number) for plan, number in numbers.items()) if numbers is not None else None,
        "machine": machine.pk if machine else None,
        "resumes": resumes.pk if resumes else None,
    }
    return _digest(said)


def digest_of_session(session: Session) -> str:
    """Return the fingerprint of how the session stands now; an amendment names the one that it was made from."""
    columns: tuple[str, ...] = (
        "starts_at",
        "status",
        "status_reason",
        "machine_id",
        "resumes_id",
        "guidance",
        "cancelled_at",
    )
    columns += ("second_session_reason", "active_motion_management", "motion_record_complete")
    columns += ("motion_system", "motion_threshold", "motion_beam_hold", "isocenters")
    columns += ("mixed_electrons", "is_inpatient", "adapted_online", "guidance_reviewed", "amendment_reason")
    said: dict[str, object] = {column: getattr(session, column) for column in columns}
    said["fractions"] = sorted((fraction.plan_id, fraction.number) for fraction in session.fractions.all())
    return _digest(said)


def _digest(said: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=_plain).encode()).hexdigest()


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def raise_faults(faults: Faults) -> None:
    """Raise all faults together, if there are any."""
    if faults:
        raise ValidationError({field: list(messages) for field, messages in faults.items()})


def name_of(user: User | None) -> str:
    """Return how a colleague is called on the screen."""
    if user is None:
        return "an imported file"
    return user.get_full_name() or user.get_username()


def when(session: Session) -> str:
    """Return day and time of the session on the clinic's clock."""
    local = session.starts_at.astimezone(session.course.facility.zone)
    return f"{local.day} {local:%b}, {local:%H:%M}"
