"""What persons decided about a line, and what was asked and answered about it, as events of its story."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib.auth.models import User

from billing.models import QUESTION, LedgerEntry, Question
from billing.templatetags.charges import person
from billing.views.story import Event, event
from billing.worklist.questions import asked_of

DECISIONS = {
    "open": ("Open again", "open"),
    "held": ("Held", "held"),
    "released": ("Released", "released"),
}


def told_of_reviews(entries: Sequence[LedgerEntry], zone: ZoneInfo) -> Iterator[Event]:
    """Yield each release and hold, with whose matter it was and until when, and each time it was taken back."""
    history = apps.get_model("oncocharge_billing", "ReviewEvent")
    states = list(history.objects.filter(entry__in=entries).order_by("pgh_id"))
    users = User.objects.in_bulk({pk for state in states for pk in (state.by_id, state.owner_id) if pk})
    for state in states:
        what, shown = DECISIONS[state.state]
        who = person(users[state.by_id]) if state.by_id in users else "by the program"
        until = f" until {_day(state.due_on)}" if state.due_on else ""
        yield event(state.at, zone, f"{what}{until}", shown, who=who, note=_note(state, users))


def _note(state: Any, users: dict[int, User]) -> str:
    is_anothers = state.owner_id in users and state.owner_id != state.by_id and state.code_id != QUESTION
    return f"{state.reason} · for {person(users[state.owner_id])}" if is_anothers else str(state.reason)


def told_of_questions(entries: Sequence[LedgerEntry], zone: ZoneInfo) -> Iterator[Event]:
    """Yield each question about the line, its answer or why nobody had to answer, and who read it. One query."""
    related = ("asked_by", "asked_of", "answered_by", "closed_by", "seen_by")
    for one in Question.objects.filter(entry__in=entries).select_related(*related).order_by("id"):
        yield event(one.asked_at, zone, f"Asked {asked_of(one)}: {one.text}", "held", who=person(one.asked_by))
        if one.answered_at:
            yield event(one.answered_at, zone, f"Answered: {one.answer}", "info", who=person(one.answered_by))
        if one.closed_at:
            who = person(one.closed_by) if one.closed_by else "by the program"
            yield event(one.closed_at, zone, "Question closed", "open", who=who, note=one.closed_reason)
        if one.seen_at:
            yield event(one.seen_at, zone, "Answer read", "open", who=person(one.seen_by))


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
