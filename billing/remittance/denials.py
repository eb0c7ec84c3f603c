"""Denials on the worklist: who works on one, what was done, and how it ended. Only a manager writes one off."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from billing.models import Denial
from billing.remittance.releasing import RemittanceError
from patients.roles import Role, has_role

State = Denial.State
STANDING = (State.OPEN, State.APPEALED)
"""Those that still want work."""
PAYMENT_TAKEN_BACK = "The payer took its payment back, and decided nothing instead."
SOON_DAYS = 14
"""From so many days before the last day on, an appeal presses."""


def denials_to_work() -> QuerySet[Denial]:
    """Return the denials that want work, those with the nearest last day first."""
    return in_full(Denial.objects.filter(state__in=STANDING))


def in_full(denials: QuerySet[Denial]) -> QuerySet[Denial]:
    """Return denials with what a row shows, in the order of their last day."""
    joined = denials.select_related(
        "claim__patient", "claim__payer", "entry__session", "worked_by", "remittance_claim__remittance"
    )
    return joined.order_by("appeal_until", "id")


def days_left(denial: Denial, today: date) -> int | None:
    """Return the days left to appeal, today not counted; below 0 it is too late, ``None``: no limit is known.

    >>> days_left(Denial(appeal_until=date(2026, 5, 1)), date(2026, 4, 28))
    3
    """
    return None if denial.appeal_until is None else (denial.appeal_until - today).days


def decide(*, denial_id: int, state: str, note: str, is_mine: bool, by: User, at: datetime) -> Denial:
    """Change what is done about a denial; the same decision twice changes nothing more.

    Args:
        denial_id: the denial.
        state: what is being done from now on; "paid" only a payment says.
        note: replaces the note; a write-off needs one.
        is_mine: whether ``by`` works on it from now on; otherwise nobody does.
        by: who decides.
        at: the moment.

    Raises:
        RemittanceError: the state is none that a person may give, or the deed is not theirs.
    """
    note = note.strip()[:400]
    if state not in (State.OPEN, State.APPEALED, State.CORRECTED, State.WRITTEN_OFF):
        raise RemittanceError("A denial is open, appealed, corrected or written off. That it was paid, a payment says.")
    if state == State.WRITTEN_OFF and not has_role(by, Role.BILLING_MANAGER):
        raise RemittanceError("Only a billing manager may write off a denied charge.")
    if state == State.WRITTEN_OFF and not note:
        raise RemittanceError("Say why this is written off: the note is what an auditor reads.")
    with transaction.atomic():
        denial = Denial.objects.select_for_update().get(pk=denial_id)
        if denial.state == State.PAID:
            raise RemittanceError("The payer has paid this after all. There is nothing left to decide.")
        denial.state, denial.note, denial.worked_by = state, note, by if is_mine else None
        denial.decided_by, denial.decided_at = by, at
        denial.save()
    return denial
