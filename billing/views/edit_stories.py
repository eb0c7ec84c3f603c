"""What was edited of a line, when, by whom and why, for the story of the line."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib.auth.models import User

from billing.capture.editing import words_of
from billing.models import LedgerEntry
from billing.templatetags.charges import person
from billing.views.story import Event, event
from patients.models import Provider


def told_of_edits(entry: LedgerEntry, zone: ZoneInfo) -> Iterator[Event]:
    """Yield each edit of the line and each that was taken back; one query, three where it was edited."""
    history = apps.get_model("oncocharge_billing", "LineEditEvent")
    states = list(history.objects.filter(course_id=entry.course_id, line_key=entry.line_key).order_by("pgh_id"))
    if not states:
        return
    users = User.objects.in_bulk(
        {state.edited_by_id for state in states} | {state.taken_back_by_id for state in states}
    )
    providers = Provider.objects.in_bulk(
        {key for state in states for key in (state.provider_id, state.was_provider_id)}
    )
    for state in states:
        if state.taken_back_at is not None:
            who, note = person(users.get(state.taken_back_by_id)), state.taken_back_reason
            yield event(state.pgh_created_at, zone, "Edit taken back", "open", who=who, note=note)
        else:
            changes = ", ".join(words_of(state, providers)).replace("->", "→")
            who = person(users.get(state.edited_by_id))
            yield event(state.pgh_created_at, zone, f"Edited: {changes}", "draft", who=who, note=state.reason)
