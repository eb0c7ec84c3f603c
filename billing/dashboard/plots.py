"""Where the shapes of the dashboard's plots stand, in drawing units: stacked columns over days, bars of a row. Pure.

One unit is a CSS pixel at full size. A column is never narrower than 24, so that each is a target of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

HEIGHT, TOP, FOOT, LEFT = 260, 10, 34, 56
NARROWEST, WIDEST, USUAL_WIDTH = 24, 72, 750
GAP = 4
_STEPS = (1, 2, 5, 10, 20)
_MOST_TICKS = 5
_LABEL_WIDTH = 46
_BAR = 100


@dataclass(frozen=True, slots=True)
class Segment:
    """One series of a column, in its place."""

    series: str
    y: int
    height: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Column:
    """A column in its place. ``label`` is empty where there is no room for it, ``year`` but for the first of one."""

    on: date
    x: int
    width: int
    label: str
    year: str
    amount: Decimal
    segments: tuple[Segment, ...]

    @property
    def middle(self) -> int:
        """The middle of the column."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Plot:
    """Stacked columns; ``ticks`` are y and amount."""

    width: int
    height: int
    columns: tuple[Column, ...]
    ticks: tuple[tuple[int, Decimal], ...]

    @property
    def foot(self) -> int:
        """The y of the ground line."""
        return self.height - FOOT

    @property
    def left(self) -> int:
        """The x at which the columns begin."""
        return LEFT


def stacked(
    days: Sequence[date], amounts: Mapping[tuple[date, str], Decimal], series: Sequence[str], *, is_by_month: bool
) -> Plot:
    """Return the plot of amounts by first day of the column and series, the first series at the bottom."""
    pitch = max(NARROWEST, min(WIDEST, USUAL_WIDTH // max(len(days), 1)))
    sums = {day: sum((amounts.get((day, one), Decimal(0)) for one in series), Decimal(0)) for day in days}
    step, top = scale(max(sums.values(), default=Decimal(0)))
    room = HEIGHT - TOP - FOOT
    every = -(-_LABEL_WIDTH // pitch)
    year = 0
    columns = []
    for number, day in enumerate(days):
        is_named = number % every == 0
        segments = tuple(_segments([(one, amounts.get((day, one), Decimal(0))) for one in series], top, room))
        name = (f"{day:%b}" if is_by_month else f"{day.day} {day:%b}") if is_named else ""
        said = str(day.year) if is_named and day.year != year else ""
        year = day.year if is_named else year
        columns.append(Column(day, LEFT + number * pitch, pitch - GAP, name, said, sums[day], segments))
    ticks = tuple((HEIGHT - FOOT - round(room * value / top), value) for value in _ticks(step, top))
    return Plot(LEFT + max(len(days), 1) * pitch, HEIGHT, tuple(columns), ticks)


def _segments(stack: Sequence[tuple[str, Decimal]], top: Decimal, room: int) -> Iterator[Segment]:
    """Place one column from the ground up; rounding is done on the running sum, so that no gap opens."""
    under, total = 0, Decimal(0)
    for series, amount in stack:
        total += amount
        reach = round(room * total / top)
        if amount > 0:
            yield Segment(series, HEIGHT - FOOT - reach, max(reach - under, 1), amount)
        under = reach


def scale(most: Decimal) -> tuple[Decimal, Decimal]:
    """Return the step of an axis and its upper end: at most five round steps, never zero.

    >>> scale(Decimal("8437.50"))
    (Decimal('2000'), Decimal('10000'))
    >>> scale(Decimal("0"))
    (Decimal('1'), Decimal('1'))
    """
    if most <= 1:
        return Decimal(1), Decimal(1)
    power = Decimal(10) ** max(most.adjusted() - 1, 0)
    step = next(one * power for one in _STEPS if one * power * _MOST_TICKS >= most)
    return step, step * (most / step).to_integral_value(ROUND_CEILING)


def _ticks(step: Decimal, top: Decimal) -> Iterator[Decimal]:
    value = Decimal(0)
    while value <= top:
        yield value
        value += step


def share(part: Decimal | int, most: Decimal | int) -> int:
    """Return the length of a bar of a hundred; what is not nothing is never drawn as nothing.

    >>> share(1, 3), share(0, 3), share(1, 1000), share(0, 0)
    (33, 0, 1, 0)
    """
    if part <= 0 or most <= 0:
        return 0
    return max(1, round(_BAR * part / most))
