"""What the tests of sessions share: a therapist who logs, in one line."""

from datetime import datetime
from typing import Unpack
from uuid import UUID

from courses.delivery import Logged, Particulars, log_session
from courses.models import Plan
from courses.terms import SessionStatus
from patients.roles import Role
from tests import cast


def log(
    treated: cast.Treated,
    at: str | datetime,
    *,
    number: int | None = None,
    status: SessionStatus | str = SessionStatus.TREATED,
    plans: list[Plan] | None = None,
    entry_key: UUID | None = None,
    therapist: str = "therapist",
    **particulars: Unpack[Particulars],
) -> Logged:
    """Log a session of the patient's plan at a local time such as '2025-03-04 09:00'."""
    if status != SessionStatus.TREATED:
        particulars.setdefault("status_reason", "gantry interlock")
    return log_session(
        course=treated.course,
        plans=plans or [treated.plan],
        at=cast.local(at) if isinstance(at, str) else at,
        status=status,
        by=cast.user(Role.THERAPIST, therapist),
        machine=treated.machine,
        numbers={treated.plan: number} if number is not None else None,
        entry_key=entry_key,
        **particulars,
    )
