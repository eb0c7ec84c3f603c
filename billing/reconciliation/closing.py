"""Months are signed off by name, and opened again with a reason. What was open at the sign-off is kept as it was.

Whoever signs off has the ledger's turn alone: no line is posted between the numbers that were read and the signature.
What comes after is the database's business (models/month_close.py) and capture's.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection, transaction

from billing.models import TURN, MonthClose
from billing.reconciliation.months import MonthReport, report_of
from billing.reconciliation.open_rows import Month
from courses.planning.signature import digest_of_content
from patients.models import Facility
from patients.roles import Role, has_role

NOTE_LENGTH, REASON_LENGTH = 400, 200
PATIENCE = "20s"
"""How long a sign-off waits for postings that are under way."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A report with the digest that a signature refers to."""

    report: MonthReport
    digest: str


def may_sign(user: User) -> bool:
    """Whether the user may sign a month off, or open it again."""
    return has_role(user, Role.BILLING_MANAGER)


def seen(month: Month) -> Seen:
    """Return how the month stands, with its digest."""
    report = report_of(month)
    return Seen(report, digest_of_content(report.content()))


def standing_close(month: Month) -> MonthClose | None:
    """Return the sign-off of the month that stands."""
    found = MonthClose.objects.filter(facility_id=month.facility_id, month=month.first, reopened_at=None)
    return found.select_related("signed_by").first()


def sign_off(*, month: Month, by: User, note: str, digest: str, today: date) -> MonthClose:
    """Sign a month off, as it was read. The password has been proved by the door.

    Args:
        digest: of the report that the signer read; another state of things is not signed.
        today: the facility's day.

    Raises:
        PermissionDenied: the user is no billing manager.
        ValidationError: the month is not over, is signed off already, changed since it was read, or leaves something
            open without a note; or postings keep the ledger busy.
    """
    if not may_sign(by):
        raise PermissionDenied("Only a billing manager signs a month off.")
    if today <= month.last:
        raise ValidationError(f"{month.first:%B %Y} is not over. Sign it off on the day after its last day.")
    said = note.strip()
    if len(said) > NOTE_LENGTH:
        raise ValidationError({"note": [f"The note has {len(said)} characters; at most {NOTE_LENGTH} are kept."]})
    with transaction.atomic():
        _wait_for_turn()
        before = standing_close(month)
        if before is not None:
            raise ValidationError(f"{before.signed_by.get_full_name() or 'Somebody'} has signed it off already.")
        now = seen(month)
        if now.digest != digest:
            raise ValidationError("The month has changed since you read it. Read what is new, and sign again.")
        if now.report.open_count and not said:
            raise ValidationError({"note": ["Something is open. Say why the month is signed off all the same."]})
        content = now.report.content()
        return MonthClose.objects.create(
            facility_id=month.facility_id,
            month=month.first,
            signed_by=by,
            note=said,
            content=content,
            digest=now.digest,
        )


def reopen(*, close_id: int, by: User, reason: str, at: datetime) -> MonthClose:
    """Open a month again; what came late for it is held no longer. Twice is once.

    Raises:
        PermissionDenied: the user is no billing manager.
        ValidationError: no reason, or a longer one than is kept.
        MonthClose.DoesNotExist: there is none.
    """
    if not may_sign(by):
        raise PermissionDenied("Only a billing manager opens a month again.")
    said = reason.strip()
    if not said:
        raise ValidationError({"reason": ["Say why the month is opened again."]})
    if len(said) > REASON_LENGTH:
        raise ValidationError({"reason": [f"The reason has {len(said)} characters; at most {REASON_LENGTH} are kept."]})
    with transaction.atomic():
        found = MonthClose.objects.select_for_update(no_key=True).get(pk=close_id)
        if found.reopened_at is None:
            found.reopened_at, found.reopened_by, found.reopen_reason = at, by, said
            found.save(update_fields=["reopened_at", "reopened_by", "reopen_reason"])
        return found


def closes_of(month: Month) -> list[MonthClose]:
    """Return every sign-off of the month, the newest first."""
    found = MonthClose.objects.filter(facility_id=month.facility_id, month=month.first).order_by("-pk")
    return list(found.select_related("signed_by", "reopened_by"))


def today_at(facility: Facility, now: datetime) -> date:
    """Return the facility's day."""
    return facility.day_of(now)


def _wait_for_turn() -> None:
    """Wait until no posting is under way, and keep others waiting until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
        try:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        except OperationalError as error:
            raise ValidationError("Charges are being posted just now. Sign off again in a minute.") from error
