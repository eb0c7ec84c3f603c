"""What became of a payer's policy: every state of every period out of the history table, each as a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User

from billing.policies.standing import settings_of
from billing.policies.timeline import DEFAULTS
from billing.policies.words import changed_settings, span_words
from patients.models import PayerPolicy

_KINDS = {"insert": "open", "update": "amended", "delete": "cancelled"}


@dataclass(frozen=True, slots=True)
class Change:
    """One state, as a timeline shows it."""

    at: datetime
    what: str
    state: str
    who: str
    note: str


def history_of(payer_id: int) -> list[Change]:
    """Return what became of the payer's periods, newest first (two queries)."""
    rows = apps.get_model("oncocharge_patients", "PayerPolicyEvent").objects.filter(payer_id=payer_id)
    states = list(rows.select_related("pgh_context").order_by("pgh_id"))
    users = User.objects.in_bulk({one for one in (_user_of(state) for state in states) if one})
    names = {key: user.get_full_name() or user.username for key, user in users.items()}
    return list(_changes(states, names))[::-1]


def _changes(states: Sequence[Any], names: dict[int, str]) -> Iterator[Change]:
    before: dict[int, Any] = {}
    for state in states:
        what = _sentence(state, before.get(state.pgh_obj_id))
        before[state.pgh_obj_id] = state
        if what:
            who = names.get(_user_of(state) or 0, "a program")
            yield Change(state.pgh_created_at, what, _KINDS[state.pgh_label], who, state.amendment_reason)


def _user_of(state: Any) -> int | None:
    user: int | None = (state.pgh_context.metadata if state.pgh_context else {}).get("user")
    return user


def _sentence(state: Any, before: Any) -> str:
    """Say what happened; nothing for a state that only carries the reason of the next one."""
    if state.pgh_label == "delete":
        return f"The period {_days(state)} was taken away"
    if before is None:
        told = _differences(DEFAULTS, settings_of(state))
        return f"A period {_days(state)} was entered: {told or 'nothing but the defaults of the rules'}"
    moved = [f"it holds {_days(state)} instead of {_days(before)}"] if _days(state) != _days(before) else []
    told = _differences(settings_of(before), settings_of(state))
    said = "; ".join([*moved, *([told] if told else [])])
    return f"The period {_days(before)} was changed: {said}" if said else ""


def _differences(before: Any, after: Any) -> str:
    return "; ".join(f"{one.question.rstrip('?')}: {new}" for one, _old, new in changed_settings(before, after))


def _days(state: PayerPolicy) -> str:
    return span_words(state.effective_from, state.effective_to or date.max)
