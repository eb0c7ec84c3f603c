"""What became of a row: its history of states, read as sentences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from courses.models import Session

SILENT = frozenset({"entry_key", "entry_digest", "source_key", "id", "course", "logged_at", "amendment_reason"})
SIGNATURES = frozenset({"signed_by", "cancelled_by", "amended_by", "guidance_reviewed_by", "logged_by"})
MOMENTS = frozenset({"signed_at", "cancelled_at", "amended_at", "guidance_reviewed_at", "treated_on"})

WORDS = {"starts_at": "time", "status_reason": "reason", "machine": "machine (number)", "resumes": "resumed session"}


@dataclass(frozen=True, slots=True)
class Change:
    """One state of the row, as a timeline shows it."""

    at: datetime
    what: str
    state: str
    who: str
    note: str


def history_of(session: Session) -> list[Change]:
    """Return what became of a session, newest first (two queries)."""
    history = session.history  # type: ignore[attr-defined]  # made by pghistory
    states = list(history.select_related("pgh_context").order_by("pgh_id"))
    names = _names(states)
    return list(_changes(session, states, names))[::-1]


def _changes(session: Session, states: Sequence[Any], names: dict[int, str]) -> Iterator[Change]:
    zone = session.course.facility.zone
    before: Any = None
    for state in states:
        what, badge = _sentence(state, before, zone)
        user = (state.pgh_context.metadata if state.pgh_context else {}).get("user")
        # Without its zone: the template would turn it to the zone of the settings.
        at = state.pgh_created_at.astimezone(zone).replace(tzinfo=None)
        yield Change(at, what, badge, names.get(user or state.logged_by_id, "an import"), state.amendment_reason)
        before = state


def _sentence(state: Any, before: Any, zone: ZoneInfo) -> tuple[str, str]:
    if before is None:
        return f"Logged as {state.status}", state.status
    if state.cancelled_at and not before.cancelled_at:
        return "Cancelled", "cancelled"
    if state.signed_at and not before.signed_at:
        return "Signed", "signed"
    if state.guidance_reviewed_at and not before.guidance_reviewed_at:
        in_time = "" if state.guidance_reviewed else ", after the next fraction"
        return f"Images reviewed{in_time}", "signed"
    return f"Corrected: {', '.join(_differences(state, before, zone)) or 'its plans or fractions'}", "amended"


def _differences(state: Any, before: Any, zone: ZoneInfo) -> Iterator[str]:
    for field in Session._meta.concrete_fields:
        if field.name in SILENT | SIGNATURES | MOMENTS:
            continue
        old, new = getattr(before, field.attname), getattr(state, field.attname)
        if old != new:
            yield f"{WORDS.get(field.name, field.verbose_name)} from {_shown(old, zone)} to {_shown(new, zone)}"


def _shown(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return f"{local.day} {local:%b}, {local:%H:%M}"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return str(value).replace("_", " ") or "none"


def _names(states: Sequence[Any]) -> dict[int, str]:
    ids = {(state.pgh_context.metadata if state.pgh_context else {}).get("user") for state in states}
    ids |= {state.logged_by_id for state in states}
    users = User.objects.filter(pk__in=[one for one in ids if one])
    return {user.pk: user.get_full_name() or user.username for user in users}
