"""Letting a held line pass: who may, and which holds never.

The one place that says so; views ask ``may_override`` to decide what to draw, and the step asks it again.
"""

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from billing import ledger
from billing.models import StandingFinding
from billing.rules.lines import Severity
from billing.worklist.decisions import required_reason
from billing.worklist.late import require_second_person
from patients.roles import Role, has_role

MAY_OVERRIDE = frozenset({Role.BILLING_MANAGER, Role.ADMINISTRATOR})

NEVER_OVERRIDDEN = frozenset(
    {
        "missing-fee",
        "missing-diagnosis",
        "missing-coverage",
        "missing-physician",
        "missing-npi",
        "capture-failed",
        "correction-to-send",
    }
)
"""Holds that no reason replaces: the claim would carry a blank, or nothing is known to be right."""


def may_override(user: User, finding: StandingFinding) -> bool:
    """Whether the user may let the line of this finding pass."""
    return has_role(user, *MAY_OVERRIDE) and _obstacle(finding) == ""


def override_finding(*, finding_id: int, reason: str, by: User, at: datetime) -> StandingFinding:
    """Let the line of a hold pass, with a reason; the line itself is released as any other. Twice is once.

    Raises:
        PermissionDenied: the user is neither billing manager nor administrator.
        ValidationError: no reason; or the finding is no hold, is settled, or cannot be overridden; or the line came
            after its month was signed off, and the user entered it.
    """
    if not has_role(by, *MAY_OVERRIDE):
        raise PermissionDenied("Only a billing manager or an administrator may override a hold.")
    said = required_reason(reason, "Say why.")
    with transaction.atomic():
        found = StandingFinding.objects.filter(pk=finding_id).first()
        if found is None:
            raise ValidationError("There is no such finding.")
        ledger.lock_courses(course_ids=[found.course_id])
        found.refresh_from_db()
        if found.overridden_at is not None:
            return found
        if obstacle := _obstacle(found):
            raise ValidationError(obstacle)
        require_second_person(found, by)
        found.overridden_at, found.overridden_by, found.override_reason = at, by, said
        found.save(update_fields=["overridden_at", "overridden_by", "override_reason"])
        return found


def _obstacle(finding: StandingFinding) -> str:
    """Return, in words, what keeps a finding from being overridden; nothing if it may be."""
    if finding.resolved_at is not None:
        return "This finding no longer stands."
    if finding.severity != Severity.HOLD:
        return "This finding holds no line; there is nothing to override."
    if finding.code in NEVER_OVERRIDDEN:
        return "This hold cannot be overridden: mend what it names."
    return ""
