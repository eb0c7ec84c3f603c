"""Where everything of the picture stands: bands of columns with their marks, gaps and burn-down, in drawing units.

One unit is a CSS pixel at full size. A column is 24 wide, so that each day is a target of its own for a finger; as many
columns as fit beside each other make a band, and a new band begins with a week.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from courses.picture.burndown import Burn, burns_of, days_missed
from courses.picture.days import Column, columns_of
from courses.picture.facts import CoursePictured, ImagesMark, PlanDrawn, Row, SessionDrawn
from courses.picture.fives import Five, full_fives_without

COLUMN, LABELS, GAP = 24, 84, 2
LETTER = 7  # no letter of a week's name is wider
MOST_COLUMNS = 46
NARROWEST_NAMED = 3
"""Columns that the name of a week needs."""
HEAD, LANE, LINE, SQUARE = 34, 18, 24, 24
BURN_HEIGHT, BURN_MARGIN = 120, 16
ROW_WORDS = {Row.VISIT: "Visits", Row.PHYSICS: "Physics checks", Row.OTHER: "Other"}
IMAGES_WORDS = {
    ImagesMark.REVIEWED: "images reviewed",
    ImagesMark.LATE: "images reviewed after the next fraction",
    ImagesMark.WAITING: "images wait for review",
    ImagesMark.MISSED: "images not reviewed before the next fraction",
}


@dataclass(frozen=True, slots=True)
class Day:
    """A column in its place. ``week`` is the name of the week that begins with it."""

    column: Column
    x: int
    week: str
    begins_week: bool

    @property
    def middle(self) -> int:
        """The middle of the column."""
        return self.x + COLUMN // 2


@dataclass(frozen=True, slots=True)
class Square:
    """A session in its place; a missing one has no ``session``."""

    x: int
    y: int
    session: SessionDrawn | None
    is_ahead: bool = False
    absence: str = ""
    """Why the patient did not come, where it was noted."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A plan's bar: from its approval or first fraction to its last, and its approval's mark; else a note."""

    plan: PlanDrawn
    y: int
    x: int
    width: int
    approved_x: int | None
    note: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An event or a review in its place."""

    x: int
    y: int
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Five fractions without what they need: a bracket from their first day to their last."""

    x: int
    width: int
    y: int
    words: str


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a row."""

    y: int
    words: str


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of columns with all its rows."""

    number: int
    width: int
    height: int
    days: tuple[Day, ...]
    labels: tuple[Label, ...]
    lanes: tuple[Lane, ...]
    squares: tuple[Square, ...]
    marks: tuple[Mark, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A phase's burn-down: points of what is left, of what was planned, and its words at the end."""

    burn: Burn
    left: str
    planned: str
    begin_y: int
    end_x: int
    end_y: int


@dataclass(frozen=True, slots=True)
class BurnDown:
    """The curves in one frame; ``ticks`` are y and fractions left."""

    width: int
    height: int
    curves: tuple[Curve, ...]
    ticks: tuple[tuple[int, int], ...]
    weeks: tuple[int, ...]
    today_x: int | None


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole picture, and the columns of which it is made, for the table of the same."""

    columns: tuple[Column, ...]
    bands: tuple[Band, ...]
    burn_down: BurnDown | None
    burns: tuple[Burn, ...]
    days_missed: int
    gaps: tuple[str, ...]


def picture_of(course: CoursePictured) -> Picture:
    """Return the picture of a course; without a day to show it has no band."""
    columns = columns_of(course)
    burns = burns_of(course, columns)
    missing = _missing_fives(course)
    bands = tuple(_band(number, course, part, missing) for number, part in enumerate(bands_of(columns)) if part)
    gaps = [
        f"No {'visit' if row is Row.VISIT else 'physics check'} in {five.words} "
        f"({five.first_on.day} {five.first_on:%b} to {five.last_on.day} {five.last_on:%b})"
        for row, five in missing
    ]
    unreviewed = sum(session.images is ImagesMark.MISSED for session in course.sessions)
    if unreviewed:
        gaps.append(f"Images of {unreviewed} session{'s' * (unreviewed > 1)} not reviewed before the next fraction")
    return Picture(columns, bands, _burn_down(burns, columns), burns, days_missed(columns), tuple(gaps))


def bands_of(columns: Sequence[Column]) -> list[list[Column]]:
    """Part the columns into bands of about one length, each beginning with a week where it can."""
    parts = -(-len(columns) // MOST_COLUMNS)
    if parts <= 1:
        return [list(columns)]
    size = -(-len(columns) // parts)
    bands: list[list[Column]] = [[]]
    for _, week in groupby(columns, key=lambda column: _monday(column.day)):
        days = list(week)
        if bands[-1] and (len(bands[-1]) + len(days) > MOST_COLUMNS or len(bands[-1]) >= size):
            bands.append([])
        bands[-1] += days
    return bands


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


# --- a band -------------------------------------------------------------------------------------------------------


def _band(number: int, course: CoursePictured, columns: Sequence[Column], missing: Sequence[tuple[Row, Five]]) -> Band:
    days = tuple(_days(columns))
    lanes = tuple(_lanes(course, days))
    top = HEAD + LANE * len(lanes) + GAP
    slots = max(1, *(len(one.column.sessions) + _empty(one.column) for one in days))
    rows = [Row.VISIT, Row.PHYSICS, *([Row.OTHER] if any(one.column.of_row(Row.OTHER) for one in days) else [])]
    images_y = top + SQUARE * slots + GAP
    row_y = {row: images_y + LINE * place for place, row in enumerate(rows, 1)}
    labels = [Label(top + SQUARE * slots // 2, "Sessions"), Label(images_y + LINE // 2, "Image reviews")]
    labels += [Label(lane.y + LANE // 2, lane.plan.name) for lane in lanes]
    labels += [Label(y + LINE // 2, ROW_WORDS[row]) for row, y in row_y.items()]
    return Band(
        number=number,
        width=_width(days),
        height=images_y + LINE * (len(rows) + 1),
        days=days,
        labels=tuple(labels),
        lanes=lanes,
        squares=tuple(square for day in days for square in _squares(day, top)),
        marks=tuple(mark for day in days for mark in _marks(day, images_y, row_y)),
        missing=tuple(_brackets(missing, days, row_y)),
    )


def _width(days: Sequence[Day]) -> int:
    """Return a width that holds all columns, and the name of a last week that is narrower than its name."""
    named = max((day.x + LETTER * (len(day.week) + 1) for day in days if day.week), default=0)
    return max(LABELS + COLUMN * len(days), named) + GAP


def _days(columns: Sequence[Column]) -> Iterator[Day]:
    """Yield the columns in their places; a week too narrow for its name goes without, unless it is the last."""
    year = 0
    weeks = [list(week) for _, week in groupby(columns, key=lambda column: _monday(column.day))]
    place = 0
    for number, week in enumerate(weeks, 1):
        monday = _monday(week[0].day)
        name = ""
        if len(week) >= NARROWEST_NAMED or number == len(weeks):
            name = f"{monday.day} {monday:%b}{f' {monday.year}' if monday.year != year else ''}"
            year = monday.year
        for column in week:
            yield Day(column, LABELS + COLUMN * place, name, column is week[0])
            name = ""
            place += 1


def _lanes(course: CoursePictured, days: Sequence[Day]) -> Iterator[Lane]:
    for place, plan in enumerate(course.plans):
        on = [day.x for day in days if any(plan.key in session.given for session in day.column.sessions)]
        approved = next((day.x for day in days if plan in day.column.approvals), None)
        spots = [*on, *([approved] if approved is not None else [])]
        x, end = (min(spots), max(spots) + COLUMN) if spots else (LABELS, LABELS)
        is_waiting = plan.approved_on is None and not any(plan.key in session.given for session in course.sessions)
        yield Lane(plan, HEAD + LANE * place, x, end - x, approved, "not approved" if is_waiting else "")


def _squares(day: Day, top: int) -> Iterator[Square]:
    column = day.column
    for place, session in enumerate(column.sessions):
        yield Square(day.x, top + SQUARE * place, session)
    first = len(column.sessions)
    empty = column.expected if column.is_ahead else _empty(column)
    for place in range(first, first + empty):
        yield Square(day.x, top + SQUARE * place, None, column.is_ahead, column.absence)


def _empty(column: Column) -> int:
    """Return how many sessions are missing on it: a no-show is one, expected or not."""
    return 0 if column.folded else max(column.missed, int(bool(column.absence)))


def _marks(day: Day, images_y: int, row_y: dict[Row, int]) -> Iterator[Mark]:
    reviews = [one.images for one in day.column.sessions if one.images is not ImagesMark.NONE]
    if reviews:
        worst = max(reviews, key=list(ImagesMark).index)
        yield Mark(day.middle, images_y + LINE // 2, f"images-{worst}", IMAGES_WORDS[worst])
    for row, y in row_y.items():
        events = day.column.of_row(row)
        if events:
            kind = row.value if any(event.stands for event in events) else f"{row}-by-others"
            yield Mark(day.middle, y + LINE // 2, kind, ", ".join(event.words for event in events))


def _missing_fives(course: CoursePictured) -> list[tuple[Row, Five]]:
    """Return the fives that are over and lack a visit or a check; stereotactic fractions ask for no visit of a five."""
    counted = [session for session in course.sessions if session.counts]
    asked = {
        Row.VISIT: [session.on for session in counted if not session.is_stereotactic],
        Row.PHYSICS: [session.on for session in counted],
    }
    return [
        (row, five)
        for row, days in asked.items()
        for five in full_fives_without(days, [one.on for one in course.events if one.row is row and one.stands])
    ]


def _brackets(missing: Sequence[tuple[Row, Five]], days: Sequence[Day], row_y: dict[Row, int]) -> Iterator[Missing]:
    for row, five in missing:
        on = [day.x for day in days if five.first_on <= day.column.day <= five.last_on]
        if on:
            what = "visit" if row is Row.VISIT else "physics check"
            width = max(on) + COLUMN - min(on)
            yield Missing(min(on), width, row_y[row] + LINE // 2, f"No {what} in {five.words}")


# --- the burn-down ------------------------------------------------------------------------------------------------


def _burn_down(burns: Sequence[Burn], columns: Sequence[Column]) -> BurnDown | None:
    if not burns or not columns:
        return None
    most = max(burn.prescribed for burn in burns)
    step = min(COLUMN, (MOST_COLUMNS * COLUMN) / len(columns))
    place = _Scale(step, (BURN_HEIGHT - 2 * BURN_MARGIN) / max(most, 1), most)
    ahead = next((number for number, column in enumerate(columns) if column.is_ahead), None)
    weeks = [place.x(number) for number, day in enumerate(_days(columns)) if day.begins_week]
    return BurnDown(
        width=LABELS + MOST_COLUMNS * COLUMN + GAP if len(columns) > MOST_COLUMNS else place.x(len(columns)) + GAP,
        height=BURN_HEIGHT,
        curves=tuple(_curve(burn, place) for burn in burns),
        ticks=tuple((place.y(value), value) for value in sorted({0, most // 2, most})),
        weeks=tuple(weeks),
        today_x=None if ahead is None else place.x(ahead),
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """From columns and fractions to places."""

    step: float
    rise: float
    most: int

    def x(self, number: int) -> int:
        return LABELS + round(self.step * number)

    def y(self, left: int) -> int:
        return BURN_MARGIN + round((self.most - left) * self.rise)

    def steps(self, values: Sequence[int]) -> str:
        """Return the points of a staircase: level through each column, down at its end."""
        points = [(self.x(0), self.y(values[0]))]
        for number, value in enumerate(values[1:], 1):
            points += [(self.x(number), points[-1][1]), (self.x(number), self.y(value))]
        return " ".join(f"{x},{y}" for x, y in points)


def _curve(burn: Burn, place: _Scale) -> Curve:
    end = len(burn.left) - 1
    return Curve(
        burn=burn,
        left=place.steps(burn.left),
        planned=place.steps(burn.planned),
        begin_y=place.y(burn.prescribed),
        end_x=place.x(end),
        end_y=place.y(burn.left[-1]),
    )
