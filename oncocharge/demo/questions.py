"""Lets the demo's biller hold fresh lines and ask about others, so that both are met: waiting, back, answered."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from billing.models import LedgerEntry, Question
from billing.worklist import Filters, LineState, hold, lines
from billing.worklist.questions import Asked, answer, ask
from patients.roles import Role

ASKED_ABOUT = 3
HELD = (
    ("coverage", "", 6),  # its day has come
    ("documentation", "Setup note of this day", 1),
    ("authorization", "", 0),
)
"""Reason, words and for how many days."""


def hold_and_ask(at: datetime) -> tuple[int, int]:
    """Hold three clean lines and ask about three others; return how many. Where something was asked already, none."""
    if Question.objects.exists():
        return 0, 0
    fresh = _fresh_deliveries(len(HELD) + ASKED_ABOUT)
    biller, therapist = User.objects.get(username="bill"), User.objects.get(username="tess")
    held = 0
    for entry, (code, words, days) in zip(fresh, HELD, strict=False):
        since = at - timedelta(days=days)
        held += len(hold(entry_ids=[entry.pk], reason=words, code=code, by=biller, at=since).done)
    questions = (
        (Asked(therapist), "Was the whole dose given? The record shows a pause after the second arc."),
        (Asked(role=Role.PHYSICIST), "Was this check done before the fraction?"),
        (Asked(therapist), "Was this treated before the shift or after it?"),
    )
    for entry, (asked, text) in zip(fresh[len(HELD) :], questions, strict=False):
        ask(entry_ids=[entry.pk], asked=asked, text=text, by=biller, at=at - timedelta(hours=3))
    put = list(Question.objects.order_by("pk"))
    if len(put) == ASKED_ABOUT:
        answered_at = at - timedelta(hours=1)
        answer(question_id=put[-1].pk, text="After it; the log has the hour.", by=therapist, at=answered_at)
    return held, len(put)


def _fresh_deliveries(count: int) -> list[LedgerEntry]:
    clean = lines(Filters(states=[LineState.OPEN], family="delivery"), "-day").filter(is_blocked=False)
    return list(clean[:count])
