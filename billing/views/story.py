"""An event of a story as pages draw it: of a line, of a claim."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, as components/timeline.html shows it; ``moment`` orders them."""

    moment: datetime
    at: str
    what: str
    state: str
    who: str = ""
    note: str = ""


def event(moment: datetime, zone: ZoneInfo, what: str, state: str, *, who: str = "", note: str = "") -> Event:
    """Return what happened at a moment, on the clock of the zone."""
    local = moment.astimezone(zone)
    return Event(moment, f"{local.day} {local:%b} {local.year} {local:%H:%M}", what, state, who, note)
