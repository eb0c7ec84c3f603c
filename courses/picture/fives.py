"""The fractions of a course by fives, as physics checks and visits are asked for. Counting alone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

FIVE = 5


@dataclass(frozen=True, slots=True)
class Five:
    """The n-th five fractions, or what is given of them so far: the day of each."""

    number: int
    days: tuple[date, ...]

    @property
    def is_full(self) -> bool:
        """Whether all five are given."""
        return len(self.days) == FIVE

    @property
    def first_on(self) -> date:
        """The day of its first fraction."""
        return self.days[0]

    @property
    def last_on(self) -> date:
        """The day of the last fraction given of it."""
        return self.days[-1]

    @property
    def words(self) -> str:
        """Its fractions by number, as a person says them."""
        first = (self.number - 1) * FIVE + 1
        return f"fractions {first}\N{EN DASH}{first + FIVE - 1}"

    def has(self, done: Collection[date]) -> bool:
        """Whether something of ``done`` lies in it; while it runs, anything since its first fraction does.

        >>> five = Five(1, (date(2026, 3, 2), date(2026, 3, 3)))
        >>> five.has([date(2026, 3, 4)]), five.has([date(2026, 3, 1)])
        (True, False)
        """
        return any(self.first_on <= day and (not self.is_full or day <= self.last_on) for day in done)


def fives_of(days: Sequence[date]) -> tuple[Five, ...]:
    """Return the fractions by fives, each by its day, in order of time; the last may be a remainder.

    >>> [len(five.days) for five in fives_of([date(2026, 3, 2)] * 7)]
    [5, 2]
    """
    return tuple(
        Five(number, tuple(days[start : start + FIVE])) for number, start in enumerate(range(0, len(days), FIVE), 1)
    )


def full_fives_without(days: Sequence[date], done: Collection[date]) -> tuple[Five, ...]:
    """Return the fives that are over and have nothing of ``done`` in them."""
    return tuple(five for five in fives_of(days) if five.is_full and not five.has(done))
