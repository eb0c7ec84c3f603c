"""What an outlook says in one sentence: to the therapist before the beam, to whoever opens the course; no price."""

from dataclasses import dataclass
from datetime import date, timedelta

from billing.authorizations.reach import CourseReach
from billing.rules.outlook import Outlook

SOON = timedelta(days=6)
"""Within these days a weekday says which day is meant."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence, and its tone: good, warning (a day to come lacks units) or held (the next session does)."""

    text: str
    tone: str


def sentence_of(reach: CourseReach) -> Sentence | None:
    """Return what is to be said of a course's authorization; ``None`` where none is entered and none is wanting."""
    outlook = reach.outlook
    if not outlook.has_something_to_say:
        return Sentence(f"Authorization{_requested(reach)}.", "info") if reach.is_requested else None
    if not outlook.authorized and not outlook.used:
        return Sentence(f"{_without_any(outlook)}: sessions are held{_requested(reach)}.", "held")
    head = f"{outlook.used} of {outlook.authorized} authorized, {outlook.prescribed} prescribed"
    end, tone = _end(outlook, reach.today)
    return Sentence(f"{head}: {end}{_requested(reach)}.", tone)


def _without_any(outlook: Outlook) -> str:
    if outlook.uncovered is not None and outlook.uncovered.code == "authorization-expired":
        return f"The authorization is not within its dates, {outlook.prescribed} prescribed"
    return "No authorization, and this payer asks for one"


def _end(outlook: Outlook, today: date) -> tuple[str, str]:
    uncovered, last = outlook.uncovered, outlook.last_covered_on
    if uncovered is None:
        return (f"{_sessions(outlook.held)} held for want of units", "held") if outlook.held else ("enough", "good")
    if last is None:
        return f"{_NOTHING_LEFT[uncovered.code]}, the next session is held", "held"
    from_then = f"from {_day(uncovered.on, today)}"
    if last == uncovered.on:
        from_then = "for that day's last session"
    return f"{_UNTIL[uncovered.code]} {_on(last, today)}, {_WANTING[uncovered.code]} {from_then}", "warning"


_UNTIL = {
    "authorization-exceeded": "runs out",
    "authorization-expired": "ends",
    "authorization-missing": "ends",
}
_WANTING = {
    "authorization-exceeded": "no units",
    "authorization-expired": "out of its dates",
    "authorization-missing": "not for the code",
}
_NOTHING_LEFT = {
    "authorization-exceeded": "used up",
    "authorization-expired": "not within its dates",
    "authorization-missing": "not for the next session's code",
}


def _on(day: date, today: date) -> str:
    return "today" if day == today else f"on {_day(day, today)}"


def _day(day: date, today: date) -> str:
    """Say a day as people at the machine do: a weekday where it is this week's."""
    if day == today:
        return "today"
    return f"{day:%A}" if today < day <= today + SOON else f"{day:%A} {day.day} {day:%B}"


def _sessions(count: int) -> str:
    return "1 session is" if count == 1 else f"{count} sessions are"


def _requested(reach: CourseReach) -> str:
    if not reach.is_requested:
        return ""
    on = f" on {reach.requested_on.day} {reach.requested_on:%B}" if reach.requested_on else ""
    return f"; requested{on}, not yet decided"
