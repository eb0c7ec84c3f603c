"""Holding lines back: for which reason, whose matter it is, until which day; and what brings a held line back.

A hold comes back by itself: not by a task, but by the question asked of the rows. When its day has come on the clinic's
calendar, or what it waited for is there, the line stands under what needs action again. It stays held, and out of every
export, until somebody decides.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import (
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Cast, Now

from billing.findings import withdraw_claim_checks
from billing.models import COUNTING, OTHER, QUESTION, Authorization, HoldReason, Question, Review
from billing.worklist.checks import LineAtRelease
from billing.worklist.decisions import REASON_LENGTH, Decided, judge, locked_lines, not_changeable
from billing.worklist.threads import close_questions, note_answers_read
from patients.roles import Role, roles_of

HELD_REASON_LENGTH = 300
MAY_OWN = frozenset({Role.THERAPIST, Role.PHYSICIST, Role.PHYSICIAN, Role.BILLER, Role.BILLING_MANAGER})
"""Whose matter a hold may be: who decides about lines, and who is asked about them."""
LONGEST_HOLD = timedelta(days=365)
_SATURDAY = 6
_HELD = Review.State.HELD.value

_HOLD = """
    INSERT INTO oncocharge_billing_review AS r
           (entry_id, state, reason, by_id, at, code_id, owner_id, owner_role, due_on, held_since)
    SELECT w.id, 'held', %(reason)s, %(by)s, %(at)s, %(code)s, %(owner)s, %(role)s, w.due_on, %(at)s
      FROM unnest(%(ids)s::bigint[], %(days)s::date[]) AS w(id, due_on) ORDER BY w.id
        ON CONFLICT (entry_id) DO UPDATE
       SET state = excluded.state, reason = excluded.reason, by_id = excluded.by_id, at = excluded.at,
           code_id = excluded.code_id, owner_id = excluded.owner_id, owner_role = excluded.owner_role,
           due_on = excluded.due_on, held_since = COALESCE(r.held_since, excluded.held_since)
"""


@dataclass(frozen=True, slots=True)
class Hold:
    """What a hold says of itself. ``due_on`` empty: as many days from now as the reason gives."""

    reason: HoldReason
    words: str
    owner: User | None
    owner_role: str = ""
    due_on: date | None = None


def hold(
    *,
    entry_ids: Collection[int],
    reason: str,
    by: User,
    at: datetime,
    code: str = OTHER,
    owner: User | None = None,
    due_on: date | None = None,
) -> Decided:
    """Hold lines back, released ones too, until somebody takes the hold back; a held line takes the new hold.

    Args:
        reason: what is typed beside the code; needed where the code is ``other``.
        owner: whose matter it is; without one, that of who holds.
        due_on: the clinic's day on which the lines come back; without one, by the reason.

    Raises:
        ValidationError: a reason, code, owner or day that does not do; every fault at once.
    """
    asked = _checked_hold(reason=reason, by=by, code=code, owner=owner, due_on=due_on)
    with transaction.atomic():
        lines, unknown = locked_lines(entry_ids)
        _refuse_other_day(due_on, lines, at)
        decided = judge(lines, not_changeable, unknown)
        close_questions(entry_ids=decided.done, reason="The line was held otherwise.", by=by, at=at)
        put_on_hold(lines=[line for line in lines if line.id in set(decided.done)], hold=asked, by=by, at=at)
        return decided


def put_on_hold(*, lines: Collection[LineAtRelease], hold: Hold, by: User, at: datetime) -> None:
    """Write a hold of lines that are locked and may be held; two statements more for what falls with it."""
    if not lines:
        return
    ids = [line.id for line in lines]
    days = [hold.due_on or day_after(at, hold.reason.days, line.time_zone) for line in lines]
    values: dict[str, Any] = {
        "ids": ids, "days": days, "reason": hold.words[:HELD_REASON_LENGTH], "by": by.pk, "at": at,
        "code": hold.reason.pk, "owner": hold.owner.pk if hold.owner else None, "role": hold.owner_role,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, values)
    note_answers_read(entry_ids=ids, by=by, at=at)
    withdraw_claim_checks(entry_ids=ids)


def day_after(at: datetime, days: int, time_zone: str) -> date:
    """Return the clinic's day so many days after a moment; of a weekend, the Monday after it.

    >>> from datetime import UTC
    >>> day_after(datetime(2026, 11, 5, 3, 0, tzinfo=UTC), 3, "America/New_York").isoformat()
    '2026-11-09'
    """
    day = at.astimezone(ZoneInfo(time_zone)).date() + timedelta(days=days)
    return day + timedelta(days=8 - day.isoweekday()) if day.isoweekday() >= _SATURDAY else day


def usable_reasons() -> list[HoldReason]:
    """Return the reasons that may be picked, in the practice's order."""
    return list(HoldReason.objects.filter(is_active=True).exclude(code=QUESTION))


def possible_owners() -> Iterable[User]:
    """Return whom a hold may be given to, by name; one query."""
    groups = [role.value for role in MAY_OWN]
    people = User.objects.filter(is_active=True, groups__name__in=groups).distinct()
    return people.order_by("last_name", "first_name", "username")


