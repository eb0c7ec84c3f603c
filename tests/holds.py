"""What the tests of holds and questions share."""

from datetime import date, datetime
from typing import Any

from billing import worklist
from billing.models import LedgerEntry, Question
from billing.worklist.groups import grouped_lines
from billing.worklist.questions import Asked, ask
from patients.roles import Role
from tests.cast import user


def as_held(at: datetime, due_on: date = date(2099, 1, 1)) -> dict[str, Any]:
    """The columns of a review that is held, whoever writes it: other reason, the billing managers' matter."""
    return {
        "state": "held", "code_id": "other", "owner_role": Role.BILLING_MANAGER.value, "due_on": due_on,
        "held_since": at,
    }  # fmt: skip


def group_of(entry: LedgerEntry) -> str:
    """The group in which a line stands on the worklist."""
    return grouped_lines(worklist.EVERYTHING).get(pk=entry.pk).group


def returns_of(entry: LedgerEntry) -> str:
    """Why a held line is back; empty where it is not."""
    return grouped_lines(worklist.EVERYTHING).get(pk=entry.pk).returns


def asked(
    entry: LedgerEntry, at: datetime, *, of: Asked | None = None, text: str = "Was it treated whole?"
) -> Question:
    """A question about a line: to the therapist of the tests unless said otherwise."""
    put_to = of or Asked(user(Role.THERAPIST))
    ask(entry_ids=[entry.pk], asked=put_to, text=text, by=user(Role.BILLER), at=at)
    return Question.objects.filter(entry=entry).latest("pk")
