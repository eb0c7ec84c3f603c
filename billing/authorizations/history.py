"""What became of an authorization: its states out of the history table, each as a sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.contrib.auth.models import User

from billing.models import Authorization, AuthorizationStatus

WORDS = {
    "effective_from": "first day", "effective_to": "last day", "number": "number", "codes": "codes", "units": "units",
    "technique": "technique", "status": "status", "requested_on": "requested", "decided_on": "decided",
    "contact": "contact", "coverage_id": "coverage (number)",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One state, as a timeline shows it."""

    at: datetime
    what: str
    state: str
    who: str
    note: str


def history_of(authorization: Authorization) -> list[Change]:
    """Return what became of an authorization, newest first (two queries); moments on the clinic's clock."""
    history = authorization.history  # type: ignore[attr-defined]  # made by pghistory
    states = list(history.select_related("pgh_context").order_by("pgh_id"))
    ids = {one for one in (_user_of(state) for state in states) if one}
    names = {user.pk: user.get_full_name() or user.username for user in User.objects.filter(pk__in=ids)}
    return list(_changes(authorization, states, names))[::-1]


def _changes(authorization: Authorization, states: Sequence[Any], names: dict[int, str]) -> Iterator[Change]:
    zone = authorization.course.facility.zone
    before: Any = None
    for state in states:
        # Without its zone: the template would turn it to the zone of the settings.
        at = state.pgh_created_at.astimezone(zone).replace(tzinfo=None)
        who = names.get(_user_of(state) or 0, "an import")
        yield Change(at, _sentence(state, before), _badge(state, before), who, state.amendment_reason if before else "")
        before = state


def _user_of(state: Any) -> int | None:
    user: int | None = (state.pgh_context.metadata if state.pgh_context else {}).get("user")
    return user or cast(int | None, state.entered_by_id)


def _sentence(state: Any, before: Any) -> str:
    if before is None:
        return f"Entered as {_shown(state.status)}: {state.units} units of {_shown(state.codes)}"
    if state.status == AuthorizationStatus.VOIDED and before.status != AuthorizationStatus.VOIDED:
        return "Voided"
    changed = [
        f"{words} from {_shown(getattr(before, name))} to {_shown(getattr(state, name))}"
        for name, words in WORDS.items()
        if getattr(before, name) != getattr(state, name)
    ]
    return f"Changed: {', '.join(changed) or 'nothing that counts'}"


def _badge(state: Any, before: Any) -> str:
    if state.status == AuthorizationStatus.VOIDED:
        return "voided"
    return "amended" if before is not None else str(state.status)


def _shown(value: object) -> str:
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value or "none").replace("_", " ")
