"""Decisions to ask a patient's next payer: one claim or five hundred, under the same rules."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from billing import ledger
from billing.follow_ups.deciding import require_biller, required_note
from billing.follow_ups.next_payers import NextPayer, claims_for_next_payer, next_payers_of
from billing.models import Claim, FollowUp

CHANGED = "Lines of the claim were reversed since it was sent. Send its correction first, then ask the next payer."
NOT_WAITING = "The claim waits for no next payer: it was sent on, or its payer has not decided."


@dataclass(frozen=True, slots=True)
class Sending:
    """What came of it: the decisions that now stand, and the claims that were left, each with the reason."""

    decided: tuple[FollowUp, ...]
    refused: tuple[tuple[int, str], ...]


def send_to_next_payer(*, claim_ids: Collection[int], by: User, at: datetime) -> Sending:
    """Let the next export ask the patients' next payers about the claims. What is decided already counts as decided.

    Raises:
        PermissionDenied: the user does not bill.
    """
    require_biller(by)
    with transaction.atomic():
        waiting = _locked(claim_ids)
        refused = [(claim_id, NOT_WAITING) for claim_id in sorted(set(claim_ids) - set(waiting))]
        refused += [(claim_id, CHANGED) for claim_id, one in waiting.items() if one.is_changed]
        decided = [one.follow_up or _decide(one, by, at) for one in waiting.values() if not one.is_changed]
    return Sending(tuple(decided), tuple(refused))


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


def _decide(one: NextPayer, by: User, at: datetime) -> FollowUp:
    follow_up = _new(one, by, at)
    follow_up.save()
    return follow_up


def _new(one: NextPayer, by: User, at: datetime) -> FollowUp:
    return FollowUp(claim=one.claim, kind=FollowUp.Kind.NEXT_PAYER, coverage=one.coverage, decided_by=by, decided_at=at)
