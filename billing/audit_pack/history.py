"""The last section of a pack: every change of what people enter, by user and time, out of the history tables.

Charges, findings and decisions have sections of their own, which tell their history already.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import Field

from billing.audit_pack.clinical import named
from billing.audit_pack.sections import Section, columns, joined
from courses.models import Course

_COURSES, _BILLING = "oncocharge_courses", "oncocharge_billing"
_NOISE = frozenset({
    "id", "revision", "created_at", "logged_at", "entered_at", "entry_key", "entry_digest", "source_key", "evidence",
})  # fmt: skip
_LONGEST = 160
_NOTHING = (None, "")
_NOBODY = "no user (program)"


class _Tracked(NamedTuple):
    """A history table: its app, the model behind it, what people call a row, and where it names its course."""

    app: str
    model: str
    words: str
    course: str


_TRACKED = (
    _Tracked(_COURSES, "Course", "course", "pgh_obj"),
    _Tracked(_COURSES, "CourseDiagnosis", "diagnosis", "course"),
    _Tracked(_COURSES, "Plan", "plan", "course"),
    _Tracked(_COURSES, "Session", "session", "course"),
    _Tracked(_COURSES, "Fraction", "fraction", "course"),
    _Tracked(_COURSES, "ClinicalEvent", "event", "course"),
    _Tracked(_COURSES, "Absence", "day missed", "course"),
    _Tracked(_BILLING, "Authorization", "authorization", "course"),
    _Tracked(_BILLING, "ManualLine", "keyed line", "course"),
    _Tracked(_BILLING, "LineEdit", "edit of a line", "course"),
    _Tracked(_BILLING, "Question", "question", "entry__course"),
    _Tracked(_BILLING, "Denial", "denial", "claim__course"),
    _Tracked(_BILLING, "FollowUp", "decision about a claim", "claim__course"),
)


class _Change(NamedTuple):
    at: datetime
    user_id: int | None
    words: str
    row_id: int
    deed: str
    what: str


def history_section(course: Course, zone: ZoneInfo) -> Section:
    """Return all changes in the order in which they were made: a query a table, and one for the names."""
    changes = [change for tracked in _TRACKED for change in _changes(tracked, course, zone)]
    users = User.objects.in_bulk({one.user_id for one in changes if one.user_id})
    rows = tuple(
        (one.at, named(users.get(one.user_id or 0)) or _NOBODY, f"{one.words} {one.row_id}", one.deed, one.what)
        for one in sorted(changes, key=lambda one: (one.at, one.words, one.row_id))
    )  # fmt: skip
    return Section(
        "history",
        "History of changes",
        "Who entered, changed or took back what, and when; what a value was before. Kept by the database itself.",
        columns(("At", 1.1), ("By", 1.5), ("What", 1.3), ("Deed", 0.7), ("Change", 5.5)),
        rows,
    )


def _changes(tracked: _Tracked, course: Course, zone: ZoneInfo) -> Iterator[_Change]:
    model = apps.get_model(tracked.app, f"{tracked.model}Event")
    fields = [one for one in model._meta.concrete_fields if not one.name.startswith("pgh_") and one.name not in _NOISE]
    states = model.objects.filter(**{tracked.course: course}).select_related("pgh_context")
    before: dict[int, Any] = {}
    for state in states.order_by("pgh_id"):
        said = (state.pgh_context.metadata if state.pgh_context else {}).get("user")
        earlier = before.get(state.pgh_obj_id)
        deed, what = _told(state, earlier, fields, zone)
        before[state.pgh_obj_id] = state
        if deed:
            yield _Change(state.pgh_created_at, said, tracked.words, state.pgh_obj_id, deed, what)


def _told(state: Any, before: Any, fields: Sequence[Field[Any, Any]], zone: ZoneInfo) -> tuple[str, str]:
    """Return the deed and what it changed; nothing where nothing that a person reads changed."""
    if state.pgh_label == "delete":
        return "removed", ""
    if before is None and state.pgh_label == "insert":
        return "entered", ""
    if before is None:  # a table that keeps its changes alone: how it began, another section says
        since = [(one.verbose_name, getattr(state, one.attname)) for one in fields]
        return "changed", joined([f"{name}: {_shown(value, zone)}" for name, value in since if value not in _NOTHING])
    changed = [
        f"{name}: {_shown(getattr(before, attribute), zone)} → {_shown(getattr(state, attribute), zone)}"
        for name, attribute in ((one.verbose_name, one.attname) for one in fields)
        if getattr(before, attribute) != getattr(state, attribute)
    ]
    return ("changed", joined(changed)) if changed else ("", "")


def _shown(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value == "":
        return "none"
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%d %b %Y %H:%M:%S")
    if isinstance(value, date):
        return value.strftime("%d %b %Y")
    if isinstance(value, list):
        return " ".join(str(one) for one in value) or "none"
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
