"""A day and a time as read off the clinic's wall clock, made a moment; twice a year that takes a question."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

FIRST, SECOND = "first", "second"


def readings(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, ...]:
    """Return the moments at which the wall clock shows this: one, two when it was put back, none when put forward.

    >>> zone = ZoneInfo("America/New_York")
    >>> len(readings(date(2026, 11, 1), time(1, 30), zone)), len(readings(date(2026, 3, 8), time(2, 30), zone))
    (2, 0)
    """
    shown = datetime.combine(day, at)
    first, second = (shown.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return (first,)
    exists = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == shown
    return (first, second) if exists else ()


def moment_of(day: date, at: time, zone: ZoneInfo, *, proposed: datetime | None = None, reading: str = "") -> datetime:
    """Return the moment that was meant.

    Args:
        proposed: the moment that the form showed; if the wall clock still reads the same, it is this one.
        reading: which of two readings, ``first`` or ``second``.

    Raises:
        ValidationError: the clocks skipped this time (code ``skipped``), or showed it twice (code ``twice``).
    """
    found = readings(day, at, zone)
    if not found:
        raise ValidationError(
            f"The clocks were put forward: {at:%H:%M} did not happen on {day}. Enter the time after the change.",
            code="skipped",
        )
    # Compared in UTC: Python never holds a twice-shown time equal to the same moment in another zone.
    if proposed is not None and proposed.astimezone(UTC) in [one.astimezone(UTC) for one in found]:
        return proposed.astimezone(zone)
    if len(found) == 1:
        return found[0]
    if reading in (FIRST, SECOND):
        return found[0] if reading == FIRST else found[1]
    raise ValidationError(
        f"The clocks were put back: {at:%H:%M} happened twice on {day}. Say which one it was.", code="twice"
    )


def reading_choices(day: date, at: time, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return the choices between two readings, each with its zone's name; none where there is no question."""
    found = readings(day, at, zone)
    if len(found) < 2:  # noqa: PLR2004  # twice is what the question is about
        return []
    return [(FIRST, f"the first {at:%H:%M} ({found[0].tzname()})"), (SECOND, f"the second ({found[1].tzname()})")]
