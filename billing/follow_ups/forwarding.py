"""Decisions to ask a patient's next payer: one claim or five hundred, under the same rules."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from billing import ledger
from billing.follow_ups.deciding import require_biller, required_note
from billing.follow_ups.next_payers import NextPayer, claims_for_next_payer, next_payers_of
from billing.follow_ups.reasons import reasons_for_medicare
from billing.models import Claim, FollowUp

CHANGED = (
    "The claim changed since it was sent, or is to be corrected. Send its correction first, then ask the next payer."
)
UNSAID = "Say why Medicare is not the primary payer: choose the reason beside the claim."
NOT_WAITING = "The claim waits for no next payer: it was sent on, or its payer has not decided."


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of it: the decisions that now stand, and the claims that were left, each with the reason."""

    decided: tuple[FollowUp, ...]
    refused: tuple[tuple[int, str], ...]


def send_to_next_payer(
    *, claim_ids: Collection[int], by: User, at: datetime, reasons: Mapping[int, str] | None = None
) -> Sending:
    """Let the next export ask the patients' next payers about the claims. What is decided already counts as decided.

    Args:
        claim_ids: the claims that were decided by the payers before.
        by: who decides.
        at: the moment.
        reasons: why Medicare is not the primary payer, by claim, where it is the next.

    Raises:
        PermissionDenied: the user does not bill.
    """
    require_biller(by)
    with transaction.atomic():
        waiting = _locked(claim_ids)
        refused = [(claim_id, NOT_WAITING) for claim_id in sorted(set(claim_ids) - set(waiting))]
        reasons = reasons or {}
        decided = []
        for claim_id, one in waiting.items():
            if why_not := _why_not(one, reasons.get(claim_id, "")):
                refused.append((claim_id, why_not))
            else:
                decided.append(one.follow_up or _decide(one, by, at, reasons.get(claim_id, "")))
    return Sending(tuple(decided), tuple(refused))


def _why_not(one: NextPayer, reason: str) -> str:
    """Say in words what keeps a claim from its next payer; empty if nothing does."""
    if one.is_changed:
        return CHANGED
    is_unsaid = one.asks_why and one.follow_up is None and reason not in dict(reasons_for_medicare())
    return UNSAID if is_unsaid else ""


def not_sent(*, claim_id: int, note: str, by: User, at: datetime) -> FollowUp:
    """Note that a claim is not sent on by us, and why: nothing is left, or it went on paper.

    Raises:
        PermissionDenied: the user does not bill.
        ValidationError: no note, or the claim does not wait.
    """
    require_biller(by)
    said = required_note(note)
    with transaction.atomic():
        waiting = _locked([claim_id])
        if claim_id not in waiting:
            raise ValidationError(NOT_WAITING)
        follow_up = waiting[claim_id].follow_up or _new(waiting[claim_id], by, at)
        follow_up.done_at, follow_up.done_by, follow_up.done_note = at, by, said
        follow_up.save()
        return follow_up


def _locked(claim_ids: Collection[int]) -> dict[int, NextPayer]:
    """Lock the money of the claims' courses; return those that wait for their next payer then."""
    courses = Claim.objects.filter(pk__in=claim_ids).order_by().values_list("course_id", flat=True)
    ledger.lock_courses(course_ids=set(courses))
    waiting = claims_for_next_payer().filter(pk__in=claim_ids).values_list("pk", flat=True)
    return {one.claim.pk: one for one in next_payers_of(waiting)}


def _decide(one: NextPayer, by: User, at: datetime, reason: str) -> FollowUp:
    follow_up = _new(one, by, at)
    follow_up.reason_code = reason if one.asks_why else ""
    follow_up.save()
    return follow_up


def _new(one: NextPayer, by: User, at: datetime) -> FollowUp:
    return FollowUp(claim=one.claim, kind=FollowUp.Kind.NEXT_PAYER, coverage=one.coverage, decided_by=by, decided_at=at)
