"""Until when an original claim must have arrived at its payer (R3). Pure: the day of today is handed in.

A payer counts days from the day of service, or says nothing. Medicare counts by the calendar, whatever a policy
says: one year from the day of service (42 CFR 424.44), so that 2024-02-29 ends with 2025-02-28. Lines are not
checked while they are earned, nor in an estimate: only when they are released and when they are exported.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta

from patients.terms import PayerKind

NEAR_DAYS = 30
"""From so many days before the last day on, a line is said to be near its limit."""

PASSED, NEAR = "filing-limit-passed", "filing-limit-near"
"""The findings of this rule."""

_FIRST, _LAST = date.min, date.max


@dataclass(frozen=True, slots=True)
class FilingLimit:
    """How long a payer takes an original claim: calendar years or days, counted from the day of service."""

    years: int = 0
    days: int = 0

    def last_day(self, served_on: date) -> date:
        """Return the last day on which a claim for ``served_on`` may arrive.

        >>> FilingLimit(years=1).last_day(date(2024, 2, 29)), FilingLimit(days=90).last_day(date(2025, 1, 1))
        (datetime.date(2025, 2, 28), datetime.date(2025, 4, 1))
        """
        year = min(served_on.year + self.years, _LAST.year)
        is_leap_day = (served_on.month, served_on.day) == (2, 29)
        day = date(year, 2, 28) if is_leap_day and not isleap(year) else served_on.replace(year=year)
        return _later(day, self.days)

    def first_day_in_time(self, today: date) -> date:
        """Return the earliest day of service whose claim may still arrive today.

        >>> FilingLimit(years=1).first_day_in_time(date(2025, 3, 1))
        datetime.date(2024, 3, 1)
        """
        day = _later(today, -self.days)
        year = max(day.year - self.years, _FIRST.year)
        is_leap_day = (day.month, day.day) == (2, 29)
        return date(year, 3, 1) if is_leap_day and not isleap(year) else day.replace(year=year)


_OF_KIND = {PayerKind.MEDICARE: FilingLimit(years=1)}


def filing_limit(kind: PayerKind, limit_days: int | None) -> FilingLimit | None:
    """Return the limit of a payer of this kind whose policy of the day says ``limit_days``; ``None``: none is known.

    >>> filing_limit(PayerKind.COMMERCIAL, 180), filing_limit(PayerKind.MEDICARE, None).years
    (FilingLimit(years=0, days=180), 1)
    """
    by_law = _OF_KIND.get(kind)
    if by_law is not None or limit_days is None:
        return by_law
    return FilingLimit(days=limit_days)


def days_left(last_day: date, today: date) -> int:
    """Return how many days are left: 0 on the last one, negative once it has passed."""
    return (last_day - today).days


def words_of(served_on: date, last_day: date, today: date) -> str:
    """Return what is said of a claim whose limit has passed, or is near.

    >>> words_of(date(2025, 3, 4), date(2026, 3, 4), date(2026, 3, 5))
    'The claim for 2025-03-04 had to arrive by 2026-03-04.'
    """
    must = "had to" if today > last_day else "must"
    return f"The claim for {served_on} {must} arrive by {last_day}."


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return _LAST if days > 0 else _FIRST