def _checked_hold(*, reason: str, by: User, code: str, owner: User | None, due_on: date | None) -> Hold:
    faults: dict[str, list[str]] = {}
    typed = reason.strip()
    found = HoldReason.objects.filter(code=code, is_active=True).exclude(code=QUESTION).first()
    if found is None:
        faults["code"] = [f"'{code}' is no reason of this practice. Pick one of the list."]
    if not typed and code == OTHER:
        faults["reason"] = ["Say why the line is held."]
    if len(typed) > REASON_LENGTH:
        faults["reason"] = [f"The reason has {len(typed)} characters; at most {REASON_LENGTH} are kept."]
    if owner is not None and owner != by and not (owner.is_active and roles_of(owner) & MAY_OWN):
        faults["owner"] = ["Pick somebody who bills or treats here."]
    if faults or found is None:
        raise ValidationError(faults)
    return Hold(found, _words(found, typed), owner or by, "", due_on)


def _refuse_other_day(due_on: date | None, lines: Iterable[LineAtRelease], at: datetime) -> None:
    """Refuse a day that is not ahead on the clock of each line's clinic, or so far that the line would be forgotten."""
    days = {at.astimezone(ZoneInfo(line.time_zone)).date() for line in lines}
    if due_on is None or not days:
        return
    named = f"{due_on.day} {due_on:%b %Y}"
    if due_on <= max(days):
        raise ValidationError({"due_on": [f"{named} is not ahead. A hold comes back on a day after today."]})
    if due_on > min(days) + LONGEST_HOLD:
        said = f"{named} is more than {LONGEST_HOLD.days} days ahead. By then most payers refuse the line as late."
        raise ValidationError({"due_on": [f"{said} Pick a nearer day."]})


def _words(reason: HoldReason, typed: str) -> str:
    if reason.code == OTHER:
        return typed
    return f"{reason.words}: {typed}" if typed else reason.words


# --- what brings a held line back: asked of the rows, so that no task has to have run -------------------------------


class Return(StrEnum):
    """Why a held line is back."""

    DUE = "due"
    AUTHORIZATION = "authorization"
    COVERAGE = "coverage"
    SIGNATURE = "signature"


RETURN_WORDS = {
    Return.DUE: "come back",
    Return.AUTHORIZATION: "an approval that covers it was entered since",
    Return.COVERAGE: "the coverage was entered or changed since",
    Return.SIGNATURE: "the plan or session was signed or reviewed since",
}


def clinic_day(facility: str = "course__facility") -> Cast:
    """Return the present day on the facility's calendar, for a query."""
    local = Func(F(f"{facility}__time_zone"), Now(), function="timezone", output_field=DateTimeField())
    return Cast(local, DateField())


def what_returns() -> Case:
    """Return, for a query of ledger entries, why a held line is back (``Return``); empty where it is not."""
    held = Q(review__state=_HELD)
    return Case(
        When(held & Q(review__due_on__lte=clinic_day()), then=Value(Return.DUE.value)),
        When(held & Q(review__code="authorization") & Exists(_approvals()), then=Value(Return.AUTHORIZATION.value)),
        When(held & Q(review__code="coverage") & Exists(_coverages()), then=Value(Return.COVERAGE.value)),
        When(held & Q(review__code="signature") & _signed(), then=Value(Return.SIGNATURE.value)),
        default=Value(""),
        output_field=CharField(),
    )


def has_unread_answer() -> Exists:
    """Return, for a query of ledger entries, whether an answer stands on the line that no biller has read."""
    return Exists(Question.objects.filter(entry=OuterRef("pk"), answered_at__isnull=False, seen_at=None))


def _approvals() -> QuerySet[Any]:
    """Approvals that cover code and day of the line, entered or approved since it was held."""
    entered: Any = apps.get_model("oncocharge_billing", "AuthorizationEvent")
    return cast(
        QuerySet[Any],
        entered.objects.filter(
            course_id=OuterRef("course_id"),
            pgh_created_at__gt=OuterRef("review__at"),
            pgh_obj__in=Authorization.objects.filter(status__in=COUNTING),
            status__in=COUNTING,
            codes__contains=Func(OuterRef("code"), template="ARRAY[%(expressions)s]::varchar[]"),
            effective_from__lte=OuterRef("service_on"),
            effective_to__gte=OuterRef("service_on"),
        ),
    )


def _coverages() -> QuerySet[Any]:
    """What was entered or changed of the patient's insurance since the line was held."""
    entered: Any = apps.get_model("oncocharge_patients", "CoverageEvent")
    return cast(
        QuerySet[Any],
        entered.objects.filter(patient_id=OuterRef("course__patient_id"), pgh_created_at__gt=OuterRef("review__at")),
    )


def _signed() -> Q:
    """Whether the plan was approved, or the session signed or its images reviewed, since the line was held."""
    held_at = F("review__at")
    return (
        Q(plan__approved_at__gt=held_at)
        | Q(session__signed_at__gt=held_at)
        | Q(session__guidance_reviewed_at__gt=held_at)
    )
