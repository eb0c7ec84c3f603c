"""What became of a session, an event or a course: its history of states, read as sentences."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import Model

from courses.models import ClinicalEvent, Course, Fraction, Session

DELETED = "delete"
"""The label of a row of the history that a deletion left."""

SILENT = frozenset({"entry_key", "entry_digest", "source_key", "id", "course", "logged_at", "amendment_reason"})
SIGNATURES = frozenset({"signed_by", "cancelled_by", "amended_by", "guidance_reviewed_by", "logged_by"})
MOMENTS = frozenset({"signed_at", "cancelled_at", "amended_at", "guidance_reviewed_at", "treated_on"})

EVENT_WORDS = {
    "happened_on": "day", "site": "site", "performer": "done by", "units": "units",
    "distinct_service": "separate work", "documented": "documented", "reason": "reason",
}  # fmt: skip
Sentence = Callable[[Any, Any, ZoneInfo], tuple[str, str, str] | None]
"""What one state says against the one before it: the sentence, its badge and the note; None where it says nothing."""

WORDS = {
    "starts_at": "time", "status_reason": "reason", "machine": "machine (number)", "resumes": "resumed session",
    "guidance_reviewed": "images reviewed before the next fraction",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One state of the row, as a timeline shows it."""

    at: datetime
    what: str
    state: str
    who: str
    note: str


def history_of(session: Session) -> list[Change]:
    """Return what became of a session, newest first (three queries)."""
    history = session.history  # type: ignore[attr-defined]  # made by pghistory
    states = list(history.select_related("pgh_context").order_by("pgh_id"))
    names = _names(states)
    return list(_changes(session, states, names))[::-1]


def _changes(session: Session, states: Sequence[Any], names: dict[int, str]) -> Iterator[Change]:
    zone = session.course.facility.zone
    fractions = _FractionsThen(session)
    before: Any = None
    for state in states:
        what, badge = _sentence(state, before, zone, fractions.changes_until(state.pgh_created_at))
        user = (state.pgh_context.metadata if state.pgh_context else {}).get("user")
        # Without its zone: the template would turn it to the zone of the settings.
        at = state.pgh_created_at.astimezone(zone).replace(tzinfo=None)
        yield Change(at, what, badge, names.get(user or state.logged_by_id, "an import"), state.amendment_reason)
        before = state


def history_of_event(event: ClinicalEvent) -> list[Change]:
    """Return what became of an event, newest first (two queries)."""
    return _told(event, event.course.facility.zone, _event_sentence, "entered_by_id")


def history_of_course(course: Course) -> list[Change]:
    """Return when a course was opened, closed and opened again, newest first (two queries)."""
    return _told(course, course.facility.zone, _course_sentence, "")


def _told(row: Model, zone: ZoneInfo, sentence: Sentence, entered_by: str) -> list[Change]:
    history = row.history  # type: ignore[attr-defined]  # made by pghistory
    states = list(history.select_related("pgh_context").order_by("pgh_id"))
    users = [_user_of(state, entered_by) for state in states]
    names = {
        user.pk: user.get_full_name() or user.username
        for user in User.objects.filter(pk__in=[one for one in users if one])
    }
    changes, before = [], None
    for state, user in zip(states, users, strict=True):
        told = sentence(state, before, zone)
        if told is not None:
            what, badge, note = told
            # Without its zone: the template would turn it to the zone of the settings.
            at = state.pgh_created_at.astimezone(zone).replace(tzinfo=None)
            changes.append(Change(at, what, badge, names.get(user or 0, "an import"), note))
        before = state
    return changes[::-1]


def _user_of(state: Any, entered_by: str) -> int | None:
    said: int | None = (state.pgh_context.metadata if state.pgh_context else {}).get("user")
    return said or (cast(int | None, getattr(state, entered_by)) if entered_by else None)


def _event_sentence(state: Any, before: Any, zone: ZoneInfo) -> tuple[str, str, str] | None:
    if before is None:
        return "Recorded", "signed", ""
    if state.cancelled_at and not before.cancelled_at:
        return "Taken back", "cancelled", state.amendment_reason
    changed = [
        f"{words} from {_shown(getattr(before, name), zone)} to {_shown(getattr(state, name), zone)}"
        for name, words in EVENT_WORDS.items()
        if getattr(before, name) != getattr(state, name)
    ]
    return (f"Corrected: {', '.join(changed)}", "amended", state.amendment_reason) if changed else None


def _course_sentence(state: Any, before: Any, zone: ZoneInfo) -> tuple[str, str, str] | None:
    if before is None:
        return f"Opened on {_shown(state.opened_on, zone)}", "open", ""
    if state.closed_on and state.closed_on != before.closed_on:
        return f"Closed on {_shown(state.closed_on, zone)}", "closed", ""
    if before.closed_on and not state.closed_on:
        return "Opened again", "open", state.amendment_reason
    return None


class _FractionsThen:
    """Which fraction of which plan the session had from one state to the next (one query)."""

    def __init__(self, session: Session) -> None:
        history = cast(Any, Fraction).pgh_event_model.objects.filter(session_id=session.pk).order_by("pgh_id")
        columns = ("pgh_created_at", "pgh_label", "plan__key", "number")
        self._rows = deque(history.values_list(*columns))
        self._now: dict[str, int | None] = {}

    def changes_until(self, at: datetime) -> list[str]:
        """Return what changed with the state of that moment: one transaction has one moment."""
        before = dict(self._now)
        while self._rows and self._rows[0][0] <= at:
            _, label, plan, number = self._rows.popleft()
            if label == DELETED:
                self._now.pop(plan, None)
            else:
                self._now[plan] = number
        keys = sorted(before.keys() | self._now.keys())
        changes = (_fraction_change(key, before, self._now) for key in keys)
        return [change for change in changes if change]


def _fraction_change(key: str, before: Mapping[str, int | None], after: Mapping[str, int | None]) -> str:
    if before.get(key, ...) == after.get(key, ...):
        return ""
    if key not in after:
        return f"fraction {before[key] or '?'} of {key} taken out"
    if key not in before:
        return f"fraction {after[key] or '?'} of {key} added"
    return f"fraction of {key} from {before[key] or '?'} to {after[key] or '?'}"


def _sentence(state: Any, before: Any, zone: ZoneInfo, fractions: Sequence[str]) -> tuple[str, str]:
    if before is None:
        return f"Logged as {state.status}", state.status
    if state.cancelled_at and not before.cancelled_at:
        return "Cancelled", "cancelled"
    if state.signed_at and not before.signed_at:
        return "Signed", "signed"
    if state.guidance_reviewed_at and not before.guidance_reviewed_at:
        in_time = "" if state.guidance_reviewed else ", after the next fraction"
        return f"Images reviewed{in_time}", "signed"
    if before.guidance_reviewed_at and not state.guidance_reviewed_at:
        return "Review of the images taken back", "amended"
    changed = [*_differences(state, before, zone), *fractions]
    return f"Corrected: {', '.join(changed) or 'its plans or fractions'}", "amended"


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
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "none"}[value]
    return str(value).replace("_", " ") or "none"


def _names(states: Sequence[Any]) -> dict[int, str]:
    ids = {(state.pgh_context.metadata if state.pgh_context else {}).get("user") for state in states}
    ids |= {state.logged_by_id for state in states}
    users = User.objects.filter(pk__in=[one for one in ids if one])
    return {user.pk: user.get_full_name() or user.username for user in users}
