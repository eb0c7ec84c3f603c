"""On which days a course is treated: its weekdays, without holidays and the days that are left out.

Arithmetic of days alone. The holidays are those on which departments in the United States usually stand still; a
department that treats on one of them says so in the plan.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import count

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
DECEMBER = 12
DAY = timedelta(days=1)
LONGEST = timedelta(days=5 * 366)
"""No prescription takes longer, even once a week with every day left out that may be."""


def holidays(year: int) -> frozenset[date]:
    """Return the days of a year on which departments usually do not treat.

    New Year's Day, Memorial Day, Independence Day, Labor Day, Thanksgiving and Christmas Day; one that falls on a
    Saturday is kept on the Friday before, one on a Sunday on the Monday after.

    >>> [day.isoformat() for day in sorted(holidays(2026))]
    ['2026-01-01', '2026-05-25', '2026-07-03', '2026-09-07', '2026-11-26', '2026-12-25']
    """
    fixed = (date(year, 1, 1), date(year, 7, 4), date(year, 12, 25))
    memorial = next(day for day in _back_from(date(year, 5, 31)) if day.weekday() == MONDAY)
    labor = next(day for day in _on_from(date(year, 9, 1)) if day.weekday() == MONDAY)
    thanksgiving = next(day for day in _on_from(date(year, 11, 22)) if day.weekday() == THURSDAY)
    return frozenset({*map(_kept_on, fixed), memorial, labor, thanksgiving})


def _kept_on(day: date) -> date:
    return day + {SATURDAY: -DAY, SUNDAY: DAY}.get(day.weekday(), timedelta())


def is_holiday(day: date) -> bool:
    """Return whether a day is kept as a holiday; New Year's Day of the next year may be kept in this one."""
    return day in holidays(day.year) or (day.month == DECEMBER and day in holidays(day.year + 1))


def treatment_days(
    first: date, weekdays: Collection[int], *, keeps_holidays: bool = True, skipped: Collection[date] = ()
) -> Iterator[date]:
    """Yield the days of treatment from ``first`` on, as long as any course may take.

    Args:
        weekdays: 1 for Monday to 7 for Sunday.
    """
    for day in _on_from(first):
        if day - first > LONGEST:
            return
        if day.isoweekday() in weekdays and day not in skipped and not (keeps_holidays and is_holiday(day)):
            yield day


def workday_before(day: date) -> date:
    """Return the last Monday to Friday before ``day`` that is no holiday.

    >>> workday_before(date(2026, 1, 5)), workday_before(date(2026, 1, 2))
    (datetime.date(2026, 1, 2), datetime.date(2025, 12, 31))
    """
    return next(one for one in _back_from(day - DAY) if one.weekday() < SATURDAY and not is_holiday(one))


def _on_from(day: date) -> Iterator[date]:
    return (day + n * DAY for n in count())


def _back_from(day: date) -> Iterator[date]:
    return (day - n * DAY for n in count())
