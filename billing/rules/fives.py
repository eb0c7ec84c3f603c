"""The fractions of a course counted by fives, as management, physics and port images are charged (M1, M3, M5, G5).

Counting alone: nothing here knows a code. The count is made anew over the whole course each time, so a course that is
resumed after its closing comes out as if it had never been closed (M3), and a late session moves the fives by itself.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from billing.rules.case import Case
from billing.rules.delivery import judged_sessions
from billing.rules.facts import EventFacts
from billing.rules.lines import FactValue
from billing.rules.sessions import DeliveredSession
from courses.terms import EventFamily, Technique

FIVE = 5
STEREOTACTIC = frozenset({Technique.SBRT, Technique.SRS})


@dataclass(frozen=True, slots=True)
class Five:
    """The n-th five fractions of a course, or what is left of them at its end."""

    number: int
    sessions: tuple[DeliveredSession, ...]

    @property
    def key(self) -> str:
        """What names the five in a line: its number, so that a late or corrected session changes the line."""
        return f"five-{self.number}"

    @property
    def is_full(self) -> bool:
        """Whether these are five, not a remainder."""
        return len(self.sessions) == FIVE

    @property
    def first_on(self) -> date:
        """The day of its first fraction."""
        return self.sessions[0].on

    @property
    def last_on(self) -> date:
        """The day of its last fraction: the fifth, or the last of a remainder."""
        return self.sessions[-1].on

    def within(self, events: Iterable[EventFacts]) -> list[EventFacts]:
        """Return the events from the day of its first fraction to that of its last."""
        return [event for event in events if self.first_on <= event.on <= self.last_on]

    def facts(self) -> tuple[tuple[str, FactValue], ...]:
        """Return what a person checks a line of this five by."""
        return (
            ("five", self.number),
            ("fractions", len(self.sessions)),
            ("first fraction", self.first_on.isoformat()),
            ("last fraction", self.last_on.isoformat()),
            ("last session", self.sessions[-1].key),
        )


def counted_sessions(case: Case) -> tuple[DeliveredSession, ...]:
    """Return the sessions that count as fractions of the course, by time.

    Each session with beam counts one, a pair resumed on its day together: whatever code it earns or lacks, whoever
    bills it, and of inpatients too. One that came too soon after another (S5) counts nowhere.
    """
    return tuple(judged.session for judged in judged_sessions(case) if not judged.is_too_close)


def fives(sessions: Sequence[DeliveredSession]) -> tuple[Five, ...]:
    """Return the sessions by fives; the last may be a remainder."""
    starts = range(0, len(sessions), FIVE)
    return tuple(Five(number, tuple(sessions[start : start + FIVE])) for number, start in enumerate(starts, 1))


def fives_around(day: date, fraction_days: Sequence[date]) -> range:
    """Return the numbers of the fives that something of ``day`` may belong to.

    Those of the fractions of that day (two where one five ends and the next begins on it); on a day without a
    fraction the five of the last one before; before the first fraction the first five.

    >>> days = [date(2026, 3, 2 + n) for n in range(5)] + [date(2026, 3, 9)]
    >>> fives_around(date(2026, 3, 8), days), fives_around(date(2026, 3, 9), days), fives_around(date(2026, 1, 9), days)
    (range(1, 2), range(2, 3), range(1, 2))
    """
    first, after = bisect_left(fraction_days, day), bisect_right(fraction_days, day)
    if first == after:
        number = max(first - 1, 0) // FIVE + 1
        return range(number, number + 1)
    return range(first // FIVE + 1, (after - 1) // FIVE + 2)


def is_stereotactic(session: DeliveredSession) -> bool:
    """Return whether a plan of the session is treated by stereotaxy: its management and guidance are its own."""
    return any(plan.technique in STEREOTACTIC for plan in session.plans)


def events_of(case: Case, family: EventFamily) -> list[EventFacts]:
    """Return the events of one kind, by day, then file."""
    found = [event for event in case.facts.events if event.code_family is family]
    return sorted(found, key=lambda event: (event.on, event.ordinal, event.key))


def inpatient_days(case: Case) -> frozenset[date]:
    """Return the days with treatment on which the patient was an inpatient at every session (S7)."""
    by_day: defaultdict[date, list[bool]] = defaultdict(list)
    for session in case.sessions.delivered:
        by_day[session.on].append(case.is_inpatient(session))
    return frozenset(day for day, of_day in by_day.items() if all(of_day))
