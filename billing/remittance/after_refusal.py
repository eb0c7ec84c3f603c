"""Payments that a person lets count: a refused claim that they pay stands again, or that person is told."""

from datetime import datetime

from django.db.models import F, QuerySet

from billing import ledger
from billing.claims.standing_again import open_after_all, stand_again
from billing.models import Receipt, ReceiptWarning, Remittance, RemittanceClaim
from billing.remittance.effects import take_effect

_WARNING = "accepted-after-rejection"


def take_effect_by_hand(*, remittance: Remittance, at: datetime, remittance_claim_id: int | None = None) -> None:
    """Let a remittance, or one claim of it, count because a person says so, as it counts when no person is needed.

    Locks the money of the courses that it pays; call it in a transaction, with the remittance locked.
    """
    paid = _paid(remittance.pk, remittance_claim_id)
    courses = paid.order_by().values_list("claim__course_id", flat=True).distinct()
    ledger.lock_courses(course_ids=[course for course in courses if course is not None])
    take_effect(remittance_id=remittance.pk, at=at, remittance_claim_id=remittance_claim_id)
    left = stand_again(claim_ids=_claims(remittance.pk, remittance_claim_id))
    if left and remittance.receipt_id is not None:
        _warn(remittance.receipt_id, paid.filter(claim__in=left))


def _warn(receipt_id: int, paid: QuerySet[RemittanceClaim]) -> None:
    told = [
        ReceiptWarning(
            receipt_id=receipt_id, code=_WARNING, position=one.position, segment="CLP",
            found=one.claim.control_number,
        )
        for one in paid.select_related("claim")
        if one.claim is not None
    ]  # fmt: skip
    ReceiptWarning.objects.bulk_create(told)
    Receipt.objects.filter(pk=receipt_id).update(warning_count=F("warning_count") + len(told))


def sent_twice_maybe(*, remittance_id: int, remittance_claim_id: int | None = None) -> list[str]:
    """Return the paid claims, by number, that were refused before and whose lines are open or went out again."""
    return open_after_all(claim_ids=_claims(remittance_id, remittance_claim_id))


def _paid(remittance_id: int, remittance_claim_id: int | None) -> QuerySet[RemittanceClaim]:
    found = RemittanceClaim.objects.filter(remittance=remittance_id, claim__isnull=False)
    return found if remittance_claim_id is None else found.filter(pk=remittance_claim_id)


def _claims(remittance_id: int, remittance_claim_id: int | None) -> list[int]:
    ids = _paid(remittance_id, remittance_claim_id).order_by().values_list("claim_id", flat=True)
    return [claim_id for claim_id in ids if claim_id is not None]
