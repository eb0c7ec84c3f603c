"""What became of a line, in order: posted, looked at, decided, on a claim, sent, reversed, replaced."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.apps import apps
from django.contrib.auth.models import User
from django.db.models import QuerySet

from billing.models import LedgerEntry, StandingFinding
from billing.money import print_dollars
from billing.templatetags.charges import charge_code, person

DECISIONS = {
    "open": ("Open again", "open"),
    "held": ("Held", "held"),
    "released": ("Released", "released"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as components/timeline.html shows it; ``moment`` orders them."""

    moment: datetime
    at: str
    what: str
    state: str
    who: str = ""
    note: str = ""


def story_of(entry: LedgerEntry, zone: ZoneInfo, *, shows_money: bool = True) -> list[Event]:
    """Return all that happened to a line and to what stood in its place before, oldest first. Four queries."""
    entries = list(_entries(entry))
    events = [*_postings(entries, zone, shows_money), *_claims(entries, zone)]
    events += _reviews(entries, zone)
    events += _findings(entries, zone)
    return sorted(events, key=lambda event: event.moment)


def _entries(entry: LedgerEntry) -> QuerySet[LedgerEntry]:
    same = LedgerEntry.objects.filter(course_id=entry.course_id, line_key=entry.line_key)
    return same.select_related("posted_by").prefetch_related("claim_lines__claim__file").order_by("id")


def _event(moment: datetime, zone: ZoneInfo, what: str, state: str, *, who: str = "", note: str = "") -> Event:
    local = moment.astimezone(zone)
    return Event(moment, f"{local.day} {local:%b} {local.year} {local:%H:%M}", what, state, who, note)


def _postings(entries: Sequence[LedgerEntry], zone: ZoneInfo, shows_money: bool) -> Iterator[Event]:
    for entry in entries:
        who = person(entry.posted_by) if entry.posted_by else "by the rules"
        amount = f", {print_dollars(entry.amount)}" if shows_money and entry.amount is not None else ""
        if entry.kind == LedgerEntry.Kind.REVERSAL:
            reason = str(entry.because.get("reason", ""))
            yield _event(
                entry.posted_at, zone, f"Reversed {charge_code(entry)}{amount}", "reversed", who=who, note=reason
            )
        else:
            what = "Posted again as" if entry.generation > 1 else "Posted"
            yield _event(entry.posted_at, zone, f"{what} {charge_code(entry)}{amount}", "draft", who=who)


def _claims(entries: Sequence[LedgerEntry], zone: ZoneInfo) -> Iterator[Event]:
    for line in (line for entry in entries for line in entry.claim_lines.all()):
        file = line.claim.file
        yield _event(
            file.sealed_at, zone, f"On claim {line.claim.control_number}, line {line.number}", "claimed", note=file.name
        )
        if file.delivered_at:
            yield _event(file.delivered_at, zone, f"Delivered in {file.name}", "delivered")


def _reviews(entries: Sequence[LedgerEntry], zone: ZoneInfo) -> Iterator[Event]:
    history = apps.get_model("oncocharge_billing", "ReviewEvent")
    states = list(history.objects.filter(entry__in=entries).order_by("pgh_id"))
    users = User.objects.in_bulk({state.by_id for state in states if state.by_id})
    for state in states:
        what, shown = DECISIONS[state.state]
        who = person(users[state.by_id]) if state.by_id in users else "by the program"
        yield _event(state.at, zone, what, shown, who=who, note=state.reason)


def _findings(entries: Sequence[LedgerEntry], zone: ZoneInfo) -> Iterator[Event]:
    findings = StandingFinding.objects.filter(entry__in=entries).select_related("overridden_by").order_by("id")
    for finding in findings:
        yield _event(finding.found_at, zone, f"Found: {finding.message}", finding.severity, note=finding.code)
        if finding.overridden_at:
            who = person(finding.overridden_by)
            what = f"Let pass: {finding.code.replace('-', ' ')}"
            yield _event(finding.overridden_at, zone, what, "overridden", who=who, note=finding.override_reason)
        if finding.resolved_at:
            yield _event(finding.resolved_at, zone, f"No longer found: {finding.code.replace('-', ' ')}", "clean")
