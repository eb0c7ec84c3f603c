"""What became of a price: entered, ended, taken back, each with who did it, out of the history table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User

from billing.models import FeeLine
from billing.money import print_dollars

COMMANDS = {"load_fees": "load_fees at the terminal"}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to a price, as a timeline shows it."""

    at: datetime
    what: str
    state: str
    who: str
    note: str = ""


def history_of(line: FeeLine) -> list[Change]:
    """Return what became of a price, oldest first. Two queries."""
    history = line.history  # type: ignore[attr-defined]  # made by pghistory
    states = list(history.select_related("pgh_context").order_by("pgh_id"))
    ids = {_context(state).get("user", 0) for state in states}
    names = {user.pk: user.get_full_name() or user.username for user in User.objects.filter(pk__in=ids)}
    return list(_changes(states, names))


def _changes(states: Sequence[Any], names: dict[int, str]) -> Iterator[Change]:
    before: Any = None
    for state in states:
        context = _context(state)
        who = names.get(context.get("user", 0), COMMANDS.get(context.get("command", ""), "the program"))
        yield Change(state.pgh_created_at, *_said(state, before), who)
        before = state


def _context(state: Any) -> dict[str, Any]:
    found: dict[str, Any] = state.pgh_context.metadata if state.pgh_context else {}
    return found


def _said(state: Any, before: Any) -> tuple[str, str]:
    """Return what happened, and as which state it shows."""
    if before is None:
        how = "Computed" if state.computation else "Entered"
        return f"{how} at {print_dollars(state.amount)} from {state.effective_from}", "draft"
    if state.withdrawn_at and not before.withdrawn_at:
        return "Taken back", "reversed"
    if state.amount != before.amount:
        return f"Amount changed by hand from {print_dollars(before.amount)} to {print_dollars(state.amount)}", "warning"
    if state.effective_to != before.effective_to:
        return (f"Ends on {state.effective_to}" if state.effective_to else "Has no last day any more"), "closed"
    return "Corrected", "amended"
